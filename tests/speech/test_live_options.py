"""Live recognition as its options ask."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scriba.errors import UnsupportedLocale
from scriba.speech import (
    SAMPLE_RATE,
    Draft,
    Final,
    Finished,
    LiveOptions,
    Phrase,
    Recognizer,
    Status,
    decode_file,
)
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip, Guess, TimedWord, Transcript
from scriba.speech.resample import Samples

from .told import Ear, Told, hear, silence, slowly


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
    monkeypatch.setattr("scriba.speech.recognizer.live_speakers", lambda _: TwoSpeakers())
    options = LiveOptions(language="en-US", speakers=True, draft_speakers=True)
    ear = hear(speech, np.concatenate([sentence, silence(2)]), options)
    assert [phrase.speaker for phrase in ear.phrases()] == [1, 2]
    shown = [event for event in ear.events if isinstance(event, Draft | Final)]
    assert [type(event) for event in shown[-4:]] == [Draft, Final, Draft, Final]
    assert ear.drafts()[0].speaker is None
    assert ear.drafts()[-2].speaker == 2
