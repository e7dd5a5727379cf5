"""A transcription's work: list its recordings, transcribe them in chunks, report.

Every part may run again, here or in another worker, after it was cut at any point: what is done is
in the database (`inputs`), and doing the rest twice gives the same rows and the same blobs.
"""

import logging
import shutil
import tempfile
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scriba.errors import BlobError, EntityNotFound, NetworkError, StorageError
from scriba.jobs import names, problems
from scriba.jobs.crew import Crew
from scriba.jobs.dataset_audio import DatasetAudio
from scriba.jobs.dataset_files import DatasetFiles
from scriba.jobs.entity_work import Ended, Refused
from scriba.jobs.keep import Keeper, Undelivered
from scriba.jobs.patience import Patience
from scriba.jobs.recording import Diarize, Done, Wish, transcribe_file
from scriba.jobs.recordings import Recordings
from scriba.jobs.results import Outcome, report
from scriba.jobs.sources import Sources
from scriba.jobs.speech_of import SpeechOf
from scriba.net.redact import without_secrets
from scriba.resources.entity import Entity, Kind, Problem, Status, now
from scriba.resources.file import FileKind
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
_LONE_TRIES = 5
"""How often a process may end over a recording that is the only suspect at work in it.

The first time it was one of several, any of which may have been the reason, and so may whoever
kills a worker be: a deadly recording is told from its neighbours by ending one process after the
other.
"""
_UNFORESEEN = 3
"""How often a job's work may fail as a whole, for a reason that nobody foresaw, in one worker."""
_DESTINATION_SECONDS = 60.0
"""How long a destination that does not answer is tried before any work is done for it."""
_NOTHING: dict[str, object] = {"seconds": 0.0, "files": 0, "failed": 0}


class Unreadable(Exception):
    """What was asked for cannot be read from the database."""


