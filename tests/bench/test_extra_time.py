import base64
import json
from pathlib import Path

from bench.data import Row
from bench.extra_time import TURNS, by_turns, header, table


def test_both_ways_are_taken_by_turns() -> None:
    calls: list[str] = []
    row = Row("a", Path("a"), "ljspeech", "en-US", "one", None, 4.0)
    plain, assessed = by_turns(
        lambda _: calls.append("plain"), lambda _: calls.append("assessed"), [row, row]
    )
    assert len(plain) == len(assessed) == 2
    assert calls.count("plain") == calls.count("assessed") == 2 * TURNS
    assert calls[:4] == ["assessed", "plain", "plain", "assessed"]


def test_ratios_are_of_the_ranks() -> None:
    assert table("library", [0.1, 0.2, 0.3], [0.2, 0.3, 0.3]) == (
        "| library | 3 | 200 | 300 | 1.50 | 290 | 300 | 1.03 | 1.50 |"
    )


def test_the_header_asks_for_phonemes_against_the_text() -> None:
    asked = json.loads(base64.b64decode(header("Good morning.")))
    assert asked["ReferenceText"] == "Good morning."
    assert asked["Granularity"] == "Phoneme"
