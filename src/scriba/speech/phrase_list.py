"""Phrases that a caller expects to be said: names, products, terms.

Where a hypothesis sounds like a listed phrase, the same text with the phrase in its place is a
candidate; the engine scores both on the audio, and the phrase needs less of a score to win. So text
that nothing listed sounds like is never touched, and the list may be long.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from math import sqrt

from scriba.speech.domain import LETTERS
from scriba.speech.soundalikes import Soundalikes
from scriba.speech.sounds import sounds

_LONGEST = 100
"""Characters that a phrase may have; longer ones are no names."""

_MOST = 20_000
"""Phrases of a list that are looked for."""

_MOST_WORDS = 6
"""Words of a phrase from which on its place in a text is looked for by fewer words."""

_MOST_ALIKE = 64
"""Phrases that are tried in one place of a text, the closest and then the first that are listed."""

_SIMILAR = 0.27
"""Distance of sounds, as a share of their number, beyond which likeness speaks against a phrase."""

_BREAK = re.compile(r"[.?!,;:]\s")
_PIECE = re.compile(r"\w+")
_WORD = re.compile(rf"{LETTERS}(?:['’.&-]{LETTERS})*")


@dataclass(frozen=True, slots=True)
class PhraseList:
    """Phrases to prefer, and how much: `weight` from 0 (not at all) to 2, 1 by default."""

    phrases: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Variant:
    """A text in which `phrase` stands in place of its characters `start` to `end` (half-open).

    `distance` is that of the sounds, as a share of their number.
    """

    start: int
    end: int
    phrase: str
    distance: float

    @property
    def claim(self) -> float:
        """How much of the preference the phrase deserves: less the less alike, more for more."""
        return (1.0 - self.distance / _SIMILAR) * sqrt(len(self.phrase.split()))


@dataclass(frozen=True)
class _Index:
    """Phrases by what they sound like; those of key i are `phrases[i]`."""

    alike: Soundalikes
    phrases: list[list[str]]
    words: int
    """Words of the longest phrase."""
    known: frozenset[str]
    """The phrases without capitals: where one of them stands, no other is looked for."""


def variants(
    text: str,
    phrases: Sequence[str],
    limit: int = 8,
    spoken: Callable[[str], str] = str,
) -> list[Variant]:
    """The places of a text that sound like a listed phrase but are not it, closest first.

    `spoken` says how words are said that are not said as they are written.
    """
    index = _index(tuple(phrases))
    words = list(_WORD.finditer(text))
    spans: list[tuple[int, int]] = []
    for first in range(len(words)):
        for last in range(first + 1, min(len(words), first + index.words + 2) + 1):
            start, end = words[first].start(), words[last - 1].end()
            if _BREAK.search(text, start, end):
                break
            # The ending of "Linnell's" stays where "Linnell" is listed.
            end -= 2 if text[start:end].endswith(("'s", "’s")) else 0
            spans.append((start, end))
    keys = [
        sounds("".join(spoken(w) for w in _PIECE.findall(text[start:end]))) for start, end in spans
    ]
    found: list[Variant] = []
    for (start, end), alike in zip(spans, index.alike.find(keys), strict=True):
        if text[start:end].casefold() in index.known:
            continue
        said = f" {text[start:end].casefold()} "
        # A list may hold any number of phrases that sound the same.
        likely = (
            Variant(start, end, phrase, share)
            for entry, share in sorted(alike, key=lambda one: (one[1], one[0]))
            for phrase in index.phrases[entry]
            if f" {phrase.casefold()} " not in said
        )
        found += islice(likely, _MOST_ALIKE)
    kept: list[Variant] = []
    for each in sorted(found, key=lambda each: (each.distance, each.start)):
        # Of several cuts of the same place the closest is enough.
        same = (other for other in kept if other.phrase == each.phrase)
        if not any(_overlap(each, other) for other in same):
            kept.append(each)
            if len(kept) == limit:
                break
    return kept


def put(text: str, chosen: Sequence[Variant]) -> str:
    """The text with variants in place; of those that overlap the first of `chosen` is taken."""
    kept: list[Variant] = []
    for each in chosen:
        if not any(_overlap(each, other) for other in kept):
            kept.append(each)
    for each in sorted(kept, key=lambda one: one.start, reverse=True):
        text = text[: each.start] + each.phrase + text[each.end :]
    return text


def spelled(text: str, phrases: Sequence[str]) -> str:
    """The text with the listed phrases that it holds in the capitals that they are listed in."""
    folded = text.casefold()
    for phrase in (each for group in _index(tuple(phrases)).phrases for each in group):
        if not phrase.islower() and phrase.casefold() in folded:
            whole = re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)", re.IGNORECASE)
            text = whole.sub(phrase.replace("\\", r"\\"), text)
    return text


def _overlap(one: Variant, other: Variant) -> bool:
    return one.start < other.end and other.start < one.end


@lru_cache(maxsize=32)
def _index(phrases: tuple[str, ...]) -> _Index:
    by_key: dict[str, list[str]] = {}
    longest = 1
    for phrase in phrases[:_MOST]:
        text = " ".join(phrase.split())
        key = sounds(text)
        if len(key) < 3 or len(text) > _LONGEST:
            continue
        if text not in by_key.setdefault(key, []):
            by_key[key].append(text)
        longest = max(longest, len(_WORD.findall(text)))
    known = frozenset(phrase.casefold() for group in by_key.values() for phrase in group)
    alike = Soundalikes.of(list(by_key))
    return _Index(alike, list(by_key.values()), min(longest, _MOST_WORDS), known)