@dataclass(frozen=True)
class Rooms:
    """What the work of transcriptions needs."""

    entities: Entities
    inputs: Inputs
    files: Files
    blobs: BlobsOf
    sources: Sources
    speech_of: SpeechOf
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
        self._steady = Patience(rooms.stopping, rooms.scratch)
        self._check = self._steady.check
        keeper = Keeper(rooms.files, rooms.blobs, rooms.sources, self._steady)
        self._keep = keeper.keep
        datasets = DatasetFiles(rooms.entities, rooms.files, rooms.blobs, self._steady)
        self._recordings = Recordings(rooms.sources, DatasetAudio(datasets, rooms.blobs))
        self._in_hand: set[tuple[str, int]] = set()
        self._unforeseen: Counter[str] = Counter()

    def prepare(self, id: str) -> list[range]:
        """List the recordings; returns the chunks they are to be worked on in, [] when all ended.

        Raises Stopped.
        """
        with self._told(id):
            return chunks(self._count(id))
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
        spec = _spec(entity)
        self._try_destination(entity, spec)
        try:
            inputs = self._steady(lambda: self._recordings.list(spec, entity.resource_id))
        except NetworkError as error:
            self._end(entity, problems.of_listing(error), _NOTHING)
            raise Ended from None
        except (Refused, BlobError) as error:
            problem = error.problem if isinstance(error, Refused) else problems.of_error(error)
            self._end(entity, problem or problems.UNEXPECTED_JOB, _NOTHING)
            raise Ended from None
        if not inputs:
            self._end(entity, problems.EMPTY, _NOTHING)
            raise Ended
        most = self._steady(lambda: rooms.file_limit(entity.resource_id))
        if most is not None and len(inputs) > most:
            self._end(entity, problems.too_many(len(inputs), most), _NOTHING)
            raise Ended
        self._steady(lambda: rooms.inputs.add(id, inputs))
        return len(inputs)

    def _try_destination(self, entity: Entity, spec: TranscriptionSpec) -> None:
        """Ended where results could not be written, which nobody wants to learn in the morning."""
        wanted = spec.destination
        if wanted is None:
            return
        try:
            probe = self._rooms.sources.probe
            self._steady(lambda: probe(wanted, names.REPORT), network=_DESTINATION_SECONDS)
        except NetworkError as error:
            self._end(entity, problems.of_destination(error), _NOTHING)
            raise Ended from None

    def work(self, id: str, first: int, last: int) -> list[Input]:
        """Transcribe the recordings from `first` up to `last`, and end the job with its last one.

        Returns those that are left to `work_alone`: some process ended over them. Raises Stopped.
        """
        with self._told(id):
            entity = self._begin(id)
            pending = self._steady(lambda: self._rooms.inputs.pending(id))
            mine = [each for each in pending if first <= each.index < last]
            self._together(entity, deque(each for each in mine if not each.begun))
            self._finish_last(entity)
            return [each for each in mine if each.begun]
        return []

    def work_alone(self, id: str, index: int) -> None:
        """The same for one recording; not to be called again before it returns. Raises Stopped."""
        with self._told(id):
            entity = self._begin(id)
            pending = self._steady(lambda: self._rooms.inputs.pending(id))
            self._together(entity, deque(each for each in pending if each.index == index))
            self._finish_last(entity)

    @contextmanager
    def _told(self, id: str) -> Iterator[None]:
        """Bring a job to its end that cannot be worked on, so that it does not wait for ever."""
        try:
            yield
        except (Ended, EntityNotFound):
            log.info("transcription %s has ended: its work is dropped", id)
        except Unreadable as error:
            log.error("transcription %s cannot be read: %s", id, error.__cause__)
            self._fail(id, problems.UNREADABLE)
        except Exception as error:
            self._check()
            told = without_secrets("".join(traceback.format_exception(error)))
            log.error("transcription %s: %s", id, told)
            self._unforeseen[id] += 1
            if self._unforeseen[id] < _UNFORESEEN:
                # It is queued again in a while.
                raise
            self._fail(id, problems.UNEXPECTED_JOB)
        self._unforeseen.pop(id, None)

    def _fail(self, id: str, problem: Problem) -> None:
        was, entities = (Status.NOT_STARTED, Status.RUNNING), self._rooms.entities
        self._steady(
            lambda: entities.advance(id, Status.FAILED, was=was, result=_NOTHING, error=problem)
        )

    def _begin(self, id: str) -> Entity:
        entities = self._rooms.entities
        was = (Status.NOT_STARTED,)
        self._steady(lambda: entities.advance(id, Status.RUNNING, was=was))
        self._running(id)
        return self._steady(lambda: entities.get(Kind.TRANSCRIPTION, id))

    def _running(self, id: str) -> None:
        """Ended where the transcription does not want its result any more."""
        if self._steady(lambda: self._rooms.entities.status(id)) is not Status.RUNNING:
            raise Ended

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

        mine = {(entity.id, each.index) for each in waiting}
        # Daemons: a fetch that hangs must not keep the process from ending.
        threads = [
            threading.Thread(target=run, name=f"transcribe-{i}", daemon=True)
            for i in range(min(_THREADS, len(waiting)))
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.2)
                    self._check()
        except BaseException:
            # Here, as a thread that hangs does not come to it before the process has ended.
            for id, index in mine & self._in_hand:
                self._put_off(id, index)
            raise
        if failures:
            # Ended by another thread's failure says less than that failure.
            raise next((each for each in failures if not isinstance(each, Ended)), failures[0])

    def _one(self, entity: Entity, item: Input) -> None:
        rooms = self._rooms
        self._running(entity.id)
        tries = self._steady(lambda: rooms.inputs.begin(entity.id, item.index))
        self._in_hand.add((entity.id, item.index))
        problem: Problem | None = None
        done: Done | None = None
        try:
            if tries > 1 + _LONE_TRIES:
                problem = problems.DEADLY
            else:
                with self._folder() as folder:
                    done, problem = self._attempt(entity, item, folder)
        except BaseException:
            self._put_off(entity.id, item.index)
            raise
        seconds, note = (done.seconds, done.note) if done else (None, None)
        self._steady(
            lambda: rooms.inputs.finish(
                entity.id, item.index, error=problem, seconds=seconds, note=note
            )
        )
        self._in_hand.discard((entity.id, item.index))

    def _put_off(self, id: str, index: int) -> None:
        """Not by the recording's fault: that work on it began does not count."""
        try:
            self._in_hand.remove((id, index))
        except KeyError:
            return
        with suppress(StorageError):
            self._rooms.inputs.rest(id, index)

    def _attempt(
        self, entity: Entity, item: Input, folder: Path
    ) -> tuple[Done | None, Problem | None]:
        audio, target = folder / "audio", folder / "result"
        spec = _spec(entity)
        wish = Wish(spec, entity.locale or "en-US", _version(entity), item.shown)
        watch = _Watch(lambda: self._running(entity.id), self._check)
        rooms = self._rooms

        def transcribed() -> Done:
            self._recordings.fetch(item.source, audio, self._check)
            self._check()
            model, by_locale = _models(spec, wish.locale)
            with rooms.speech_of(entity.resource_id, model, by_locale, watch.check) as speech:
                return transcribe_file(audio, target, wish, speech, rooms.diarize, watch.check)

        try:
            done = self._steady(transcribed)
            about = _about(item, done)
            kind, to = FileKind.TRANSCRIPTION, spec.destination
            self._keep(entity, item.name, kind, target, about, destination=to)
        except (Ended, EntityNotFound):
            raise
        except (Undelivered, Refused) as error:
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

    def _finish_last(self, entity: Entity) -> None:
        """Write the report and end the transcription where nothing of it is left to do."""
        rooms = self._rooms
        if self._steady(lambda: rooms.inputs.pending(entity.id)):
            return
        inputs = self._steady(lambda: rooms.inputs.all(entity.id))
        failed = [each.error for each in inputs if each.error is not None]
        spec = _spec(entity)
        document = report(_version(entity), map(_outcome, inputs))
        with self._folder() as folder:
            path = folder / names.REPORT
            self._steady(lambda: path.write_bytes(document))
            kind = FileKind.TRANSCRIPTION_REPORT
            problem = None
            try:
                self._keep(entity, names.REPORT, kind, path, {}, destination=spec.destination)
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
        expires = _spec(entity).expires(now())
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


