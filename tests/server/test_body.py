"""Bodies that stop, lie, or come although nobody wants them."""

import os
import re
from collections.abc import Iterator

import pytest

from .conftest import Running, Start, wav


def test_a_body_that_stops_gets_an_answer(start: Start) -> None:
    server = start(body_timeout=0.5)
    answer = server.raw(server.head("Content-Length: 90000") + wav()[:20_000])
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()
    assert server.speech.streams[-1].cancelled.wait(20)


def test_a_body_that_never_begins_gets_an_answer(start: Start) -> None:
    server = start(body_timeout=0.5)
    answer = server.raw(server.head("Content-Length: 90000", "Expect: 100-continue"))
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 408 ")


def test_a_connection_that_ends_within_the_body(server: Running) -> None:
    server.raw(server.head("Content-Length: 90000") + wav()[:20_000], seconds=0.3)
    assert server.speech.streams[-1].cancelled.wait(20)
    assert server.post().status_code == 200


@pytest.mark.parametrize("key", ["right", "wrong"])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_refusal_reaches_a_client_that_is_still_sending(
    server: Running, key: str, chunked: bool
) -> None:
    data = wav(400)
    pieces = (data[at : at + 4096] for at in range(0, len(data), 4096))
    headers = {"Ocp-Apim-Subscription-Key": server.anywhere.key1 if key == "right" else "no"}
    answer = server.post(headers=headers, data=pieces if chunked else data)
    assert answer.status_code == (400 if key == "right" else 401)
    assert answer.headers["Connection"] == "close"
    assert answer.json()["Message"]


def test_an_endless_body_is_not_read_to_its_end(server: Running) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield wav(1)[:40] + b"\xff\xff\xff\xff"
        while sent < 1 << 30:
            sent += 65536
            yield os.urandom(65536)

    answer = server.raw(_chunked(server.head("Transfer-Encoding: chunked"), endless()))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert sent < 1 << 28


def _chunked(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    for piece in pieces:
        yield b"%x\r\n" % len(piece) + piece + b"\r\n"


def test_a_kept_connection_survives_a_small_refused_body(server: Running) -> None:
    data = wav(0.5)
    good = server.head(f"Content-Length: {len(data)}") + data
    bad = good.replace(server.anywhere.key1.encode(), b"0" * 32)
    last = server.head(f"Content-Length: {len(data)}", "Connection: close") + data
    answer = server.raw(bad + good + last)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"401", b"200", b"200"]
