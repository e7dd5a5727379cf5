"""How much a resource may ask for: requests in a time, and recognitions at once."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scriba.resources.limits import Limits, Rate
from scriba.server.errors import ApiError
from scriba.server.tokens import Caller

_SWEEP_SECONDS = 300.0
_BUSY_RETRY = "1"
_FULL_RETRY = "3600"

_NAMES = {"management": "management requests", "fast": "fast transcriptions"}


class Limiter:
    """Counts what each resource asks of this process, and refuses what is beyond its limits.

    A resource without limits costs nothing: they come with the caller. Requests are counted in a
    sliding window; those that were refused do not count. `clock` gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._requests: dict[tuple[str, str], deque[float]] = {}
        self._at_once: dict[str, int] = {}
        self._swept = clock()

    def check(self, caller: Caller, kind: str) -> None:
        """Count a request of a kind ("management", "fast"); raises ApiError 429."""
        if caller.limits is None:
            return
        rate = _rate(caller.limits, kind)
        if rate is None:
            return
        now = self._clock()
        with self._lock:
            self._sweep(now)
            asked = self._requests.setdefault((caller.resource_id, kind), deque())
            while asked and asked[0] <= now - rate.seconds:
                asked.popleft()
            if len(asked) < rate.count:
                asked.append(now)
                return
            # The limit may have been lowered meanwhile, and more stand here than it allows.
            wait = asked[len(asked) - rate.count] + rate.seconds - now
        raise _too_many(
            f"{rate.count} {_NAMES[kind]} in {rate.seconds:g} s",
            str(max(1, math.ceil(wait))),
        )

    @contextmanager
    def recognition(self, caller: Caller) -> Iterator[None]:
        """One of the recognitions that a resource may have at once; raises ApiError 429."""
        most = caller.limits.recognitions if caller.limits is not None else None
        if most is None:
            yield
            return
        with self._lock:
            self._at_once[caller.resource_id] = self._room_for_one(caller, most) + 1
        try:
            yield
        finally:
            with self._lock:
                left = self._at_once[caller.resource_id] - 1
                if left:
                    self._at_once[caller.resource_id] = left
                else:
                    del self._at_once[caller.resource_id]

    def check_recognition(self, caller: Caller) -> None:
        """Raise ApiError 429 where `recognition` would now."""
        most = caller.limits.recognitions if caller.limits is not None else None
        if most is not None:
            with self._lock:
                self._room_for_one(caller, most)

    def _room_for_one(self, caller: Caller, most: int) -> int:
        """The recognitions that a resource has now; raises ApiError 429 where they are `most`."""
        running = self._at_once.get(caller.resource_id, 0)
        if running >= most:
            raise _too_many(f"{most} recognitions at once", _BUSY_RETRY)
        return running

    def job(self, caller: Caller, recordings: int, stored: Callable[[], int]) -> None:
        """Raise ApiError unless a resource may have a batch transcription of so many recordings.

        `stored` tells how many bytes its files take, and is asked only where that is limited. What
        a container holds is not known yet: the job itself looks at that.
        """
        if caller.limits is None:
            return
        most = caller.limits.files_per_job
        if most is not None and recordings > most:
            raise ApiError(
                400,
                f"The limit of this resource is reached: {most} files a batch transcription.",
                inner_code="ExceededNumberOfRecordingsUris",
                target="contentUrls",
            )
        self.room(caller, stored)

    def room(self, caller: Caller, stored: Callable[[], int], more: int = 0) -> None:
        """Raise ApiError 429 unless a resource may keep files, `more` bytes beside the `stored`."""
        room = caller.limits.stored_bytes if caller.limits is not None else None
        if room is not None and stored() + max(more, 1) > room:
            raise _too_many(f"{room} bytes stored; delete something to make room", _FULL_RETRY)

    def dataset(self, caller: Caller, held: Callable[[], int]) -> None:
        """Raise ApiError 429 unless a resource may have one more dataset than the `held`."""
        most = caller.limits.datasets if caller.limits is not None else None
        if most is not None and held() >= most:
            raise _too_many(f"{most} datasets; delete some to make room", _FULL_RETRY)

    def _sweep(self, now: float) -> None:
        """Forget resources that have asked for nothing lately."""
        if now - self._swept < _SWEEP_SECONDS:
            return
        self._swept = now
        for key, asked in list(self._requests.items()):
            if asked[-1] < now - _SWEEP_SECONDS:
                del self._requests[key]


def _rate(limits: Limits, kind: str) -> Rate | None:
    return limits.management if kind == "management" else limits.fast


def _too_many(limit: str, retry: str) -> ApiError:
    return ApiError(
        429,
        f"The limit of this resource is reached: {limit}. Try again after the time in Retry-After.",
        {"Retry-After": retry},
        inner_code="QuotaViolation",
    )
