import pytest

from scriba.pronunciation.packing import packed, unpacked
from scriba.pronunciation.phones import SYMBOLS


def test_every_symbol_is_one_printable_character_and_comes_back() -> None:
    text = packed(SYMBOLS)
    assert len(text) == len(set(text)) == len(SYMBOLS)
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text
    assert unpacked(text) == SYMBOLS


def test_what_is_no_symbol_is_refused() -> None:
    with pytest.raises(KeyError):
        packed(["AH"])
