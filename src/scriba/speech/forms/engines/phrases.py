"""Written numbers whose reading hangs on the words beside them: "8:30 Uhr", "am 25. Mai"."""

from collections.abc import Sequence
from typing import Protocol

from scriba.speech.forms.engine import Replacement, Spoken
from scriba.speech.forms.engines.contacts import is_address
from scriba.speech.forms.engines.neighbours import read_ordinal, read_phrase, read_roman
from scriba.speech.forms.engines.units import DOTTED, unit
from scriba.speech.forms.engines.vocabulary import VOCABULARIES
from scriba.speech.forms.engines.written import read_out
from scriba.speech.forms.english.words import word_set
from scriba.speech.forms.tokens import Token, holds

# Before "25." they say that the dot makes an ordinal and ends no sentence.
_DETERMINERS = word_set(
    "der die das dem den des am im zum zur vom beim ins ans eine einen einem einer jede "
    "jeder jedes jeden seine seinen seinem seiner ihre ihren ihrem ihrer "
    "meine meinen meinem meiner unser unsere unseren unserem diese dieser diesem diesen"
)
_NOMINATIVE = word_set("der die das")


class Language(Protocol):
    """What a phrase needs to know of its language."""

    @property
    def language(self) -> str: ...

    @property
    def point_decimals(self) -> bool: ...

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        """The written forms in spoken words."""
        ...


def phrase(engine: Language, tokens: Sequence[Token], at: int, count: int) -> Spoken | None:
    """What tokens `at` to `at + count` (`count` 0: no figures) and a neighbour are said as."""
    language = engine.language
    if not count:
        return _name(tokens, at, language)
    last = tokens[at + count - 1]
    span = " ".join(token.core for token in tokens[at : at + count])
    following = tokens[at + count : at + count + 2]
    if last.trail.startswith("."):
        return _ordinal(tokens, at, count, language)
    if last.trail or not following or following[0].lead:
        return None
    if span == "1" and language in ("es", "it", "pt") and _dated(following, language):
        words = read_ordinal(span, language)
        return Spoken(1, words) if words else None
    if len(following) == 2 and following[0].core.lower() in ("h", "uhr") and not following[0].trail:
        text = f"{span} {following[0].core} {following[1].core}"
        words = read_phrase(text, language) if following[1].core.isdecimal() else None
        if words:
            return Spoken(count + 2, words)
    if len(following[0].core) > 12:
        return None
    words = read_phrase(f"{span} {following[0].core}", language, engine.point_decimals)
    if words is None:
        return None
    dotted = following[0].core.lower() in DOTTED and following[0].trail.startswith(".")
    return Spoken(count + 1, words, _written(engine, words, span, following[0].core), dotted)


def _dated(following: Sequence[Token], language: str) -> bool:
    cores = [token.core.lower() for token in following]
    month = cores[1] if cores[0] == "de" and len(cores) > 1 else cores[0]
    return month in VOCABULARIES[language].months


def _written(engine: Language, words: Sequence[str], figures: str, following: str) -> str | None:
    """The language's own way to write the amount, where it holds the same figures."""
    found = engine.itn(words)
    if unit(following, engine.language):
        return None
    whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(words))
    return found[0].text if whole and holds(found[0].text, figures) else None


def _ordinal(tokens: Sequence[Token], at: int, count: int, language: str) -> Spoken | None:
    if language != "de" or count > 1 or at + 1 >= len(tokens):
        return None
    before = tokens[at - 1].core.lower() if at and not tokens[at - 1].trail else ""
    following = tokens[at + 1].core.lower()
    if before not in _DETERMINERS and following not in VOCABULARIES[language].months:
        return None
    ending = "" if before in _NOMINATIVE else "n" if at else "r"
    words = read_ordinal(tokens[at].core, language, ending)
    return Spoken(1, words, dotted=True) if words else None


def _name(tokens: Sequence[Token], at: int, language: str) -> Spoken | None:
    """An address or a Roman numeral."""
    core = tokens[at].core
    words = None
    if is_address(core) or core.lower() in ("mme", "mlle"):
        words = read_out(core, language)
    elif at and core[:1] in "IVX" and tokens[at - 1].core[:1].isalpha():
        words = read_roman(core, language)
    return Spoken(1, words) if words else None
