import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.groups import GROUPS, Pairs, Person, calibration, pairs, predictions

CHILD = Person("1", 8, "f", 4)
ADULT = Person("2", 30, "m", 9)


def _lines(file: Path, *rows: dict[str, Any]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return file


def test_predictions_are_those_of_one_kind(tmp_path: Path) -> None:
    file = _lines(
        tmp_path / "a.jsonl",
        {"what": "as shipped", "id": "1", "total": 7},
        {"what": "without states", "id": "1", "total": 3},
    )
    assert predictions(file, "as shipped")["1"]["total"] == 7
    with pytest.raises(ValueError, match=r"no predictions of 'other'.*as shipped"):
        predictions(file, "other")


def test_predictions_of_the_command_have_no_kind(tmp_path: Path) -> None:
    file = _lines(tmp_path / "a.jsonl", {"id": "1", "total": 7})
    assert set(predictions(file, "as shipped")) == {"1"}


def test_pairs_are_those_that_were_predicted() -> None:
    label = {"speaker": "1", "age": 8, "gender": "f", "words": [{}] * 4, "total": 6}
    found = pairs([label | {"id": "a"}, label | {"id": "b"}], {"b": {"total": 7}}, "total")
    assert (found.found.tolist(), found.wanted.tolist()) == ([7], [6])
    assert found.people == [CHILD]


def test_who_is_in_which_group() -> None:
    of_child = [name for name, inside in GROUPS.items() if inside(CHILD)]
    of_adult = [name for name, inside in GROUPS.items() if inside(ADULT)]
    assert of_child == ["children", "women and girls", "up to 5 words", "all"]
    assert of_adult == ["adults", "men and boys", "more than 5 words", "all"]


def test_error_of_a_group() -> None:
    every = Pairs(np.array([7.0, 8, 9, 2]), np.array([6.0, 7, 8, 9]), [CHILD] * 3 + [ADULT])
    children = every.of(np.array([0, 1, 2]))
    assert children.error == 1.0


def test_the_interval_is_over_speakers() -> None:
    people = [CHILD] * 50 + [ADULT] * 50
    wanted = np.zeros(100)
    low, high = Pairs(np.repeat([0.0, 1.0], 50), wanted, people).interval()
    assert (low, high) == (0.0, 1.0)


def test_calibration_is_by_what_is_predicted() -> None:
    found = np.arange(20.0)[::-1]
    tenths = calibration(found, found + 1)
    assert tenths[0] == (2, 0.5, 1.5)
    assert tenths[-1] == (2, 18.5, 19.5)
    assert len(tenths) == 10
