"""Services with the small model that a test may overload, stop and kill."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..server.live import Live

StartLive = Callable[..., Live]


@pytest.fixture
def start_live(tiny_model: Path, tmp_path: Path) -> Iterator[StartLive]:
    """Start `scriba serve` with settings of one's own; a second one takes up the same data."""
    assert tiny_model.is_dir()
    running: list[Live] = []

    def start_one(**environment: str) -> Live:
        running.append(Live(tmp_path / "data", "--model", "tiny.en", **environment))
        return running[-1]

    yield start_one
    for each in running:
        each.stop()
