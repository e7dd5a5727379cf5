"""Symbols of pronunciations as single characters, as the data files of this package hold them."""

from collections.abc import Iterable

from scriba.pronunciation.phones import SYMBOLS

# From "0" on: no control character, no space, no tab, and all of them ASCII.
_CODES = {symbol: chr(0x30 + number) for number, symbol in enumerate(SYMBOLS)}
_SYMBOLS = {code: symbol for symbol, code in _CODES.items()}


def packed(symbols: Iterable[str]) -> str:
    """Symbols as a string of one character each. KeyError of no symbol."""
    return "".join(_CODES[symbol] for symbol in symbols)


def unpacked(text: str) -> tuple[str, ...]:
    """The inverse of `packed`."""
    return tuple(_SYMBOLS[char] for char in text)
