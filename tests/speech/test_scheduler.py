import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError

import numpy as np
import pytest

from scriba.errors import QueueFull
from scriba.speech.engine import Clip, Guess, Transcript
from scriba.speech.scheduler import MAX_CLIPS, MAX_CONTEXT, EngineClosed, Lane, Scheduler


class Gated:
    """An engine that works only while its gate is open, and writes down its batches."""

    name = "gated"

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.batches: list[list[int]] = []
        self.begun = threading.Semaphore(0)

    def cost(self, clip: Clip) -> float:
        return 5.0 if len(clip.audio) < 100 else 20.0

    def supports(self, language: str) -> bool:
        return True

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        self.batches.append([len(clip.audio) for clip in clips])
        self.begun.release()
        assert self.gate.wait(10)
        if any(len(clip.audio) == 66 for clip in clips):
            raise ValueError("cannot do 66")
        return [Transcript((Guess(str(len(c.audio)), -0.1, 1),), (), 0.0, {}) for c in clips]


def clip(samples: int) -> Clip:
    return Clip(np.zeros(samples, np.float32), "en")


@pytest.fixture
def engine() -> Gated:
    return Gated()


@pytest.fixture
def scheduler(engine: Gated) -> Iterator[Scheduler]:
    made = Scheduler(workers=1, max_pending=2)
    yield made
    engine.gate.set()
    made.close()


def hold(engine: Gated, scheduler: Scheduler) -> None:
    """Make the only worker busy."""
    scheduler.submit(engine, clip(1), Lane.SHORT)
    assert engine.begun.acquire(timeout=5)


def test_clips_of_one_cost_share_a_batch(engine: Gated, scheduler: Scheduler) -> None:
    hold(engine, scheduler)
    jobs = [scheduler.submit(engine, clip(n), Lane.SHORT) for n in (10, 200, 11, 12)]
    engine.gate.set()
    assert [job.result.result(5).guesses[0].text for job in jobs] == ["10", "200", "11", "12"]
    assert engine.batches == [[1], [10, 11, 12], [200]]


def test_a_batch_is_bounded(engine: Gated, scheduler: Scheduler) -> None:
    hold(engine, scheduler)
    short = [scheduler.submit(engine, clip(n), Lane.SHORT) for n in range(2, 30)]
    long = [scheduler.submit(engine, clip(n), Lane.SHORT) for n in range(200, 206)]
    engine.gate.set()
    for job in short + long:
        job.result.result(5)
    assert max(map(len, engine.batches)) == MAX_CLIPS
    longest = max(len(batch) for batch in engine.batches if batch[0] >= 200)
    assert 1 < longest <= MAX_CONTEXT / 20


def test_the_short_lane_goes_first(engine: Gated, scheduler: Scheduler) -> None:
    hold(engine, scheduler)
    batch = [scheduler.submit(engine, clip(n), Lane.BATCH) for n in range(10, 30)]
    person = scheduler.submit(engine, clip(50), Lane.SHORT)
    engine.gate.set()
    for job in [*batch, person]:
        job.result.result(5)
    assert engine.batches[1] == [50]


def test_who_waits_for_a_recording_goes_before_who_does_not(
    engine: Gated, scheduler: Scheduler
) -> None:
    hold(engine, scheduler)
    batch = scheduler.submit(engine, clip(10), Lane.BATCH)
    fast = scheduler.submit(engine, clip(30), Lane.FAST)
    person = scheduler.submit(engine, clip(50), Lane.SHORT)
    engine.gate.set()
    for job in (batch, fast, person):
        job.result.result(5)
    assert engine.batches == [[1], [50], [30], [10]]


def test_drafts_go_alone_after_finals_and_before_recordings(
    engine: Gated, scheduler: Scheduler
) -> None:
    hold(engine, scheduler)
    lanes = (Lane.BATCH, Lane.FAST, Lane.DRAFT, Lane.DRAFT, Lane.SHORT)
    jobs = [scheduler.submit(engine, clip(10 + i), lane) for i, lane in enumerate(lanes)]
    engine.gate.set()
    for job in jobs:
        job.result.result(5)
    assert engine.batches == [[1], [14], [12], [13], [11], [10]]


