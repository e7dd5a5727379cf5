"""Clients that write frames as they please, on a real socket."""

import base64
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from websockets.sync.client import connect

from scriba.errors import TlsError
from scriba.server.run import Server
from scriba.server.sdk.framing import binary_frame, text_frame
from scriba.storage import Store

from .conftest import Running, Start
from .fakes import FakeSettings, FakeSpeech
from .sdk.client import CONVERSATION, KEY, Client, connected, wav

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


def frame(opcode: int, payload: bytes, *, fin: bool = True, masked: bool = True) -> bytes:
    """A frame as a client writes it, or wrongly without a mask."""
    size = len(payload)
    first = bytes([(0x80 if fin else 0) | opcode])
    flag = 0x80 if masked else 0
    if size < 126:
        head = first + bytes([flag | size])
    elif size < 1 << 16:
        head = first + bytes([flag | 126]) + struct.pack("!H", size)
    else:
        head = first + bytes([flag | 127]) + struct.pack("!Q", size)
    return head + (bytes(4) if masked else b"") + payload


def upgraded(server: Running, head: str = "", path: str = CONVERSATION) -> socket.socket:
    """A connection after the handshake; its answer is read."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET {path}?language=en-US HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        f"{KEY}: {server.anywhere.key1}\r\n{head}\r\n".encode()
    )
    if not head:
        assert connection.recv(4096).startswith(b"HTTP/1.1 101")
    return connection


def rest(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    found = b""
    try:
        while data := connection.recv(65536):
            found += data
    except ConnectionResetError:
        pass
    return found


def code(answer: bytes) -> int:
    """The code of the close frame at the end."""
    at = answer.rindex(b"\x88")
    return int.from_bytes(answer[at + 2 : at + 4], "big")


@pytest.fixture
def well(server: Running) -> Iterator[Running]:
    """A server that has to be well afterwards, with nothing left of what was done to it."""
    yield server
    with connected(server.address, CONVERSATION, server.anywhere.key1, language="en-US") as client:
        assert client.recognise(wav(1.0))[-1][0] == "turn.end"
    assert all(live.cancelled.wait(30) for live in server.speech.lives)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (frame(TEXT, b"\xff\xfe"), 1007),
        (frame(TEXT, b"Path:audio", masked=False), 1002),
        (bytes([0xF1, 0x80]) + bytes(4), 1002),
        (bytes([0x83, 0x80]) + bytes(4), 1002),
        (frame(BINARY, bytes(2 << 20)), 1009),
        (frame(TEXT, b"", fin=False) + frame(0, b"", fin=False) * 1100, 1009),
        (frame(0, b"more of nothing"), 1002),
        (frame(TEXT, b"Path:x\r\n\r\n") * 9000, 1008),
        (frame(TEXT, b"garbage"), 1007),
    ],
)
def test_what_is_no_message_ends_the_connection(well: Running, sent: bytes, expected: int) -> None:
    with upgraded(well) as connection:
        threading.Thread(target=_send, args=(connection, sent)).start()
        assert code(rest(connection)) == expected


def _send(connection: socket.socket, data: bytes) -> None:
    # The server may have heard enough.
    with suppress(OSError):
        connection.sendall(data)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        frame(TEXT, b"half of a frame")[:9],
        frame(CLOSE, b""),
        frame(TEXT, text_frame("speech.context", "1", {}).encode()),
        frame(TEXT, text_frame("speech.context", "1", {}).encode())
        + frame(BINARY, binary_frame({"Path": "audio", "X-RequestId": "1"}, wav(0.5))),
    ],
)
def test_clients_that_go_away_leave_nothing(well: Running, sent: bytes) -> None:
    for _ in range(5):
        with upgraded(well) as connection:
            connection.sendall(sent)


def test_the_head_of_an_upgrade_is_bounded(well: Running) -> None:
    with upgraded(well, "X-Large: " + "a" * 20000 + "\r\n") as connection:
        assert rest(connection).startswith((b"HTTP/1.1 400", b"HTTP/1.1 431"))
    with upgraded(well, path=CONVERSATION + "/" + "a" * 20000, head="X: 1\r\n") as connection:
        assert rest(connection).startswith((b"HTTP/1.1 400", b"HTTP/1.1 414"))
    with upgraded(well, "X-A: 1\r\n" * 500) as connection:
        assert rest(connection).startswith((b"HTTP/1.1 400", b"HTTP/1.1 431"))


def test_pings_of_a_client_that_reads_nothing_end_its_connection(well: Running) -> None:
    with upgraded(well) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with pytest.raises(ConnectionError):
            connection.sendall(frame(PING, bytes(125)) * 500_000)


def test_messages_before_the_handshake_is_answered_wait(well: Running) -> None:
    with upgraded(well) as connection:
        connection.sendall(frame(TEXT, text_frame("speech.context", "ab", {}).encode()))
        assert b"turn.start" in connection.recv(65536)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[trustme.CA, Path, Path]:
    """An authority, and certificate and key of localhost."""
    authority = trustme.CA()
    made = authority.issue_cert("localhost", "127.0.0.1")
    chain, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    chain.write_bytes(b"".join(each.bytes() for each in made.cert_chain_pems))
    key.write_bytes(made.private_key_pem.bytes())
    return authority, chain, key


def test_tls_with_an_own_certificate(
    start: Start, certificate: tuple[trustme.CA, Path, Path]
) -> None:
    authority, chain, key = certificate
    server = start(tls_cert=chain, tls_key=key)
    assert server.address.startswith("https://")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    target = f"wss://localhost:{server.port}{CONVERSATION}?language=en-US"
    headers = {KEY: server.anywhere.key1}
    with connect(target, additional_headers=headers, ssl=trusting) as connection:
        assert Client(connection).recognise(wav(1.0))[-1][0] == "turn.end"


Change = Callable[[Path, Path], dict[str, Path | None]]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda chain, _: {"tls_cert": chain}, "--tls-key is missing"),
        (lambda _, key: {"tls_key": key}, "--tls-cert is missing"),
        (lambda chain, key: {"tls_cert": key, "tls_key": chain}, "both must be PEM"),
        (lambda chain, _: {"tls_cert": chain, "tls_key": chain}, "both must be PEM"),
        (lambda chain, _: {"tls_cert": chain, "tls_key": Path("none")}, "--tls-key none: No such"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_said_at_start(
    store: Store,
    tmp_path: Path,
    certificate: tuple[trustme.CA, Path, Path],
    change: Change,
    reason: str,
) -> None:
    _, chain, key = certificate
    settings = FakeSettings(tmp_path)
    for name, path in change(chain, key).items():
        setattr(settings, name, path)
    with pytest.raises(TlsError, match=reason):
        Server(settings, FakeSpeech(), store)
