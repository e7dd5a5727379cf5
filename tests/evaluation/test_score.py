"""The figures of an evaluation under the API's names, and the file of details."""

import json
import random

import pytest

from scriba.evaluation.score import Score, compare, details_name, figures
from scriba.evaluation.tokens import TokenEdits
from scriba.evaluation.words import Edits


def test_the_example_of_the_documentation() -> None:
    tokens = TokenEdits(
        Edits(154, 10, 1, 9),
        {
            "punctuation": 4,
            "capitalization": 2,
            "inverseTextNormalization": 1,
            "lexical": 12,
            "others": 1,
        },
    )
    found = figures(Score(3, 2, Edits(170, 2, 1, 2), tokens))
    assert found["wordErrorRate"] == pytest.approx(0.0289, abs=1e-4)
    assert found["sentenceErrorRate"] == pytest.approx(0.667, abs=1e-3)
    assert found["tokenErrorRate"] == pytest.approx(0.1212, abs=1e-4)
    assert (found["sentenceCount"], found["wordCount"], found["tokenCount"]) == (3, 173, 165)
    assert found["tokenErrors"]["punctuation"] == {
        "numberOfEdits": 4,
        "percentageOfAllEdits": 20.0,
    }
    assert sum(item["percentageOfAllEdits"] for item in found["tokenErrors"].values()) == 100.0


def test_all_is_minus_one_before_a_score() -> None:
    unknown = figures(None)
    assert unknown.keys() == figures(Score()).keys() - {"tokenErrors"}
    assert set(unknown.values()) == {-1}
    assert isinstance(unknown["wordErrorRate"], float)
    assert isinstance(unknown["wordCount"], int)


def test_scores_add_up_and_are_kept() -> None:
    one = compare("a.wav", "Hello, world.", "hello word", "en-US").score
    two = compare("b.wav", "It costs $5.", "It costs five dollars.", "en-US").score
    both = one + two
    assert (both.sentences, both.wrong_sentences) == (2, 1)
    assert both.words == Edits(5, 1)
    assert both.sentence_error_rate == 0.5
    assert both.words.count == one.words.count + two.words.count
    assert Score.from_json(json.loads(json.dumps(both.to_json()))) == both


def test_the_file_of_details() -> None:
    found = compare("a.wav", "Hello, my world!", "Hello world", "en-US")
    details = json.loads(json.dumps(found.to_json()))
    assert details["normalizedReference"] == "hello my world"
    assert details["wordErrorRate"] == pytest.approx(1 / 3)
    assert details["words"] == [
        {"operation": "Correct", "reference": "hello", "recognized": "hello"},
        {"operation": "Deletion", "reference": "my", "recognized": None},
        {"operation": "Correct", "reference": "world", "recognized": "world"},
    ]
    assert details["tokens"] == [
        {"reference": "Hello,", "recognized": "Hello", "error": "punctuation"},
        {"reference": "my", "recognized": None, "error": "lexical"},
        {"reference": "world!", "recognized": "world", "error": "punctuation"},
    ]
    assert details_name("a.wav", 1) == "a.wav.model1_score.json"


def test_two_hours_of_talk() -> None:
    chance = random.Random(0)
    talk = "the a 5 $7 Dr. Smith hello, world. five dollars - it's well-known two and"
    vocabulary = talk.split()
    reference = " ".join(chance.choices(vocabulary, k=18_000))
    hypothesis = " ".join(chance.choices(vocabulary, k=18_000))
    score = compare("long.wav", reference, hypothesis, "en-US").score
    assert score.tokens.edits.count == 18_000
    assert score.words.errors > 0