def test_drafts_leave_some_time_to_recordings(
    engine: Gated, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(engine, scheduler)
    lanes = (Lane.BATCH, Lane.FAST, Lane.DRAFT, Lane.DRAFT, Lane.SHORT)
    jobs = [scheduler.submit(engine, clip(10 + i), lane) for i, lane in enumerate(lanes)]
    monkeypatch.setattr("scriba.speech.scheduler.TURN", 0.0)
    engine.gate.set()
    for job in jobs:
        job.result.result(5)
    assert engine.batches == [[1], [14], [11], [10], [12], [13]]


def test_a_clip_that_waits_may_be_replaced_in_its_place(
    engine: Gated, scheduler: Scheduler
) -> None:
    hold(engine, scheduler)
    jobs = [scheduler.submit(engine, clip(n), Lane.DRAFT) for n in (10, 11)]
    assert scheduler.renew(jobs[0], clip(200))
    engine.gate.set()
    assert [job.result.result(5).guesses[0].text for job in jobs] == ["200", "11"]
    assert engine.batches == [[1], [200], [11]]
    assert not scheduler.renew(jobs[0], clip(30))


def test_while_somebody_speaks_the_others_get_one_clip_at_a_time(
    engine: Gated, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(engine, scheduler)
    jobs = [scheduler.submit(engine, clip(n), Lane.BATCH) for n in (10, 11, 12)]
    engine.gate.set()
    for job in jobs:
        job.result.result(5)
    assert engine.batches == [[1], [10], [11], [12]]
    engine.gate.clear()
    monkeypatch.setattr("scriba.speech.scheduler.PRESENCE", 0.0)
    first = scheduler.submit(engine, clip(13), Lane.BATCH)
    assert all(engine.begun.acquire(timeout=5) for _ in range(4))
    jobs = [scheduler.submit(engine, clip(n), Lane.BATCH) for n in (14, 15, 16)]
    engine.gate.set()
    for job in (first, *jobs):
        job.result.result(5)
    assert engine.batches[4:] == [[13], [14, 15, 16]]


def test_one_worker_is_kept_for_who_speaks(engine: Gated) -> None:
    scheduler = Scheduler(workers=2, max_pending=2)
    try:
        engine.gate.set()
        scheduler.submit(engine, clip(1), Lane.SHORT).result.result(5)
        engine.gate.clear()
        assert engine.begun.acquire(timeout=5)
        batch = [scheduler.submit(engine, clip(n), Lane.BATCH) for n in (10, 11, 12)]
        assert engine.begun.acquire(timeout=5)
        person = scheduler.submit(engine, clip(50), Lane.SHORT)
        assert engine.begun.acquire(timeout=5)
        assert engine.batches == [[1], [10], [50]]
        engine.gate.set()
        for job in (*batch, person):
            job.result.result(5)
    finally:
        engine.gate.set()
        scheduler.close()


def test_the_kept_worker_is_given_back_when_nobody_speaks_any_more(
    engine: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriba.speech.scheduler.PRESENCE", 0.2)
    scheduler = Scheduler(workers=2, max_pending=2)
    try:
        engine.gate.set()
        scheduler.submit(engine, clip(1), Lane.SHORT).result.result(5)
        assert engine.begun.acquire(timeout=5)
        engine.gate.clear()
        batch = [scheduler.submit(engine, clip(n), Lane.BATCH) for n in (10, 200)]
        # Both run in the end, though neither is finished and nothing else comes.
        assert engine.begun.acquire(timeout=5)
        assert engine.begun.acquire(timeout=5)
        engine.gate.set()
        for job in batch:
            job.result.result(5)
    finally:
        engine.gate.set()
        scheduler.close()


def test_one_bad_clip_does_not_sink_its_batch(engine: Gated, scheduler: Scheduler) -> None:
    hold(engine, scheduler)
    good, bad, other = (scheduler.submit(engine, clip(n), Lane.SHORT) for n in (65, 66, 67))
    engine.gate.set()
    assert good.result.result(5).guesses[0].text == "65"
    assert other.result.result(5).guesses[0].text == "67"
    with pytest.raises(ValueError, match="cannot do 66"):
        bad.result.result(5)


def test_cancelled_clips_are_not_computed(engine: Gated, scheduler: Scheduler) -> None:
    hold(engine, scheduler)
    gone, stays = (
        scheduler.submit(engine, clip(20), Lane.SHORT),
        scheduler.submit(engine, clip(21), Lane.SHORT),
    )
    assert gone.result.cancel()
    engine.gate.set()
    assert stays.result.result(5).guesses[0].text == "21"
    assert [20] not in engine.batches
    assert all(20 not in batch for batch in engine.batches)


def test_withdrawn_clips_do_not_pile_up(engine: Gated, scheduler: Scheduler) -> None:
    hold(engine, scheduler)
    first = scheduler.submit(engine, clip(20), Lane.DRAFT)
    for _ in range(500):
        scheduler.submit(engine, clip(21), Lane.DRAFT).result.cancel()
    last = scheduler.submit(engine, clip(22), Lane.DRAFT)
    assert len(scheduler._lanes[Lane.DRAFT]) < 100
    engine.gate.set()
    assert [job.result.result(5).guesses[0].text for job in (first, last)] == ["20", "22"]
    assert engine.batches == [[1], [20], [22]]


def test_permits_run_out_and_come_back(scheduler: Scheduler) -> None:
    scheduler.admit()
    scheduler.admit()
    with pytest.raises(QueueFull, match="2 recordings"):
        scheduler.admit()
    scheduler.release()
    scheduler.admit()
    assert scheduler.pending == 2


def test_closing_cancels_what_waits_and_ends_the_threads(engine: Gated) -> None:
    scheduler = Scheduler(workers=1, max_pending=2)
    running = scheduler.submit(engine, clip(1), Lane.SHORT)
    assert engine.begun.acquire(timeout=5)
    waiting = scheduler.submit(engine, clip(2), Lane.BATCH)
    closing = threading.Thread(target=scheduler.close)
    closing.start()
    while not waiting.result.cancelled():
        time.sleep(0.01)
    engine.gate.set()
    closing.join(5)
    assert not closing.is_alive()
    assert running.result.result(0).guesses[0].text == "1"
    with pytest.raises(CancelledError):
        waiting.result.result(0)
    with pytest.raises(EngineClosed):
        scheduler.submit(engine, clip(3), Lane.SHORT)
    with pytest.raises(EngineClosed):
        scheduler.admit()


def test_time_in_the_queue_is_told_apart_from_time_in_the_engine(
    engine: Gated, scheduler: Scheduler
) -> None:
    hold(engine, scheduler)
    job = scheduler.submit(engine, clip(9), Lane.SHORT)
    time.sleep(0.05)
    engine.gate.set()
    job.result.result(5)
    assert job.queue >= 0.04
    assert 0 <= job.inference < job.queue + 5


def test_clips_of_two_models_do_not_share_a_batch(engine: Gated, scheduler: Scheduler) -> None:
    other = Gated()
    other.gate.set()
    hold(engine, scheduler)
    ours = [scheduler.submit(engine, clip(n), Lane.SHORT) for n in (10, 11)]
    theirs = [scheduler.submit(other, clip(n), Lane.SHORT) for n in (12, 13)]
    engine.gate.set()
    assert [job.result.result(5).guesses[0].text for job in ours + theirs] == [
        *("10", "11"),
        *("12", "13"),
    ]
    assert engine.batches == [[1], [10, 11]]
    assert other.batches == [[12, 13]]


def test_who_speaks_to_one_model_goes_before_recordings_of_another(
    engine: Gated, scheduler: Scheduler
) -> None:
    order: list[str] = []
    other = Gated()
    other.gate.set()
    hold(engine, scheduler)
    batch = [scheduler.submit(engine, clip(n), Lane.BATCH) for n in (10, 11)]
    person = scheduler.submit(other, clip(50), Lane.SHORT)
    person.result.add_done_callback(lambda _: order.append("person"))
    for job in batch:
        job.result.add_done_callback(lambda _: order.append("batch"))
    engine.gate.set()
    for job in [*batch, person]:
        job.result.result(5)
    assert order[0] == "person"
