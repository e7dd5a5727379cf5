import pytest

from scriba.pronunciation.derived import compound, derived
from scriba.pronunciation.lexicon import lexicon

KNOWN = {
    "cat": "K AE1 T",
    "dog": "D AO1 G",
    "box": "B AA1 K S",
    "puppy": "P AH1 P IY0",
    "hop": "HH AA1 P",
    "hope": "HH OW1 P",
    "want": "W AA1 N T",
    "they": "DH EY1",
    "that": "DH AE1 T",
    "smart": "S M AA1 R T",
    "watch": "W AA1 CH",
    "happy": "HH AE1 P IY0",
    "pass": "P AE1 S",
    "hopeful": "HH OW1 P F AH0 L",
    "musical": "M Y UW1 Z IH0 K AH0 L",
}


def known(word: str) -> tuple[tuple[str, ...], ...]:
    return (tuple(KNOWN[word].split()),) if word in KNOWN else ()


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("cats", "K AE1 T S"),
        ("dogs", "D AO1 G Z"),
        ("boxes", "B AA1 K S IH0 Z"),
        ("puppies", "P AH1 P IY0 Z"),
        ("cat's", "K AE1 T S"),
        ("box's", "B AA1 K S IH0 Z"),
        ("dogs'", "D AO1 G Z"),
        ("hopped", "HH AA1 P T"),
        ("hopping", "HH AA1 P IH0 NG"),
        ("hoping", "HH OW1 P IH0 NG"),
        ("hoped", "HH OW1 P T"),
        ("passed", "P AE1 S T"),
        ("wanted", "W AA1 N T IH0 D"),
        ("they'd", "DH EY1 D"),
        ("that'd", "DH AE1 T IH0 D"),
        ("that'll", "DH AE1 T AH0 L"),
        ("they'll", "DH EY1 L"),
        ("happiness", "HH AE1 P IY0 N AH0 S"),
        ("happily", "HH AE1 P IY0 L IY0"),
        ("hopeless", "HH OW1 P L AH0 S"),
        ("hopefully", "HH OW1 P F AH0 L IY0"),
        ("musically", "M Y UW1 Z IH0 K L IY0"),
    ],
)
def test_words_are_made_of_known_ones(word: str, first: str) -> None:
    assert " ".join(derived(word, known)[0]) == first


@pytest.mark.parametrize("word", ["", "'s", "s", "ed", "ing", "n't", "unknown", "catdog", "as"])
def test_what_is_not_made_of_known_words_has_none(word: str) -> None:
    assert derived(word, known) == ()


def test_two_words_as_one_are_a_compound() -> None:
    assert [" ".join(one) for one in compound("smartwatch", known)] == ["S M AA1 R T W AA2 CH"]
    assert compound("catdog", known) == ()


def _reduced(symbols: tuple[str, ...]) -> tuple[str, ...]:
    # The vowel of "-es" and "-ed" is AH0 in one half of the dictionary and IH0 in the other.
    return tuple("AH0" if symbol == "IH0" else symbol for symbol in symbols)


def test_what_is_derived_is_what_the_dictionary_has() -> None:
    pronunciations = lexicon().pronunciations
    for word in ("games", "wishes", "walked", "hoped", "studied", "quickly", "cities", "brushes"):
        found = derived(word, pronunciations)[0]
        assert _reduced(found) in set(map(_reduced, pronunciations(word))), word
