"""How far scores agree with the experts'."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scriba.pronunciation.agreement import compare, pearson, spearman
from scriba.pronunciation.corpus import Utterance


def _reading(number: int, phones: tuple[float, ...], word: float, total: float) -> Utterance:
    return Utterance(
        id=str(number),
        speaker=str(number % 2),
        path=Path("none"),
        text="A",
        words=("A",),
        phones=(("AH0",) * len(phones),),
        phone_scores=(phones,),
        word_scores=(word,),
        sentence=(total, total, total, total),
    )


def _told(phones: list[float], word: float, total: float) -> dict[str, Any]:
    words = [{"text": "A", "accuracy": word, "phones": phones}]
    return dict.fromkeys(("accuracy", "fluency", "prosodic", "total"), total) | {"words": words}


READINGS = [
    _reading(0, (2.0, 0.2), 10, 9),
    _reading(1, (1.0, 1.8), 3, 5),
    _reading(2, (0.0, 2.0), 5, 2),
]
TOLD = {
    "0": _told([1.9, 0.1], 9, 8),
    "1": _told([1.2, 0.4], 5, 6),
    "2": _told([0.3, 1.7], 8, 1),
}


def test_the_scores_of_a_level_are_compared_over_all_readings() -> None:
    agreements, _ = compare(READINGS, TOLD)
    by_name = {each.name: each for each in agreements}
    assert [each.name for each in agreements] == [
        "phone", "word", "accuracy", "fluency", "prosodic", "total",
    ]  # fmt: skip
    assert by_name["phone"].count == 6
    wanted = np.corrcoef([1.9, 0.1, 1.2, 0.4, 0.3, 1.7], [2.0, 0.2, 1.0, 1.8, 0.0, 2.0])[0, 1]
    assert by_name["phone"].pearson == pytest.approx(wanted)
    assert by_name["total"].pearson == pytest.approx(np.corrcoef([8, 6, 1], [9, 5, 2])[0, 1])
    assert by_name["total"].low <= by_name["total"].pearson <= by_name["total"].high


def test_bad_sounds_and_words_are_counted() -> None:
    _, (phones, words) = compare(READINGS, TOLD)
    assert (phones.bad, phones.told, phones.both, phones.total) == (2, 3, 2, 6)
    assert phones.precision == pytest.approx(2 / 3)
    assert phones.recall == 1.0
    assert (words.bad, words.told, words.both) == (2, 1, 1)


def test_what_was_not_predicted_is_left_out() -> None:
    agreements, _ = compare(READINGS, {key: TOLD[key] for key in ("0", "1")})
    assert {each.count for each in agreements if each.name == "total"} == {2}


def test_labels_without_scores_give_no_table() -> None:
    bare = [Utterance("0", "", Path("none"), "A", ("A",), (("AH0",),))]
    assert compare(bare, TOLD) == ([], [])


def test_a_prediction_of_other_phones_is_refused() -> None:
    wrong = {"0": _told([1.0], 9, 8)}
    with pytest.raises(ValueError, match="prediction of 0 has 1 scores at the level of the phone"):
        compare(READINGS, wrong)


def test_a_prediction_without_a_score_is_refused() -> None:
    told = {key: value for key, value in TOLD["0"].items() if key != "fluency"}
    with pytest.raises(ValueError, match=r"prediction of 0 lacks scores.*fluency"):
        compare(READINGS, {"0": told})


def test_correlations() -> None:
    values = np.array([1.0, 2.0, 3.0, 10.0])
    assert pearson(values, 2 * values + 1) == pytest.approx(1.0)
    assert spearman(values, np.array([1.0, 4.0, 9.0, 9.5])) == pytest.approx(1.0)
    # Equal values share their rank: 1.5, 1.5, 3 against 1, 2, 3.
    assert spearman(np.array([1.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0])) == pytest.approx(
        0.866, abs=1e-3
    )
    assert np.isnan(pearson(values, np.ones(4)))
