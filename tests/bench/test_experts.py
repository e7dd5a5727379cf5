import numpy as np
import pytest
from bench.experts import heard_phones, marks, one_against_others, pooled


def test_marks_are_the_scores_of_the_corpus() -> None:
    assert marks("B (EH0) R") == [2, 0, 2]
    assert marks("{TH} R IY0") == [1, 2, 2]


def test_what_was_added_is_no_phone_of_the_reference() -> None:
    assert marks("B EH0 [ L ] R") == [2, 2, 2]
    assert marks("Z {IH1} [AX0] R OW0") == [2, 1, 2, 2]


def test_some_symbols_stand_for_two_phones() -> None:
    assert marks("IH0 TS") == [2, 2, 2]
    assert marks("Z (IR1) OW0") == [2, 0, 0, 2]


def test_a_word_is_read_only_where_all_experts_have_its_phones() -> None:
    assert heard_phones(["IH0 TS", "IH0 {TS}"], 3) == [[2, 2], [2, 1], [2, 1]]
    assert heard_phones(["HH EE R", "HH ER"], 2) == []


def test_an_expert_is_compared_with_the_others_alone() -> None:
    chance = np.random.default_rng(0)
    truth = chance.normal(size=(500, 1))
    scores = truth + 0.1 * chance.normal(size=(500, 5))
    scores[:, 4] = chance.normal(size=500)
    found = one_against_others(scores)
    assert min(found[:4]) > 0.9
    assert abs(found[4]) < 0.2


def test_that_one_expert_is_stricter_counts_only_where_they_are_pooled() -> None:
    scores = np.random.default_rng(0).normal(size=(500, 1)).repeat(5, axis=1)
    scores[:, 0] -= 5
    assert one_against_others(scores) == pytest.approx([1.0] * 5)
    assert pooled(scores) < 0.5
