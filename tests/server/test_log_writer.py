"""Logs are written behind the requests, and never at their cost."""

import io
import threading
import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from scriba.errors import BlobError, EntityNotFound
from scriba.server.errors import ApiError
from scriba.server.log_writer import LogWriter, Owner, Tape
from scriba.server.metrics import Metrics
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
        audio: bytes,
        result: dict[str, Any],
        *,
        seconds: float | None = None,
    ) -> str:
        assert self.door.wait(30)
        if self.failure is not None:
            raise self.failure
        self.kept.append((resource_id, endpoint_id, seconds, audio))
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
def writer(shelf: Shelf, metrics: Metrics, full: set[str]) -> Iterator[LogWriter]:
    def room(caller: Caller) -> None:
        if caller.resource_id in full:
            raise ApiError(429, "no room")

    made = LogWriter(shelf, metrics, room, most_bytes=100_000)
    yield made
    shelf.door.set()
    made.close()


def tape(seconds: float) -> Tape:
    made = Tape()
    made.add(np.zeros(int(seconds * 16_000), np.float32))
    return made


def count(metrics: Metrics, outcome: str) -> float:
    return metrics.registry.get_sample_value("scriba_logs_total", {"outcome": outcome}) or 0.0


def test_audio_is_a_wav_of_what_was_heard() -> None:
    made = Tape()
    made.add(np.array([0.0, 0.5, -1.0], np.float32))
    made.add(np.array([1.0, 7.0], np.float32))
    with wave.open(io.BytesIO(made.wav())) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        heard = np.frombuffer(file.readframes(10), "<i2")
    assert heard.tolist() == [0, 16_384, -32_768, 32_767, 32_767]


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
