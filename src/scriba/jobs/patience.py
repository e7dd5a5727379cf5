"""What passes by itself is waited for: a database that is away, a full disk, a silent host."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from scriba.errors import BlobError, EntityNotFound, NetworkError, StorageError
from scriba.net.redact import without_secrets
from scriba.net.reserve import FULL, NoRoom, spare

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 600.0
"""Seconds that a resource's storage may fail, or a client's, before what needs it is given up."""


class Stopped(BaseException):
    """The worker ends; its work is left to be resumed. No Exception, so that nothing records it."""


class Patience:
    """Does things again until they work, as long as that may help and the worker is to go on.

    `scratch` is the worker's folder of drafts, beside those of the other workers on its disk.
    """

    def __init__(self, stopping: threading.Event, scratch: Path) -> None:
        self._stopping = stopping
        self._scratch = scratch

    def check(self) -> None:
        """Raise Stopped when the worker is to end."""
        if self._stopping.is_set():
            raise Stopped

    def __call__(self, action: Callable[[], T], *, network: float = 0.0) -> T:
        """What `action` returns in the end.

        The database and a full disk are waited for as long as it takes, a storage that fails and a
        disk that could never hold the file for `PATIENCE` seconds, and hosts that fail for the
        moment for `network` seconds. Raises Stopped, and whatever else `action` raises.
        """
        begun = time.monotonic()
        cramped: float | None = None
        wait = 0.5
        while True:
            try:
                return action()
            except EntityNotFound:
                raise
            except (StorageError, BlobError, NetworkError, OSError) as error:
                self.check()
                spent = time.monotonic() - begun
                if isinstance(error, NetworkError) and (not error.temporary or spent >= network):
                    raise
                if isinstance(error, OSError) and not _full(error):
                    raise
                if isinstance(error, BlobError) and not _full(error) and spent > PATIENCE:
                    raise
                if isinstance(error, NoRoom) and self._hopeless(error):
                    cramped = cramped or time.monotonic()
                    if time.monotonic() - cramped > PATIENCE:
                        raise
                else:
                    cramped = None
                log.warning("waiting to go on: %s", without_secrets(str(error)))
            if self._stopping.wait(wait):
                raise Stopped
            wait = min(wait * 2, 30.0)

    def _hopeless(self, error: NoRoom) -> bool:
        """Whether a file would not fit even if nothing else were in hand."""
        # The drafts of the other workers on this disk go as well.
        return error.needed > spare(self._scratch) + _held(self._scratch.parent)


def _full(error: BaseException | None) -> bool:
    """Whether a full disk is the reason: that passes, and nobody needs to do it all again."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__
    return False


def _held(folder: Path) -> int:
    """Bytes of the files below a folder, which come and go meanwhile."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            size += path.stat().st_size
    return size
