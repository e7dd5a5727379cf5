"""A transcription's work: list its recordings, transcribe them in chunks, report.

Every part may run again, here or in another worker, after it was cut at any point: what is done is
in the database (`inputs`), and doing the rest twice gives the same rows and the same blobs.
"""

import errno
import logging
import shutil
import tempfile
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from scriba.errors import BlobError, EntityNotFound, NetworkError, StorageError
from scriba.jobs import names, problems
from scriba.jobs.crew import Crew
from scriba.jobs.recording import Diarize, Done, Speech, Wish, transcribe_file
from scriba.jobs.results import Outcome, report
from scriba.net.azure import Item, blob_url
from scriba.net.redact import redacted, without_secrets
from scriba.resources.entity import Entity, Kind, Problem, Status, now
from scriba.resources.file import File, FileKind, blob_path, file_id
from scriba.resources.transcription import TranscriptionSpec
from scriba.resources.versions import Version
from scriba.storage.blobs import BlobsOf
from scriba.storage.entities import Entities
from scriba.storage.files import Files
from scriba.storage.inputs import Input, Inputs

log = logging.getLogger(__name__)

T = TypeVar("T")

_LARGEST_CHUNK = 16
_CHUNKS = 8
_THREADS = 6
"""Files of one chunk at work at once, at most."""
_TRIES = 3
"""How often work on a recording may begin and end without a result, as when a process is killed."""
_PATIENCE = 600.0
"""Seconds that a resource's storage may fail before its recording is given up."""
_NOTHING: dict[str, object] = {"seconds": 0.0, "files": 0, "failed": 0}
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Stopped(BaseException):
    """The worker ends; its work is left to be resumed. No Exception, so that nothing records it."""


class Ended(Exception):
    """The transcription was cancelled or removed meanwhile."""


