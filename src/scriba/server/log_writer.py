"""Keeps audio and result of requests whose endpoint wants it, off the requests' path."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol

from scriba.errors import EntityNotFound
from scriba.net.redact import without_secrets
from scriba.server.errors import ApiError
from scriba.server.metrics import Metrics
from scriba.server.tape import IN_MEMORY, Reel, Tape
from scriba.server.tokens import Caller

__all__ = ["LogWriter", "Logs", "Owner", "Reel", "Tape"]

log = logging.getLogger("scriba.server")

MOST_BYTES = 64 << 20
"""Of audio that may wait to be written; what comes while it does is not kept."""

_SUFFIX = ".part"
"""Of files in the folder; the next start removes those that a process left which was killed."""

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
        audio: bytes | Path,
        result: dict[str, Any],
        *,
        seconds: float | None = None,
    ) -> str: ...


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

    `room` raises ApiError where a caller may keep no more files. Audio that waits lies in `folder`,
    where it is more than a few seconds.
    """

    def __init__(
        self,
        logs: Logs,
        metrics: Metrics,
        room: Callable[[Caller], None],
        *,
        most_bytes: int = MOST_BYTES,
        folder: Path | None = None,
    ) -> None:
        self._logs = logs
        self._room = room
        self._metrics = metrics
        self._most_bytes = most_bytes
        self._folder = folder
        if folder is not None:
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
        self._waiting: deque[_Entry] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._warned: dict[str, float] = {}

    def tape(self) -> Tape:
        """For the audio of one request; close it, or `put` it."""
        return Tape(self._folder)

    def reel(self) -> Reel:
        """For the audio of a stream of any length, of which tapes are cut; close it in the end."""
        return Reel(self._folder)

    def put(self, owner: Owner, at: datetime, tape: Tape, result: dict[str, Any]) -> None:
        """Keep a request's audio and its answer soon, or not at all where the storage is behind.

        The tape is the writer's from then on, who closes it. Nothing waits and nothing is raised.
        """
        entry = _Entry(owner, at.astimezone(UTC), tape, result)
        with self._changed:
            why = self._refusal(tape)
            if why is not None:
                tape.close()
                self._metrics.logs.labels("dropped").inc()
                self._warn(f"requests are not logged: {why}")
                return
            self._bytes += tape.size
            self._waiting.append(entry)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="logs", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _refusal(self, tape: Tape) -> str | None:
        if tape.torn:
            return "the folder for audio that waits cannot be written"
        if self._closed:
            return "the server ends"
        if self._bytes + tape.size > self._most_bytes:
            return "the storage of files does not keep up"
        return None

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
                for entry in self._waiting:
                    entry.tape.close()
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
                entry.tape.close()
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
        self._room(entry.owner.caller)
        if entry.tape.size <= IN_MEMORY:
            self._keep(entry, entry.tape.wav())
            return
        with NamedTemporaryFile(dir=self._folder, suffix=_SUFFIX) as file:
            entry.tape.write(file.file)
            file.flush()
            self._keep(entry, Path(file.name))

    def _keep(self, entry: _Entry, audio: bytes | Path) -> None:
        owner = entry.owner
        self._logs.write(
            owner.caller.resource_id,
            owner.endpoint_id,
            owner.locale,
            entry.at,
            audio,
            entry.result,
            seconds=entry.tape.seconds,
        )

    def _warn(self, text: str) -> None:
        kind = text.partition(":")[0]
        if time.monotonic() - self._warned.get(kind, -_SILENT_SECONDS) >= _SILENT_SECONDS:
            self._warned[kind] = time.monotonic()
            log.warning("%s", text)
