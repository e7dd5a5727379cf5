"""Text normalisation: which of the two readers says a written span, and bounds on what it costs."""

import re
import string
import threading
import unicodedata
from functools import lru_cache
from typing import Any, Literal

from scriba.speech.forms.engines.readings import READINGS
from scriba.speech.forms.engines.written import read_out, read_pieces

# kitten-text-processing takes up to half a second for a date: it is asked for what the readings
# do not know, and never for long spans.
_GRAMMARS = frozenset(
    {"ar", "de", "es", "fr", "hi", "hu", "hy", "it", "ja", "ko", "pt", "sv", "vi", "zh"}
)
_LONGEST = 40
_GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)", re.ASCII)

_loading = threading.Lock()


def kind(language: str) -> Literal["num2words", "kitten", ""]:
    """What reads written numbers in `language`."""
    if language in READINGS:
        return "num2words"
    return "kitten" if language in _GRAMMARS else ""


@lru_cache(maxsize=8192)
def words(span: str, language: str, point_decimals: bool = False) -> tuple[str, ...] | None:
    """The spoken lower-case words of a written span; None when it is said as it is written."""
    span = _plain(span)
    if language in ("ja", "zh"):
        span = _GROUPED.sub(lambda found: found[0].replace(",", ""), span)
    if language == "ja":
        # Its grammar says nothing for the sign.
        span = re.sub(r"(?<=\d)[%％]", "パーセント", span)
    said = read_out(span, language, point_decimals)
    if said is None and language in _GRAMMARS and len(span) <= _LONGEST and _is_number(span):
        said = _by_grammar(span, language)
    if said is None:
        said = read_pieces(span, language) or _by_pieces(span, language)
    if not said or " ".join(said) == span.lower():
        return None
    return tuple(said)


def _is_number(span: str) -> bool:
    # Phone numbers and the like would be read as one huge number.
    longest = max((len(run) for run in re.findall(r"\d+", span)), default=0)
    return longest > 0 and longest <= 9


def _plain(span: str) -> str:
    """A span with the digits of any script as 0 to 9, and fractions of one sign as 1/2."""
    if span.isascii():
        return span
    text = ""
    for char in span:
        if char.isdecimal():
            text += str(unicodedata.decimal(char))
        elif unicodedata.category(char) == "No" and "\u2044" in unicodedata.normalize("NFKC", char):
            apart = " " if text[-1:].isdigit() else ""
            text += apart + unicodedata.normalize("NFKC", char).replace("\u2044", "/")
        else:
            text += char
    return text


def _by_pieces(span: str, language: str) -> list[str] | None:
    """What no reading and no grammar knows as a whole, number by number."""
    if language not in _GRAMMARS or len(span) > _LONGEST or not any(map(str.isdecimal, span)):
        return None
    words: list[str] = []
    for piece in re.findall(r"\d+|[^\W\d_]+", span.lower()):
        if not piece.isdecimal():
            words.append(piece)
            continue
        whole = _by_grammar(piece, language) if len(piece) < 7 and piece[0] != "0" else None
        words += whole or [word for digit in piece for word in _digit(digit, language)]
    return words


def _digit(digit: str, language: str) -> list[str]:
    if digit == "0" and language == "ar":
        # The one digit that its grammar has no path for.
        return ["صفر"]
    return _by_grammar(digit, language) or [digit]


def _by_grammar(span: str, language: str) -> list[str] | None:
    try:
        with _loading:
            normalizer = _normalizer(language)
        spoken = str(normalizer.normalize(span)).lower()
    except Exception:
        # It raises on whatever its grammar has no path for.
        return None
    if any(character.isdecimal() for character in spoken) or not spoken.strip():
        return None
    if language == "de":
        spoken = _joined_german(spoken)
    parts = (part.strip(string.punctuation) for part in spoken.split())
    return [part for part in parts if part]


_ONES = "eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun"
_TEENS = "zehn|elf|zwölf|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn"
_TENS = "zwanzig|dreißig|(?:vier|fünf|sech|sieb|acht|neun)zig"


def _joined_german(text: str) -> str:
    """Number words under a million as German writes them: "drei und zwanzig" is one word."""
    text = re.sub(rf"\b({_ONES}) und ((?:{_TENS})\w*)", r"\1und\2", text)
    small = rf"(?:{_ONES})und(?:{_TENS})|{_TENS}|{_TEENS}|{_ONES}"
    text = re.sub(rf"\b({small}) (hundert|tausend)\b", r"\1\2", text)
    text = re.sub(rf"(hundert) ((?:{small})(?:st|t)?\w*)", r"\1\2", text)
    text = re.sub(r"(hundert\w*) (tausend)\b", r"\1\2", text)
    return re.sub(rf"(tausend) (\w*hundert\w*|(?:{small})\w*)", r"\1\2", text)


@lru_cache(maxsize=2)
def _normalizer(language: str) -> Any:
    # A grammar grows to 30 to 150 MB in use: only two are kept.
    import kitten_text_processing

    return kitten_text_processing.Normalizer(lang=language)
