from collections.abc import Sequence

import numpy as np
import pytest

from scriba.pronunciation.assessment import AssessedWord, Assessment, AssessmentOptions, Miscue
from scriba.pronunciation.reading import Reading
from scriba.speech.resample import Samples
from scriba.speech.results import Word

TEXT = (
    "The old lighthouse stood on the cliff, far from the village. Every evening its keeper climbed "
    "the narrow stairs. Nobody came to help him; he repaired the glass alone."
)
SILENCE = np.zeros(16000, np.float32)


class Everything:
    """Takes every word of the reference, or every word that was heard, as said well."""

    def __init__(self) -> None:
        self.references: list[str] = []
        self.wrong = "no text"
        """A text that the sound does not fit."""

    def assess(
        self, audio: Samples, heard: Sequence[Word], options: AssessmentOptions
    ) -> Assessment | None:
        self.references.append(options.reference)
        if not heard:
            return None
        words = options.reference.split() or [word.text for word in heard]
        said = tuple(
            AssessedWord(word, 1.0 + at, 2.0 + at, 100.0, Miscue.NONE)
            for at, word in enumerate(words)
        )
        accuracy = 10.0 if self.wrong in options.reference else 100.0
        return Assessment(accuracy, 100.0, 100.0, None, 80.0, said, 20.0)


def heard(text: str) -> list[Word]:
    return [Word(word, float(at), at + 0.5, 0.9) for at, word in enumerate(text.split())]


@pytest.fixture
def assessor() -> Everything:
    return Everything()


def miscues(found: Assessment | None) -> list[tuple[str, str]]:
    assert found is not None
    return [(word.text, str(word.miscue)) for word in found.words if word.miscue != Miscue.NONE]


def test_one_phrase_alone_gets_the_whole_text(assessor: Everything) -> None:
    reading = Reading(AssessmentOptions(TEXT, miscue=True))
    assert reading.assess(assessor, SILENCE, heard("the old lighthouse"), last=True)
    assert assessor.references == [TEXT]


def test_of_a_long_text_one_phrase_gets_its_part(assessor: Everything) -> None:
    text = " ".join(f"Chapter {number} is short." for number in range(1, 99)) + " " + TEXT
    reading = Reading(AssessmentOptions(text, miscue=True))
    found = reading.assess(assessor, SILENCE, heard("chapter one is short"), last=True)
    assert assessor.references == ["Chapter 1 is short."]
    assert found is not None
    assert len(miscues(found)) == len(text.split()) - 4
    assert found.completeness == pytest.approx(100 * 4 / len(text.split()))
    assert found.total == pytest.approx(80 * 4 / len(text.split()))


def test_phrases_get_their_parts_and_what_was_left_out(assessor: Everything) -> None:
    reading = Reading(AssessmentOptions(TEXT, miscue=True))
    first = reading.assess(assessor, SILENCE, heard("the old lighthouse stood on"), last=False)
    assert first is not None
    assert miscues(first) == []
    assert first.completeness == 100.0
    second = reading.assess(assessor, SILENCE, heard("nobody came to help him"), last=True)
    assert second is not None
    assert assessor.references[1] == "Nobody came to help him."
    told = [word.text for word in second.words]
    assert told[:3] == ["the", "cliff", "far"]
    assert told[-5:] == ["he", "repaired", "the", "glass", "alone"]
    assert {kind for _, kind in miscues(second)} == {"Omission"}
    times = [word.start for word in second.words]
    assert times == sorted(times)
    assert second.completeness == pytest.approx(100 * 5 / len(told))


def test_without_miscue_nothing_is_left_out(assessor: Everything) -> None:
    reading = Reading(AssessmentOptions(TEXT))
    reading.assess(assessor, SILENCE, heard("the old lighthouse stood on"), last=False)
    found = reading.assess(assessor, SILENCE, heard("nobody came to help him"), last=True)
    assert found is not None
    assert miscues(found) == []
    assert found.completeness == 100.0


