"""Runs pronunciation assessments on threads of their own, a bounded number at once."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

from scriba.errors import QueueFull
from scriba.pronunciation.assessment import Assess, Assessment
from scriba.server.errors import ApiError
from scriba.server.metrics import Metrics
from scriba.server.schemas.pronunciation import check_language

# An assessment uses one core, and the recogniser has the others.
_THREADS = 2
_MOST = 64


class Assessments:
    """Assessments of this process; without an `assessor` there are none.

    `most` recordings may be on their way at once, so that their audio fits into memory.
    """

    def __init__(self, assessor: Assess | None, metrics: Metrics, most: int = _MOST) -> None:
        self._assessor = assessor
        self._metrics = metrics
        self._most = most
        self._running = 0
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="assess")

    def check(self, language: str | None) -> None:
        """Raise ApiError 400 where speech in this language cannot be assessed."""
        check_language(language)
        if self._assessor is None:
            raise ApiError(400, "Pronunciation assessment is not available in this service.")

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the recordings that may be on their way at once; raises QueueFull."""
        with self._lock:
            if self._running >= self._most:
                raise QueueFull(f"{self._most} pronunciation assessments")
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    def start(self, work: Callable[[Assess], Assessment | None]) -> "Future[Assessment | None]":
        """Run `work` with the assessor, soon; what has not begun may be cancelled.

        Raises ApiError 503 where the service is going down.
        """
        try:
            return self._threads.submit(self._run, work)
        except RuntimeError:
            raise ApiError(503, "The service is shutting down; try again later.") from None

    def _run(self, work: Callable[[Assess], Assessment | None]) -> Assessment | None:
        assert self._assessor is not None
        began = time.perf_counter()
        try:
            found = work(self._assessor)
        except BaseException:
            self._metrics.assessments.labels("failed").inc()
            raise
        self._metrics.assessments.labels("done" if found is not None else "no_speech").inc()
        self._metrics.assessment_seconds.observe(time.perf_counter() - began)
        return found

    def close(self) -> None:
        """Take no more; what runs goes on to its end."""
        self._threads.shutdown(wait=False, cancel_futures=True)
