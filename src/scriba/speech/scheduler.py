"""Shares the CPU among recordings and models: four lanes, batches of clips of equal cost."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from scriba.errors import QueueFull, ScribaError
from scriba.speech.engine import Clip, Engine, Transcript

log = logging.getLogger(__name__)

MAX_CONTEXT = 48.0
"""Seconds of context that one batch may hold: bounds its memory to about 60 MB."""

MAX_CLIPS = 8

PRESENCE = 5.0
"""Seconds after their last clip that the lanes of people who are there count as in use."""


_UNTIDY = 64
"""Clips of a lane from which on the withdrawn ones among them are looked for."""

TURN = 2.0
"""Seconds that recordings wait for drafts at most before one of their clips goes first."""


class Lane(Enum):
    """Who waits, in order of precedence.

    Somebody for a minute at most (SHORT), somebody who speaks and would see what is heard so far
    (DRAFT), somebody for a whole recording (FAST), or nobody in particular (BATCH).
    """

    SHORT = 0
    DRAFT = 1
    FAST = 2
    BATCH = 3


_PRESENT = (Lane.SHORT, Lane.DRAFT)
"""The lanes of people who are there."""


class EngineClosed(ScribaError):
    """The recogniser is closed."""


@dataclass
class Job:
    """A clip on its way; `result` gives its transcript, `queue` and `inference` its seconds."""

    engine: Engine
    clip: Clip
    cost: float
    lane: Lane
    result: "Future[Transcript]" = field(default_factory=Future)
    submitted: float = field(default_factory=time.perf_counter)
    queue: float = 0.0
    inference: float = 0.0


class Scheduler:
    """Runs engines on `workers` threads. The lanes go in their order, the short one first.

    Clips of any engine wait in the same lanes, so no model is served before another; those of one
    engine and equal cost share a batch.

    A batch that runs cannot be stopped, so while people wait or speak the others get one clip at a
    time, and one worker, where there are several, is kept for these.

    Recordings of the short lane need a permit: `admit` raises QueueFull when `max_pending` are at
    work. The other lanes are not limited here: who feeds them waits for their results.
    """

    def __init__(self, workers: int, max_pending: int) -> None:
        self._max_pending = max_pending
        self._pending = 0
        self._lanes: dict[Lane, deque[Job]] = {lane: deque() for lane in Lane}
        self._changed = threading.Condition()
        self._closed = False
        self._short_at = -math.inf
        self._other_at = 0.0
        """When a batch for which nobody is there last began, or came to wait."""
        self._spare = max(1, workers - 1)
        self._elsewhere = 0
        """Workers that are busy with recordings for which nobody is there."""
        self._threads = [
            threading.Thread(target=self._work, name=f"recogniser-{i}", daemon=True)
            for i in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def closed(self) -> bool:
        """Whether nothing is accepted any more."""
        return self._closed

    @property
    def pending(self) -> int:
        """Recordings of the short lane that hold a permit."""
        return self._pending

    def admit(self) -> None:
        """Take a permit; raises QueueFull at once when there is none."""
        with self._changed:
            if self._closed:
                raise EngineClosed
            if self._pending >= self._max_pending:
                raise QueueFull(f"{self._pending} recordings are waiting or at work")
            self._pending += 1

    def release(self) -> None:
        """Give a permit back."""
        with self._changed:
            self._pending -= 1

    def submit(self, engine: Engine, clip: Clip, lane: Lane, *, first: bool = False) -> Job:
        """Queue a clip, `first` before all others. Cancel its `result` to withdraw it."""
        job = Job(engine, clip, engine.cost(clip), lane)
        with self._changed:
            if self._closed:
                raise EngineClosed
            if lane in _PRESENT:
                if not first:
                    self._short_at = time.perf_counter()
            elif not any(self._lanes[each] for each in (Lane.FAST, Lane.BATCH)):
                self._other_at = time.perf_counter()
            queue = self._lanes[lane]
            if len(queue) >= _UNTIDY:
                # Withdrawn clips would pile up in a lane that is not served for long.
                left = [each for each in queue if not each.result.cancelled()]
                queue.clear()
                queue.extend(left)
            (queue.appendleft if first else queue.append)(job)
            self._changed.notify()
        return job

    def renew(self, job: Job, clip: Clip) -> bool:
        """Give a job that has not begun another clip in its place; whether there was time to."""
        with self._changed:
            if not any(each is job for each in self._lanes[job.lane]):
                return False
            job.clip, job.cost = clip, job.engine.cost(clip)
            return True

    def close(self) -> None:
        """Cancel what waits, finish what runs, stop the threads. Idempotent."""
        with self._changed:
            self._closed = True
            waiting = [job for queue in self._lanes.values() for job in queue]
            for queue in self._lanes.values():
                queue.clear()
            self._changed.notify_all()
        for job in waiting:
            job.result.cancel()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _work(self) -> None:
        while jobs := self._take():
            try:
                self._run(jobs)
            finally:
                self._done(jobs[0].lane)

    def _run(self, jobs: list[Job]) -> None:
        begun = time.perf_counter()
        for job in jobs:
            job.queue = begun - job.submitted
        try:
            transcripts = jobs[0].engine.transcribe([job.clip for job in jobs])
        except Exception as error:
            self._fail(jobs, error)
            return
        spent = (time.perf_counter() - begun) / len(jobs)
        for job, transcript in zip(jobs, transcripts, strict=True):
            job.inference = spent
            job.result.set_result(transcript)

    def _fail(self, jobs: list[Job], error: Exception) -> None:
        """Give up a clip that the engine fails on, but not those that shared its batch."""
        if len(jobs) == 1:
            jobs[0].result.set_exception(error)
            return
        log.warning("a batch of %d clips failed (%s); each is tried alone", len(jobs), error)
        for job in jobs:
            try:
                job.result.set_result(job.engine.transcribe([job.clip])[0])
            except Exception as alone:
                job.result.set_exception(alone)

    def _take(self) -> list[Job]:
        """The next batch, waiting for it; [] when closed."""
        with self._changed:
            while True:
                present = self._short_at + PRESENCE - time.perf_counter()
                jobs = self._batch(self._lanes[Lane.SHORT], MAX_CLIPS)
                if jobs:
                    return jobs
                rest: list[Callable[[], list[Job]]]
                rest = [self._next_draft, partial(self._next_other, present)]
                # Drafts could fill all the time there is: the others get a turn now and then.
                if time.perf_counter() - self._other_at >= TURN:
                    rest.reverse()
                for take in rest:
                    jobs = take()
                    if jobs:
                        return jobs
                if self._closed:
                    return []
                self._changed.wait(present if present > 0 else None)

    def _next_draft(self) -> list[Job]:
        # A draft goes alone: nothing is gained by a batch of them, and they are many.
        return self._batch(self._lanes[Lane.DRAFT], 1)

    def _next_other(self, present: float) -> list[Job]:
        """A batch for which nobody is there; who is counts as there for `present` seconds more."""
        if present > 0 and self._elsewhere >= self._spare:
            return []
        for lane in (Lane.FAST, Lane.BATCH):
            jobs = self._batch(self._lanes[lane], 1 if present > 0 else MAX_CLIPS)
            if jobs:
                self._elsewhere += 1
                self._other_at = time.perf_counter()
                return jobs
        return []

    def _done(self, lane: Lane) -> None:
        if lane not in _PRESENT:
            with self._changed:
                self._elsewhere -= 1
                self._changed.notify()

    def _batch(self, queue: deque[Job], most: int) -> list[Job]:
        """The oldest job that still runs, and others like it; withdrawn ones are dropped."""
        batch: list[Job] = []
        passed: list[Job] = []
        room = most
        while queue and len(batch) < room:
            job = queue.popleft()
            if batch and (job.engine is not batch[0].engine or job.cost != batch[0].cost):
                passed.append(job)
            elif job.result.set_running_or_notify_cancel():
                batch.append(job)
                room = min(most, max(1, int(MAX_CONTEXT // job.cost)))
        queue.extendleft(reversed(passed))
        return batch
