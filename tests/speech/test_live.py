"""Live recognition through an engine that hears what it is told to: order, races, cancelling."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scriba.errors import UnsupportedLocale
from scriba.speech import (
    SAMPLE_RATE,
    Draft,
    Ended,
    Event,
    Failed,
    Final,
    Finished,
    Live,
    LiveOptions,
    Phrase,
    Recognizer,
    Started,
    Status,
    decode_file,
)
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip, Guess, TimedWord, Transcript
from scriba.speech.live_phrases import AT_ONCE
from scriba.speech.resample import Samples
from scriba.speech.scheduler import EngineClosed

ENGLISH = LiveOptions(language="en-US")


class Told:
    """An engine that hears a word in each 0.4 s of a clip; its gate can be closed."""

    name = "told"

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Semaphore(0)
        self.batches: list[list[Clip]] = []
        self.languages: list[dict[str, float]] = []
        self.ending = "."
        self.broken = False

    def cost(self, clip: Clip) -> float:
        return 5.0

    def supports(self, language: str) -> bool:
        return language in ("en", "de", "fr", "ja")

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        self.batches.append(list(clips))
        self.begun.release()
        assert self.gate.wait(60)
        if self.broken:
            raise ValueError("broken")
        return [self._one(clip) for clip in clips]

    def _one(self, clip: Clip) -> Transcript:
        language, spoken = clip.language, {"en": 1.0}
        if clip.candidates:
            found = self.languages if not clip.draft else self.languages[:]
            spoken = found.pop(0)
            language = max(clip.candidates, key=lambda code: spoken.get(code, 0.0))
        known = len(clip.prefix.split())
        count = max(known, int(len(clip.audio) / SAMPLE_RATE / 0.4))
        texts = [language + chr(97 + i // 26) + chr(97 + i % 26) for i in range(count)]
        words = tuple(TimedWord(t, 0.4 * i, 0.4 * i + 0.4, 0.9) for i, t in enumerate(texts))
        text = " ".join(texts) + ("" if clip.draft else self.ending)
        return Transcript((Guess(text, -0.1, count),), words, 0.0, spoken, language=language)

    @property
    def finals(self) -> list[Clip]:
        return [clip for batch in self.batches for clip in batch if not clip.draft]


class Ear:
    """Listens to a stream, and finds two events at once or one after the last."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.over = threading.Event()
        self.then: Callable[[Event], None] = lambda event: None
        self._one = threading.Lock()

    def __call__(self, event: Event) -> None:
        assert self._one.acquire(blocking=False), "two events at once"
        try:
            assert not self.over.is_set(), "an event after the last"
            self.events.append(event)
            if isinstance(event, Finished | Failed):
                self.over.set()
        finally:
            self._one.release()
        self.then(event)

    def wait(self) -> list[Event]:
        assert self.over.wait(60)
        return self.events

    def finals(self) -> list[Final]:
        return [event for event in self.events if isinstance(event, Final)]

    def drafts(self) -> list[Draft]:
        return [event for event in self.events if isinstance(event, Draft)]

    def phrases(self) -> list[Phrase]:
        return [final.phrase for final in self.finals() if final.phrase is not None]


@pytest.fixture(scope="module")
def sentence(recordings: Path) -> Samples:
    return np.concatenate([*decode_file(recordings / "en-wizard.flac")])


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


@pytest.fixture
def engine() -> Told:
    return Told()


@pytest.fixture
def speech(engine: Told) -> Iterator[Recognizer]:
    made = Recognizer(engine, layout=Layout(1, 1, "test"))
    yield made
    engine.gate.set()
    made.close()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def idle(live: Live) -> bool:
    """Whether nothing of the stream waits for the engine or is in it."""
    ahead = live._phrases._ahead
    return (
        live._phrases.empty
        and live._drafts._job is None
        and (ahead is None or ahead.heard is not None)
    )


def slowly(live: Live, audio: Samples) -> None:
    """Feed audio so slowly that each decoding is done before the next piece comes."""
    for at in range(0, len(audio), 1600):
        live.feed(audio[at : at + 1600])
        until(lambda: idle(live))


