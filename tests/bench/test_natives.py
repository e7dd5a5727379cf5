from pathlib import Path

import pytest
from bench.data import Row
from bench.natives import errors, others, quartiles, share_interval

from scriba.pronunciation import AssessedWord, Assessment, Miscue


def _row(name: str, text: str, speaker: str) -> Row:
    return Row(name, Path(name), "ljspeech", "en-US", text, speaker, 3.0)


def test_a_wrong_text_is_another_speakers_and_as_long() -> None:
    rows = [
        _row("a", "one two three", "x"),
        _row("b", "four five six", "x"),
        _row("c", "seven eight", "y"),
        _row("d", "a very much longer sentence", "y"),
    ]
    assert others(rows) == ["seven eight", "seven eight", "one two three", "one two three"]


def test_of_one_speaker_it_is_the_speakers_own_other_text() -> None:
    rows = [_row("a", "one two", "x"), _row("b", "three four", "x"), _row("c", "one two", "x")]
    assert others(rows) == ["three four", "one two", "three four"]


def test_errors_are_counted_beside_the_words_of_the_reference() -> None:
    kinds = [Miscue.NONE, Miscue.INSERTION, Miscue.OMISSION, Miscue.NONE]
    words = tuple(AssessedWord("a", 0.0, 1.0, 90.0, kind) for kind in kinds)
    counts = errors(Assessment(90, 90, 100, None, 90, words, 30.0))
    assert (counts["words"], counts["Insertion"], counts["Omission"]) == (3, 1, 1)
    assert counts["Mispronunciation"] == 0


def test_quartiles() -> None:
    assert quartiles([0, 25, 50, 75, 100]) == "50 (25 to 75)"


def test_the_interval_of_a_share_holds_it() -> None:
    low, high = share_interval([(0, 10)] * 9 + [(10, 10)])
    assert low < 0.1 < high
    assert share_interval([(1, 4)] * 8) == pytest.approx((0.25, 0.25))
