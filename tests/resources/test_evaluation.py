"""The specification of an evaluation and its scores, there and back."""

import json

from scriba.evaluation.score import compare
from scriba.resources.evaluation import EvaluationSpec, score_of


def test_json_and_back() -> None:
    spec = EvaluationSpec("m1", "m2", "d", "p")
    assert EvaluationSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_scores_by_side() -> None:
    score = compare("a.wav", "It costs $5.", "it cost five dollars", "en-US").score
    result = json.loads(json.dumps({"begun": 1, "2": score.to_json()}))
    assert score_of(result, "2") == score
    assert score_of(result, "1") is None