def chunks(count: int) -> list[range]:
    """`count` recordings in pieces that workers can share, none of them large."""
    size = min(_LARGEST_CHUNK, max(1, -(-count // _CHUNKS)))
    return [range(first, min(first + size, count)) for first in range(0, count, size)]


def _spec(entity: Entity) -> TranscriptionSpec:
    """What was asked for; raises Unreadable."""
    try:
        spec = TranscriptionSpec.from_json(entity.spec)
        sources = (spec.content_urls or None, spec.container_url, spec.dataset)
        if sum(each is not None for each in sources) != 1:
            raise ValueError("it names no recordings")
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Unreadable from error
    return spec


def _outcome(item: Input) -> Outcome:
    if item.error is None:
        return Outcome(item.shown, message=item.note)
    return Outcome(item.shown, item.error.code, item.error.message)


def _models(spec: TranscriptionSpec, locale: str) -> tuple[str | None, dict[str, str]]:
    """The model of the whole recording, or else those of single locales."""
    if spec.identification is None:
        return spec.model, {}
    own = {locale: spec.model} if spec.model is not None else {}
    return None, {**own, **spec.identification.models}


def _about(item: Input, done: Done) -> dict[str, object]:
    return {
        "index": item.index,
        "seconds": done.seconds,
        "speech_seconds": done.speech_seconds,
        "source": item.shown,
    }


def _version(entity: Entity) -> Version:
    return Version.parse(entity.version) or Version.V2025_10
