"""The disk's reserve, watched while others write: imports and trainings."""

from collections.abc import Callable
from pathlib import Path

from scriba.net.reserve import NoRoom, spare


def with_room(folder: Path, check: Callable[[], None]) -> Callable[[], None]:
    """`check`, which then also raises NoRoom when what is written takes the disk's reserve."""

    def checked() -> None:
        check()
        if spare(folder) < 0:
            raise NoRoom(_size(folder))

    return checked


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
