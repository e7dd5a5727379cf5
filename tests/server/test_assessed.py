"""Assessments as they are written: flat, nested, by granularity, dimension and scale."""

from dataclasses import replace
from typing import Any

import pytest

from scriba.pronunciation.assessment import AssessmentOptions, Prosody
from scriba.server.schemas.assessed import Assessed, feedback, flat, nested, signal
from scriba.server.schemas.pronunciation import (
    Alphabet,
    AssessmentRequest,
    Dimension,
    Grading,
    Granularity,
)

from .fakes import ASSESSMENT

EVERYTHING = AssessmentRequest(
    AssessmentOptions("Good morning.", True, True, 2),
    Grading.HUNDRED_MARK,
    Granularity.PHONEME,
    Dimension.COMPREHENSIVE,
)
SCORES = {
    "AccuracyScore": 81.2,
    "FluencyScore": 90.0,
    "ProsodyScore": 70.0,
    "CompletenessScore": 50.0,
    "PronScore": 77.8,
}


def asked(**changes: Any) -> Assessed:
    return Assessed(ASSESSMENT, replace(EVERYTHING, **changes))


def names(value: Any) -> set[str]:
    """All names of objects in a value."""
    if isinstance(value, dict):
        return set(value).union(*map(names, value.values()))
    if isinstance(value, list):
        return set().union(*map(names, value))
    return set()


def test_everything_flat() -> None:
    best = flat(asked())
    assert {name: value for name, value in best.items() if name != "Words"} == SCORES
    good, morning, hm = best["Words"]
    assert good["ErrorType"] == "None"
    assert good["Syllables"] == [
        {
            "Syllable": "guhd",
            "Grapheme": "Good",
            "Offset": 2_500_000,
            "Duration": 3_500_000,
            "AccuracyScore": 86.0,
        }
    ]
    assert good["Phonemes"][1] == {
        "Phoneme": "uh",
        "Offset": 3_500_000,
        "Duration": 1_500_000,
        "AccuracyScore": 63.0,
        "NBestPhonemes": [
            {"Phoneme": "uw", "Score": 71.0},
            {"Phoneme": "uh", "Score": 63.0},
        ],
    }
    assert "NBestPhonemes" not in good["Phonemes"][0]
    assert morning["Syllables"] == morning["Phonemes"] == []
    assert "Feedback" not in morning
    assert hm["Feedback"]["Prosody"]["Break"]["BreakLength"] == 5_000_000
    assert "PronunciationAssessment" not in names(best)


def test_everything_nested() -> None:
    best = nested(asked())
    assert best["PronunciationAssessment"] == SCORES
    good = best["Words"][0]
    assert set(good) == {
        "Word", "Offset", "Duration", "PronunciationAssessment", "Syllables", "Phonemes"
    }  # fmt: skip
    assert set(good["PronunciationAssessment"]) == {"AccuracyScore", "ErrorType", "Feedback"}
    assert good["Syllables"][0]["PronunciationAssessment"] == {"AccuracyScore": 86.0}
    assert good["Phonemes"][2]["PronunciationAssessment"] == {"AccuracyScore": 95.0}
    rivals = good["Phonemes"][1]["PronunciationAssessment"]["NBestPhonemes"]
    assert [each["Phoneme"] for each in rivals] == ["uw", "uh"]


def test_granularity() -> None:
    word = flat(asked(granularity=Granularity.WORD))
    assert len(word["Words"]) == 3
    assert not {"Phonemes", "Syllables"} & names(word)
    assert flat(asked(granularity=Granularity.FULL_TEXT)) == SCORES
    assert nested(asked(granularity=Granularity.FULL_TEXT)) == {"PronunciationAssessment": SCORES}


