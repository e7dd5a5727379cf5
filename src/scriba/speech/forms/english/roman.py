"""Roman numerals."""

import re

_PARTS = (
    (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"),
    (1, "I"),
)  # fmt: skip
_SHAPE = re.compile(r"(?=.)(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")


def to_roman(number: int) -> str:
    """A number from 1 to 399 in Roman numerals."""
    text = ""
    for value, letters in _PARTS:
        count, number = divmod(number, value)
        text += letters * count
    return text


def from_roman(text: str) -> int | None:
    """The number that capital letters spell, None when they spell none below 400."""
    if not _SHAPE.fullmatch(text):
        return None
    total = 0
    for value, letters in _PARTS:
        while text.startswith(letters):
            total += value
            text = text[len(letters) :]
    return total
