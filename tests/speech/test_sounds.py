"""What texts sound like, and how far sounds are apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.speech.sounds import distance, distances, pairs, sounds

KEYS = st.text("abdefiklmnoprstuv58", max_size=9)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Philipp", "Filip"),
        ("Schmitt", "Shmit"),
        ("número", "numero"),
        ("решётка", "решетка"),
        ("жил", "шил"),
    ],
)
def test_spellings_of_one_sound_are_alike(one: str, other: str) -> None:
    assert sounds(one) == sounds(other) != ""


def test_other_words_are_not() -> None:
    assert sounds("numero") != sounds("nombre")


def test_a_vowel_costs_less_than_a_consonant_and_a_like_sound_less_than_another() -> None:
    assert distance("tala", "talo") < distance("tala", "dala") < distance("tala", "fala")
    assert distance("tal", "tala") < distance("tal", "talk")


def test_pairs_leave_vowels_out() -> None:
    assert pairs("taka") == {"^t", "tk", "k$"}
    assert pairs("") == {"^$"}


@given(st.lists(st.tuples(KEYS, KEYS), max_size=8))
def test_many_distances_are_those_of_each(given_pairs: list[tuple[str, str]]) -> None:
    found = distances([one for one, _ in given_pairs], [other for _, other in given_pairs])
    assert list(found) == pytest.approx([distance(a, b) for a, b in given_pairs], abs=1e-4)


def test_keys_of_other_scripts_have_distances_too() -> None:
    assert list(distances(["電話", "abc"], ["電気", "abd"])) == [1.0, 1.0]


@given(st.text(max_size=40))
def test_capitals_and_spaces_make_no_sound(text: str) -> None:
    assert sounds(f" {text} ") == sounds(text) == sounds(text.casefold())
