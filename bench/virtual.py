"""Live recognition in simulated time: what it would be like on a machine with nothing else to do.

Decodings are really done, one after the other, and take as long in the simulation as the CPU time
that they took, on one of `workers`. So a busy machine measures what a quiet one would, but for what
the threads take from each other's caches.
"""

import heapq
import itertools
import math
import time
from collections import deque
from collections.abc import Callable, Iterable

import numpy as np

from scriba.speech.engine import Clip, Engine, Transcript
from scriba.speech.live import Live
from scriba.speech.scheduler import MAX_CLIPS, MAX_CONTEXT, Job, Lane

CHUNK = 1600
"""Samples that come at a time: 0.1 s, as Microsoft's SDKs send them."""


class VirtualScheduler:
    """A `Scheduler` whose time is `now`, in seconds."""

    closed = False

    def __init__(self, workers: int) -> None:
        self.now = 0.0
        self.busy = 0.0
        """CPU seconds of all decodings."""
        self.jobs: dict[Lane, int] = dict.fromkeys(Lane, 0)
        self._free = workers
        self._lanes: dict[Lane, deque[Job]] = {lane: deque() for lane in Lane}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def submit(self, engine: Engine, clip: Clip, lane: Lane, *, first: bool = False) -> Job:
        job = Job(engine, clip, engine.cost(clip), lane)
        self._lanes[lane].append(job)
        self.at(self.now, self._start)
        return job

    def renew(self, job: Job, clip: Clip) -> bool:
        if not any(each is job for each in self._lanes[job.lane]):
            return False
        job.clip, job.cost = clip, job.engine.cost(clip)
        return True

    def at(self, when: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._count), do))

    def run(self, until: float = math.inf) -> None:
        """Let all happen that is to happen until then."""
        while self._events and self._events[0][0] <= until:
            self.now, _, do = heapq.heappop(self._events)
            do()
        if until < math.inf:
            self.now = until

    def measure(self, jobs: list[Job]) -> tuple[list[Transcript], float]:
        """What is heard, and the seconds that it takes."""
        begun = time.process_time()
        found = jobs[0].engine.transcribe([job.clip for job in jobs])
        return found, time.process_time() - begun

    def _start(self) -> None:
        while self._free and (jobs := self._take()):
            self._free -= 1
            found, took = self.measure(jobs)
            self.busy += took
            self.at(self.now + took, lambda jobs=jobs, found=found: self._done(jobs, found))

    def _done(self, jobs: list[Job], found: Iterable[Transcript]) -> None:
        self._free += 1
        for job, transcript in zip(jobs, found, strict=True):
            job.result.set_result(transcript)
        self._start()

    def _take(self) -> list[Job]:
        for lane, queue in self._lanes.items():
            batch: list[Job] = []
            passed: list[Job] = []
            most = 1 if lane is Lane.DRAFT else MAX_CLIPS
            while queue and len(batch) < most:
                job = queue.popleft()
                if batch and (job.cost != batch[0].cost):
                    passed.append(job)
                elif job.result.set_running_or_notify_cancel():
                    batch.append(job)
                    most = min(most, max(1, int(MAX_CONTEXT // job.cost)))
            queue.extendleft(reversed(passed))
            if batch:
                self.jobs[lane] += len(batch)
                return batch
        return []


def play(
    scheduler: VirtualScheduler, live: Live, audio: np.ndarray, start: float = 0.0, speed: float = 1
) -> None:
    """Plan to feed a stream with audio in real time, beginning at `start`."""

    def feed(i: int) -> None:
        live.feed(audio[i : i + CHUNK])
        after = i + CHUNK
        if after >= len(audio):
            live.finish()
        else:
            due = start + min(after + CHUNK, len(audio)) / 16_000 / speed
            scheduler.at(due, lambda: feed(after))

    scheduler.at(start + CHUNK / 16_000 / speed, lambda: feed(0))
