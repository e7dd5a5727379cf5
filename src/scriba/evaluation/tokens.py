"""Token errors: how far a display is from a display, and why.

A token is a word of the display with its punctuation; where the script has no spaces, a character.
Tokens are set side by side by the words they stand for, so "$5" meets "five dollars". Each edit
then has one class:

- lexical: other words were said;
- inverseTextNormalization: the same words, written otherwise ("$5", "five dollars");
- capitalization: the same but for case;
- punctuation: the same but for punctuation;
- others: case and punctuation at once, words joined or parted ("well-known", "well known"), and
  notes that are not speech ("[music]").
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest
from typing import Literal, get_args

from scriba.evaluation.words import Chunk, Edits, align
from scriba.speech.forms import render, tn
from scriba.speech.forms.tokens import APOSTROPHES, token
from scriba.speech.language import is_unspaced

TokenClass = Literal[
    "punctuation", "capitalization", "inverseTextNormalization", "lexical", "others"
]
TOKEN_CLASSES: tuple[TokenClass, ...] = get_args(TokenClass)
"""What an edit of a token can be about, by the names of the API."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Tokens that meet: one of each display, or one that the other display lacks."""

    reference: str | None
    hypothesis: str | None
    kind: TokenClass | None


@dataclass(frozen=True)
class TokenEdits:
    """Counts of tokens, and of the edits by class."""

    edits: Edits = field(default_factory=Edits)
    classes: Mapping[TokenClass, int] = field(default_factory=dict)

    def __add__(self, other: "TokenEdits") -> "TokenEdits":
        classes = {name: self.of(name) + other.of(name) for name in TOKEN_CLASSES}
        return TokenEdits(self.edits + other.edits, classes)

    def of(self, name: TokenClass) -> int:
        """Edits of a class."""
        return self.classes.get(name, 0)


def pairs(reference: str, hypothesis: str, locale: str) -> list[TokenPair]:
    """The tokens of two displays side by side. Any text is accepted."""
    if is_unspaced(locale):
        return list(_by_character(reference, hypothesis, locale))
    return list(_by_word(_units(reference, locale), _units(hypothesis, locale)))


def count(found: Sequence[TokenPair]) -> TokenEdits:
    """The counts of tokens that were set side by side."""
    correct = sum(pair.kind is None for pair in found)
    deletions = sum(pair.hypothesis is None for pair in found)
    insertions = sum(pair.reference is None for pair in found)
    edits = Edits(correct, len(found) - correct - deletions - insertions, deletions, insertions)
    classes = Counter(pair.kind for pair in found if pair.kind is not None)
    return TokenEdits(edits, {name: classes[name] for name in TOKEN_CLASSES})


def token_edits(reference: str, hypothesis: str, locale: str) -> TokenEdits:
    """The counts of tokens of two displays."""
    return count(pairs(reference, hypothesis, locale))


@dataclass(frozen=True, slots=True)
class _Unit:
    """Tokens that are said together: "July 25, 2012" is one."""

    tokens: tuple[str, ...]
    words: tuple[str, ...]


def _units(text: str, locale: str) -> list[_Unit]:
    tokens = text.split()
    groups = render(text, locale, "raw").groups
    return [_Unit(tuple(tokens[slice(*group.source)]), group.lexical) for group in groups]


def _by_word(reference: Sequence[_Unit], hypothesis: Sequence[_Unit]) -> Iterator[TokenPair]:
    first = [word for unit in reference for word in unit.words]
    second = [word for unit in hypothesis for word in unit.words]
    cells = _cells(align(first, second), _places(reference), _places(hypothesis))
    for one, other in cells:
        yield from _cell(reference[slice(*one)], hypothesis[slice(*other)])


def _places(units: Sequence[_Unit]) -> list[int]:
    """How many words stand before each unit, and after the last."""
    return list(accumulate((len(unit.words) for unit in units), initial=0))


Span = tuple[int, int]


def _cells(
    chunks: Sequence[Chunk], first: Sequence[int], second: Sequence[int]
) -> Iterator[tuple[Span, Span]]:
    """Units that meet: spans between places where units of both end and their words are aligned."""
    at = other = 0
    for i, j in _path(chunks):
        # Units without words stand where they are met first.
        end, other_end = _reach(first, at, i), _reach(second, other, j)
        if end is not None and other_end is not None and (end, other_end) != (at, other):
            yield (at, end), (other, other_end)
            at, other = end, other_end
    if (at, other) != (len(first) - 1, len(second) - 1):
        yield (at, len(first) - 1), (other, len(second) - 1)


