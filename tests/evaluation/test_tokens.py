"""Token errors: hand-made cases of each class, and that the classes add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.evaluation.tokens import TOKEN_CLASSES, token_edits
from scriba.evaluation.words import Edits

_SHORT = {
    "p": "punctuation",
    "c": "capitalization",
    "i": "inverseTextNormalization",
    "l": "lexical",
    "o": "others",
}


@pytest.mark.parametrize(
    ("locale", "reference", "hypothesis", "edits", "classes"),
    [
        ("en-US", "He said hello.", "He said hello.", Edits(3), ""),
        ("en-US", "He said hello.", "He said yellow.", Edits(2, 1), "l"),
        ("en-US", "He said hello.", "He said.", Edits(1, 1, 1), "pl"),
        ("en-US", "He said hello.", "He never said hello.", Edits(3, 0, 0, 1), "l"),
        ("en-US", "He said hello.", "He said hello?", Edits(2, 1), "p"),
        ("en-US", "He said, hello.", "He said hello.", Edits(2, 1), "p"),
        ("en-US", "one - two", "one two", Edits(2, 0, 1), "p"),
        ("en-US", "I saw Bill there.", "I saw bill there.", Edits(3, 1), "c"),
        ("en-US", "I like it. The dog ran.", "I like it the dog ran.", Edits(4, 2), "pc"),
        ("en-US", "Hello, world", "hello world", Edits(1, 1), "o"),
        ("en-US", "a well-known man", "a well known man", Edits(2, 1, 0, 1), "oo"),
        ("en-US", "It costs $5.", "It costs five dollars.", Edits(2, 1, 0, 1), "ii"),
        ("en-US", "It costs five dollars.", "It costs $5.", Edits(2, 1, 1), "ii"),
        ("en-US", "That is $900.", "That is nine hundred dollars.", Edits(2, 1, 0, 2), "iii"),
        ("en-US", "We met Dr. Smith", "We met doctor Smith", Edits(3, 1), "i"),
        ("en-US", "I have 5 cats", "I have five cats", Edits(3, 1), "i"),
        ("en-US", "I have 5 cats", "I have 6 cats", Edits(3, 1), "l"),
        ("en-US", "On July 25, 2012 it rained.", "On July 25 2012 it rained.", Edits(5, 1), "p"),
        ("en-US", "[music] Hi there", "Hi there", Edits(2, 0, 1), "o"),
        ("en-US", "", "Hi there", Edits(0, 0, 0, 2), "ll"),
        ("en-US", "Hi there", "", Edits(0, 0, 2), "ll"),
        ("de-DE", "Das sind 25 Euro.", "das sind fünfundzwanzig Euro", Edits(1, 3), "cip"),
        ("ja-JP", "今日は良い天気です。", "今日は悪い天気です", Edits(8, 1, 1), "lp"),
        ("zh-CN", "我有5个苹果", "我有五个苹果", Edits(5, 1), "i"),
        ("zh-CN", "我用 iPhone", "我用 iphone", Edits(7, 1), "c"),
    ],
)
def test_hand_made_cases(
    locale: str, reference: str, hypothesis: str, edits: Edits, classes: str
) -> None:
    found = token_edits(reference, hypothesis, locale)
    assert found.edits == edits
    counts = {name: found.of(name) for name in TOKEN_CLASSES if found.of(name)}
    expected = {_SHORT[letter]: classes.count(letter) for letter in classes}
    assert counts == expected


_TEXT = st.lists(
    st.sampled_from(
        ["Hello,", "hello", "five", "5", "$5.", "dollars", "Dr.", "[music]", "-", "...", "July"]
    ),
    max_size=10,
).map(" ".join)


@given(_TEXT | st.text(max_size=20), _TEXT | st.text(max_size=20), st.sampled_from(["en", "ja"]))
def test_counts_add_up(reference: str, hypothesis: str, locale: str) -> None:
    found = token_edits(reference, hypothesis, locale)
    assert sum(found.of(name) for name in TOKEN_CLASSES) == found.edits.errors
    if locale == "en":
        assert found.edits.count == len(reference.split())
        heard = found.edits.correct + found.edits.substitutions + found.edits.insertions
        assert heard == len(hypothesis.split())


@given(_TEXT | st.text(max_size=20))
def test_a_text_has_no_errors_against_itself(text: str) -> None:
    assert token_edits(text, text, "en-US").edits.errors == 0
