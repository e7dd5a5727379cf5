"""Who may work on a file now: a bounded number at once, shared fairly between resources."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_CHECK_SECONDS = 0.5


class Crew:
    """`room` places for files at work, shared evenly between the resources that want them.

    A resource that has nothing at work always gets a place, so that nobody waits for the end of
    another's long recording; the places in use stay below `room` plus the number of resources.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self._changed = threading.Condition()
        self._working: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()

    @property
    def working(self) -> int:
        """Places in use."""
        return self._working.total()

    @contextmanager
    def place(self, resource: str, check: Callable[[], None]) -> Iterator[None]:
        """Wait for a place and hold it; `check` is called now and then and may raise."""
        with self._changed:
            self._waiting[resource] += 1
            try:
                while not self._admits(resource):
                    self._changed.wait(_CHECK_SECONDS)
                    check()
                self._working[resource] += 1
            finally:
                _lower(self._waiting, resource)
        try:
            yield
        finally:
            with self._changed:
                _lower(self._working, resource)
                self._changed.notify_all()

    def _admits(self, resource: str) -> bool:
        mine = self._working[resource]
        if mine == 0:
            return True
        sharing = len(self._working.keys() | self._waiting.keys())
        return self._working.total() < self.room and mine < -(-self.room // sharing)


def _lower(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
