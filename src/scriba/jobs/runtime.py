"""The durable work of a process: takes up what is asked for, and what others left behind."""

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Protocol

from scriba.errors import JobsError, ResourceNotFound, ScribaError
from scriba.jobs.crew import Crew
from scriba.jobs.custom_speech import CustomSpeech, entity_works
from scriba.jobs.deliveries import Deliveries
from scriba.jobs.expire import Expiry
from scriba.jobs.queue import Queue, Work
from scriba.jobs.recording import Diarize
from scriba.jobs.slot import Slot
from scriba.jobs.speech_of import Mixing, PooledSpeech, service_only
from scriba.jobs.transcribe import Rooms, Transcriptions
from scriba.net.outgoing import OutgoingSettings, open_client, open_sources
from scriba.net.redact import without_secrets
from scriba.resources.entity import Entity, Kind, Status
from scriba.storage.blobs import BlobsOf
from scriba.storage.blocks import Blocks
from scriba.storage.entities import Entities, Unfinished
from scriba.storage.files import Files
from scriba.storage.inputs import Inputs
from scriba.storage.logs import Logs
from scriba.storage.resources import Resources
from scriba.storage.store import Store
from scriba.storage.workers import Workers

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5
_AGAIN_SECONDS = 2.0
_BEAT_SECONDS = 3.0
_SILENT_SECONDS = 15.0
_LOST_SECONDS = 10.0
_ORPHANS_SECONDS = 30.0
_EXPIRE_SECONDS = 10.0
_PURGE_SECONDS = 3600.0
_KEPT_SECONDS = 7 * 86400.0
_STALLED_SECONDS = 60.0
_GRACE_SECONDS = 5.0
_PREPARE, _WORK, _ALONE, _WHOLE = "prepare", "work", "alone", "whole"
# Chunks go before the preparation of further jobs of the same resource: what began, ends.
_FIRST, _LATER = 1, 2


class JobSettings(OutgoingSettings, Protocol):
    """The settings that this room reads, as `scriba.settings.Settings` has them."""

    @property
    def files_at_once(self) -> int: ...


