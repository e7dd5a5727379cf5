"""A loaded model that is lent, and requests for one."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType

from scriba.speech.recognizer import Recognizer


class Lease:
    """A model that stays loaded until `release`; a context manager that gives its recogniser."""

    def __init__(self, speech: Recognizer, release: Callable[[], None]) -> None:
        self.speech = speech
        self._release: Callable[[], None] | None = release
        self._lock = threading.Lock()

    def release(self) -> None:
        """Give the model back. Idempotent."""
        with self._lock:
            release, self._release = self._release, None
        if release is not None:
            release()

    def __enter__(self) -> Recognizer:
        return self.speech

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def abandon(request: "Future[Lease]") -> None:
    """Nobody waits for a requested model any more: what comes of it is given back."""
    request.cancel()

    def give_back(done: "Future[Lease]") -> None:
        if not done.cancelled() and done.exception() is None:
            done.result().release()

    request.add_done_callback(give_back)


def fail(request: "Future[Lease]", error: BaseException) -> None:
    """Answer a request with an error, unless it was cancelled."""
    if request.set_running_or_notify_cancel():
        request.set_exception(error)
