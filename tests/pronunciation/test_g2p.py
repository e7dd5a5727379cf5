import pytest

from scriba.pronunciation.g2p import guess, letters_of, stressed
from scriba.pronunciation.phones import SYMBOLS, is_vowel, stress, unstressed


# Names of places and brands that the dictionary does not have.
@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("scriba", "S K R AY B AH"),
        ("zumblatt", "Z AH M B L AE T"),
        ("brexit", "B R EH K S IH T"),
        ("flumping", "F L AH M P IH NG"),
        ("dinkler", "D IH NG K L ER"),
    ],
)
def test_new_words_are_read_by_their_letters(word: str, phones: str) -> None:
    assert " ".join(phones.split()) in [" ".join(unstressed(one.phones)) for one in guess(word)]


def test_guesses_are_ranked_and_have_probabilities() -> None:
    found = guess("ghoti", 4)
    assert 1 < len(found) <= 4
    assert [one.probability for one in found] == sorted(
        (one.probability for one in found), reverse=True
    )
    assert 0.5 < sum(one.probability for one in found) <= 1.0001


@pytest.mark.parametrize(
    "word", ["a", "x", "qqqqq", "pneumonoultramicroscopicsilicovolcanoconiosis", "o'o'o", "z" * 500]
)
def test_every_guess_is_of_symbols_with_one_stress(word: str) -> None:
    for one in guess(word):
        assert one.phones
        assert set(one.phones) <= set(SYMBOLS)
        vowels = [symbol for symbol in one.phones if is_vowel(symbol)]
        assert sum(stress(symbol) == 1 for symbol in vowels) == (1 if vowels else 0)


@pytest.mark.parametrize("word", ["", "'", "''", "日本", "42", "-", "Ω"])
def test_what_has_no_letter_has_no_guess(word: str) -> None:
    assert guess(word) == ()


def test_letters_lose_their_accents() -> None:
    words = ("Müller", "straße", "Łódź", "Ångström", "ĳ", "Don't")
    plain = ["muller", "strasse", "lodz", "angstrom", "ij", "don't"]
    assert [letters_of(word) for word in words] == plain
    assert guess("Müller") == guess("muller")


def test_one_stress_is_kept_or_given() -> None:
    assert stressed(("B", "AH0", "N", "AA1", "N", "AH1")) == ("B", "AH0", "N", "AA1", "N", "AH2")
    assert stressed(("B", "AH0", "N", "AA0")) == ("B", "AH0", "N", "AA1")
    assert stressed(("B", "AH0", "N", "IY2")) == ("B", "AH0", "N", "IY1")
    assert stressed(("AH0",)) == ("AH1",)
    assert stressed(("S", "T")) == ("S", "T")
