"""The connections of Speech SDKs that are open, and how they end when the server stops."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from scriba.server.errors import ApiError
from scriba.server.tokens import Caller

_IDLE_PER_RECOGNITION = 2
"""Connections that a resource may have open for each of the recognitions that it may have."""


_TO_END = 5.0
"""Seconds of the time to stop that are left for the last results of turns that are ended."""


def drain_seconds(drain_timeout: float) -> float:
    """How long turns may go on after the server was told to stop."""
    return max(drain_timeout - _TO_END, drain_timeout / 2)


class Sessions:
    """Counts connections, of all and of each resource. Used on the event loop only.

    `draining` is set when the server stops: whoever serves a connection then lets its turn finish,
    for `drain_seconds` at most.
    """

    def __init__(self, most: int, drain_seconds: float) -> None:
        self.draining = asyncio.Event()
        self.drain_seconds = drain_seconds
        self._most = most
        self._open = 0
        self._of: Counter[str] = Counter()

    @contextmanager
    def connection(self) -> Iterator[None]:
        """One more connection, whoever it is of; raises ApiError 503 where there are too many."""
        if self.draining.is_set():
            raise ApiError(503, "The service is shutting down; try again later.")
        if self._open >= self._most:
            raise ApiError(
                503, f"The service has {self._most} connections of Speech SDKs, which are all."
            )
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    @contextmanager
    def of(self, caller: Caller) -> Iterator[None]:
        """The same connection once its caller is known; raises ApiError 429."""
        recognitions = caller.limits.recognitions if caller.limits is not None else None
        if recognitions is not None:
            most = recognitions * _IDLE_PER_RECOGNITION
            if self._of[caller.resource_id] >= most:
                raise ApiError(
                    429, f"The limit of this resource is reached: {most} connections at once."
                )
        self._of[caller.resource_id] += 1
        try:
            yield
        finally:
            self._of[caller.resource_id] -= 1
            if not self._of[caller.resource_id]:
                del self._of[caller.resource_id]
