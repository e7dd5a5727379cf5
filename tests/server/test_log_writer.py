"""Logs are written behind the requests, and never at their cost."""

import io
import threading
import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scriba.errors import BlobError, EntityNotFound
from scriba.server.errors import ApiError
from scriba.server.log_writer import LogWriter, Owner
from scriba.server.metrics import Metrics
from scriba.server.tape import IN_MEMORY, Tape
from scriba.server.tokens import Caller

AT = datetime(2026, 1, 2, tzinfo=UTC)
OWNER = Owner(Caller("resource", "a name", None, frozenset()), "endpoint", "en-US")


class Shelf:
    """Keeps what is written, when its door is open."""

    def __init__(self) -> None:
        self.door = threading.Event()
        self.door.set()
        self.kept: list[tuple[str, str | None, float | None, bytes]] = []
        self.failure: Exception | None = None

    def write(
        self,
        resource_id: str,
        endpoint_id: str | None,
        locale: str,
        at: datetime,
        audio: bytes | Path,
        result: dict[str, Any],
        *,
        seconds: float | None = None,
    ) -> str:
        assert self.door.wait(30)
        if self.failure is not None:
            raise self.failure
        data = audio.read_bytes() if isinstance(audio, Path) else audio
        self.kept.append((resource_id, endpoint_id, seconds, data))
        return "name"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("a model")


@pytest.fixture
def full() -> set[str]:
    """Resources that may keep nothing more."""
    return set()


@pytest.fixture
def writer(shelf: Shelf, metrics: Metrics, full: set[str], tmp_path: Path) -> Iterator[LogWriter]:
    def room(caller: Caller) -> None:
        if caller.resource_id in full:
            raise ApiError(429, "no room")

    made = LogWriter(shelf, metrics, room, most_bytes=100_000, folder=tmp_path / "waiting")
    yield made
    shelf.door.set()
    made.close()


def tape(seconds: float) -> Tape:
    made = Tape()
    made.add(np.zeros(int(seconds * 16_000), np.float32))
    return made


def count(metrics: Metrics, outcome: str) -> float:
    return metrics.registry.get_sample_value("scriba_logs_total", {"outcome": outcome}) or 0.0


def test_nobody_waits_for_a_storage_and_what_is_too_much_is_dropped(
    shelf: Shelf, metrics: Metrics, writer: LogWriter, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.door.clear()
    for _ in range(6):
        writer.put(OWNER, AT, tape(1.0), {})
    assert count(metrics, "dropped") == 3
    assert len([r for r in caplog.records if "does not keep up" in r.message]) == 1
    shelf.door.set()
    writer.close()
    assert [(owner, id, seconds) for owner, id, seconds, _ in shelf.kept] == [
        ("resource", "endpoint", 1.0)
    ] * 3
    assert count(metrics, "written") == 3


def test_what_fails_costs_only_that_log(
    shelf: Shelf, metrics: Metrics, writer: LogWriter, caplog: pytest.LogCaptureFixture
) -> None:
    failures = (BlobError("away"), EntityNotFound("deleted"), OSError("disk"))
    for number, failure in enumerate(failures, 1):
        shelf.failure = failure
        writer.put(OWNER, AT, tape(0.1), {})
        while count(metrics, "failed") + count(metrics, "dropped") < number:
            threading.Event().wait(0.01)
    shelf.failure = None
    writer.put(OWNER, AT, tape(0.1), {})
    writer.close()
    assert len(shelf.kept) == 1
    assert (count(metrics, "failed"), count(metrics, "dropped")) == (2, 1)
    assert any("is not logged" in record.message for record in caplog.records)


def test_a_full_resource_keeps_nothing_more(
    shelf: Shelf, metrics: Metrics, writer: LogWriter, full: set[str]
) -> None:
    full.add("resource")
    writer.put(OWNER, AT, tape(0.1), {})
    writer.close()
    assert shelf.kept == []
    assert count(metrics, "dropped") == 1


def test_after_the_end_nothing_is_taken(shelf: Shelf, metrics: Metrics, writer: LogWriter) -> None:
    writer.close()
    writer.put(OWNER, AT, tape(0.1), {})
    assert shelf.kept == []
    assert count(metrics, "dropped") == 1


def test_a_long_one_is_written_from_a_file_that_is_gone_then(
    shelf: Shelf, metrics: Metrics, tmp_path: Path
) -> None:
    folder = tmp_path / "waiting"
    writer = LogWriter(shelf, metrics, lambda _: None, folder=folder)
    long = writer.tape()
    for second in range(20):
        long.add(np.full(16_000, second / 32.0, np.float32))
    assert long.size > IN_MEMORY
    writer.put(OWNER, AT, long, {})
    writer.close()
    ((_, _, seconds, audio),) = shelf.kept
    assert seconds == 20.0
    with wave.open(io.BytesIO(audio)) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert heard[::16_000].tolist() == [second * 1024 for second in range(20)]
    assert list(folder.iterdir()) == []
    assert long.torn


def test_a_torn_tape_is_not_kept(shelf: Shelf, metrics: Metrics, writer: LogWriter) -> None:
    torn = tape(0.1)
    torn.close()
    writer.put(OWNER, AT, torn, {})
    writer.close()
    assert shelf.kept == []
    assert count(metrics, "dropped") == 1


def test_each_phrase_of_a_stream_is_a_log(
    shelf: Shelf, metrics: Metrics, writer: LogWriter
) -> None:
    reel = writer.reel()
    for second in range(4):
        reel.add(np.full(16_000, second / 32.0, np.float32))
        writer.put(OWNER, AT, reel.cut(second + 0.25, second + 0.75), {"second": second})
    reel.close()
    writer.close()
    for second, (_, _, seconds, audio) in enumerate(shelf.kept):
        with wave.open(io.BytesIO(audio)) as file:
            heard = set(np.frombuffer(file.readframes(8_000), "<i2").tolist())
        assert (seconds, heard) == (0.5, {second * 1024})
    assert len(shelf.kept) == 4
