"""The specification of an evaluation and its figures, there and back."""

import json
from dataclasses import fields

from scriba.resources.evaluation import EvaluationSpec, Figures


def test_json_and_back() -> None:
    spec = EvaluationSpec("m1", "m2", "d", "p")
    assert EvaluationSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    figures = Figures(word_error_rate=0.25, words=8, token_edits={"lexical": 2})
    assert Figures.from_json(json.loads(json.dumps(figures.to_json()))) == figures


def test_what_has_not_been_found_is_minus_one() -> None:
    empty = Figures.from_json({})
    values = [getattr(empty, each.name) for each in fields(Figures) if each.name != "token_edits"]
    assert set(values) == {-1}
    assert empty.token_edits is None
