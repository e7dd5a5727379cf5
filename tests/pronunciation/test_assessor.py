"""The assessor, on real recordings."""

from pathlib import Path

import numpy as np
import pytest

from scriba.errors import NothingToRead
from scriba.pronunciation import Assessment, AssessmentOptions, Assessor, Miscue
from scriba.speech import SAMPLE_RATE, Word, decode_file
from scriba.speech.resample import Samples

DATA = Path(__file__).parents[1] / "data"
QUILTER = (
    "Mister Quilter is the apostle of the middle classes, and we are glad to welcome his gospel."
)


@pytest.fixture(scope="session")
def assessor() -> Assessor:
    return Assessor()


@pytest.fixture(scope="session")
def quilter() -> Samples:
    """A native speaker, LibriSpeech."""
    return np.concatenate(list(decode_file(DATA / "en-quilter.flac")))


def _heard(text: str, audio: Samples) -> list[Word]:
    """A recogniser that heard exactly this, its words spread evenly."""
    words = text.lower().replace(",", "").replace(".", "").split()
    each = len(audio) / SAMPLE_RATE / len(words)
    return [Word(word, i * each, (i + 1) * each, 1.0) for i, word in enumerate(words)]


def _assessed(
    assessor: Assessor, audio: Samples, text: str, heard: str | None = None, **options: object
) -> Assessment:
    asked = AssessmentOptions(reference=text, **options)  # type: ignore[arg-type]
    found = assessor.assess(audio, _heard(heard or text, audio), asked)
    assert found is not None
    return found


def test_a_native_reading_scores_high(assessor: Assessor, quilter: Samples) -> None:
    found = _assessed(assessor, quilter, QUILTER, miscue=True, prosody=True)
    assert found.accuracy > 85
    assert found.fluency > 85
    assert found.completeness == 100
    assert found.prosody is not None
    assert found.prosody > 80
    assert found.total > 85
    assert {word.miscue for word in found.words} == {Miscue.NONE}


def test_words_sounds_and_syllables_follow_one_another(
    assessor: Assessor, quilter: Samples
) -> None:
    found = _assessed(assessor, quilter, QUILTER)
    assert [word.text for word in found.words[:3]] == ["Mister", "Quilter", "is"]
    times = [
        time for word in found.words for phone in word.phones for time in (phone.start, phone.end)
    ]
    assert times == sorted(times)
    assert times[-1] <= len(quilter) / SAMPLE_RATE
    apostle = found.words[4]
    symbols = [phone.symbol for phone in apostle.phones]
    # Both are in the dictionary; the one that fits better is taken.
    assert symbols in (
        ["AH0", "P", "AA1", "S", "AH0", "L"],
        ["AH0", "P", "AO1", "S", "AH0", "L"],
    )
    assert "".join(part.grapheme for part in apostle.syllables) == "apostle"
    assert len(apostle.syllables) == 3
    assert all(0 <= phone.score <= 100 for phone in apostle.phones)
    assert apostle.start == apostle.phones[0].start
    assert apostle.end == apostle.syllables[-1].end


def test_another_sentence_scores_low(assessor: Assessor, quilter: Samples) -> None:
    right = _assessed(assessor, quilter, QUILTER)
    other = "Seventy boxes of paper went through the tunnel while everybody drank coffee yesterday."
    wrong = _assessed(assessor, quilter, other, heard=QUILTER)
    assert wrong.total < 40
    assert wrong.total < right.total / 2


def test_a_word_that_was_not_said_is_left_out(assessor: Assessor, quilter: Samples) -> None:
    text = QUILTER.replace("the middle", "the rather impossible middle")
    found = _assessed(assessor, quilter, text, heard=QUILTER, miscue=True)
    assert [word.text for word in found.words if word.miscue is Miscue.OMISSION] == [
        "rather",
        "impossible",
    ]
    assert found.completeness == pytest.approx(100 * 17 / 19)
    without = _assessed(assessor, quilter, text, heard=QUILTER)
    assert Miscue.OMISSION not in {word.miscue for word in without.words}


def test_a_word_that_was_added_is_told(assessor: Assessor, quilter: Samples) -> None:
    text = QUILTER.replace("middle ", "")
    found = _assessed(assessor, quilter, text, heard=QUILTER, miscue=True)
    added = [word for word in found.words if word.miscue is Miscue.INSERTION]
    assert [word.text for word in added] == ["middle"]
    assert found.completeness == 100


def test_sounds_have_as_many_rivals_as_asked_for(assessor: Assessor, quilter: Samples) -> None:
    found = _assessed(assessor, quilter, QUILTER, nbest_phonemes=4)
    rivals = [phone.rivals for word in found.words for phone in word.phones]
    assert {len(each) for each in rivals} == {4}
    assert all(list(each) == sorted(each, key=lambda rival: -rival[1]) for each in rivals)
    # Of a native reading most sounds are what they should be.
    own = [phone.symbol.rstrip("012") for word in found.words for phone in word.phones]
    right = sum(each[0][0] == symbol for each, symbol in zip(rivals, own, strict=True))
    assert right > 0.6 * len(own)


def test_without_a_reference_what_was_heard_is_assessed(
    assessor: Assessor, quilter: Samples
) -> None:
    found = assessor.assess(quilter, _heard(QUILTER, quilter), AssessmentOptions())
    assert found is not None
    assert [word.text for word in found.words][:2] == ["mister", "quilter"]
    assert found.completeness == 100


@pytest.mark.parametrize("name", ["silence.flac", "noise-room.flac", "dial-tone.flac"])
def test_where_there_is_no_speech_nothing_is_assessed(assessor: Assessor, name: str) -> None:
    audio = np.concatenate(list(decode_file(DATA / name)))
    assert assessor.assess(audio, [], AssessmentOptions(reference="Good morning.")) is None
    assert assessor.assess(audio, [], AssessmentOptions()) is None


def test_a_reading_that_the_recogniser_made_nothing_of_is_assessed(assessor: Assessor) -> None:
    audio = np.concatenate(list(decode_file(DATA / "speechocean" / "000480125.ogg")))
    read = AssessmentOptions(reference="So Billy went into the pet shop.", miscue=True)
    found = assessor.assess(audio, [], read)
    assert found is not None
    assert [word.text for word in found.words][:3] == ["So", "Billy", "went"]
    assert 0 < found.total < 70
    other = AssessmentOptions(reference="Seventy boxes were painted by Anna.", miscue=True)
    assert assessor.assess(audio, [], other) is None


def test_a_reference_without_words_is_refused(assessor: Assessor, quilter: Samples) -> None:
    with pytest.raises(NothingToRead):
        assessor.assess(quilter, _heard("a", quilter), AssessmentOptions(reference=" ?! "))


def test_far_too_long_a_text_is_mostly_left_out(assessor: Assessor, quilter: Samples) -> None:
    short = quilter[: SAMPLE_RATE // 2]
    found = _assessed(assessor, short, " ".join([QUILTER] * 4), heard="mister", miscue=True)
    omitted = [word for word in found.words if word.miscue is Miscue.OMISSION]
    assert found.completeness == pytest.approx(100 * (1 - len(omitted) / 68))
    assert found.completeness < 20
    without = _assessed(assessor, short, " ".join([QUILTER] * 4), heard="mister")
    assert without.total < 30


def test_a_number_is_one_word(assessor: Assessor, quilter: Samples) -> None:
    found = _assessed(assessor, quilter, "It costs $5 to welcome his gospel.", heard=QUILTER)
    price = found.words[2]
    assert price.text == "$5"
    assert [phone.symbol for phone in price.phones][:3] == ["F", "AY1", "V"]