def test_what_is_read_again_or_is_not_in_the_text_was_added(assessor: Everything) -> None:
    reading = Reading(AssessmentOptions(TEXT, miscue=True))
    opening = "the old lighthouse stood on the cliff far from the village"
    reading.assess(assessor, SILENCE, heard(opening), last=False)
    again = reading.assess(assessor, SILENCE, heard("stood on the cliff"), last=False)
    assert {kind for _, kind in miscues(again)} == {"Insertion"}
    assert again is not None
    assert (again.completeness, again.total) == (0.0, 0.0)
    assert assessor.references[1] == "stood on the cliff,"
    other = reading.assess(assessor, SILENCE, heard("um"), last=False)
    assert miscues(other) == [("um", "Insertion")]
    assert assessor.references[2] == ""
    assert other is not None
    assert (other.completeness, other.total) == (0.0, 0.0)


def test_without_miscue_something_else_is_the_text_read_badly(assessor: Everything) -> None:
    reading = Reading(AssessmentOptions(TEXT))
    reading.assess(assessor, SILENCE, heard("the old lighthouse stood on"), last=False)
    reading.assess(assessor, SILENCE, heard("xylophones jingle"), last=False)
    assert assessor.references[1] == "the cliff,"
    reading.assess(assessor, SILENCE, heard("the cliff far from the village"), last=False)
    assert assessor.references[2] == "the cliff, far from the village."


def test_without_miscue_a_long_text_of_which_little_is_read_is_not_complete(
    assessor: Everything,
) -> None:
    text = " ".join(f"Chapter {number} is short." for number in range(1, 99)) + " " + TEXT
    for said in ("chapter one is short", "xylophones jingle"):
        reading = Reading(AssessmentOptions(text))
        found = reading.assess(assessor, SILENCE, heard(said), last=True)
        assert found is not None
        assert [word.text for word in found.words][-1] == "alone"
        assert len(found.words) == len(text.split())
        assert {kind for _, kind in miscues(found)} == {"Mispronunciation"}
        assert found.completeness < 5
        assert found.total < 5


def test_without_a_text_what_was_heard_is_assessed(assessor: Everything) -> None:
    reading = Reading(AssessmentOptions(miscue=True))
    for last in (False, True):
        found = reading.assess(assessor, SILENCE, heard("good morning"), last=last)
        assert miscues(found) == []
    assert assessor.references == ["", ""]


def test_what_was_read_elsewhere_is_no_omission(assessor: Everything) -> None:
    reading = Reading(AssessmentOptions(TEXT, miscue=True), begun=True)
    found = reading.assess(assessor, SILENCE, heard("nobody came to help him he"), last=False)
    assert miscues(found) == []


def test_where_nothing_is_said_nothing_is_told(assessor: Everything) -> None:
    reading = Reading(AssessmentOptions(TEXT, miscue=True))
    assert reading.assess(assessor, SILENCE, [], last=False) is None


@pytest.mark.parametrize("last", [False, True])
def test_a_phrase_that_does_not_sound_like_its_part_was_added(
    assessor: Everything, last: bool
) -> None:
    reading = Reading(AssessmentOptions(TEXT, miscue=True))
    opening = "the old lighthouse stood on the cliff far from the village"
    reading.assess(assessor, SILENCE, heard(opening), last=False)
    assessor.wrong = "Every evening"
    words = "seven oranges and some bread with the yellow butter"
    other = reading.assess(assessor, SILENCE, heard(words), last=last)
    assert assessor.references[1].startswith("Every evening")
    assert assessor.references[2] == ""
    assert other is not None
    assert [(word.text, str(word.miscue)) for word in other.words[:9]] == [
        (word, "Insertion") for word in words.split()
    ]
    assert (other.completeness, other.total) == (0.0, 0.0)
    if last:
        assert miscues(other)[9] == ("Every", "Omission")
        assert miscues(other)[-1] == ("alone", "Omission")
        return
    assessor.wrong = "no text"
    right = "every evening its keeper climbed the narrow stairs"
    assert miscues(reading.assess(assessor, SILENCE, heard(right), last=False)) == []
