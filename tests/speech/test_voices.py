"""Numbers of speakers that are given while a stream goes on, on made-up embeddings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriba.speech.diarization.pieces import Piece, PieceOptions
from scriba.speech.diarization.voices import _KEPT, VoiceOptions, Voices

DIMENSIONS = 192
FRAMES = 59
"""Frames of a second."""


class People:
    """Made-up people whose pieces resemble their own by about 0.7, and others' by about 0."""

    def __init__(self, count: int, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self._voices = np.linalg.qr(self._rng.normal(size=(DIMENSIONS, count)))[0].T
        self._at = 0

    def says(self, who: int, seconds: float = 2.0) -> Piece:
        """A piece of a person's speech, in a group of its own."""
        voice = self._voices[who]
        noise = self._rng.normal(size=DIMENSIONS) * 0.65 / np.sqrt(DIMENSIONS)
        vector = voice + noise
        self._at += 1
        return Piece(
            0,
            round(seconds * FRAMES),
            (self._at, 0),
            seconds,
            (vector / np.linalg.norm(vector)).astype(np.float32),
        )


def voices(most: int = 10) -> Voices:
    return Voices(most, PieceOptions(), VoiceOptions())


def test_each_voice_has_a_number_and_keeps_it() -> None:
    people, told = People(4), voices()
    order = [0, 0, 1, 0, 1, 2, 2, 0, 3, 1, 3, 2, 0]
    given = [told.tell([people.says(who), people.says(who)]) for who in order]
    assert given == [[who + 1] * 2 for who in order]


def test_a_change_within_a_phrase() -> None:
    people, told = People(2), voices()
    phrase = [people.says(who) for who in (0, 0, 0, 1, 1, 1)]
    assert told.tell(phrase) == [1, 1, 1, 2, 2, 2]
    assert told.tell([people.says(1)]) == [2]


def test_a_word_or_two_of_a_stranger_make_no_speaker() -> None:
    people, told = People(2), voices()
    told.tell([people.says(0) for _ in range(4)])
    assert told.tell([people.says(1, 0.6)]) == [1]
    assert told.tell([people.says(0)]) == [1]


def test_who_was_not_known_soon_enough_is_somebody_new_when_more_is_heard() -> None:
    people, told = People(2), Voices(10, PieceOptions(), VoiceOptions(fresh=5.0))
    told.tell([people.says(0) for _ in range(4)])
    given = [told.tell([people.says(1)]) for _ in range(4)]
    assert given == [[1], [1], [2], [2]]
    assert told.tell([people.says(0)]) == [1]


def test_a_short_phrase_leans_on_who_is_known() -> None:
    people, told = People(3), voices()
    for who in (0, 1, 2):
        told.tell([people.says(who) for _ in range(3)])
    assert [told.tell([people.says(who, 0.4)]) for who in (2, 0, 1)] == [[3], [1], [2]]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_there_are_no_more_speakers_than_allowed(most: int) -> None:
    people, told = People(6), voices(most)
    given = {n for who in [*range(6)] * 3 for n in told.tell([people.says(who) for _ in range(2)])}
    assert given == set(range(1, most + 1))


def test_what_is_remembered_does_not_grow() -> None:
    people, told = People(3), voices()
    given = []
    for i in range(90):
        who = i % 7 % 3
        given.append((who, *set(told.tell([people.says(who) for _ in range(4)]))))
        assert len(told) <= _KEPT + 4
    assert set(given) == {(0, 1), (1, 2), (2, 3)}
    assert len(told) > 50


def test_who_says_little_is_not_forgotten() -> None:
    people, told = People(2), voices()
    told.tell([people.says(0), people.says(0)])
    assert told.tell([people.says(1), people.says(1)]) == [2, 2]
    for _ in range(30):
        told.tell([people.says(0) for _ in range(10)])
    assert len(told) < 200
    assert told.tell([people.says(1)]) == [2]


def test_resemblance_names_the_likeliest_first() -> None:
    people, told = People(2), voices()
    assert told.resemblance(people.says(0).embedding) == []
    told.tell([people.says(0) for _ in range(3)])
    told.tell([people.says(1) for _ in range(3)])
    (near, number), (far, other) = told.resemblance(people.says(1).embedding)
    assert (number, other) == (2, 1)
    assert near > 0.4 > far


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 4),
    st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.floats(0.0, 3.0)), min_size=1, max_size=5),
        max_size=12,
    ),
)
def test_numbers_are_given_one_by_one(most: int, phrases: list[list[tuple[int, float]]]) -> None:
    people, told = People(6), voices(most)
    known = 0
    for phrase in phrases:
        given = told.tell([people.says(who, seconds) for who, seconds in phrase])
        assert len(given) == len(phrase)
        assert all(1 <= number <= most for number in given)
        known = max(known, *given)
    assert known <= most
