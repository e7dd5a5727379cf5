"""Which words of a text are which of those that were heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.pronunciation.matching import match
from scriba.pronunciation.reference import read
from scriba.pronunciation.words import Said

_WORDS = ["a", "an", "ice", "nice", "to", "two", "every", "day", "everyday", "dog"]


def _said(text: str) -> list[Said]:
    return [said for word in read(text) for said in word.spoken]


def _matched(text: str, heard: str) -> list[tuple[str, str, bool]]:
    first, second = _said(text), _said(heard)
    return [
        (
            " ".join(said.word for said in first[slice(*each.reference)]),
            " ".join(said.word for said in second[slice(*each.heard)]),
            each.same,
        )
        for each in match(first, second)
    ]


def _differences(text: str, heard: str) -> list[tuple[str, str]]:
    return [(one, other) for one, other, same in _matched(text, heard) if not same]


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("We call it bear.", "we call it bear"),
        ("I have two too", "i have to two"),
        ("the colour grey", "the color gray"),
        ("Everyday I read", "every day i read"),
        ("an ice cream", "a nice cream"),
        ("It costs $5", "it costs five dollars"),
        ("Mr. Brown's well-known dog", "mister browns well known dog"),
        ("WE CALL IT BEAR", "We call it bear"),
    ],
)
def test_what_sounds_the_same_is_the_same(text: str, heard: str) -> None:
    assert _differences(text, heard) == []


@pytest.mark.parametrize(
    ("text", "heard", "wanted"),
    [
        ("he walked to the store", "he walked the store", [("to", "")]),
        ("he walked the store", "he walked to the store", [("", "to")]),
        ("he walked to the store", "he walked to the shore", [("store", "shore")]),
        ("the red house", "the the red house", [("", "the")]),
        ("six spoons of fresh peas", "six of peas", [("spoons", ""), ("fresh", "")]),
        ("hello", "", [("hello", "")]),
        ("", "hello there", [("", "hello"), ("", "there")]),
        ("", "", []),
    ],
)
def test_what_differs(text: str, heard: str, wanted: list[tuple[str, str]]) -> None:
    assert _differences(text, heard) == wanted


def test_the_word_that_sounds_more_alike_is_taken_for_the_other() -> None:
    assert ("walked", "walk", False) in _matched("he walked home", "he big walk home")


@given(
    st.lists(st.sampled_from(_WORDS), max_size=8),
    st.lists(st.sampled_from(_WORDS), max_size=8),
)
def test_every_word_is_in_one_match_in_order(text: list[str], heard: list[str]) -> None:
    first, second = _said(" ".join(text)), _said(" ".join(heard))
    found = match(first, second)
    for side, count in (("reference", len(first)), ("heard", len(second))):
        spans = [getattr(each, side) for each in found]
        assert [at for span in spans for at in range(*span)] == list(range(count))
    for each in found:
        sizes = [each.reference[1] - each.reference[0], each.heard[1] - each.heard[0]]
        assert max(sizes) >= 1
        assert each.same or max(sizes) == 1


def test_a_very_long_text_is_matched() -> None:
    text = _said("the quick brown fox jumps over the lazy dog " * 400)
    found = match(text, _said("the quick brown fox"))
    assert sum(each.same for each in found) == 4
    assert sum(not each.same for each in found) == len(text) - 4