class Undelivered(Exception):
    """A file could not be written to the client's container."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Sources(Protocol):
    """Where recordings come from and results may go, as `scriba.net.sources` has it."""

    def list(self, container: str) -> Iterator[Item]: ...

    def fetch(self, address: str, to: Path) -> object: ...

    def put(self, container: str, name: str, path: Path) -> None: ...


@dataclass(frozen=True)
class Rooms:
    """What the work of transcriptions needs."""

    entities: Entities
    inputs: Inputs
    files: Files
    blobs: BlobsOf
    sources: Sources
    speech: Speech
    diarize: Diarize
    crew: Crew
    scratch: Path
    stopping: threading.Event
    file_limit: Callable[[str], int | None]
    """How many files a job of a resource may have; None is no limit."""


class Transcriptions:
    """The parts of a transcription's work, each of which may be run any number of times."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def prepare(self, id: str) -> list[range]:
        """List the recordings; returns the chunks they are to be worked on in, [] when all ended.

        Raises Stopped.
        """
        try:
            return chunks(self._count(id))
        except (Ended, EntityNotFound):
            return []

    def _count(self, id: str) -> int:
        """How many recordings there are, listed now if they never were; Ended where none are."""
        rooms = self._rooms
        entity = self._steady(lambda: rooms.entities.get(Kind.TRANSCRIPTION, id))
        if entity.status.ended:
            raise Ended
        known = self._steady(lambda: rooms.inputs.all(id))
        if known:
            return len(known)
        try:
            inputs = _inputs(TranscriptionSpec.from_json(entity.spec), rooms.sources)
        except NetworkError as error:
            self._end(entity, problems.of_listing(error), _NOTHING)
            raise Ended from None
        if not inputs:
            spec = TranscriptionSpec.from_json(entity.spec)
            self._end(
                entity, problems.UNKNOWN_DATASET if spec.dataset else problems.EMPTY, _NOTHING
            )
            raise Ended
        most = self._steady(lambda: rooms.file_limit(entity.resource_id))
        if most is not None and len(inputs) > most:
            self._end(entity, problems.too_many(len(inputs), most), _NOTHING)
            raise Ended
        self._steady(lambda: rooms.inputs.add(id, inputs))
        return len(inputs)

    def work(self, id: str, first: int, last: int) -> None:
        """Transcribe the recordings from `first` up to `last`, and end the job with its last one.

        Raises Stopped.
        """
        rooms = self._rooms
        try:
            entity = self._begin(id)
            pending = self._steady(lambda: rooms.inputs.pending(id))
            waiting = deque(each for each in pending if first <= each.index < last)
            self._together(entity, waiting)
            if not self._steady(lambda: rooms.inputs.pending(id)):
                self._finish(entity)
        except (Ended, EntityNotFound):
            log.info("transcription %s has ended: its work is dropped", id)

    def _begin(self, id: str) -> Entity:
        entities = self._rooms.entities
        was = (Status.NOT_STARTED,)
        self._steady(lambda: entities.advance(id, Status.RUNNING, was=was))
        return self._running(id)

    def _running(self, id: str) -> Entity:
        entities = self._rooms.entities
        entity = self._steady(lambda: entities.get(Kind.TRANSCRIPTION, id))
        if entity.status is not Status.RUNNING:
            raise Ended
        return entity

    def _together(self, entity: Entity, waiting: deque[Input]) -> None:
        """Several files at a time, on threads of their own."""
        failures: list[BaseException] = []

        def run() -> None:
            try:
                while not failures:
                    with self._rooms.crew.place(entity.resource_id, self._check):
                        try:
                            each = waiting.popleft()
                        except IndexError:
                            return
                        self._one(entity, each)
            except BaseException as error:
                failures.append(error)

        # Daemons: a fetch that hangs must not keep the process from ending.
        threads = [
            threading.Thread(target=run, name=f"transcribe-{i}", daemon=True)
            for i in range(min(_THREADS, len(waiting)))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)
                self._check()
        if failures:
            # Ended by another thread's failure says less than that failure.
            raise next((each for each in failures if not isinstance(each, Ended)), failures[0])

    def _one(self, entity: Entity, item: Input) -> None:
        rooms = self._rooms
        self._running(entity.id)
        tries = self._steady(lambda: rooms.inputs.begin(entity.id, item.index))
        problem: Problem | None = None
        done: Done | None = None
        try:
            if tries > _TRIES:
                problem = problems.DEADLY
            else:
                with self._folder() as folder:
                    done, problem = self._attempt(entity, item, folder)
        except BaseException:
            # Put off, and not by the recording's fault.
            with suppress(StorageError):
                rooms.inputs.rest(entity.id, item.index)
            raise
        seconds = done.seconds if done else None
        self._steady(
            lambda: rooms.inputs.finish(entity.id, item.index, error=problem, seconds=seconds)
        )

    def _attempt(
        self, entity: Entity, item: Input, folder: Path
    ) -> tuple[Done | None, Problem | None]:
        audio, target = folder / "audio", folder / "result"
        spec = TranscriptionSpec.from_json(entity.spec)
        wish = Wish(spec, entity.locale or "en-US", _version(entity), item.shown)
        watch = _Watch(lambda: self._running(entity.id), self._check)
        rooms = self._rooms

        def transcribed() -> Done:
            rooms.sources.fetch(item.source, audio)
            self._check()
            return transcribe_file(audio, target, wish, rooms.speech, rooms.diarize, watch.check)

        try:
            done = self._steady(transcribed)
            kind = FileKind.TRANSCRIPTION
            self._keep(entity, spec, item.name, kind, target, _about(item, done))
        except (Ended, EntityNotFound):
            raise
        except Undelivered as error:
            return None, error.problem
        except Exception as error:
            # A recogniser that is being closed fails in ways of its own.
            self._check()
            known = problems.of_error(error)
            if known is None:
                told = without_secrets("".join(traceback.format_exception(error)))
                log.error("transcription %s, recording %d: %s", entity.id, item.index, told)
            return None, known or problems.UNEXPECTED
        return done, None

    def _keep(
        self,
        entity: Entity,
        spec: TranscriptionSpec,
        name: str,
        kind: FileKind,
        path: Path,
        properties: dict[str, object],
    ) -> None:
        """Put a file where it belongs and list it."""
        rooms = self._rooms
        id = file_id(entity.id, name)
        blob = blob_path(entity.resource_id, entity.id, id)
        if spec.destination is not None:
            # The client's own container, and nowhere else.
            try:
                rooms.sources.put(spec.destination, name, path)
            except NetworkError as error:
                raise Undelivered(problems.of_destination(error)) from error
            properties = properties | {"url": blob_url(spec.destination, name).partition("?")[0]}
        else:
            # The name and the type are told by the links that the storage itself signs.
            self._steady(
                lambda: rooms.blobs(entity.resource_id).put(
                    blob, path, name=name, content_type="application/json"
                )
            )
        file = File(
            id,
            entity.id,
            name,
            kind,
            path.stat().st_size,
            now(),
            blob,
            "application/json",
            properties,
        )
        try:
            self._steady(lambda: rooms.files.add(file))
        except EntityNotFound:
            # Deleted meanwhile, with all that was there: what came since must not outlive it.
            if spec.destination is None:
                self._remove(entity)
            raise

    def _remove(self, entity: Entity) -> None:
        try:
            blobs = self._rooms.blobs(entity.resource_id)
            blobs.delete_prefix(f"{entity.resource_id}/{entity.id}")
        except (BlobError, StorageError) as error:
            said = without_secrets(str(error))
            log.error("files of the deleted transcription %s are left: %s", entity.id, said)

    def _finish(self, entity: Entity) -> None:
        """Write the report and end the transcription."""
        rooms = self._rooms
        inputs = self._steady(lambda: rooms.inputs.all(entity.id))
        failed = [each.error for each in inputs if each.error is not None]
        spec = TranscriptionSpec.from_json(entity.spec)
        document = report(_version(entity), map(_outcome, inputs))
        with self._folder() as folder:
            path = folder / names.REPORT
            self._steady(lambda: path.write_bytes(document))
            kind = FileKind.TRANSCRIPTION_REPORT
            problem = None
            try:
                self._keep(entity, spec, names.REPORT, kind, path, {})
            except Undelivered as error:
                problem = error.problem
            except BlobError as error:
                problem = problems.of_error(error)
        if problem is None and len(failed) == len(inputs):
            problem = problems.of_all(failed)
        seconds = sum(each.seconds or 0.0 for each in inputs)
        result: dict[str, object] = {
            "seconds": seconds,
            "files": len(inputs),
            "failed": len(failed),
        }
        self._end(entity, problem, result)

    def _end(self, entity: Entity, problem: Problem | None, result: dict[str, object]) -> None:
        to = Status.FAILED if problem else Status.SUCCEEDED
        expires = TranscriptionSpec.from_json(entity.spec).expires(now())
        was = (Status.NOT_STARTED, Status.RUNNING)
        entities = self._rooms.entities
        if self._steady(
            lambda: entities.advance(
                entity.id, to, was=was, result=result, error=problem, expires=expires
            )
        ):
            log.info("transcription %s: %s (%s)", entity.id, to.value, result)

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """A folder for drafts that is gone in the end."""
        scratch = self._rooms.scratch
        folder = self._steady(lambda: Path(tempfile.mkdtemp(dir=scratch)))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _check(self) -> None:
        if self._rooms.stopping.is_set():
            raise Stopped

    def _steady(self, action: Callable[[], T]) -> T:
        """Do it again and again while the database cannot be used or the disk is full."""
        begun = time.monotonic()
        wait = 0.5
        while True:
            try:
                return action()
            except EntityNotFound:
                raise
            except (StorageError, BlobError, OSError) as error:
                self._check()
                if isinstance(error, OSError) and not _full(error):
                    raise
                if (
                    isinstance(error, BlobError)
                    and not _full(error)
                    and (time.monotonic() - begun > _PATIENCE)
                ):
                    raise
                log.warning("waiting to go on: %s", without_secrets(str(error)))
            if self._rooms.stopping.wait(wait):
                raise Stopped
            wait = min(wait * 2, 30.0)


