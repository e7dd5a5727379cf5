"""Room that is kept free on a disk, so that downloads never fill what the service lives on."""

import errno
from pathlib import Path
from shutil import disk_usage

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says when a disk, or one's part of it, is full."""

_MOST = 1 << 30
_SHARE = 20
_STEP = 8 << 20


class NoRoom(OSError):
    """A file of at least `needed` bytes would leave less than the reserve; its errno is ENOSPC."""

    def __init__(self, needed: int) -> None:
        super().__init__(
            errno.ENOSPC, f"a file of at least {needed} bytes does not fit on the disk"
        )
        self.needed = needed


class Reserve:
    """Watches the disk of the folder `where` while one file of `expected` bytes is written there.

    Raises NoRoom at once where such a file does not fit; `expected` is 0 where nobody knows.
    """

    def __init__(self, where: Path, expected: int = 0) -> None:
        self._where = where
        self._expected = expected
        self._written = 0
        self._allowed = 0
        if expected > spare(where):
            raise NoRoom(expected)

    def before(self, size: int) -> None:
        """To be called before `size` more bytes are written; raises NoRoom."""
        after = self._written + size
        if after > self._allowed:
            step = max(size, _STEP)
            if step > spare(self._where):
                # A small file must not be refused for a step that it never takes.
                if size > spare(self._where):
                    raise NoRoom(max(after, self._expected))
                step = size
            self._allowed = self._written + step
        self._written = after


def spare(where: Path) -> int:
    """Bytes that may still be written on the disk of `where`; below 0 where it is too full."""
    usage = disk_usage(where)
    return usage.free - min(_MOST, usage.total // _SHARE)
