import errno
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from scriba.errors import (
    AccessDenied,
    BlobError,
    EntityNotFound,
    NetworkError,
    StorageError,
    Unreachable,
)
from scriba.jobs import patience
from scriba.jobs.patience import Patience, Stopped


class Impatient(threading.Event):
    """Not set until it was waited for so often, and never waits."""

    def __init__(self, waits: int = 1000) -> None:
        super().__init__()
        self.waits = waits

    def wait(self, timeout: float | None = None) -> bool:
        self.waits -= 1
        if self.waits <= 0:
            self.set()
        return self.is_set()


def failing(*errors: Exception) -> Callable[[], str]:
    """Raises one after the other, and then returns."""
    left = list(errors)

    def action() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return action


@pytest.mark.parametrize(
    "error",
    [
        StorageError("away"),
        BlobError("away"),
        OSError(errno.ENOSPC, "full"),
        OSError(errno.EDQUOT, "full"),
        Unreachable("away", temporary=True),
    ],
)
def test_what_passes_is_waited_for(error: Exception, tmp_path: Path) -> None:
    steady = Patience(Impatient(), tmp_path)
    assert steady(failing(error, error, error), network=60.0) == "done"


@pytest.mark.parametrize(
    "error",
    [
        EntityNotFound("gone"),
        AccessDenied("no"),
        OSError(errno.EACCES, "no"),
        ValueError("no"),
    ],
)
def test_what_does_not_pass_is_raised(error: Exception, tmp_path: Path) -> None:
    steady = Patience(Impatient(), tmp_path)
    with pytest.raises(type(error)):
        steady(failing(error), network=60.0)


def test_hosts_are_waited_for_only_where_that_is_asked(tmp_path: Path) -> None:
    steady = Patience(Impatient(), tmp_path)
    with pytest.raises(NetworkError):
        steady(failing(Unreachable("away", temporary=True)))


def test_a_storage_is_given_up_in_the_end_and_a_full_disk_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", -1.0)
    steady = Patience(Impatient(), tmp_path)
    with pytest.raises(BlobError):
        steady(failing(BlobError("broken")))
    full = BlobError("full")
    full.__cause__ = OSError(errno.ENOSPC, "full")
    assert steady(failing(full, full)) == "done"


def test_a_stop_ends_the_wait(tmp_path: Path) -> None:
    steady = Patience(Impatient(waits=2), tmp_path)
    with pytest.raises(Stopped):
        steady(failing(*[StorageError("away")] * 10))
    with pytest.raises(Stopped):
        steady.check()
