"""Text normalisation: which of the two readers says a written span, and bounds on what it costs."""

import re
import string
import threading
from functools import lru_cache
from typing import Any, Literal

from scriba.speech.forms.engines.readings import READINGS
from scriba.speech.forms.engines.written import read_out

# The languages that kitten-text-processing has a grammar for and READINGS has no words for, and
# those where it helps with fractions. It takes up to half a second for a date, hence the others.
_GRAMMARS = frozenset({"ar", "hi", "hy", "ja", "ko", "vi", "zh"})
_FRACTIONS = frozenset({"de", "es", "fr", "hu", "pt"})
_LONGEST = 40

_loading = threading.Lock()


def kind(language: str) -> Literal["num2words", "kitten", ""]:
    """What reads written numbers in `language`."""
    if language in READINGS:
        return "num2words"
    return "kitten" if language in _GRAMMARS else ""


@lru_cache(maxsize=8192)
def words(span: str, language: str, point_decimals: bool = False) -> tuple[str, ...] | None:
    """The spoken lower-case words of a written span; None when it is said as it is written."""
    said: list[str] | None = None
    fraction = language in _FRACTIONS and re.fullmatch(r"\d{1,3}/\d{1,3}", span)
    if (language in _GRAMMARS or fraction) and len(span) <= _LONGEST and _is_number(span):
        said = _by_grammar(span, language)
    if said is None:
        said = read_out(span, language, point_decimals)
    if not said or " ".join(said) == span.lower():
        return None
    return tuple(said)


def _is_number(span: str) -> bool:
    # Phone numbers and the like would be read as one huge number.
    longest = max((len(run) for run in re.findall(r"\d+", span)), default=0)
    return longest > 0 and longest <= 9


def _by_grammar(span: str, language: str) -> list[str] | None:
    try:
        with _loading:
            spoken = str(_normalizer(language).normalize(span))
    except Exception:
        # It raises on whatever its grammar has no path for.
        return None
    if any(character.isdecimal() for character in spoken) or not spoken.strip():
        return None
    parts = (part.strip(string.punctuation) for part in spoken.lower().split())
    return [part for part in parts if part]


@lru_cache(maxsize=2)
def _normalizer(language: str) -> Any:
    # A grammar grows to 30 to 150 MB in use: only two are kept.
    import kitten_text_processing

    return kitten_text_processing.Normalizer(lang=language)
