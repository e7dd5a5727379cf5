"""Live recognition: the order of events, races, failures and cancelling."""

import gc
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scriba.speech import (
    SAMPLE_RATE,
    Draft,
    Ended,
    Event,
    Failed,
    Final,
    Finished,
    LiveOptions,
    Recognizer,
    Started,
    Status,
    decode_file,
)
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip, Transcript
from scriba.speech.live_phrases import AT_ONCE
from scriba.speech.resample import Samples
from scriba.speech.scheduler import EngineClosed

from .told import ENGLISH, Ear, Told, hear, idle, silence, slowly, until


@pytest.fixture(scope="module")
def sentence(recordings: Path) -> Samples:
    return np.concatenate([*decode_file(recordings / "en-wizard.flac")])


@pytest.fixture
def engine() -> Told:
    return Told()


@pytest.fixture
def speech(engine: Told) -> Iterator[Recognizer]:
    made = Recognizer(engine, layout=Layout(1, 1, "test"))
    yield made
    engine.gate.set()
    made.close()


def test_a_phrase_starts_grows_ends_and_is_final(speech: Recognizer, sentence: Samples) -> None:
    ear = hear(speech, np.concatenate([silence(1), sentence, silence(2)]))
    kinds = [type(event) for event in ear.events]
    assert kinds[0] is Started
    assert kinds[-3:] == [Ended, Final, Finished]
    assert set(kinds[1:-3]) == {Draft}
    texts = [draft.text.split() for draft in ear.drafts()]
    assert len(texts) > 5
    assert all(b[: len(a)] == a and len(b) > len(a) for a, b in pairwise(texts))
    (final,) = ear.finals()
    assert final.status is Status.SUCCESS
    assert final.phrase is not None
    assert texts[-1] == final.phrase.best.forms.lexical.split()
    started, ended, finished = ear.events[0], ear.events[-3], ear.events[-1]
    assert isinstance(started, Started)
    assert isinstance(ended, Ended)
    assert isinstance(finished, Finished)
    assert (started.offset, ended.offset) == (final.start, final.end)
    assert all(draft.start == final.start for draft in ear.drafts())
    assert all(draft.start < draft.end <= final.end + 0.5 for draft in ear.drafts())
    assert finished.seconds == pytest.approx(3 + len(sentence) / SAMPLE_RATE)


def test_audio_that_comes_at_once_has_a_draft_before_each_phrase(
    speech: Recognizer, sentence: Samples
) -> None:
    audio = np.concatenate([sentence, silence(2)] * 4)
    ear = hear(speech, audio, slow=False)
    kinds = [type(e) for e in ear.events if isinstance(e, Draft | Final)]
    assert kinds.count(Final) == 4
    for i, kind in enumerate(kinds):
        if kind is Final:
            assert kinds[i - 1] is Draft


def test_without_drafts_there_are_none(speech: Recognizer, engine: Told, sentence: Samples) -> None:
    options = LiveOptions(language="en-US", drafts=False)
    ear = hear(speech, np.concatenate([sentence, silence(2)]), options)
    assert ear.drafts() == []
    assert len(ear.phrases()) == 1
    assert not any(clip.draft for batch in engine.batches for clip in batch)


