"""ISO 8601 durations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.resources.durations import iso_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P2D", 172_800),
        ("PT6H", 21_600),
        ("P31D", 2_678_400),
        ("P1DT2H3M4.5S", 93_784.5),
        ("PT0S", 0),
        ("P1W", 604_800),
        ("P1Y2M", 425 * 86_400),
        ("PT0,25S", 0.25),
        ("-PT1M", -60),
        ("PT1.5H", 5400),
        ("PT6H0.5M", 21_630),
        ("P0,5D", 43_200),
        ("P1.5W", 907_200),
    ],
)
def test_reading(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "2D",
        "P2",
        "P2H",
        "PT6",
        "P1DT",
        "PT1.5H1M",
        "P0.5DT1H",
        "PT.5H",
        "PT1.H",
        "P-1D",
        "1.00:00:00",
        "P٣D",
        "P" * 99,
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(42, "PT42S"), (93_784.5, "P1DT2H3M4.5S"), (0, "PT0S"), (172_800, "P2D"), (1.28, "PT1.28S")],
)
def test_writing(seconds: float, text: str) -> None:
    assert iso_duration(seconds) == text


@given(st.integers(0, 10**12))
def test_there_and_back(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert parse_duration(iso_duration(seconds)) == pytest.approx(seconds)
