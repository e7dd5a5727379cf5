"""Breaks and melody: what is called an error, and what is not."""

import numpy as np
import pytest

from scriba.pronunciation.pitch import Pitch
from scriba.pronunciation.prosody import (
    LIMIT,
    TimedWord,
    assess_prosody,
    missing,
    monotony,
    unexpected,
)


def _word(text: str, *, comma: bool = False, stop: bool = False) -> TimedWord:
    return TimedWord(text, 0.0, 0.3, comma or stop, stop)


def _words(gaps: list[float], length: float = 0.3) -> list[TimedWord]:
    words, at = [], 0.0
    for gap in gaps:
        at += gap
        words.append(TimedWord("apple", at, at + length))
        at += length
    return words


def _pitch(semitones: np.ndarray) -> Pitch:
    return Pitch((100 * 2 ** (semitones / 12)).astype(np.float32))


@pytest.mark.parametrize(
    ("before", "after", "fine", "wrong"),
    [
        (_word("the"), "house", 0.15, 0.3),
        (_word("red"), "house", 0.25, 0.5),
        (_word("house"), "and", 0.5, 0.9),
        (_word("house", comma=True), "apples", 0.8, 1.5),
        (_word("house", stop=True), "apples", 1.5, 3.0),
    ],
)
def test_a_pause_may_last_as_long_as_its_place_allows(
    before: TimedWord, after: str, fine: float, wrong: float
) -> None:
    assert unexpected(fine, before, after) < LIMIT <= unexpected(wrong, before, after)


def test_the_longer_a_pause_the_surer() -> None:
    sure = [unexpected(pause, _word("the"), "house") for pause in np.linspace(0, 3, 50)]
    assert sure == sorted(sure)
    assert sure[0] == 0.0
    assert sure[-1] > 0.99


def test_the_closure_of_a_plosive_is_no_pause() -> None:
    assert unexpected(0.09, _word("the"), "table") == 0.0


def test_only_a_full_stop_asks_for_a_pause_for_certain() -> None:
    assert missing(0.0, _word("house", stop=True)) >= LIMIT
    assert missing(0.3, _word("house", stop=True)) < 0.1
    assert 0.3 < missing(0.0, _word("house", comma=True)) < LIMIT
    assert missing(0.0, _word("house")) == 0.0


@pytest.mark.parametrize(("depth", "flat"), [(0.0, True), (0.5, True), (3.0, False)])
def test_a_voice_that_stays_on_one_pitch_is_monotone(depth: float, flat: bool) -> None:
    words = _words([0.1] * 6)
    swing = depth * np.sin(np.linspace(0, 12, 260))
    sure = [monotony(_pitch(swing), words, at) for at in range(len(words))]
    assert all((each > LIMIT) == flat for each in sure)


def test_a_tracker_that_is_an_octave_off_makes_no_melody() -> None:
    heard = np.zeros(260)
    heard[::12] = 12.0
    assert monotony(_pitch(heard), _words([0.1] * 6), 2) > LIMIT


def test_two_voices_far_apart_are_no_melody_of_one() -> None:
    heard = np.tile([0.0, 24.0], 130)
    words = _words([0.1] * 6)
    # Where there are as many values of one as of the other, the median is none of them.
    assert 0.0 in [monotony(_pitch(heard[at:]), words, 2) for at in range(2)] + [
        monotony(_pitch(heard), [*words[:1], TimedWord("to", 0.5, end)], 0)
        for end in (0.6, 0.61, 0.62)
    ]


def test_of_too_little_voice_nothing_is_said() -> None:
    assert monotony(Pitch(np.zeros(260, np.float32)), _words([0.1] * 6), 2) == 0.0


def test_each_word_has_the_pause_before_it() -> None:
    words = _words([0.2, 0.0, 0.7, 0.05])
    found = assess_prosody(np.zeros(40_000, np.float32), words)
    assert [each.pause for each in found] == pytest.approx([0.0, 0.0, 0.7, 0.05])
    assert [each.unexpected_break > LIMIT for each in found] == [False, False, True, False]


def test_without_punctuation_a_sentence_may_end_anywhere() -> None:
    words = _words([0.2, 0.0, 0.7, 2.5])
    found = assess_prosody(np.zeros(80_000, np.float32), words, punctuated=False)
    assert [each.unexpected_break > LIMIT for each in found] == [False, False, False, True]
    assert [each.missing_break for each in found] == [0.0] * 4


def test_words_that_overlap_have_no_pause() -> None:
    words = [TimedWord("one", 0.0, 0.5), TimedWord("two", 0.4, 0.9)]
    assert assess_prosody(np.zeros(16_000, np.float32), words)[1].pause == 0.0


def test_no_words_have_no_prosody() -> None:
    assert assess_prosody(np.zeros(16_000, np.float32), []) == []
