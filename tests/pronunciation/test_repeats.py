"""Words said twice and words broken off, which the recogniser did not write."""

import numpy as np
import pytest

from scriba.pronunciation.alignment import SILENCE
from scriba.pronunciation.miscues import find
from scriba.pronunciation.phones import PHONES
from scriba.pronunciation.reference import read
from scriba.pronunciation.repeats import again
from scriba.pronunciation.words import Said
from scriba.speech import Word
from tests.pronunciation.spoken import FRAMES, sound_of

TEXT = "please call the doctor at five"


def _said(text: str) -> list[Said]:
    return [said for word in read(text) for said in word.spoken]


def _again(said: str) -> list[tuple[str, int]]:
    found = again(sound_of(said).likelihoods, _said(TEXT))
    return [(each.text, each.before) for each in found]


def _places(text: str) -> set[int]:
    """Before and after some words of the text: which of two was too many nobody can say."""
    start = TEXT.split().index(text.split()[0])
    return {start, start + len(text.split())}


def test_what_was_said_once_was_not_said_again() -> None:
    assert _again(TEXT) == []


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("please call call the doctor at five", ["call"]),
        ("please call please call the doctor at five", ["please call"]),
        ("please call the doctor doctor at five", ["doctor"]),
        ("please call the doctor at five five", ["five"]),
        ("please please call the doctor at five at five", ["please", "at five"]),
    ],
)
def test_words_said_again_are_told(said: str, wanted: list[str]) -> None:
    found = _again(said)
    assert [text for text, _ in found] == wanted
    assert all(before in _places(text) for text, before in found)


def test_a_hesitation_is_told() -> None:
    assert _again("please call the um doctor at five") == [("um", 3)]


def test_a_word_that_is_broken_off_is_told() -> None:
    # "doc" as nobody would spell it, before "doctor".
    sound = sound_of(TEXT)
    start = 10 + 3 * 3 + FRAMES * sum(len(said.pronunciations[0]) for said in _said(TEXT)[:3])
    begun = [PHONES.index(phone) for phone in ("D", "AA", "K")]
    rows = np.full((3 * FRAMES + 3, SILENCE + 1), -4.0, np.float32)
    rows[np.arange(len(rows)), [*np.repeat(begun, FRAMES), *[SILENCE] * 3]] = -0.05
    with_it = np.concatenate([sound.likelihoods[:start], rows, sound.likelihoods[start:]])
    (found,) = again(with_it, _said(TEXT))
    assert (found.text, found.before) == ("doc-", 3)
    assert found.start == pytest.approx(start, abs=2)
    assert found.end == pytest.approx(start + 3 * FRAMES, abs=2)


def test_speech_that_is_nothing_of_the_text_has_no_words() -> None:
    assert _again("please call the elephant doctor at five") == []


def test_what_the_recogniser_swallowed_is_an_extra_of_the_reading() -> None:
    sound = sound_of("please call call the doctor at five")
    heard = [Word(word, at * 0.3, at * 0.3 + 0.3, 0.9) for at, word in enumerate(TEXT.split())]
    plan = find(sound, read(TEXT), heard)
    assert [extra.text for extra in plan.extras] == ["call"]
    assert plan.extras[0].before in (1, 2)
    assert plan.omitted == plan.swapped == frozenset()


@pytest.mark.parametrize("frames", [0, 1, 5])
def test_a_recording_too_short_for_the_words_has_none_twice(frames: int) -> None:
    assert again(sound_of(TEXT).likelihoods[:frames], _said(TEXT)) == []


def test_no_words_are_not_said_again() -> None:
    assert again(sound_of(TEXT).likelihoods, []) == []