def hear(
    speech: Recognizer, audio: Samples, options: LiveOptions = ENGLISH, *, slow: bool = True
) -> Ear:
    ear = Ear()
    live = speech.live(options, ear)
    if slow:
        slowly(live, audio)
    else:
        live.feed(audio)
    live.finish()
    ear.wait()
    return ear


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


def test_a_locale_that_is_unknown_is_refused_at_once(speech: Recognizer) -> None:
    with pytest.raises(UnsupportedLocale):
        speech.live(LiveOptions(language="xx-XX"), Ear())
    with pytest.raises(UnsupportedLocale):
        speech.live(LiveOptions(candidates=("en-US", "it-IT")), Ear())


def test_interactive_mode_is_over_after_a_phrase(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    live = speech.live(LiveOptions(language="en-US", mode="interactive"), ear := Ear())
    slowly(live, np.concatenate([sentence, silence(2), sentence, silence(2)]))
    live.finish()
    assert [type(event) for event in ear.events[-2:]] == [Final, Finished]
    assert len(ear.finals()) == 1
    assert len(engine.finals) == 1


@pytest.mark.parametrize(
    ("level", "status"), [(0.0, Status.INITIAL_SILENCE), (0.005, Status.BABBLE)]
)
def test_who_says_nothing_is_told(speech: Recognizer, level: float, status: Status) -> None:
    noise = np.random.default_rng(0).normal(0, level, 40 * SAMPLE_RATE).astype(np.float32)
    ear = hear(speech, noise, LiveOptions(language="en-US", mode="interactive"), slow=False)
    assert ear.events == [Final(status, 0.0, 5.0), Finished(5.0)]
    ear = hear(speech, noise, slow=False)
    assert ear.events == [
        Final(status, 0.0, 15.0),
        Final(status, 15.0, 30.0),
        Finished(40.0),
    ]
    own = LiveOptions(language="en-US", mode="dictation", initial_silence=18.0)
    assert hear(speech, noise, own, slow=False).events[0] == Final(status, 0.0, 18.0)
    never = LiveOptions(language="en-US", mode="interactive", initial_silence=0.0)
    assert hear(speech, noise, never, slow=False).events[0] == Final(status, 0.0, 40.0)


def test_little_audio_is_nothing_but_over(speech: Recognizer) -> None:
    for seconds in (0.0, 0.03, 0.5):
        assert hear(speech, silence(seconds)).events == [Finished(pytest.approx(seconds))]
    ear = hear(speech, silence(0), LiveOptions(language="en-US", mode="interactive"))
    assert ear.events == [Final(Status.INITIAL_SILENCE, 0.0, 0.0), Finished(0.0)]


def test_silence_alone_is_said_in_the_end(speech: Recognizer) -> None:
    assert hear(speech, silence(3)).events == [
        Final(Status.INITIAL_SILENCE, 0.0, 3.0),
        Finished(3.0),
    ]


def test_a_pause_of_ones_own_ends_phrases(speech: Recognizer, sentence: Samples) -> None:
    audio = np.concatenate([sentence, silence(0.7)] * 3)
    for pause, count in ((0.5, 3), (1.5, 1)):
        options = LiveOptions(language="en-US", segmentation_silence=pause)
        assert len(hear(speech, audio, options, slow=False).finals()) == count
    options = LiveOptions(
        language="en-US", mode="interactive", segmentation_silence=1.5, end_silence=0.5
    )
    (final,) = hear(speech, audio, options, slow=False).finals()
    assert final.end <= len(sentence) / SAMPLE_RATE + 0.1


def test_a_phrase_is_cut_at_its_longest(speech: Recognizer, sentence: Samples) -> None:
    audio = np.concatenate([sentence[8000:-8000]] * 6)
    options = LiveOptions(language="en-US", longest=8.0)
    finals = hear(speech, audio, options, slow=False).finals()
    assert len(finals) > 2
    assert max(final.end - final.start for final in finals) <= 8.1


def test_semantic_phrases_end_with_their_sentence(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    audio = np.concatenate([sentence, silence(0.8)] * 3)
    options = LiveOptions(language="en-US", semantic=True)
    assert len(hear(speech, audio, options).finals()) == 3
    for ending in ("", ",", "..."):
        engine.ending = ending
        assert len(hear(speech, audio, options).finals()) == 1


def test_the_first_phrase_decides_on_a_single_language(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    engine.languages = [{"de": 0.9, "en": 0.1}] + [{"en": 0.9, "de": 0.1}] * 4
    options = LiveOptions(candidates=("en-US", "de-DE"), drafts=False)
    ear = hear(speech, np.concatenate([sentence, silence(2)] * 3), options)
    assert [phrase.language for phrase in ear.phrases()] == ["de-DE"] * 3
    assert [clip.candidates for clip in engine.finals[1:]] == [()] * 2


def test_each_phrase_decides_on_its_language(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    heard = ("de", "en", "fr", "de")
    engine.languages = [{code: 0.999} for code in heard]
    options = LiveOptions(
        candidates=("en-US", "de-DE", "fr-FR"), identification="continuous", drafts=False
    )
    ear = hear(speech, np.concatenate([sentence, silence(2)] * 4), options)
    assert [phrase.best.forms.lexical[:2] for phrase in ear.phrases()] == list(heard)


def test_drafts_say_the_language_that_they_guess(
    speech: Recognizer, engine: Told, sentence: Samples
) -> None:
    engine.languages = [{"de": 0.9, "en": 0.1}]
    options = LiveOptions(candidates=("en-US", "de-DE"))
    ear = hear(speech, np.concatenate([sentence, silence(2)]), options)
    assert {draft.language for draft in ear.drafts()} == {"de-DE"}
    # Once some speech is heard the search for its language is over.
    asked = [bool(clip.candidates) for b in engine.batches for clip in b if clip.draft]
    assert asked[0]
    assert not asked[-1]


def test_profanity_is_not_shown_in_drafts(
    speech: Recognizer, engine: Told, sentence: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    def swear(clip: Clip) -> Transcript:
        words = tuple(TimedWord(t, i, i + 1.0, 0.9) for i, t in enumerate(["oh", "shit", "now"]))
        return Transcript((Guess("Oh shit, now.", -0.1, 3),), words, 0.0, {"en": 1.0})

    monkeypatch.setattr(engine, "_one", swear)
    audio = np.concatenate([sentence, silence(2)])
    for asked, shown in (("masked", "oh **** now"), ("raw", "oh shit now"), ("removed", "oh now")):
        options = LiveOptions(language="en-US", profanity=asked)  # type: ignore[arg-type]
        for slow in (True, False):
            ear = hear(speech, audio, options, slow=slow)
            assert ear.drafts()[-1].text == shown


def test_drafts_as_displayed(speech: Recognizer, engine: Told, sentence: Samples) -> None:
    options = LiveOptions(language="en-US", display_drafts=True)
    ear = hear(speech, np.concatenate([sentence, silence(2)]), options)
    assert all(draft.text.startswith("Enaa") for draft in ear.drafts())
    assert not any(draft.text.endswith(".") for draft in ear.drafts())
    engine.gate.clear()
    live = speech.live(options, ear := Ear())
    live.feed(sentence)
    live.finish()
    engine.gate.set()
    ear.wait()
    assert ear.drafts()[-1].text == ear.phrases()[0].best.forms.display


class TwoSpeakers:
    """Takes the first half of each phrase for one speaker's and the rest for another's."""

    def assign(self, audio: Samples, offset: float, phrase: Phrase) -> list[Phrase]:
        middle = (phrase.start + phrase.end) / 2
        return [
            replace(phrase, end=middle, speaker=1),
            replace(phrase, start=middle, speaker=2),
        ]

    def guess(self, audio: Samples) -> int | None:
        return 2 if len(audio) > 2 * SAMPLE_RATE else None


def test_a_phrase_of_two_speakers_is_two_and_each_has_a_draft(
    speech: Recognizer, sentence: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriba.speech.recognizer.live_speakers", TwoSpeakers)
    options = LiveOptions(language="en-US", speakers=True, draft_speakers=True)
    ear = hear(speech, np.concatenate([sentence, silence(2)]), options)
    assert [phrase.speaker for phrase in ear.phrases()] == [1, 2]
    shown = [event for event in ear.events if isinstance(event, Draft | Final)]
    assert [type(event) for event in shown[-4:]] == [Draft, Final, Draft, Final]
    assert ear.drafts()[0].speaker is None
    assert ear.drafts()[-2].speaker == 2
