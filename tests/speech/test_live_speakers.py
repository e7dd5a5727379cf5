"""Speakers told apart while a stream goes on, on conversations put together from sentences."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from scriba.speech import Final, Finished, LiveOptions, Recognizer
from scriba.speech.audio import decode_file
from scriba.speech.cpu import Layout
from scriba.speech.diarization import LiveSpeakers
from scriba.speech.forms import render
from scriba.speech.live_events import Draft, Event
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.results import Hypothesis, Phrase, Word


@pytest.fixture(scope="module")
def sentences(data: Path) -> dict[str, Samples]:
    """At most six seconds of four people, equally loud."""
    found = {}
    for name in ("en-hale", "de-kerstin", "fr-consulat", "en-quilter"):
        samples = np.concatenate(list(decode_file(data / f"{name}.flac")))[: 6 * SAMPLE_RATE]
        found[name] = samples * np.float32(0.06 / np.sqrt((samples**2).mean()))
    return found


def said(audio: Samples, offset: float, *, each: float = 0.3, words: bool = True) -> Phrase:
    """A phrase as long as the audio, whose made-up words take `each` seconds."""
    seconds = len(audio) / SAMPLE_RATE
    count = max(1, int(seconds / each))
    forms = render(" ".join(["blah"] * count), "en-US")
    timed = tuple(
        Word(text, offset + i * each, offset + (i + 1) * each, 0.9)
        for i, text in enumerate(forms.display.split())
    )
    shown = timed if words else ()
    return Phrase(offset, offset + seconds, (Hypothesis(0.9, forms, shown, shown),), "en-US")


class Stream:
    """Phrases that follow each other, and who is said to speak in each."""

    def __init__(self, most: int = 10) -> None:
        self.speakers = LiveSpeakers(most)
        self.seconds = 0.0

    def parts(self, audio: Samples, **how: bool) -> list[Phrase]:
        found = self.speakers.assign(audio, self.seconds, said(audio, self.seconds, **how))
        self.seconds += len(audio) / SAMPLE_RATE + 0.5
        return found

    def numbers(self, audio: Samples) -> list[int | None]:
        return [part.speaker for part in self.parts(audio)]


def test_numbers_stay_through_a_stream(sentences: dict[str, Samples]) -> None:
    stream = Stream()
    order = ("en-hale", "de-kerstin", "en-hale", "fr-consulat", "de-kerstin", "fr-consulat")
    found = [stream.numbers(sentences[name]) for name in order]
    assert found == [[1], [2], [1], [3], [2], [3]]


def test_a_phrase_is_split_where_the_speaker_changes_without_a_pause(
    sentences: dict[str, Samples],
) -> None:
    stream = Stream()
    both = np.concatenate([sentences["en-hale"], sentences["de-kerstin"]])
    one, two = stream.parts(both)
    assert (one.speaker, two.speaker) == (1, 2)
    assert two.start == pytest.approx(6.0, abs=0.7)
    assert two.end == len(both) / SAMPLE_RATE
    words = [*one.best.words, *two.best.words]
    assert words == list(said(both, 0.0).best.words)
    assert stream.numbers(sentences["de-kerstin"]) == [2]


def test_a_long_phrase_is_told_apart_in_all_its_length(sentences: dict[str, Samples]) -> None:
    hale, kerstin = sentences["en-hale"], sentences["de-kerstin"]
    parts = Stream().parts(np.concatenate([hale, kerstin, hale, kerstin, hale]))
    assert [part.speaker for part in parts] == [1, 2, 1, 2, 1]
    edges = np.cumsum([len(hale), len(kerstin), len(hale), len(kerstin)]) / SAMPLE_RATE
    assert [part.start for part in parts[1:]] == pytest.approx(edges.tolist(), abs=0.8)


def test_a_word_of_somebody_known_is_theirs(sentences: dict[str, Samples]) -> None:
    stream = Stream()
    stream.numbers(sentences["en-hale"])
    stream.numbers(sentences["de-kerstin"])
    for name, number in (("de-kerstin", 2), ("en-hale", 1)):
        assert stream.numbers(sentences[name][SAMPLE_RATE : int(1.8 * SAMPLE_RATE)]) == [number]


def test_there_are_no_more_speakers_than_allowed(sentences: dict[str, Samples]) -> None:
    stream = Stream(most=2)
    found = [
        n
        for name in ("en-hale", "de-kerstin", "fr-consulat")
        for n in stream.numbers(sentences[name])
    ]
    assert found[:2] == [1, 2]
    assert set(found) == {1, 2}


def test_a_phrase_without_words_is_not_split(sentences: dict[str, Samples]) -> None:
    both = np.concatenate([sentences["en-hale"], sentences["de-kerstin"][: 2 * SAMPLE_RATE]])
    (part,) = Stream().parts(both, words=False)
    assert (part.start, part.end, part.speaker) == (0.0, len(both) / SAMPLE_RATE, 1)


@pytest.mark.parametrize("samples", [0, 1, 160, 4000, 16000, 170000])
def test_where_no_voice_is_heard_the_last_speaker_goes_on(
    sentences: dict[str, Samples], samples: int
) -> None:
    stream = Stream()
    silence = np.zeros(samples, np.float32)
    assert stream.numbers(silence) == [1]
    assert stream.speakers.guess(silence) is None
    stream.numbers(sentences["en-hale"])
    stream.numbers(sentences["de-kerstin"])
    assert stream.numbers(silence) == [2]
    assert stream.speakers.guess(silence) is None


def test_what_is_no_number_harms_nobody(sentences: dict[str, Samples]) -> None:
    stream = Stream()
    stream.numbers(np.full(SAMPLE_RATE, np.nan, np.float32))
    half = sentences["en-hale"].copy()
    half[: len(half) // 2] = np.inf
    stream.numbers(half)
    stream.speakers.guess(half)
    found = [stream.numbers(sentences[name]) for name in ("en-hale", "de-kerstin", "en-hale")]
    assert found[0] == found[2] != found[1]


def test_a_guess_names_who_is_known_and_nobody_else(sentences: dict[str, Samples]) -> None:
    stream = Stream()
    hale, kerstin = sentences["en-hale"], sentences["de-kerstin"]
    assert stream.speakers.guess(hale) is None
    stream.numbers(hale)
    stream.numbers(kerstin)
    assert stream.speakers.guess(kerstin[: 3 * SAMPLE_RATE]) == 2
    assert stream.speakers.guess(hale[: 3 * SAMPLE_RATE]) == 1
    assert stream.speakers.guess(sentences["fr-consulat"][: 4 * SAMPLE_RATE]) is None
    assert stream.speakers.guess(hale[: SAMPLE_RATE // 2]) is None
    assert stream.numbers(sentences["fr-consulat"]) == [3]


def test_a_draft_that_grew_little_is_not_compared_again(
    sentences: dict[str, Samples], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Stream()
    hale = sentences["en-hale"]
    stream.numbers(hale)
    asked: list[int] = []
    likely = stream.speakers._likely
    monkeypatch.setattr(
        stream.speakers, "_likely", lambda audio: asked.append(len(audio)) or likely(audio)
    )
    for tenths in range(20, 45):
        assert stream.speakers.guess(hale[: tenths * SAMPLE_RATE // 10]) == 1
    assert [length / SAMPLE_RATE for length in asked] == [2.0, 3.0, 4.0]


def test_drafts_are_guessed_while_phrases_are_told_apart(sentences: dict[str, Samples]) -> None:
    stream = Stream()
    stream.numbers(sentences["en-hale"])
    guessed: list[int | None] = []

    def draft() -> None:
        for name in ("en-hale", "de-kerstin") * 2:
            guessed.append(stream.speakers.guess(sentences[name]))

    other = threading.Thread(target=draft)
    other.start()
    found = [stream.numbers(sentences[name]) for name in ("de-kerstin", "en-hale", "de-kerstin")]
    other.join()
    assert found == [[2], [1], [2]]
    assert len(guessed) == 4
    assert guessed[0] == guessed[2] == 1
    assert {guessed[1], guessed[3]} <= {2, None}


def test_impossible_numbers_of_speakers_are_refused() -> None:
    with pytest.raises(ValueError, match="0 speakers"):
        LiveSpeakers(0)


def test_live_recognition_tells_two_people_apart(
    base_model: Path, sentences: dict[str, Samples]
) -> None:
    """What `LiveOptions.speakers` gives, with the recogniser and without anything made up."""
    hale, quilter = sentences["en-hale"], sentences["en-quilter"]
    pause = np.zeros(int(1.2 * SAMPLE_RATE), np.float32)
    audio = np.concatenate([hale, pause, quilter, pause, hale, quilter, pause])
    recognizer = Recognizer(base_model, layout=Layout(1, 2, "test"))
    events: list[Event] = []
    over = threading.Event()

    def listen(event: Event) -> None:
        events.append(event)
        if isinstance(event, Finished):
            over.set()

    try:
        options = LiveOptions(language="en-US", speakers=True, draft_speakers=True)
        stream = recognizer.live(options, listen)
        for first in range(0, len(audio), SAMPLE_RATE // 2):
            stream.feed(audio[first : first + SAMPLE_RATE // 2])
        stream.finish()
        assert over.wait(240)
    finally:
        recognizer.close()
    finals = [event.phrase for event in events if isinstance(event, Final) and event.phrase]
    speakers = [phrase.speaker for phrase in finals]
    assert _without_repeats(speakers) == [1, 2, 1, 2]
    change = 2 * (len(hale) + len(pause)) + len(quilter)
    last = next(phrase for phrase in reversed(finals) if phrase.speaker == 1)
    assert last.end == pytest.approx(change / SAMPLE_RATE, abs=0.8)
    drafts = {event.speaker for event in events if isinstance(event, Draft)}
    assert drafts <= {1, 2, None}


def _without_repeats(numbers: Sequence[int | None]) -> list[int | None]:
    return [n for i, n in enumerate(numbers) if i == 0 or numbers[i - 1] != n]