class _Watch:
    """Looks every few seconds whether the transcription still wants its result."""

    def __init__(self, running: Callable[[], object], check: Callable[[], None]) -> None:
        self._running = running
        self._check = check
        self._next = time.monotonic() + 5.0

    def check(self) -> None:
        self._check()
        if time.monotonic() > self._next:
            self._running()
            self._next = time.monotonic() + 5.0


def _full(error: BaseException | None) -> bool:
    """Whether a full disk is the reason: that passes, and nobody needs to do it all again."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        error = error.__cause__
    return False


def chunks(count: int) -> list[range]:
    """`count` recordings in pieces that workers can share, none of them large."""
    size = min(_LARGEST_CHUNK, max(1, -(-count // _CHUNKS)))
    return [range(first, min(first + size, count)) for first in range(0, count, size)]


def _inputs(spec: TranscriptionSpec, sources: Sources) -> list[Input]:
    if spec.container_url is None:
        named = zip(names.of_urls(len(spec.content_urls)), spec.content_urls, strict=True)
        return [Input(i, url, name, redacted(url)) for i, (name, url) in enumerate(named)]
    items = list(sources.list(spec.container_url))
    found = zip(names.of_blobs(item.name for item in items), items, strict=True)
    return [Input(i, item.address, name, item.name) for i, (name, item) in enumerate(found)]


def _outcome(item: Input) -> Outcome:
    if item.error is None:
        return Outcome(item.shown)
    return Outcome(item.shown, item.error.code, item.error.message)


def _about(item: Input, done: Done) -> dict[str, object]:
    return {
        "index": item.index,
        "seconds": done.seconds,
        "speech_seconds": done.speech_seconds,
        "source": item.shown,
    }


def _version(entity: Entity) -> Version:
    return Version.parse(entity.version) or Version.V2025_10
