"""From scores of spoken words to what is told of the words of a text."""

import numpy as np
import pytest

from scriba.pronunciation.alignment import align
from scriba.pronunciation.assessment import Assessment, AssessmentOptions, Miscue
from scriba.pronunciation.miscues import Extra, Plan
from scriba.pronunciation.reference import read
from scriba.pronunciation.report import Read, assessment
from scriba.pronunciation.scorer import Scores

from .spoken import sound_of

TEXT = "call the doctor"


def reading(
    scores: list[float], plan: Plan, *, said: str = TEXT, text: str = TEXT, **options: bool
) -> Assessment:
    """A reading of `text` of which `said` was said, whose words get some scores, 0 to 10."""
    sound = sound_of(said)
    reference = read(text)
    spoken = {
        each.word: ((number, place), each.pronunciations)
        for number, word in enumerate(reference)
        for place, each in enumerate(word.spoken)
    }
    words = [spoken[each] for each in said.split()]
    phones = align(sound.likelihoods, [each for _, each in words]).phones
    given = Scores(
        np.full(len(phones), 2.0, np.float32), np.array(scores, np.float32), 8.0, 9.0, 9.0, 8.0
    )
    audio = np.zeros(sound.frames * 320, np.float32)
    known = Read(audio, sound, reference, plan, [owner for owner, _ in words])
    return assessment(known, phones, given, AssessmentOptions(text, **options))


@pytest.mark.parametrize(
    ("miscue", "scores", "errors"),
    [
        (True, [90, 40, 30], [Miscue.NONE, Miscue.MISPRONUNCIATION, Miscue.MISPRONUNCIATION]),
        (False, [90, 70, 30], [Miscue.NONE, Miscue.NONE, Miscue.MISPRONUNCIATION]),
    ],
)
def test_another_word_that_was_heard_counts_where_the_sounds_are_in_doubt(
    miscue: bool, scores: list[float], errors: list[Miscue]
) -> None:
    found = reading([9.0, 7.0, 3.0], Plan(swapped=frozenset({(0, 0), (1, 0)})), miscue=miscue)
    assert [round(word.score, 3) for word in found.words] == scores
    assert [word.miscue for word in found.words] == errors
    # The sentence loses what the words lose.
    assert found.accuracy == pytest.approx(80.0 * sum(scores) / (90 + 70 + 30))
    assert found.completeness == 100.0


def test_one_wrong_word_of_a_figure_is_enough() -> None:
    said, text = "in nineteen ninety nine", "in 1999"
    scores = [9.0, 9.0, 9.0, 6.0]
    right = reading(scores, Plan(), said=said, text=text, miscue=True)
    assert [word.miscue for word in right.words] == [Miscue.NONE, Miscue.NONE]
    plan = Plan(swapped=frozenset({(1, 2)}))
    wrong = reading(scores, plan, said=said, text=text, miscue=True)
    assert [word.miscue for word in wrong.words] == [Miscue.NONE, Miscue.MISPRONUNCIATION]
    assert wrong.words[1].score == 40.0
    graphemes = [part.grapheme for part in wrong.words[1].syllables]
    assert "".join(graphemes) == "nineteenninetynine"


def test_what_is_told_as_left_out_is_not_complete() -> None:
    found = reading([9.0, 9.0], Plan(omitted=frozenset({1})), said="call doctor", miscue=True)
    assert [word.miscue for word in found.words] == [Miscue.NONE, Miscue.OMISSION, Miscue.NONE]
    assert found.completeness == pytest.approx(200 / 3)
    assert found.total == pytest.approx(160 / 3)


def test_what_was_left_out_but_counts_as_read_lowers_the_score_of_its_sounds_only() -> None:
    found = reading([9.0, 2.0, 9.0], Plan(omitted=frozenset({1})))
    assert found.completeness == pytest.approx(200 / 3)
    assert found.total == pytest.approx(80.0)


def test_words_for_which_there_was_no_time_are_told_and_missing() -> None:
    found = reading([9.0, 9.0], Plan(), said="call doctor", miscue=True)
    assert found.words[1].miscue is Miscue.OMISSION
    assert found.completeness == pytest.approx(200 / 3)


@pytest.mark.parametrize("omitted", [False, True])
def test_a_sentence_ends_where_its_last_word_was_left_out(omitted: bool) -> None:
    text = "call now. the doctor" if omitted else "call. the doctor"
    plan = Plan(omitted=frozenset({1})) if omitted else Plan()
    found = reading([9.0] * 3, plan, text=text, miscue=True, prosody=True)
    assert [word.miscue is Miscue.OMISSION for word in found.words].count(True) == omitted
    prosody = {word.text: word.prosody for word in found.words}["the"]
    assert prosody is not None
    # A pause of three frames is too short after a full stop.
    assert prosody.missing_break > 0


def test_syllables_have_the_letters_of_what_was_said() -> None:
    found = reading([9.0] * 2, Plan(), said="five dollars", text="$5 more", miscue=True)
    assert [each.grapheme for each in found.words[0].syllables] == ["five", "dol", "lars"]
    found = reading([9.0], Plan(), said="dollars", text="$5 more", miscue=True)
    assert [each.grapheme for each in found.words[0].syllables] == ["dol", "lars"]


def test_what_has_more_added_than_read_is_hardly_a_reading() -> None:
    extras = tuple(Extra("hm", 0.1 * at, 0.1 * at + 0.1, 3) for at in range(6))
    found = reading([9.0] * 3, Plan(extras=extras[:3]), miscue=True)
    assert found.total == pytest.approx(80.0)
    found = reading([9.0] * 3, Plan(extras=extras), miscue=True)
    assert (found.accuracy, found.total) == (pytest.approx(40.0), pytest.approx(40.0))


def test_a_word_added_at_the_end_of_a_sentence_stands_before_its_pause() -> None:
    end = 0.02 * (10 + 4 * 3)
    plan = Plan(extras=(Extra("hm", end, end + 0.02, 1),))
    found = reading([9.0] * 3, plan, text="call. the doctor", miscue=True, prosody=True)
    missing = [word.prosody.missing_break for word in found.words if word.prosody]
    assert [each > 0 for each in missing] == [False, False, True, False]


def test_nothing_is_said_after_the_end_of_the_audio() -> None:
    sound = sound_of(TEXT)
    reference = read(TEXT)
    phones = align(sound.likelihoods, [word.spoken[0].pronunciations for word in reference]).phones
    scores = Scores(
        np.full(len(phones), 2.0, np.float32), np.full(3, 9.0, np.float32), 8.0, 9.0, 9.0, 8.0
    )
    audio = np.zeros(phones[-1].end * 320 - 100, np.float32)
    owners = [(number, 0) for number in range(3)]
    found = assessment(
        Read(audio, sound, reference, Plan(), owners), phones, scores, AssessmentOptions(TEXT)
    )
    assert found.words[-1].end == len(audio) / 16_000
