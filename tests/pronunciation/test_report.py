"""From scores of spoken words to what is told of the words of a text."""

import numpy as np
import pytest

from scriba.pronunciation.alignment import align
from scriba.pronunciation.assessment import Assessment, AssessmentOptions, Miscue
from scriba.pronunciation.miscues import Plan
from scriba.pronunciation.reference import read
from scriba.pronunciation.report import Read, assessment
from scriba.pronunciation.scorer import Scores

from .spoken import sound_of

TEXT = "call the doctor"


def reading(scores: list[float], plan: Plan, *, miscue: bool) -> Assessment:
    """A reading of TEXT whose words get some scores, 0 to 10."""
    sound = sound_of(TEXT)
    reference = read(TEXT)
    phones = align(sound.likelihoods, [word.spoken[0].pronunciations for word in reference]).phones
    given = Scores(
        np.full(len(phones), 2.0, np.float32), np.array(scores, np.float32), 8.0, 9.0, 9.0, 8.0
    )
    audio = np.zeros(sound.frames * 320, np.float32)
    known = Read(audio, sound, reference, plan, range(3))
    return assessment(known, phones, given, AssessmentOptions(TEXT, miscue=miscue))


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
    found = reading([9.0, 7.0, 3.0], Plan(swapped=frozenset({0, 1})), miscue=miscue)
    assert [round(word.score, 3) for word in found.words] == scores
    assert [word.miscue for word in found.words] == errors
    assert (found.accuracy, found.completeness) == (80.0, 100.0)
