"""Patterns of custom ITN: what is refused, and why."""

import re

import pytest

from scriba.speech.forms.patterns import PatternError, parse


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(a", "not closed at 3"),
        ("a)", "')' has nothing to close at 2"),
        ("a+", 'behind a "(phrase)" only'),
        ("[a", "not closed at 3"),
        ("[z-a]", "no range"),
        ("[A-z]", "no range"),
        ("[]", "stands for nothing"),
        ("[a-]", "letters and figures only"),
        ("[^a]", "letters and figures only"),
        ("{a", "not closed"),
        ("{>x}", "holds nothing that is said"),
        ("{a>b>c}", "more than one >"),
        (r"\q", "is not known"),
        ("\\", "is not known"),
        ("", "has to be said"),
        ("-:.", "has to be said"),
        ("(a)*", "has to be said"),
        ("{um}", "write no letter"),
        ("a|b", "within parentheses only"),
        ("a" * 501, "at most 500"),
        ("(" * 21 + "a" + ")" * 21, "more than 20 parentheses"),
        ("a}", "nothing to close"),
    ],
)
def test_patterns_that_are_refused_say_why(pattern: str, message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        parse(pattern)
