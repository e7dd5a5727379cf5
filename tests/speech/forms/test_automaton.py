"""Patterns of custom ITN at work: what they match and write, and that none takes long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.speech.forms.automaton import MAX_STATES, Automaton, Edge, Match, Search
from scriba.speech.forms.patterns import PatternError, parse


def _match(patterns: list[str], said: str, steps: int = 100_000) -> Match | None:
    automaton = Automaton()
    for pattern in patterns:
        automaton.add(parse(pattern))
    words = said.split()
    edges = [
        [Edge(at + 1, word, len(word) == 1 or word.isupper() or word.isdigit())]
        for at, word in enumerate(words)
    ]
    return Search(automaton, edges, steps).longest(0, frozenset(range(len(words) + 1)), frozenset())


@pytest.mark.parametrize(
    ("pattern", "said", "written"),
    [
        ("JO:500", "j o 500", "JO:500"),
        ("JO:500", "jo 5 0 0", "JO:500"),
        (r"JO:\d00", "jo 700", "JO:700"),
        ("JO:[5-7]00", "jo 600", "JO:600"),
        (r"\d\d\d-\d\d\d", "1 0 5 115", "105-115"),
        ("Space: 1999", "SPACE 19 99", "Space: 1999"),
        ("(AB|CDE)-5", "c d e 5", "CDE-5"),
        (r"(AB|CD)-(\d)+", "C D 22", "CD-22"),
        ("(AB)?7", "7", "7"),
        ("(AB)*7", "ab a b 7", "ABAB7"),
        (r"\l\u\a", "A b C", "aBC"),
        ("[a-c]1", "B 1", "b1"),
        (r"{zippy>ZPI}-\d\d", "zippy 22", "ZPI-22"),
        (r"{write} (\u.)+", "write a b c", "A.B.C."),
        (r"\d[05]{ to >-}\d[05]", "15 to 20", "15-20"),
        (r"C\+\+", "c + +", "C++"),
        (r"a\\b\(c\)", "a b c", r"a\b(c)"),
        (r"{a\>b>x1}", "a b", "x1"),
        ("Grün-5", "GRÜN 5", "Grün-5"),
    ],
)
def test_what_a_pattern_writes(pattern: str, said: str, written: str) -> None:
    found = _match([pattern], said)
    assert found is not None
    assert (found.text, found.end) == (written, len(said.split()))


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"JO:\d00", "jo 510"),
        ("JO:[5-7]00", "jo 800"),
        (r"\u\u\u-5", "the 5"),
        (r"$\d", "5"),
        (r"\d\d", "5"),
    ],
)
def test_what_a_pattern_does_not_match(pattern: str, said: str) -> None:
    assert _match([pattern], said) is None


def test_the_longest_match_counts_then_the_first_pattern() -> None:
    found = _match([r"A\d", r"A\d\d", "[A]12"], "a 1 2")
    assert found == Match(0, 3, 1, "A12")


def test_bars_are_not_crossed() -> None:
    automaton = Automaton()
    automaton.add(parse("AB"))
    edges = [[Edge(1, "a", True)], [Edge(2, "b", True)]]
    search = Search(automaton, edges, 1000)
    assert search.longest(0, frozenset((1, 2)), frozenset((1,))) is None
    assert search.longest(0, frozenset((1, 2)), frozenset((2,))) is not None


def test_nested_repetitions_take_no_exponential_time() -> None:
    pattern = "(" * 20 + r"\a" + ")*" * 20 + "(A|A)*(AA|A)*5"
    said = " ".join("a" * 200)
    assert _match([pattern], said) is None
    assert _match([pattern], said + " 5", steps=10_000_000) is not None


def test_a_search_ends_after_its_steps() -> None:
    assert _match([r"(\d)*5"], " ".join("5" * 90), steps=50) is None


def test_all_patterns_together_are_bounded() -> None:
    automaton = Automaton()
    node = parse("(" + "|".join("ab" * 40 for _ in range(6)) + ")")
    with pytest.raises(PatternError, match="too large"):
        [automaton.add(node) for _ in range(MAX_STATES)]
    count = len(automaton)
    automaton.add(parse("A5"))
    assert len(automaton) == count + 1


@given(st.text(r"ab15\(){}[]|+?*>-: dlua", max_size=40), st.text("ab15 ", max_size=30))
def test_any_pattern_is_read_or_refused(pattern: str, said: str) -> None:
    try:
        found = _match([pattern], said)
    except PatternError:
        return
    if found:
        assert any(map(str.isalnum, found.text))
