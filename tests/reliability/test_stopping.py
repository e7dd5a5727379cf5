"""Stopped politely, a service loses no request; killed, no key."""

import json
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from ..server.live import SHORT, Live
from .conftest import StartLive


def _status(live: Live, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(f"{live.address}/status", headers=named, timeout=60).status_code


def _head(key: str, length: int) -> bytes:
    """A request that waits to be let in before its body is sent."""
    return (
        f"POST {SHORT}?language=en-US HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        f"Ocp-Apim-Subscription-Key: {key}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_a_request(
    start_live: StartLive, sample: Path, number: signal.Signals
) -> None:
    small = start_live()
    data = sample.read_bytes()
    with socket.create_connection(("127.0.0.1", small.port), timeout=60) as connection:
        connection.sendall(_head(small.key, len(data)))
        # Only a request that was let in is promised an answer.
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        connection.sendall(data[:50_000])
        small.process.send_signal(number)
        connection.sendall(data[50_000:])
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"ilter" in answer
    assert small.process.wait(60) == 0


def test_a_signal_with_requests_in_line(start_live: StartLive, sample: Path) -> None:
    """All that were let in are answered, whether they wait, are decoded or are still sent."""
    small = start_live()
    data = sample.read_bytes()
    head = _head(small.key, len(data))
    open_ones = [socket.create_connection(("127.0.0.1", small.port), timeout=60) for _ in range(8)]
    for connection in open_ones:
        connection.sendall(head)
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
    for connection in open_ones[:6]:
        connection.sendall(data)
    for connection in open_ones[6:]:
        connection.sendall(data[:30_000])
    small.process.terminate()
    for connection in open_ones[6:]:
        connection.sendall(data[30_000:])

    def answer(connection: socket.socket) -> bytes:
        with connection:
            return b"".join(iter(lambda: connection.recv(65536), b""))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(answer, open_ones))
    assert [each.split(b"\r\n", 1)[0] for each in answers] == [b"HTTP/1.1 200 OK"] * 8
    assert all(b"ilter" in each for each in answers)
    assert small.process.wait(60) == 0


def test_killed_in_the_middle_and_started_again(start_live: StartLive, sample: Path) -> None:
    first = start_live()
    made = json.loads(first.scriba("keys", "create", "west", "--region", "westus", "--json"))
    rotated = json.loads(first.scriba("keys", "create", "other", "--json"))
    first.scriba("keys", "rotate", "other")
    token = requests.post(
        f"{first.address}/sts/v1.0/issueToken",
        headers={"Ocp-Apim-Subscription-Key": made["key1"]},
        timeout=60,
    ).text
    with pytest.raises(requests.ConnectionError):
        first.post(_then_kill(first, sample.read_bytes()))
    assert first.process.wait(60) == -signal.SIGKILL

    second = start_live()
    assert second.key == first.key
    for key in (first.key, made["key1"], made["key2"], rotated["key2"]):
        assert _status(second, Ocp_Apim_Subscription_Key=key) == 200
    assert _status(second, Ocp_Apim_Subscription_Key=rotated["key1"]) == 401
    assert _status(second, Authorization=f"Bearer {token}") == 200
    elsewhere = {"Authorization": f"Bearer {token}", "Host": "eastus.stt.speech.example.com"}
    assert _status(second, **elsewhere) == 401
    assert second.post(sample.read_bytes()).status_code == 200
    listed = second.scriba("keys", "list")
    assert "west" in listed
    assert "other" in listed


def _then_kill(live: Live, data: bytes) -> Iterator[bytes]:
    yield data[:50_000]
    live.process.kill()
    live.process.wait()
    for at in range(50_000, len(data), 1000):
        yield data[at : at + 1000]
