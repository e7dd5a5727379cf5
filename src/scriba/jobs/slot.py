"""A worker's name: the same after a restart, never that of another one that lives."""

import os
import shutil
import uuid
from pathlib import Path

from scriba.errors import JobsError
from scriba.speech.model_cache import try_lock

_MOST = 256


class Slot:
    """The first free place of a data folder, held until `close` or the end of the process.

    `name` identifies its worker in the database, `scratch` is an empty folder for its drafts.
    The operating system gives the place back however the process ended, so that the next one
    takes the same name and finds the work that this one left. Raises JobsError.
    """

    def __init__(self, data_dir: Path) -> None:
        folder = data_dir / "workers"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock: int | None
            self._lock, number = _take(folder)
            self.name = f"{_installation(folder)}-{number}"
            self.scratch = folder / str(number)
            # Drafts that a killed worker left behind.
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.scratch.mkdir(mode=0o700)
        except OSError as error:
            raise JobsError(f"{folder}: {error.strerror or error}") from error

    def close(self) -> None:
        """Give the place back. Idempotent."""
        if self._lock is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)
            os.close(self._lock)
            self._lock = None


def _take(folder: Path) -> tuple[int, int]:
    for number in range(_MOST):
        lock = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        if try_lock(lock):
            return lock, number
        os.close(lock)
    raise JobsError(f"{_MOST} workers use {folder} already")


def _installation(folder: Path) -> str:
    """A name for this data folder that no other one has."""
    path = folder / "id"
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        draft = folder / f".id-{os.getpid()}"
        draft.write_text(uuid.uuid4().hex[:12], "ascii")
        try:
            # A link fails where the name is taken: of two that start at once, one wins.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text("ascii").strip()
