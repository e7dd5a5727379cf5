"""A client that writes and reads the messages of the Speech SDKs by hand."""

import io
import json
import uuid
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from websockets.sync.client import ClientConnection, connect

from scriba.server.sdk.framing import binary_frame, text_frame

KEY = "Ocp-Apim-Subscription-Key"
CONVERSATION = "/speech/recognition/conversation/cognitiveservices/v1"
INTERACTIVE = "/speech/recognition/interactive/cognitiveservices/v1"
UNIVERSAL = "/stt/speech/universal/v2"


def wav(seconds: float, rate: int = 16000, channels: int = 1) -> bytes:
    """A WAV stream as the clients write it: both sizes in its header are 0."""
    count = round(seconds * rate) * channels
    noise = np.random.default_rng(0).integers(-50, 50, count).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(noise.tobytes())
    data = bytearray(buffer.getvalue())
    data[4:8] = data[40:44] = bytes(4)
    return bytes(data)


class Client:
    """One connection. What comes is kept as it came, and read."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.raw: list[str] = []

    def context(self, id: str | None = None, body: Any = None) -> str:
        """Open a turn; its request id."""
        id = uuid.uuid4().hex if id is None else id
        body = {"phraseDetection": {"language": "en-us"}} if body is None else body
        self.connection.send(text_frame("speech.context", id, body))
        return id

    def audio(self, id: str, data: bytes, size: int = 3200) -> None:
        """Send audio in pieces."""
        for at in range(0, len(data), size):
            headers = {"Path": "audio", "X-RequestId": id}
            self.connection.send(binary_frame(headers, data[at : at + size]))

    def end(self, id: str) -> None:
        """Say that the audio is over."""
        self.connection.send(binary_frame({"Path": "audio", "X-RequestId": id}))

    def next(self) -> tuple[str, str, Any]:
        """The next message: path, request id and body."""
        frame = self.connection.recv(timeout=60)
        assert isinstance(frame, str)
        self.raw.append(frame)
        head, _, body = frame.partition("\r\n\r\n")
        headers = dict(line.split(":", 1) for line in head.split("\r\n"))
        return headers["Path"], headers["X-RequestId"], json.loads(body)

    def turn(self) -> list[tuple[str, Any]]:
        """All messages up to `turn.end`, path and body."""
        found = []
        while not found or found[-1][0] != "turn.end":
            path, _, body = self.next()
            found.append((path, body))
        return found

    def recognise(self, data: bytes, id: str | None = None, body: Any = None) -> list[Any]:
        """A whole turn."""
        id = self.context(id, body)
        self.audio(id, data)
        self.end(id)
        return self.turn()

    def closed(self) -> tuple[int, str]:
        """Code and reason of the close that comes next."""
        while True:
            try:
                self.connection.recv(timeout=60)
            except TimeoutError:
                raise
            except Exception:
                return self.connection.close_code or 0, self.connection.close_reason or ""


@contextmanager
def connected(address: str, path: str, key: str | None = None, **query: str) -> Iterator[Client]:
    """A connection, with the key in the header."""
    names = "&".join(f"{name}={value}" for name, value in query.items())
    headers = {} if key is None else {KEY: key}
    target = f"{address.replace('http', 'ws', 1)}{path}?{names}"
    with connect(target, additional_headers=headers, proxy=None) as connection:
        yield Client(connection)