class Jobs:
    """The job worker of a process; at most one a process. `start` it, `close` it in the end.

    Transcriptions are taken up from the database, so it does not matter which process was asked
    for them; `submit` only makes that quick. `room` recordings are worked on at once. Raises
    JobsError, SettingsError.
    """

    def __init__(
        self,
        settings: JobSettings,
        store: Store,
        speech: Mixing,
        *,
        slot: Slot,
        blobs: BlobsOf,
        diarize: Diarize,
        custom: CustomSpeech | None = None,
    ) -> None:
        self._entities = Entities(store)
        self._workers = Workers(store)
        self._slot = slot
        self._client = open_client(settings)
        self._messenger = open_client(settings)
        self._deliveries = Deliveries(store, self._messenger)
        self._stopping = threading.Event()
        self._wake = threading.Event()
        inputs = Inputs(store)
        rooms = Rooms(
            self._entities,
            inputs,
            Files(store),
            blobs,
            open_sources(settings, self._client),
            service_only(speech)
            if custom is None
            else PooledSpeech(speech, custom.pool, custom.models),
            diarize,
            Crew(settings.files_at_once),
            slot.scratch,
            self._stopping,
            _file_limit(Resources(store)),
        )
        self._transcriptions = Transcriptions(rooms)
        self._wholes = entity_works(rooms, Blocks(store, blobs), self._client, custom)
        self._kinds = (Kind.TRANSCRIPTION, *self._wholes.kinds)
        self._expiry = Expiry(self._entities, blobs)
        self._logs = Logs(store, blobs)
        url = store.engine.url.render_as_string(hide_password=False)
        self._queue = Queue(url, slot.scratch.parent.parent, slot.name)
        self._queued: dict[str, float] = {}
        self._looked = time.monotonic()
        self._others: dict[str, tuple[object, float]] = {}
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._expirer = threading.Thread(target=self._expire, name="expiry", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        works: dict[str, Work] = {
            _PREPARE: self._prepare,
            _WORK: self._work,
            _ALONE: self._transcriptions.work_alone,
            _WHOLE: lambda kind, id: self._wholes.run(Kind(kind), id),
        }
        self._queue.start(works)
        self._deliveries.start()
        self._thread.start()
        self._expirer.start()

    def submit(self, entity: Entity) -> None:
        """Look at once for new work, such as this entity, which is in the database."""
        self._wake.set()

    def check(self) -> None:
        """Raise JobsError where work is not taken up."""
        silent = time.monotonic() - self._looked
        if not self._thread.is_alive() or silent > _STALLED_SECONDS:
            raise JobsError(f"the database could not be asked for work for {silent:.0f} s")
        try:
            self._queue.check()
        except Exception as error:
            raise JobsError(without_secrets(str(error).partition("\n")[0])) from error

    @property
    def in_hand(self) -> int:
        """Pieces of work that run in this process now."""
        return self._queue.in_hand

    def close(self) -> None:
        """Stop soon, and leave the work that is in hand to be resumed. Idempotent."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._wake.set()
        self._client.close()
        if not self._thread.ident:
            self._messenger.close()
            return
        messages = threading.Thread(target=self._deliveries.close, name="webhooks-closing")
        messages.start()
        self._thread.join()
        self._queue.stop_taking()
        deadline = time.monotonic() + _GRACE_SECONDS
        while self._queue.in_hand and time.monotonic() < deadline:
            time.sleep(0.05)
        if self._queue.close():
            try:
                self._workers.forget(self._slot.name)
            except ScribaError as error:
                log.warning("%s", error)
        messages.join(max(0.0, deadline - time.monotonic()))
        self._expirer.join(max(0.0, deadline - time.monotonic()))
        # What is still under way fails now, and is sent again by the next worker.
        self._messenger.close()
        messages.join()

    def _prepare(self, id: str, share: str, round: int) -> None:
        chunks = self._transcriptions.prepare(id)
        for n, chunk in enumerate(chunks[1:], 1):
            self._queue.enqueue(
                f"{id}:{round}:{n}", share, _FIRST, _WORK, id, chunk.start, chunk.stop
            )
        for chunk in chunks[:1]:
            # At once: nothing else is at work yet for whom it waits.
            self._work(id, chunk.start, chunk.stop)

    def _work(self, id: str, first: int, last: int) -> None:
        for item in self._transcriptions.work(id, first, last):
            # Who ended the fewest processes goes first, and a deadly one last.
            self._queue.enqueue_alone(f"alone:{item.index}", item.begun, _ALONE, id, item.index)

    def _run(self) -> None:
        duties = (
            _Duty(_LOOK_SECONDS, self._look),
            _Duty(_BEAT_SECONDS, self._beat),
            _Duty(_LOST_SECONDS, self._queue.recover_lost),
            _Duty(_ORPHANS_SECONDS, self._orphans),
            _Duty(_PURGE_SECONDS, lambda: self._queue.purge(_KEPT_SECONDS)),
        )
        failing = False
        while not self._stopping.is_set():
            try:
                if self._wake.is_set():
                    self._wake.clear()
                    self._look()
                for duty in duties:
                    duty.when_due()
                failing = False
            except Exception as error:
                if not failing:
                    log.warning("no work is taken up: %s", without_secrets(str(error)))
                failing = True
                # Who was silent meanwhile may have been kept from speaking as this one was.
                self._others.clear()
                self._stopping.wait(1.0)
            self._wake.wait(_LOOK_SECONDS)

    def _expire(self) -> None:
        """Apart from the rest, since a resource's storage may take its time."""
        failing = False
        while not self._stopping.is_set():
            try:
                self._expiry.run(self._stopping.is_set)
                self._logs.purge(self._stopping.is_set)
                failing = False
            except Exception as error:
                if not failing:
                    log.warning("nothing is removed: %s", without_secrets(str(error)))
                failing = True
            self._stopping.wait(_EXPIRE_SECONDS)

    def _look(self) -> None:
        """Queue what waits."""
        waiting = self._entities.unfinished(Status.NOT_STARTED, self._kinds)
        at = self._looked = time.monotonic()
        unsure = [each for each in waiting if self._queued.get(each.id, 0.0) <= at]
        self._take_up(unsure)
        known = {each.id for each in waiting}
        self._queued = {id: until for id, until in self._queued.items() if id in known}

    def _take_up(self, entities: list[Unfinished]) -> None:
        """Queue those that are not queued."""
        live = self._queue.live() if entities else set()
        rounds = {
            each.id: self._queue.next_round(each.id) for each in entities if each.id not in live
        }
        if rounds:
            # Asked again after the rounds were taken: what another worker queues between the two
            # is seen here, and what it queues later has the same id.
            live = self._queue.live()
        for entity in entities:
            if entity.id in live or entity.id not in rounds:
                # It may be the end of an earlier round, so it is looked at again.
                self._queued[entity.id] = time.monotonic() + _AGAIN_SECONDS
                continue
            share, round = entity.resource_id, rounds[entity.id]
            id = f"{entity.id}:{round}"
            if entity.kind is not Kind.TRANSCRIPTION:
                # A share of its own: work that takes an hour must not hold up transcriptions.
                apart = f"{share}/{entity.kind}"
                self._queue.enqueue(id, apart, _LATER, _WHOLE, entity.kind.value, entity.id)
            elif self._queue.in_hand:
                self._queue.enqueue(id, share, _LATER, _PREPARE, entity.id, share, round)
            else:
                # An idle worker has nobody to be fair to, and looks into its queue now and then.
                self._queue.begin(id, _PREPARE, entity.id, share, round)
            self._queued[entity.id] = math.inf

    def _orphans(self) -> None:
        """Take up again what runs by its status and is in no queue, as after a lost queue."""
        for status in (Status.RUNNING, Status.NOT_STARTED):
            self._take_up(self._entities.unfinished(status, self._kinds))

    def _beat(self) -> None:
        """Say that this worker lives, and take over from those that do not."""
        self._workers.beat(self._slot.name)
        at = time.monotonic()
        seen = self._workers.seen()
        # Clocks of hosts differ, so only whether the time of another one changes is looked at.
        self._others = {
            id: (told, self._others[id][1] if self._others.get(id, ("",))[0] == told else at)
            for id, told in seen.items()
            if id != self._slot.name
        }
        for id, (_, since) in self._others.items():
            if at - since > _SILENT_SECONDS:
                taken = self._queue.recover(id)
                self._workers.forget(id)
                log.warning("worker %s is silent: %d works of it are taken over", id, taken)


def _file_limit(resources: Resources) -> Callable[[str], int | None]:
    """How many files a job of a resource may have."""

    def limit(resource_id: str) -> int | None:
        try:
            limits = resources.by_id(resource_id).limits
        except ResourceNotFound:
            return None
        return limits.files_per_job if limits is not None else None

    return limit


class _Duty:
    """Something to do every so many seconds, the first time at once."""

    def __init__(self, every: float, action: Callable[[], object]) -> None:
        self._every = every
        self._action = action
        self._due = 0.0

    def when_due(self) -> None:
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + self._every
            self._action()
