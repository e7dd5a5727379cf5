"""How far a long task is: a bar on a terminal, else a line now and then."""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

Report = Callable[[str], None]
_LEAST = 1 << 20


def bar(total: float | None, label: str, **options: Any) -> Any:
    """A tqdm bar on standard error; `total` None where it is not known."""
    from tqdm import tqdm

    # Some terminals of containers say that they have no columns; tqdm would then show nothing.
    columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80
    return tqdm(total=total, desc=label, ncols=min(columns, 100), **options)


class Progress:
    """Progress in bytes: a bar if standard error is a terminal and there is more than 1 MB to come,
    else a line through `report` every few seconds.
    """

    def __init__(self, total: int, label: str, report: Report, every: float = 5.0) -> None:
        self._total, self._label, self._report, self._every = total, label, report, every
        self._count = 0
        self._told = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> "Progress":
        if self._total >= _LEAST and sys.stderr.isatty():
            self._bar = bar(self._total, self._label, unit="B", unit_scale=True, unit_divisor=1024)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def at(self, count: int) -> None:
        """Say that `count` of the total are done."""
        self.add(count - self._count)

    def add(self, count: int) -> None:
        """Say that `count` more are done."""
        self._count += count
        if self._bar is not None:
            self._bar.update(count)
        elif time.monotonic() - self._told > self._every:
            self._told = time.monotonic()
            self._report(f"{self._label}: {100 * self._count // max(self._total, 1)} %")
