"""What sounds like a listed phrase, and texts with it in place."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.speech import phrase_list
from scriba.speech.phrase_list import Variant, put, spelled, variants


def best(text: str, *phrases: str) -> str | None:
    """The text with its closest variant in place."""
    found = variants(text, phrases)
    return put(text, found[:1]) if found else None


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("Whenever Sarah Toostra was near", "Zarathustra", "Whenever Zarathustra was near"),
        ("Apple morphine is given", "apomorphine", "apomorphine is given"),
        ("Call Jessy Smyth, please.", "Jessie Smith", "Call Jessie Smith, please."),
        ("Mr. Burkett Foster's pictures", "Birket Foster", "Mr. Birket Foster's pictures"),
        ("We use cube or netties.", "Kubernetes", "We use Kubernetes."),
        ("Вот Соломин идет", "Саломин", "Вот Саломин идет"),
    ],
)
def test_what_sounds_alike_is_found(text: str, phrase: str, expected: str) -> None:
    assert best(text, phrase) == expected


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("The weather is fine today", "Zarathustra"),
        ("Zarathustra spoke", "Zarathustra"),
        ("zarathustra spoke", "Zarathustra"),
        ("The people came", "people"),
        ("It is Constan. Tinople here.", "Constantinople"),
        ("", "Zarathustra"),
        ("so it is", "i"),
        ("so it is", "..."),
    ],
)
def test_what_does_not_is_left_alone(text: str, phrase: str) -> None:
    assert best(text, phrase) is None


def test_of_several_phrases_the_closest_comes_first() -> None:
    found = variants("We met Catherine", ("Kathryn", "Katerina Ine", "Katherine"))
    assert found[0].phrase == "Katherine"
    assert [each.distance for each in found] == sorted(each.distance for each in found)


def test_overlapping_variants_do_not_spoil_each_other() -> None:
    one, other = Variant(0, 4, "Anna", 0.1), Variant(3, 8, "Nathan", 0.2)
    assert put("anna nath x", [one, other]) == "Anna nath x"
    assert put("anna nath x", [other, Variant(10, 11, "y", 0.3)]) == "annNathanh y"


def test_capitals_are_those_of_the_list() -> None:
    assert spelled("I like contoso and Ipads.", ("Contoso", "iPads", "like")) == (
        "I like Contoso and iPads."
    )
    assert spelled("contosos", ("Contoso",)) == "contosos"
    assert spelled("a c:\\data b", ("C:\\Data",)) == "a C:\\Data b"


@given(st.text(max_size=80), st.lists(st.text(max_size=30), max_size=6))
def test_any_text_and_list_will_do(text: str, phrases: list[str]) -> None:
    for each in variants(text, phrases):
        assert 0 <= each.start < each.end <= len(text)
        assert each.phrase in put(text, [each])
    spelled(text, phrases)


def test_a_long_list_is_quick_enough_to_be_searched() -> None:
    names = tuple(f"{a}{b}{c}" for a in "BKLMNPRSTV" for b in "aeiou" for c in ("ndra", "ktor"))
    assert variants("Then Kendra and Mektor came along " * 5, names * 12)


def test_phrases_of_one_sound_are_tried_in_a_bounded_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Variant] = []

    def counted(*about: object) -> Variant:
        made.append(Variant(*about))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(phrase_list, "Variant", counted)
    same = ["Zarathustra" + "".join(marks) for marks in product("!?.-", repeat=4)]
    found = variants("zarathustrah", same)
    assert 0 < len(made) <= 64
    # Of what sounds the same, what is listed first.
    assert [each.phrase for each in found] == same[: len(found)]
