"""Which words of a text are which of those that were heard, by how they sound.

Levenshtein's alignment (1966) with the distance of pronunciations as the cost of a pair: "two" for
"too" costs nothing, "walk" for "walked" little. Several words may be the same as several others:
"every day" and "everyday", "a nice" and "an ice".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from scriba.pronunciation.phones import PHONES, bare
from scriba.pronunciation.words import Said

_UNIT = 1000
_ALONE = 600
"""The cost of a word that has no counterpart, in thousandths of that of a wholly different one."""

_OTHER = 50
"""What it costs at least to take one word for another."""

_JOINED = 20
"""The cost of words that are the same only together."""

_LONGEST = 3
"""Words that are compared together."""

_WAYS = 8
"""Pronunciations that words together are tried with."""

_CHARS = {phone: chr(ord("A") + at) for at, phone in enumerate(PHONES)}


@dataclass(frozen=True, slots=True)
class Match:
    """Half-open spans of the text and of what was heard that belong together.

    `same`: they sound the same. Else each holds one word at most, and one of them may be empty.
    """

    reference: tuple[int, int]
    heard: tuple[int, int]
    same: bool


def match(reference: Sequence[Said], heard: Sequence[Said]) -> list[Match]:
    """The alignment of two rows of words that costs least, in order."""
    pairs = _pairs(reference, heard)
    joined = _joined(reference, heard)
    alone = np.arange(len(reference) + 1, dtype=np.int64) * _ALONE
    rows = [alone.copy()]
    for at in range(len(heard)):
        row = rows[-1] + _ALONE
        row[1:] = np.minimum(row[1:], rows[-1][:-1] + pairs[:, at])
        for end, of_text, of_heard in joined.get(at + 1, ()):
            row[end] = min(row[end], rows[at + 1 - of_heard][end - of_text] + _JOINED)
        rows.append(np.minimum.accumulate(row - alone) + alone)
    return list(_way_back(rows, pairs, joined))[::-1]


_Joined = dict[int, list[tuple[int, int, int]]]
"""By their end among what was heard: the end in the text, and how many words of either."""


def _way_back(
    rows: Sequence[npt.NDArray[np.int64]], pairs: npt.NDArray[np.int64], joined: _Joined
) -> Iterator[Match]:
    at, to = len(rows) - 1, len(rows[0]) - 1
    while at or to:
        cost = rows[at][to]
        for end, of_text, of_heard in joined.get(at, ()):
            if end == to and cost == rows[at - of_heard][to - of_text] + _JOINED:
                yield Match((to - of_text, to), (at - of_heard, at), True)
                at, to = at - of_heard, to - of_text
                break
        else:
            if at and to and cost == rows[at - 1][to - 1] + pairs[to - 1, at - 1]:
                yield Match((to - 1, to), (at - 1, at), not pairs[to - 1, at - 1])
                at, to = at - 1, to - 1
            elif to and cost == rows[at][to - 1] + _ALONE:
                yield Match((to - 1, to), (at, at), False)
                to -= 1
            else:
                yield Match((to, to), (at - 1, at), False)
                at -= 1


def _pairs(reference: Sequence[Said], heard: Sequence[Said]) -> npt.NDArray[np.int64]:
    """The cost of each pair (words of the text, words heard)."""
    if not reference or not heard:
        return np.zeros((len(reference), len(heard)), np.int64)
    far: npt.NDArray[np.float32] = cdist(
        [coded(each) for word in reference for each in word.pronunciations],
        [coded(each) for word in heard for each in word.pronunciations],
        scorer=Levenshtein.normalized_distance,
    )
    for axis, words in ((0, reference), (1, heard)):
        counts = [len(word.pronunciations) for word in words]
        far = np.minimum.reduceat(far, np.cumsum([0, *counts[:-1]]), axis=axis)
    costs = np.asarray(np.rint(far * (_UNIT - _OTHER)), np.int64)
    costs[costs > 0] += _OTHER
    names = np.array([word.word for word in reference])[:, None]
    costs[names == np.array([word.word for word in heard])] = 0
    return costs


def _joined(reference: Sequence[Said], heard: Sequence[Said]) -> _Joined:
    """Where several words sound like one, or like several others that begin elsewhere."""
    known: dict[str, list[tuple[int, int]]] = {}
    for end, count, sound in _together(reference):
        known.setdefault(sound, []).append((end, count))
    found: _Joined = {}
    for end, count, sound in _together(heard):
        for other, words in known.get(sound, ()):
            if (count, words) != (1, 1):
                found.setdefault(end, []).append((other, words, count))
    return found


def _together(words: Sequence[Said]) -> Iterator[tuple[int, int, str]]:
    """The end, the number and the sound of each few words in a row."""
    for end in range(1, len(words) + 1):
        for count in range(1, min(_LONGEST, end) + 1):
            ways = product(*(word.pronunciations for word in words[end - count : end]))
            for way in {"".join(map(coded, each)) for each in islice(ways, _WAYS)}:
                yield end, count, way


def coded(pronunciation: Sequence[str]) -> str:
    """A pronunciation (ARPAbet) as a character for each phone, whatever its stress."""
    return "".join(_CHARS[bare(symbol)] for symbol in pronunciation)