def _reach(places: Sequence[int], at: int, word: int) -> int | None:
    """The first unit from `at` before which `word` words stand; None within a unit."""
    while places[at] < word:
        at += 1
    return at if places[at] == word else None


def _path(chunks: Sequence[Chunk]) -> Iterator[tuple[int, int]]:
    """The places of the alignment, step by step: words of the one and of the other so far."""
    for chunk in chunks:
        (start, _), (other, _) = chunk.reference, chunk.hypothesis
        for step in range(1, chunk.length + 1):
            yield (
                start if chunk.operation == "insert" else start + step,
                other if chunk.operation == "delete" else other + step,
            )


def _cell(reference: Sequence[_Unit], hypothesis: Sequence[_Unit]) -> Iterator[TokenPair]:
    first = [word for unit in reference for word in unit.tokens]
    second = [word for unit in hypothesis for word in unit.tokens]
    said = [word for unit in reference for word in unit.words]
    heard = [word for unit in hypothesis for word in unit.words]
    unsaid = {word for unit in (*reference, *hypothesis) if not unit.words for word in unit.tokens}
    kind: TokenClass = "lexical"
    if said == heard:
        joined = _letters(first) == _letters(second)
        kind = "others" if joined else "inverseTextNormalization"
    for chunk in align(list(map(_core, first)), list(map(_core, second))):
        for one, meets in _together(first, second, chunk):
            met = [word for word in (one, meets) if word is not None]
            if chunk.operation == "equal":
                yield TokenPair(one, meets, _formatting(*met))
            elif not any(map(_core, met)):
                yield TokenPair(one, meets, "punctuation")
            elif unsaid.issuperset(met):
                # A note such as "[music]".
                yield TokenPair(one, meets, "others")
            else:
                yield TokenPair(one, meets, kind)


def _together(
    first: Sequence[str], second: Sequence[str], chunk: Chunk
) -> Iterator[tuple[str | None, str | None]]:
    """The tokens of a chunk, one of each text at a time."""
    return zip_longest(first[slice(*chunk.reference)], second[slice(*chunk.hypothesis)])


def _core(word: str) -> str:
    """A token without punctuation around it, in small letters; "" for punctuation alone."""
    return token(word).core.translate(APOSTROPHES).casefold()


def _letters(words: Sequence[str]) -> str:
    return "".join(char for char in "".join(words).casefold() if char.isalnum())


def _formatting(one: str, other: str) -> TokenClass | None:
    """What parts two tokens of the same letters and figures; None where nothing does."""
    one, other = one.translate(APOSTROPHES), other.translate(APOSTROPHES)
    if one == other:
        return None
    if token(one).core == token(other).core:
        return "punctuation"
    return "capitalization" if one.casefold() == other.casefold() else "others"


def _by_character(reference: str, hypothesis: str, locale: str) -> Iterator[TokenPair]:
    first, second = list(_signs(reference)), list(_signs(hypothesis))
    folded = [[sign.casefold() for sign in signs] for signs in (first, second)]
    for chunk in align(folded[0], folded[1]):
        kind: TokenClass = "lexical"
        if chunk.operation != "equal" and _same_words(
            "".join(first[slice(*chunk.reference)]),
            "".join(second[slice(*chunk.hypothesis)]),
            locale,
        ):
            kind = "inverseTextNormalization"
        for one, meets in _together(first, second, chunk):
            if chunk.operation == "equal":
                yield TokenPair(one, meets, None if one == meets else "capitalization")
            elif not any(map(str.isalnum, (one or "") + (meets or ""))):
                yield TokenPair(one, meets, "punctuation")
            else:
                yield TokenPair(one, meets, kind)


def _same_words(one: str, other: str, locale: str) -> bool:
    figures = any(map(str.isdigit, one + other))
    return figures and tn(one, locale) == tn(other, locale) != ""


def _signs(text: str) -> Iterator[str]:
    """The characters of a text with the marks that belong to them, without spaces."""
    sign = ""
    for char in unicodedata.normalize("NFC", text):
        if sign and unicodedata.category(char)[0] == "M":
            sign += char
            continue
        if sign and not sign.isspace():
            yield sign
        sign = char
    if sign and not sign.isspace():
        yield sign
