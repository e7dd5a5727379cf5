"""Letters and signs of scripts without spaces."""

import unicodedata

import pytest

from scriba.speech.scripts import EASTERN, UNSPACED


@pytest.mark.parametrize("char", "中々〇あアーｱㄅ\U00020000ไខကລ")
def test_letters_that_are_words(char: str) -> None:
    assert UNSPACED.fullmatch(char)


@pytest.mark.parametrize("char", "aé한ㄱя。、Ａ１ '")
def test_letters_and_signs_that_are_not(char: str) -> None:
    assert not UNSPACED.fullmatch(char)


@pytest.mark.parametrize(
    ("char", "eastern"), [*((c, True) for c in "中ア。、Ａ㍿"), *((c, False) for c in "ไខ한a")]
)
def test_signs_without_a_space_between_sentences(char: str, eastern: bool) -> None:
    assert bool(EASTERN.fullmatch(char)) is eastern


def test_eastern_letters_are_both() -> None:
    names = ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "HIRAGANA LETTER", "KATAKANA LETTER")
    found = 0
    for code in range(0x2000, 0x30000):
        char = chr(code)
        if unicodedata.name(char, "").startswith(names) and code < 0x1AFF0:
            found += 1
            assert UNSPACED.fullmatch(char)
            assert EASTERN.fullmatch(char)
    assert found > 20_000
