"""How a word of a text is said: dictionary, letters, parts, and else a guess by its spelling."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from scriba.pronunciation.british import british
from scriba.pronunciation.derived import compound, derived
from scriba.pronunciation.g2p import guess, letters_of
from scriba.pronunciation.lexicon import Pronunciation, lexicon
from scriba.pronunciation.phones import unstressed
from scriba.pronunciation.weak_forms import WEAK_FORMS

_LIKELY = 0.25
"""Guesses are kept that are this likely beside the best."""

_LONGEST = 64
"""Letters of a word that are said; nobody reads longer ones, but they may be sent."""

_MOST = 6
_MOST_BRITISH = 4
_LONGEST_ACRONYM = 5
_INITIALS = re.compile(r"([A-Z]{2,5})'?s")
_CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Said:
    """A word that is said, in lower case, and its pronunciations, likeliest first.

    The last `british` of them are how Britain says what stands before them.
    """

    word: str
    pronunciations: tuple[Pronunciation, ...]
    british: int = 0

    @property
    def american(self) -> tuple[Pronunciation, ...]:
        """The pronunciations but for the British ones."""
        return self.pronunciations[: len(self.pronunciations) - self.british]


def said(word: str, *, capitals: bool = False, letter: bool = False) -> Said | None:
    """How a word is said, of a very long one its beginning; None of what has no letter a to z.

    `capitals`: it stands in capitals among words that do not, so it may be said by its letters;
    `letter`: it is a letter said by its name.
    """
    # What is kept must not be as long as what is sent.
    return _said(word[:_LONGEST], capitals, letter)


@lru_cache(maxsize=8192)
def _said(word: str, capitals: bool, letter: bool) -> Said | None:
    lowered = word.lower()
    found = lexicon().pronunciations(f"{lowered}.")[:1] if letter else ()
    found = _distinct(found or _american(word, capitals=capitals), ())[:_MOST]
    if not found:
        return None
    others = (other for one in found for other in british(lowered, one))
    extra = _distinct(others, found)[:_MOST_BRITISH]
    return Said(lowered, found + extra, len(extra))


def _distinct(
    ways: Iterable[Pronunciation], before: Sequence[Pronunciation]
) -> tuple[Pronunciation, ...]:
    """The pronunciations that differ from others before them by more than stress."""
    known = set(map(unstressed, before))
    first: dict[Pronunciation, Pronunciation] = {}
    for way in ways:
        first.setdefault(unstressed(way), way)
    return tuple(way for bare, way in first.items() if bare not in known)


def _american(word: str, *, capitals: bool) -> tuple[Pronunciation, ...]:
    known = lexicon().pronunciations
    letters = letters_of(word)[:_LONGEST]
    if not letters:
        return ()
    found = known(word.lower()) or known(letters)
    if letters in WEAK_FORMS:
        if len(letters) > 1 and not capitals:
            # The dictionary has "am" and "us" as what stands before noon and for a country as well.
            spelled = unstressed(by_letters(letters))
            found = tuple(one for one in found if unstressed(one) != spelled)
        found += tuple(one for one in WEAK_FORMS[letters] if one not in found)
    whole = "'" not in letters
    acronym = capitals and whole and len(letters) <= _LONGEST_ACRONYM
    if found:
        if acronym and (initials := by_letters(letters)) not in found:
            return (*found[: _MOST - 1], initials)
        return found
    if capitals and (match := _INITIALS.fullmatch(word)) and not known(stem := match[1].lower()):
        return derived(f"{stem}'s", lambda part: (by_letters(stem),) if part == stem else ())
    if whole and not _has_vowel(letters):
        return (by_letters(letters),)
    if acronym:
        # "GPU" is spelled and "COVID" is a word: nothing tells which but the sound.
        return (by_letters(letters), *_guessed(letters))
    if len(parts := _CAMEL.sub(" ", word).split()) > 1:
        return (_joined([_american(part, capitals=part.isupper())[0] for part in parts]),)
    # Of names, the parts that happen to be words are wrong more often than the spelling.
    return derived(letters, known) or _guessed(letters) + compound(letters, known)


def _joined(parts: Sequence[Pronunciation]) -> Pronunciation:
    """Pronunciations one after another, the stress on the first."""
    first, *others = parts
    return first + tuple(symbol.replace("1", "2") for other in others for symbol in other)


def _guessed(letters: str) -> tuple[Pronunciation, ...]:
    guesses = guess(letters)
    if not guesses:
        return (by_letters(letters),)
    least = guesses[0].probability * _LIKELY
    return tuple(one.phones for one in guesses if one.probability >= least)


def _has_vowel(letters: str) -> bool:
    return any(char in "aeiouy" for char in letters)


def by_letters(letters: str) -> Pronunciation:
    """Letters a to z one by one, the last with the stress: "bbc" as B IY2 B IY2 S IY1."""
    symbols: list[str] = []
    for char in letters.replace("'", ""):
        # The dictionary has the names of letters with a dot behind them.
        symbols += (symbol.replace("1", "2") for symbol in lexicon().pronunciations(char + ".")[0])
    stressed = [at for at, symbol in enumerate(symbols) if symbol.endswith("2")]
    symbols[stressed[-1]] = symbols[stressed[-1]][:-1] + "1"
    return tuple(symbols)
