"""What may knock at the Speech SDK's door: WebSockets by hand, well-behaved and not at all."""

import json
import os
import random
import secrets
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass

PATH = "/speech/recognition/conversation/cognitiveservices/v1"
_TEXT, _BINARY, _PING, _PONG, _CLOSE = 1, 2, 9, 10, 8


def frame(payload: bytes, opcode: int = _TEXT, *, first: int = 0x80, mask: bool = True) -> bytes:
    """A frame as RFC 6455 section 5.2 has it; `first` holds FIN and the reserved bits."""
    head = bytes([first | opcode])
    masked = 0x80 if mask else 0
    if len(payload) < 126:
        head += bytes([masked | len(payload)])
    elif len(payload) < 65536:
        head += bytes([masked | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([masked | 127]) + struct.pack(">Q", len(payload))
    # A mask of zeros is one, and leaves the payload as it is.
    return head + (bytes(4) if mask else b"") + payload


def message(path: str, body: str, id: str) -> bytes:
    """A frame with a text message of the SDK."""
    return frame(f"Path: {path}\r\nX-RequestId: {id}\r\n\r\n{body}".encode())


def audio(samples: bytes, id: str) -> bytes:
    """A frame with a message of audio."""
    head = f"Path: audio\r\nX-RequestId: {id}\r\n".encode()
    return frame(struct.pack(">H", len(head)) + head + samples, _BINARY)


@dataclass
class Wire:
    """A connection to the service, by hand."""

    port: int
    key: str

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.id = secrets.token_hex(16)

    def request(self, *more: str, key: str | None = None) -> bytes:
        lines = (
            f"GET {PATH}?language=en-US HTTP/1.1",
            "Host: 127.0.0.1",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            f"Ocp-Apim-Subscription-Key: {key or self.key}",
            *more,
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def send(self, *parts: bytes) -> None:
        """What the other side does not want to have any more is its business."""
        with suppress(OSError):
            for part in parts:
                self.socket.sendall(part)

    def opened(self) -> "Wire":
        """Ask for a WebSocket, and read the answer."""
        self.send(self.request())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            byte = self.socket.recv(1)
            if not byte:
                break
            answer += byte
        assert b" 101 " in answer, answer
        return self

    def begun(self) -> "Wire":
        """Open a WebSocket, and begin a turn."""
        self.opened()
        self.send(message("speech.config", "{}", self.id))
        self.send(message("speech.context", json.dumps({"phraseDetection": {}}), self.id))
        return self

    def messages(self) -> Iterator[tuple[str, dict[str, object]]]:
        """Paths and bodies that the service sends, until it closes."""
        with self.socket.makefile("rb") as stream:
            while head := stream.read(2):
                size = head[1] & 0x7F
                if size == 126:
                    (size,) = struct.unpack(">H", stream.read(2))
                elif size == 127:
                    (size,) = struct.unpack(">Q", stream.read(8))
                payload = stream.read(size)
                if head[0] & 0x0F == _CLOSE:
                    return
                if head[0] & 0x0F == _PING:
                    self.send(frame(payload, _PONG))
                if head[0] & 0x0F == _TEXT:
                    top, _, body = payload.decode().partition("\r\n\r\n")
                    names = dict(line.split(":", 1) for line in top.split("\r\n"))
                    yield names["Path"].strip(), json.loads(body or "{}")

    def reset(self) -> None:
        """Go away without a word, so that the other side sees an error."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def recognise(port: int, key: str, wav: bytes) -> str:
    """What a well-behaved client gets for a recording."""
    wire = Wire(port, key)
    with closing(wire.socket):
        wire.begun()
        for at in range(0, len(wav), 3200):
            wire.send(audio(wav[at : at + 3200], wire.id))
        wire.send(audio(b"", wire.id))
        said = []
        for path, body in wire.messages():
            if path == "speech.phrase" and body["RecognitionStatus"] == "Success":
                said.append(str(body["DisplayText"]))
            if path == "turn.end":
                break
        wire.send(frame(struct.pack(">H", 1000), _CLOSE))
        return " ".join(said)


Abuse = Callable[[Wire, bytes], None]


def _nothing(wire: Wire, wav: bytes) -> None:
    pass


def _half_a_request(wire: Wire, wav: bytes) -> None:
    wire.send(wire.request()[:90])


def _huge_headers(wire: Wire, wav: bytes) -> None:
    wire.send(wire.request("X-Large: " + "x" * 1_000_000))


def _many_headers(wire: Wire, wav: bytes) -> None:
    wire.send(wire.request(*(f"X-{i}: {i}" for i in range(20_000))))


def _wrong_key(wire: Wire, wav: bytes) -> None:
    wire.send(wire.request(key="wrong"))


def _silence_once_open(wire: Wire, wav: bytes) -> None:
    wire.opened()


def _random_bytes(wire: Wire, wav: bytes) -> None:
    wire.opened().send(os.urandom(20_000))


def _frames_without_mask(wire: Wire, wav: bytes) -> None:
    wire.opened().send(frame(b"Path: speech.config\r\n\r\n{}", mask=False))


def _reserved_bits(wire: Wire, wav: bytes) -> None:
    wire.opened().send(frame(os.urandom(500), _BINARY, first=0xF0))


def _half_a_frame(wire: Wire, wav: bytes) -> None:
    wire.begun().send(audio(wav[:3200], wire.id)[:-700])


def _endless_frame(wire: Wire, wav: bytes) -> None:
    wire.opened().send(b"\x82\xff" + struct.pack(">Q", 2**62) + bytes(4), bytes(3_000_000))


def _endless_fragments(wire: Wire, wav: bytes) -> None:
    wire.opened().send(frame(bytes(100_000), _BINARY, first=0))
    for _ in range(100):
        wire.send(frame(bytes(100_000), 0, first=0))


def _large_control_frame(wire: Wire, wav: bytes) -> None:
    wire.opened().send(frame(bytes(60_000), _PING))


def _pings(wire: Wire, wav: bytes) -> None:
    wire.begun().send(*[frame(b"x" * 100, _PING)] * 2000)


def _wrong_order(wire: Wire, wav: bytes) -> None:
    wire.opened().send(
        audio(wav[:3200], wire.id),
        message("turn.end", "{}", wire.id),
        message("speech.context", "{}", wire.id),
        message("speech.context", "{}", wire.id),
        message("speech.config", "[]", wire.id),
        audio(b"", secrets.token_hex(16)),
        message("speech.context", "{}", ""),
    )


def _no_audio(wire: Wire, wav: bytes) -> None:
    wire.begun()


def _only_the_end(wire: Wire, wav: bytes) -> None:
    wire.begun().send(audio(b"", wire.id))


def _bad_json(wire: Wire, wav: bytes) -> None:
    wire.opened().send(message("speech.config", "{", wire.id))
    wire.send(message("speech.context", "[" * 100_000, wire.id))


def _odd_json(wire: Wire, wav: bytes) -> None:
    odd = {"phraseDetection": [1], "dgi": "x", "languageId": {"languages": 3}, "audio": None}
    wire.opened().send(message("speech.context", json.dumps(odd), wire.id))


def _huge_text(wire: Wire, wav: bytes) -> None:
    wire.opened().send(frame(b"Path: speech.context\r\nX: " + b"x" * 1_500_000))


def _not_text(wire: Wire, wav: bytes) -> None:
    wire.opened().send(frame(b"\xff\xfe\x00Path: \xc3\x28"))


def _torn_binaries(wire: Wire, wav: bytes) -> None:
    wire.begun()
    for payload in (b"", b"\x00", b"\xff\xffPath: audio", b"\x00\x02\r\n", bytes(200)):
        wire.send(frame(payload, _BINARY))


def _not_a_recording(wire: Wire, wav: bytes) -> None:
    wire.begun().send(audio(b"RIFF" + os.urandom(4000), wire.id), audio(b"", wire.id))


def _gone_in_the_middle(wire: Wire, wav: bytes) -> None:
    wire.begun()
    for at in range(0, len(wav) // 2, 3200):
        wire.send(audio(wav[at : at + 3200], wire.id))


def _reset_in_the_middle(wire: Wire, wav: bytes) -> None:
    _gone_in_the_middle(wire, wav)
    wire.reset()


def _never_reads(wire: Wire, wav: bytes) -> None:
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    _gone_in_the_middle(wire, wav)
    wire.send(*[message("speech.context", "{}", secrets.token_hex(16))] * 200)


def _close_and_go_on(wire: Wire, wav: bytes) -> None:
    wire.begun().send(frame(struct.pack(">H", 1000), _CLOSE), audio(wav[:3200], wire.id))


def _http_again(wire: Wire, wav: bytes) -> None:
    wire.opened().send(wire.request())


ABUSES: tuple[Abuse, ...] = (
    _nothing,
    _half_a_request,
    _huge_headers,
    _many_headers,
    _wrong_key,
    _silence_once_open,
    _random_bytes,
    _frames_without_mask,
    _reserved_bits,
    _half_a_frame,
    _endless_frame,
    _endless_fragments,
    _large_control_frame,
    _pings,
    _wrong_order,
    _no_audio,
    _only_the_end,
    _bad_json,
    _odd_json,
    _huge_text,
    _not_text,
    _torn_binaries,
    _not_a_recording,
    _gone_in_the_middle,
    _reset_in_the_middle,
    _never_reads,
    _close_and_go_on,
    _http_again,
)


def abuse(port: int, key: str, wav: bytes, number: int) -> Wire | None:
    """Connection `number` does what its turn is; what is returned is left open."""
    wire = Wire(port, key)
    ABUSES[number % len(ABUSES)](wire, wav)
    if random.Random(number).random() < 0.3:
        return wire
    with suppress(OSError):
        wire.socket.close()
    return None