def test_basic_tells_accuracy_and_what_is_asked_for_besides() -> None:
    plain = AssessmentOptions("Good morning.")
    basic = flat(asked(dimension=Dimension.BASIC, options=plain))
    assert names(basic) == {
        "AccuracyScore", "Words", "Word", "Offset", "Duration",
        "Syllables", "Syllable", "Grapheme", "Phonemes", "Phoneme",
    }  # fmt: skip
    miscue = flat(asked(dimension=Dimension.BASIC, options=replace(plain, miscue=True)))
    assert miscue["Words"][1]["ErrorType"] == "Omission"
    prosody = flat(asked(dimension=Dimension.BASIC, options=replace(plain, prosody=True)))
    assert prosody["ProsodyScore"] == 70.0
    assert "Feedback" in prosody["Words"][0]


def test_prosody_is_told_only_where_it_is_asked_for() -> None:
    best = flat(asked(options=AssessmentOptions("Good morning.")))
    assert not {"ProsodyScore", "Feedback"} & names(best)


def test_five_points_are_another_scale_for_every_score() -> None:
    five, hundred = flat(asked(grading=Grading.FIVE_POINT)), flat(asked())
    assert (five["AccuracyScore"], five["PronScore"]) == (4.06, 3.89)
    rivals = five["Words"][0]["Phonemes"][1]["NBestPhonemes"]
    assert [each["Score"] for each in rivals] == [3.55, 3.15]

    def scores(value: Any) -> list[float]:
        if isinstance(value, dict):
            inner = [x for each in value.values() for x in scores(each)]
            return inner + [v for name, v in value.items() if name.endswith("Score")]
        return [x for each in value for x in scores(each)] if isinstance(value, list) else []

    assert len(scores(five)) == len(scores(hundred)) > 10
    for one, other in zip(scores(five), scores(hundred), strict=True):
        assert 0 <= one <= 5
        assert abs(one * 20 - other) <= 0.15


@pytest.mark.parametrize(
    ("alphabet", "syllable", "phones"),
    [(Alphabet.SAPI, "guhd", ["g", "uh", "d"]), (Alphabet.IPA, "ɡʊd", ["ɡ", "ʊ", "d"])],
)
def test_alphabets(alphabet: Alphabet, syllable: str, phones: list[str]) -> None:
    good = flat(asked(alphabet=alphabet))["Words"][0]
    assert good["Syllables"][0]["Syllable"] == syllable
    assert [each["Phoneme"] for each in good["Phonemes"]] == phones


def test_times_are_whole_ticks_from_the_begin_of_the_stream() -> None:
    late = nested(Assessed(ASSESSMENT, EVERYTHING, 10.0))["Words"][0]
    assert (late["Offset"], late["Duration"]) == (102_500_000, 3_500_000)
    assert late["Phonemes"][0]["Offset"] == late["Syllables"][0]["Offset"] == 102_500_000
    assert all(type(late["Phonemes"][0][name]) is int for name in ("Offset", "Duration"))


def test_scores_stay_on_their_scale_and_noise_is_told() -> None:
    wild = replace(ASSESSMENT, accuracy=100.4, fluency=-3.0)
    best = flat(Assessed(wild, EVERYTHING))
    assert (best["AccuracyScore"], best["FluencyScore"]) == (100.0, 0.0)
    assert signal(asked()) == {"SNR": 21.12346}


def test_feedback_calls_what_is_sure_an_error() -> None:
    found = feedback(Prosody(0.4, 0.75, 0.7499, 0.9))
    assert found["Break"] == {
        "ErrorTypes": ["UnexpectedBreak"],
        "UnexpectedBreak": {"Confidence": 0.75},
        "MissingBreak": {"Confidence": 0.7499},
        "BreakLength": 4_000_000,
    }
    assert found["Intonation"] == {
        "ErrorTypes": ["Monotone"],
        "Monotone": {"Confidence": 0.9, "SyllablePitchDeltaConfidence": 0.1},
    }
    fine = feedback(Prosody(0.0, 0.0, 0.0, 0.0))
    assert fine["Break"]["ErrorTypes"] == ["None"]
    assert fine["Intonation"]["ErrorTypes"] == []