def test_a_pause_that_ends_a_phrase_is_decoded_once(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    live = speech.live(ENGLISH, ear := Ear())
    slowly(live, np.concatenate([sentence, silence(0.5)]))
    assert len(engine.finals) == 1
    assert ear.finals() == []
    slowly(live, silence(1.5))
    assert len(ear.finals()) == 1
    assert len(engine.finals) == 1
    live.cancel()


def test_a_pause_within_a_phrase_makes_no_two_of_it(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    audio = np.concatenate([sentence[: 2 * SAMPLE_RATE], silence(0.6), sentence, silence(2)])
    options = LiveOptions(language="en-US", segmentation_silence=1.2)
    ear = hear(speech, audio, options)
    (phrase,) = ear.phrases()
    assert phrase.end > 0.6 + len(sentence) / SAMPLE_RATE
    assert len(engine.finals) >= 2
    # What was shown before the pause goes on being shown.
    shown = [draft.text.split() for draft in ear.drafts()]
    assert all(b[: len(a)] == a or len(b) > len(a) for a, b in pairwise(shown))


def test_a_draft_that_a_pause_made_needless_is_not_told(
    sentence: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    class DraftsLast(Told):
        """Finishes a draft only when a phrase was decoded meanwhile."""

        def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
            if clips[0].draft and len(clips[0].audio) > 4 * SAMPLE_RATE:
                until(lambda: bool(self.finals))
                time.sleep(0.05)
            return super().transcribe(clips)

    engine = DraftsLast()
    speech = Recognizer(engine, layout=Layout(2, 1, "test"))
    ear = Ear()
    live = speech.live(LiveOptions(language="en-US", segmentation_silence=2.0), ear)
    audio = np.concatenate([sentence, silence(1)])
    for at in range(0, len(audio), 1600):
        live.feed(audio[at : at + 1600])
        if at < 4 * SAMPLE_RATE:
            until(lambda: idle(live))
    until(lambda: bool(engine.finals) and idle(live))
    live.finish()
    ear.wait()
    speech.close()
    for draft in ear.drafts():
        words = draft.text.split()
        assert len(set(words)) == len(words)


def test_a_draft_that_nobody_needs_any_more_is_withdrawn(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    engine.gate.clear()
    busy = threading.Thread(target=speech.check)
    busy.start()
    assert engine.begun.acquire(timeout=60)
    live = speech.live(ENGLISH, ear := Ear())
    live.feed(np.concatenate([sentence, silence(2)]))
    live.finish()
    engine.gate.set()
    busy.join(60)
    ear.wait()
    assert len(ear.phrases()) == 1
    assert not any(clip.draft for batch in engine.batches for clip in batch)


def test_a_stream_takes_few_places_however_far_it_is_behind(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    engine.gate.clear()
    live = speech.live(ENGLISH, ear := Ear())
    live.feed(np.concatenate([sentence, silence(2)] * 8))
    live.finish()
    assert live.behind == pytest.approx(8 * len(sentence) / SAMPLE_RATE, rel=0.2)
    waiting = [job for lane in speech._scheduler._lanes.values() for job in lane]
    assert len([job for job in waiting if not job.result.cancelled()]) <= AT_ONCE
    other = speech.live(ENGLISH, quick := Ear())
    other.feed(np.concatenate([sentence, silence(2)]))
    other.finish()
    order: list[str] = []
    ear.then = lambda event: order.append("long") if isinstance(event, Final) else None
    quick.then = lambda event: order.append("quick") if isinstance(event, Final) else None
    engine.gate.set()
    ear.wait()
    quick.wait()
    assert order.count("long") == 8
    assert order.index("quick") <= 2 * AT_ONCE
    assert live.behind == 0


def test_what_is_over_is_not_kept(sentence: Samples) -> None:
    kept: list[weakref.ref[Samples]] = []

    class Forgetful(Told):
        def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
            kept.extend(weakref.ref(clip.audio) for clip in clips)
            return [self._one(clip) for clip in clips]

    speech = Recognizer(Forgetful(), layout=Layout(1, 1, "test"))
    live = speech.live(ENGLISH, ear := Ear())
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            slowly(live, np.concatenate([sentence, silence(0.5), sentence, silence(2)]))
        speech.check()
        assert len(ear.phrases()) > 2
        assert len(kept) > 30
        # Only the check's own may not be gone yet.
        assert sum(1 for each in kept if each() is not None) <= 2
    finally:
        gc.enable()
    live.cancel()
    speech.close()


def test_phrases_come_in_order_from_several_workers(sentence: Samples) -> None:
    class Uneven(Told):
        def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
            time.sleep(0.002 * (len(self.batches) % 5))
            return super().transcribe(clips)

    speech = Recognizer(Uneven(), layout=Layout(3, 1, "test"))
    ears = [Ear() for _ in range(4)]
    lives = [speech.live(ENGLISH, ear) for ear in ears]
    audio = np.concatenate([sentence, silence(1.5)] * 3)
    for at in range(0, len(audio), 4000):
        for live in lives:
            live.feed(audio[at : at + 4000])
    for live in lives:
        live.finish()
    for ear in ears:
        ear.wait()
        starts = [phrase.start for phrase in ear.phrases()]
        assert len(starts) == 3
        assert starts == sorted(starts)
        # A draft is never of a phrase that is out already.
        seen = -1.0
        for event in ear.events:
            if isinstance(event, Final):
                seen = event.end
            elif isinstance(event, Draft):
                assert event.start >= seen
    speech.close()


def test_how_audio_is_fed_does_not_matter(speech: Recognizer, sentence: Samples) -> None:
    audio = np.concatenate([silence(0.7), sentence, silence(2), sentence])
    whole = hear(speech, audio, slow=False).finals()
    for step in (160, 777, 5000):
        live = speech.live(ENGLISH, ear := Ear())
        for at in range(0, len(audio), step):
            live.feed(audio[at : at + step])
        live.finish()
        ear.wait()
        assert ear.finals() == whole


def test_no_event_comes_after_cancelling(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    for seconds in (0.5, 2.0, 4.0):
        engine.gate.clear()
        live = speech.live(ENGLISH, ear := Ear())
        live.feed(np.concatenate([sentence, silence(2), sentence])[: int(seconds * SAMPLE_RATE)])
        live.cancel()
        known = list(ear.events)
        engine.gate.set()
        live.feed(sentence)
        live.finish()
        live.cancel()
        # The only worker comes to this when it is done with all else.
        speech.check()
        assert ear.events == known
        assert live.behind == 0


def test_the_listener_may_cancel(speech: Recognizer, sentence: Samples) -> None:
    ear = Ear()
    live = speech.live(ENGLISH, ear)
    ear.then = lambda event: live.cancel() if isinstance(event, Draft) else None
    slowly(live, np.concatenate([sentence, silence(2)]))
    live.finish()
    assert isinstance(ear.events[-1], Draft)
    assert len(ear.drafts()) == 1


def test_cancelling_from_another_thread_waits_for_the_listener(
    speech: Recognizer, sentence: Samples
) -> None:
    ear, inside = Ear(), threading.Event()
    live = speech.live(ENGLISH, ear)
    left = threading.Event()

    def slow(event: Event) -> None:
        inside.set()
        time.sleep(0.05)
        left.set()

    ear.then = slow
    feeding = threading.Thread(target=live.feed, args=(sentence,))
    feeding.start()
    assert inside.wait(60)
    live.cancel()
    assert left.is_set()
    count = len(ear.events)
    feeding.join(60)
    assert len(ear.events) == count


def test_a_failing_engine_ends_the_stream(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    engine.broken = True
    ear = hear(speech, np.concatenate([sentence, silence(2)]), slow=False)
    failed = ear.events[-1]
    assert isinstance(failed, Failed)
    assert str(failed.error) == "broken"
    assert ear.finals() == []


def test_a_draft_that_fails_is_no_end(speech: Recognizer, engine: Told, sentence: Samples) -> None:
    live = speech.live(ENGLISH, ear := Ear())
    engine.broken = True
    slowly(live, sentence[: 2 * SAMPLE_RATE])
    engine.broken = False
    slowly(live, np.concatenate([sentence[2 * SAMPLE_RATE :], silence(2)]))
    live.finish()
    ear.wait()
    assert len(ear.phrases()) == 1


def test_closing_the_recogniser_ends_its_streams(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    engine.gate.clear()
    live = speech.live(ENGLISH, ear := Ear())
    live.feed(np.concatenate([sentence, silence(2)] * 4))
    closing = threading.Thread(target=speech.close)
    closing.start()
    until(lambda: speech._scheduler.closed)
    engine.gate.set()
    closing.join(60)
    live.feed(np.concatenate([sentence, silence(2)]))
    failed = ear.wait()[-1]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, EngineClosed)
    with pytest.raises(EngineClosed):
        speech.live(ENGLISH, Ear())
