"""Keeps audio and result of requests whose endpoint wants it, off the requests' path."""

import io
import logging
import threading
import time
import wave
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import numpy as np

from scriba.errors import EntityNotFound
from scriba.net.redact import without_secrets
from scriba.server.errors import ApiError
from scriba.server.metrics import Metrics
from scriba.server.tokens import Caller
from scriba.speech import SAMPLE_RATE
from scriba.speech.resample import Samples

log = logging.getLogger("scriba.server")

MOST_BYTES = 64 << 20
"""Of audio that may wait to be written; what comes while it does is not kept."""

_SILENT_SECONDS = 60.0
"""Between two warnings of the same kind."""


class Logs(Protocol):
    """Where logs are kept, `scriba.storage.logs.Logs`."""

    def write(
        self,
        resource_id: str,
        endpoint_id: str | None,
        locale: str,
        at: datetime,
        audio: bytes,
        result: dict[str, Any],
        *,
        seconds: float | None = None,
    ) -> str: ...


class Tape:
    """The audio of one request as it is recognised, 16-bit samples at 16 kHz."""

    def __init__(self) -> None:
        self._pieces: list[np.ndarray[Any, np.dtype[np.int16]]] = []

    def add(self, samples: Samples) -> None:
        """Take the next samples."""
        self._pieces.append(np.clip(samples * 32768.0, -32768, 32767).astype("<i2"))

    @property
    def size(self) -> int:
        """Bytes so far."""
        return sum(piece.nbytes for piece in self._pieces)

    def wav(self) -> bytes:
        """A WAV file of it."""
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            for piece in self._pieces:
                file.writeframes(piece.tobytes())
        return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose log it is: an endpoint of the caller's, or None for base models in a locale."""

    caller: Caller
    endpoint_id: str | None
    locale: str


@dataclass(frozen=True, slots=True)
class _Entry:
    owner: Owner
    at: datetime
    tape: Tape
    result: dict[str, Any]


class LogWriter:
    """Writes logs on a thread of its own. A storage that is slow or fails costs logs, not time.

    `room` raises ApiError where a caller may keep no more files.
    """

    def __init__(
        self,
        logs: Logs,
        metrics: Metrics,
        room: Callable[[Caller], None],
        *,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._logs = logs
        self._room = room
        self._metrics = metrics
        self._most_bytes = most_bytes
        self._waiting: deque[_Entry] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._warned: dict[str, float] = {}

    def put(self, owner: Owner, at: datetime, tape: Tape, result: dict[str, Any]) -> None:
        """Keep a request's audio and its answer soon, or not at all where the storage is behind."""
        entry = _Entry(owner, at.astimezone(UTC), tape, result)
        with self._changed:
            if self._closed or self._bytes + tape.size > self._most_bytes:
                self._metrics.logs.labels("dropped").inc()
                self._warn("requests are not logged: the storage of files does not keep up")
                return
            self._bytes += tape.size
            self._waiting.append(entry)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="logs", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self, seconds: float = 10.0) -> None:
        """Take no more, and write what waits, for so many seconds at most. Idempotent."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(seconds)
        with self._changed:
            if self._waiting:
                log.warning("%d requests are not logged: the server ends", len(self._waiting))
                self._waiting.clear()

    def _run(self) -> None:
        while (entry := self._next()) is not None:
            try:
                self._write(entry)
                self._metrics.logs.labels("written").inc()
            except EntityNotFound:
                # The endpoint was deleted meanwhile, and its logs with it.
                self._metrics.logs.labels("dropped").inc()
            except ApiError as error:
                self._metrics.logs.labels("dropped").inc()
                self._warn(f"requests of {entry.owner.caller.name} are not logged: {error}")
            except Exception as error:
                self._metrics.logs.labels("failed").inc()
                self._warn(f"a request is not logged: {without_secrets(str(error))}")
            finally:
                with self._changed:
                    self._bytes -= entry.tape.size

    def _next(self) -> _Entry | None:
        with self._changed:
            while not self._waiting:
                if self._closed:
                    return None
                self._changed.wait()
            return self._waiting.popleft()

    def _write(self, entry: _Entry) -> None:
        owner = entry.owner
        self._room(owner.caller)
        audio = entry.tape.wav()
        self._logs.write(
            owner.caller.resource_id,
            owner.endpoint_id,
            owner.locale,
            entry.at,
            audio,
            entry.result,
            seconds=entry.tape.size / 2 / SAMPLE_RATE,
        )

    def _warn(self, text: str) -> None:
        kind = text.partition(":")[0]
        if time.monotonic() - self._warned.get(kind, -_SILENT_SECONDS) >= _SILENT_SECONDS:
            self._warned[kind] = time.monotonic()
            log.warning("%s", text)
