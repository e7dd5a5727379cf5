"""Forced alignment, on posteriors made by hand."""

import numpy as np
import pytest

from scriba.pronunciation.alignment import SILENCE, AlignedPhone, TooShort, align
from scriba.pronunciation.phones import PHONES

K, AE, T, D, AO, G = (PHONES.index(phone) for phone in ("K", "AE", "T", "D", "AO", "G"))
CAT, DOG = [("K", "AE1", "T")], [("D", "AO1", "G")]


def _said(*columns: int, each: int = 3) -> np.ndarray:
    """Log likelihoods of frames that clearly hold the given columns, each for some frames."""
    found = np.full((len(columns) * each, SILENCE + 1), -6.0, np.float32)
    for i, column in enumerate(columns):
        found[i * each : (i + 1) * each, column] = -0.1
    return found


def test_each_phone_gets_its_frames() -> None:
    found = align(_said(SILENCE, K, AE, T, SILENCE, D, AO, G), [CAT, DOG])
    assert found.phones == (
        AlignedPhone(0, "K", 3, 6),
        AlignedPhone(0, "AE1", 6, 9),
        AlignedPhone(0, "T", 9, 12),
        AlignedPhone(1, "D", 15, 18),
        AlignedPhone(1, "AO1", 18, 21),
        AlignedPhone(1, "G", 21, 24),
    )
    assert found.score == pytest.approx(-0.1 * 24)


def test_words_may_follow_without_a_pause() -> None:
    found = align(_said(K, AE, T, D, AO, G), [CAT, DOG])
    assert [(each.start, each.end) for each in found.phones] == [
        (start, start + 3) for start in range(0, 18, 3)
    ]


def test_the_pronunciation_that_fits_is_taken() -> None:
    both = [("K", "AE1", "T"), ("K", "AO1", "T")]
    assert [each.symbol for each in align(_said(K, AO, T), [both]).phones] == ["K", "AO1", "T"]
    assert [each.symbol for each in align(_said(K, AE, T), [both]).phones] == ["K", "AE1", "T"]


def test_a_word_that_was_not_said_is_left_out_where_that_is_allowed() -> None:
    heard = _said(K, AE, T, K, AE, T)
    assert {each.word for each in align(heard, [CAT, DOG, CAT], skip=5.0).phones} == {0, 2}
    assert {each.word for each in align(heard, [CAT, DOG, CAT]).phones} == {0, 1, 2}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_words_at_any_place_may_be_left_out(place: int) -> None:
    words = [CAT, CAT]
    words.insert(place, DOG)
    found = align(_said(K, AE, T, K, AE, T), words, skip=5.0)
    assert {each.word for each in found.phones} == {0, 1, 2} - {place}
    assert found.score == pytest.approx(-0.1 * 18 - 5.0, abs=1e-4)


def test_speech_beside_the_text_becomes_filler() -> None:
    found = align(_said(K, AE, T, D, AO, G), [CAT], filler=0.5)
    assert found.fillers == ((9, 18, 1),)
    assert [(each.start, each.end) for each in found.phones] == [(0, 3), (3, 6), (6, 9)]


def test_a_recording_shorter_than_its_text_is_said_to_be() -> None:
    with pytest.raises(TooShort, match="too short"):
        align(_said(K, AE, each=1), [CAT])
    assert align(_said(K, AE, each=1), [CAT], skip=2.0).phones == ()
