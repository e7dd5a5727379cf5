"""HTTP as strangers write it."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Running, wav
from .live import SHORT


def _flood(first: bytes, piece: bytes) -> Iterator[bytes]:
    yield first
    for _ in range(2000):
        yield piece


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"GET / HTTP/1.1\r\n", b"X: " + b"a" * 60_000 + b"\r\n"),
        (b"GET / HTTP/1.1\r\nX: ", b"a" * 60_000),
        (b"GET /", b"a" * 60_000),
    ],
)
def test_a_head_without_end(server: Running, first: bytes, piece: bytes) -> None:
    answer = server.raw(_flood(first, piece))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    assert server.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("first", "piece"),
    [(b"", b"1;" + b"a" * 60_000 + b"\r\nR\r\n"), (b"0\r\n", b"X: " + b"a" * 60_000 + b"\r\n")],
)
def test_chunks_that_are_all_framing(server: Running, first: bytes, piece: bytes) -> None:
    answer = server.raw(_flood(server.head("Transfer-Encoding: chunked") + first, piece))
    assert b"HTTP/1.1 200" not in answer
    assert all(stream.cancelled.wait(20) for stream in server.speech.streams)


def test_a_body_of_chunks_of_one_byte(server: Running) -> None:
    data = wav(0.5)
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in data)
    answer = server.raw(
        server.head("Transfer-Encoding: chunked", "Connection: close") + chunks + b"0\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert server.speech.streams[-1].samples == 8000


def test_an_offer_of_http2_is_declined_and_the_body_heard(server: Running) -> None:
    data = wav()
    head = server.head(
        "Connection: Upgrade, HTTP2-Settings, close",
        "Upgrade: h2c",
        "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
        f"Content-Length: {len(data)}",
    )
    assert server.raw(head + data, seconds=3).startswith(b"HTTP/1.1 200 ")


def test_a_websocket_needs_a_key_like_everything_else(server: Running) -> None:
    answer = server.raw(
        f"GET {SHORT}?language=en-US HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode(),
        seconds=1,
    )
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"Missing credentials" in answer


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%ff%00%0a HTTP/1.1\r\nHost: \xff\r\nX-RequestId: \xff\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://a HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PROPFIND / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(100),
        b"\r\n\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ],
)
def test_odd_requests_get_a_refusal_and_nothing_breaks(
    server: Running, request_bytes: bytes
) -> None:
    answer = server.raw(request_bytes, seconds=1)
    assert answer == b"" or answer[9:10] == b"4"
    assert server.get("/healthz").status_code == 200


_LINE = st.binary(max_size=60).filter(lambda line: b"\n" not in line and b"\r" not in line)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=st.lists(_LINE, max_size=6), body=st.binary(max_size=200))
def test_any_headers_and_body_are_no_server_error(
    server: Running, lines: list[bytes], body: bytes
) -> None:
    head = server.head(f"Content-Length: {len(body)}", "Connection: close")
    head = head.removesuffix(b"\r\n\r\n") + b"".join(b"\r\n" + line for line in lines if line)
    answer = server.raw(head + b"\r\n\r\n" + body, seconds=1)
    assert answer == b"" or answer[9:10] == b"4"
