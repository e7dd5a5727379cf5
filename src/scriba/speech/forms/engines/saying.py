"""Numbers as the words of a language, by num2words."""

import re
import threading
from collections.abc import Callable
from functools import lru_cache

from scriba.speech.forms.engines.readings import READINGS

# Nobody reads a longer run of digits as one number.
_LONGEST_NUMBER = 12
_saying = threading.Lock()


def figure_words(digits: str, language: str) -> str:
    """A run of figures in words; digit by digit where nobody reads it as one number."""
    if len(digits) > 1 and (digits[0] == "0" or len(digits) > _LONGEST_NUMBER):
        return " ".join(number_words(digit, language) for digit in digits)
    return number_words(digits, language)


@lru_cache(maxsize=8192)
def number_words(digits: str, language: str) -> str:
    """The cardinal that figures stand for, in words; "3.5" too."""
    import num2words

    number = float(digits) if "." in digits else int(digits)
    # Its converters keep the precision of a decimal on themselves.
    with _saying:
        spoken = str(num2words.num2words(number, lang=READINGS[language].code)).lower()
    return _SPELLING.get(language, str)(spoken.replace(",", ""))


@lru_cache(maxsize=1024)
def ordinal_words(number: int, language: str) -> str:
    """The ordinal of a number in words."""
    import num2words

    code = READINGS[language].code
    return str(num2words.num2words(number, lang=code, to="ordinal")).lower()


_TURKISH = re.compile(
    "sıfır|bir|iki|üç|dört|beş|altı|yedi|sekiz|dokuz|on|yirmi|otuz|kırk|elli|altmış|yetmiş|"
    "seksen|doksan|yüz|bin|milyon|milyar"
)
# Where num2words spells otherwise than people do.
_SPELLING: dict[str, Callable[[str], str]] = {
    "da": lambda word: re.sub(r"(?<=\w)tusinde\b", " tusind", word),
    "it": lambda word: re.sub(r"(?<=\w)tre\b", "tré", word),
    "tr": lambda word: " ".join(_longest_turkish(word)),
    "nl": lambda word: "een" if word == "één" else word,
}


def _longest_turkish(word: str) -> list[str]:
    return _TURKISH.findall(word.replace(" ", "")) or [word]
