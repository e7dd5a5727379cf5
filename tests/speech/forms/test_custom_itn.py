"""Custom ITN in groups: what was said, what is written, and where groups may be joined."""

import pytest

from scriba.speech.forms.automaton import Automaton
from scriba.speech.forms.custom_itn import apply, in_text
from scriba.speech.forms.groups import Group
from scriba.speech.forms.patterns import parse


def _automaton(*patterns: str) -> Automaton:
    made = Automaton()
    for pattern in patterns:
        made.add(parse(pattern))
    return made


def _group(at: int, lexical: str, display: str) -> Group:
    return Group((at, at + 1), tuple(lexical.split()), (display.lower(),), (display,))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("five hundred", "500"),
        ("five oh oh", "500"),
        ("five double zero", "500"),
        ("five zero zero", "500"),
    ],
)
def test_a_group_is_read_as_said_and_as_written(said: str, written: str) -> None:
    groups = [_group(0, "jo", "JO"), _group(1, said, written + ",")]
    (done,) = apply(groups, _automaton("JO:500"), "en-US", {})
    assert done == Group((0, 2), ("jo", *said.split()), ("JO:500",), ("JO:500,",))


def test_a_group_is_not_cut() -> None:
    groups = [_group(0, "five hundred two", "502")]
    assert apply(groups, _automaton(r"\d"), "en-US", {}) == groups


def test_twenty_two_is_not_twenty_and_two() -> None:
    groups = [_group(0, "twenty two", "22")]
    assert apply(groups, _automaton(r"\d\d\d"), "en-US", {}) == groups


def test_names_of_marks_are_known_in_english() -> None:
    groups = [_group(0, "x", "x"), _group(1, "dash", "dash"), _group(2, "five", "5")]
    (done,) = apply(groups, _automaton(r"X-\d"), "en-US", {})
    assert done.display == ("X-5",)


def test_numbers_of_a_locale() -> None:
    groups = [_group(0, "x", "X"), _group(1, "vingt", "vingt"), _group(2, "deux", "deux.")]
    numbers = {("vingt",): "20", ("vingt", "deux"): "22"}
    (done,) = apply(groups, _automaton(r"X\d\d"), "fr-FR", numbers)
    assert done.display == ("X22.",)


def test_groups_that_are_no_speech_are_passed_over() -> None:
    note = Group((1, 2), (), (), ())
    groups = [_group(0, "x", "X"), note, _group(2, "five", "5")]
    (done,) = apply(groups, _automaton(r"X\d"), "en-US", {})
    assert (done.source, done.display) == ((0, 3), ("X5",))


def test_figures_in_a_script_without_spaces_are_not_cut() -> None:
    groups = [Group((0, 1), ("a",), ("东京105115号",), ("东京105115号",))]
    (done,) = in_text(groups, _automaton(r"\d\d\d-\d\d\d"))
    assert done.display == ("东京105-115号",)
    (same,) = in_text(groups, _automaton(r"\d\d\d-\d\d"))
    assert same == groups[0]
