import numpy as np
import pytest
from bench.boundaries import RATE, Border, agreeing, edges, joined, rows_of_words, table
from bench.data import Row


def _word(before: float, seconds: float, after: float) -> np.ndarray:
    """A tone with quiet noise around it."""
    time = np.arange(round(seconds * RATE)) / RATE
    parts = [
        np.zeros(round(before * RATE)),
        0.5 * np.sin(2 * np.pi * 300 * time),
        np.zeros(round(after * RATE)),
    ]
    noise = 1e-3 * np.random.default_rng(0).normal(size=sum(map(len, parts)))
    return (np.concatenate(parts) + noise).astype(np.float32)


def test_edges_are_where_sound_begins_and_ends() -> None:
    assert edges(_word(0.2, 0.3, 0.1)) == pytest.approx((0.2, 0.5), abs=0.011)


def test_joined_words_lie_where_they_are_said_to() -> None:
    audio, spans = joined([_word(0.2, 0.3, 0.1), _word(0.0, 0.2, 0.4)], [0.1, 0.5, 0.3], 0)
    assert np.array(spans) == pytest.approx(np.array([(0.1, 0.4), (0.9, 1.1)]), abs=0.021)
    assert len(audio) / RATE == pytest.approx(1.4, abs=0.03)
    assert np.abs(audio[: round(0.09 * RATE)]).max() < 0.01
    (start, end) = spans[1]
    heard = edges(audio[round((start - 0.2) * RATE) :])
    assert heard == pytest.approx((0.2, 0.2 + end - start), abs=0.011)


def test_words_with_the_same_phones_are_compared() -> None:
    ours = [(0, "K", 0.0), (0, "AO1", 0.1), (0, "L", 0.2), (1, "M", 0.3), (1, "IY1", 0.4)]
    theirs = [("K", 0.01), ("AA", 0.12), ("L", 0.2), ("M", 0.33), ("EY", 0.4)]
    (word,) = agreeing(ours, theirs)
    assert [border.what for border in word] == ["plosive", "vowel", "glide"]
    assert [border.error for border in word] == pytest.approx([-0.01, -0.02, 0.0])


def test_a_phone_more_in_between_is_no_agreement() -> None:
    ours = [(0, "S", 0.0), (0, "T", 0.1), (1, "T", 0.2), (1, "UW1", 0.3)]
    theirs = [("S", 0.0), ("IY", 0.05), ("T", 0.1), ("T", 0.2), ("UW", 0.3)]
    assert [[border.what for border in word] for word in agreeing(ours, theirs)] == [
        ["plosive", "vowel"]
    ]


def test_borders_that_the_other_side_does_not_have_are_left_out() -> None:
    ours = [(0, "AO1", 0.0), (0, "R", 0.1)]
    (word,) = agreeing(ours, [("AO", 0.0), ("R", None)])
    assert [border.what for border in word] == ["vowel"]


def test_rows_of_words_are_of_one_speaker() -> None:
    rows = [
        Row(f"{who}{i}", None, "fsdd_digits", "en-US", "one", who, 0.5)  # type: ignore[arg-type]
        for who in ("a", "b")
        for i in range(7)
    ]
    found = list(rows_of_words(rows))
    assert [len(each) for each in found] == [5, 5]
    assert all(len({row.speaker for row in each}) == 1 for each in found)


def test_a_row_of_the_table_has_sizes_and_the_bias() -> None:
    borders = [Border("vowel", 0.5 + error, 0.5) for error in (0.01, -0.02, 0.03, 0.06)]
    assert table("vowel", borders) == ("| vowel | 4 | 25 ms | 51 ms | 50 % | 75 % | +20 ms |")
