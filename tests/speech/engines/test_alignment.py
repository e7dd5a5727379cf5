"""Which words a rewriting changed."""

from hypothesis import given
from hypothesis import strategies as st

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.engines.alignment import align


def _align(words: str, rewritten: str) -> list[Replacement]:
    return align(words.split(), rewritten.split())


def test_unchanged_words_are_outside() -> None:
    assert _align("ich habe drei und zwanzig katzen", "ich habe 23 katzen") == [
        Replacement(2, 5, "23")
    ]


def test_two_changes_stay_apart() -> None:
    assert _align("zwei meter und drei meter", "2 m und 3 m") == [
        Replacement(0, 2, "2 m"),
        Replacement(3, 5, "3 m"),
    ]


def test_case_alone_is_no_change() -> None:
    assert _align("es ist acht uhr dreißig genau", "es ist 8:30 Uhr genau") == [
        Replacement(2, 5, "8:30 Uhr")
    ]


def test_what_is_left_out_belongs_to_the_nearest_change() -> None:
    assert _align("zwei millionen euro sind viel", "€2 millionen sind viel") == [
        Replacement(0, 3, "€2 millionen")
    ]


def test_words_only_left_out_or_put_in_say_nothing() -> None:
    assert _align("eins zwei drei vier", "eins vier") == []
    assert _align("eins vier", "eins zwei vier") == []


_WORDS = st.lists(st.sampled_from(["a", "b", "c", "1", "2"]))


@given(_WORDS, _WORDS)
def test_replacements_are_in_order_and_inside(words: list[str], rewritten: list[str]) -> None:
    last = 0
    for one in align(words, rewritten):
        assert last <= one.start < one.end <= len(words)
        assert one.text
        last = one.end
