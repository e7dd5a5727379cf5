"""The text forms of every language but English, by locale."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

from scriba.speech.forms.engine import FormsEngine, Replacement, Spoken
from scriba.speech.forms.engines import cardinals, phrases, spoken
from scriba.speech.forms.engines.cardinals import CardinalItn
from scriba.speech.forms.engines.grammar import GrammarItn
from scriba.speech.forms.engines.grammars import GRAMMARS
from scriba.speech.forms.engines.han import HanItn
from scriba.speech.forms.engines.hangul import HangulItn
from scriba.speech.forms.engines.style import PESOS, POINT_DECIMALS
from scriba.speech.forms.tokens import Token

# Languages that are written as another one is.
_WRITTEN_AS = {"wuu": "zh", "yue": "zh"}

_PESOS = {"dólar": "peso", "dólares": "pesos"}

ItnKind = Literal["damga", "itntext", "characters", "num2words", ""]


class _Itn(Protocol):
    def itn(self, words: Sequence[str]) -> list[Replacement]: ...


@dataclass(frozen=True, slots=True)
class LanguageEngine:
    """One language's text normalisation and its inverse; either may know nothing."""

    language: str
    inverse: _Itn | None
    point_decimals: bool = False
    pesos: bool = False

    def tn(self, span: str) -> list[str] | None:
        """The spoken words of one written span; None when it is said as written."""
        words = spoken.words(span, self.language, self.point_decimals)
        if words and self.pesos and "$" in span:
            return [_PESOS.get(word, word) for word in words]
        return list(words) if words else None

    def phrase(self, tokens: Sequence[Token], at: int, count: int) -> Spoken | None:
        """The figures at `tokens[at : at + count]` with a neighbour that is said with them."""
        return phrases.phrase(self, tokens, at, count)

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        """The parts of spoken lower-case words that are written otherwise, without overlaps."""
        return self.inverse.itn(words) if self.inverse else []


def engine_for(locale: str) -> FormsEngine | None:
    """The engine of a locale such as "de-AT"; None where nothing is known of the language.

    Making one is cheap: grammars and tables are loaded when a number is first met.
    """
    language, _, region = locale.partition("-")
    return _engine(language.lower(), region.upper())


def itn_kind(locale: str) -> ItnKind:
    """What writes the numbers of a locale: a library, own rules over characters, or nothing."""
    language = _language(locale)
    if language in GRAMMARS:
        return "damga" if GRAMMARS[language] == "damga" else "itntext"
    if language in {"ja", "ko", "zh"}:
        return "characters"
    return "num2words" if language in cardinals.LANGUAGES else ""


def tn_kind(locale: str) -> Literal["num2words", "kitten", ""]:
    """What reads the numbers of a locale out."""
    return spoken.kind(_language(locale))


def _language(locale: str) -> str:
    language = locale.split("-")[0].lower()
    return _WRITTEN_AS.get(language, language)


@cache
def _engine(language: str, region: str) -> FormsEngine | None:
    language = _WRITTEN_AS.get(language, language)
    kind = itn_kind(language)
    inverse: _Itn | None = None
    if kind in {"damga", "itntext"}:
        inverse = GrammarItn(f"{language}-{region}")
    elif language == "ko":
        inverse = HangulItn()
    elif kind == "characters":
        inverse = HanItn(japanese=language == "ja")
    elif kind == "num2words":
        inverse = CardinalItn(language)
    if inverse is None and not tn_kind(language):
        return None
    tag = f"{language}-{region}"
    return LanguageEngine(language, inverse, tag in POINT_DECIMALS, tag in PESOS)
