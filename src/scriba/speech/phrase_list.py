"""Phrases that a caller expects to be said: names, products, terms.

Where a hypothesis sounds like a listed phrase, the same text with the phrase in its place is a
candidate; the engine scores both on the audio, and the phrase needs less of a score to win. So text
that nothing listed sounds like is never touched, and the list may be long.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import sqrt

from scriba.speech.sounds import distance, pairs, sounds

_LONGEST = 100
"""Characters that a phrase may have; longer ones are no names."""

_MOST = 1000
"""Phrases of a list that are looked for."""

_SIMILAR = 0.27
"""Distance of sounds, as a share of their number, up to which a phrase is a candidate."""

_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")


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


@dataclass
class _Index:
    """Phrases by what they sound like."""

    keys: dict[str, str] = field(default_factory=dict)
    pairs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Phrases by the pairs of sounds in their keys."""
    words: int = 1
    """Words of the longest phrase."""


def variants(text: str, phrases: Sequence[str], limit: int = 8) -> list[Variant]:
    """The places of a text that sound like a listed phrase but are not it, closest first."""
    index = _index(tuple(phrases))
    words = list(_WORD.finditer(text))
    found: dict[tuple[int, int, str], Variant] = {}
    for first in range(len(words)):
        for last in range(first + 1, min(len(words), first + index.words + 2) + 1):
            start, end = words[first].start(), words[last - 1].end()
            if re.search(r"[.?!,;:]\s", text[start:end]):
                break
            # The ending of "Linnell's" stays where "Linnell" is listed.
            end -= 2 if text[start:end].endswith(("'s", "’s")) else 0
            for phrase, apart in _similar(index, text[start:end]):
                found[start, end, phrase] = Variant(start, end, phrase, apart)
    ordered = sorted(found.values(), key=lambda each: (each.distance, each.start))
    kept: list[Variant] = []
    for each in ordered:
        # Of several cuts of the same place the closest is enough.
        same = (other for other in kept if other.phrase == each.phrase)
        if not any(_overlap(each, other) for other in same):
            kept.append(each)
    return kept[:limit]


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
    for phrase in _index(tuple(phrases)).keys:
        if not phrase.islower() and phrase.casefold() in text.casefold():
            whole = re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)", re.IGNORECASE)
            text = whole.sub(phrase.replace("\\", r"\\"), text)
    return text


def _overlap(one: Variant, other: Variant) -> bool:
    return one.start < other.end and other.start < one.end


def _similar(index: _Index, said: str) -> list[tuple[str, float]]:
    """Listed phrases that sound like some words, with their distances."""
    key = sounds(said)
    if len(key) < 2:
        return []
    shared: dict[str, int] = defaultdict(int)
    for pair in pairs(key):
        for phrase in index.pairs.get(pair, ()):
            shared[phrase] += 1
    found = []
    for phrase, count in shared.items():
        other = index.keys[phrase]
        longer = max(len(key), len(other))
        if count * 5 < longer or abs(len(key) - len(other)) > _SIMILAR * longer:
            continue
        apart = distance(key, other) / longer
        if apart <= _SIMILAR and f" {phrase.casefold()} " not in f" {said.casefold()} ":
            found.append((phrase, apart))
    return found


@lru_cache(maxsize=32)
def _index(phrases: tuple[str, ...]) -> _Index:
    index = _Index()
    for phrase in phrases[:_MOST]:
        text = " ".join(phrase.split())
        key = sounds(text)
        if len(key) < 3 or len(text) > _LONGEST:
            continue
        index.keys[text] = key
        index.words = max(index.words, len(_WORD.findall(text)))
        for pair in pairs(key):
            index.pairs[pair].add(text)
    return index
