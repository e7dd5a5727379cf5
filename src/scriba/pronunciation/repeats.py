"""Words said twice and words broken off, which recognisers tend to leave out of what they write."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from scriba.pronunciation.alignment import (
    Alignment,
    Floats,
    Pronunciation,
    TooShort,
    align,
)
from scriba.pronunciation.syllables import graphemes
from scriba.pronunciation.words import Said, said

_FILLER = 1.0
"""What a frame of speech that no word explains costs over its likeliest phone."""

_LEAST = 8
"""Frames of such speech, 0.16 s, below which it is a breath or a long consonant."""

_GAIN = 25.0
"""By how much the log likelihood must rise with a word said again for it to be told."""

_FIT = 0.7
"""How much that must be of what filler brings: what fits less well was something else."""

_ROW = 3
"""Words that people go back when they begin anew."""

_AROUND = 2
"""Words on either side that are aligned together with what may have been said again."""

_MOST = 8
"""Places, the longest, that are looked at: nobody says everything twice."""

_BEGUN = 4
"""Phones at most of a word that is broken off."""

_HESITATIONS = ("uh", "um")


@dataclass(frozen=True, slots=True)
class Again:
    """What was said beside a row of words: `text`, in the frames `start` to `end`, before the word
    number `before` (as many as there are: after the last)."""

    text: str
    start: int
    end: int
    before: int


@dataclass(frozen=True, slots=True)
class _Try:
    text: str
    words: tuple[Sequence[Pronunciation], ...]


def again(likelihoods: Floats, words: Sequence[Said]) -> list[Again]:
    """Where words, of which all were said, were said once more, begun, or hesitated before.

    `likelihoods` (frames, 40) are a `Sound`'s.
    """
    if not words or not len(likelihoods):
        return []
    try:
        found = align(likelihoods, [each.pronunciations for each in words], filler=_FILLER)
    except TooShort:
        return []
    told = []
    for start, end, before in _longest(found.fillers):
        first, last, left, right = _around(found, before, len(words), len(likelihoods))
        best = _best(likelihoods[first:last], words, before, (left, right), end - start)
        if best:
            told.append(Again(best, start, end, before))
    return told


def _longest(fillers: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The places with most speech that no word explains: first frame, last, number of the word."""
    places = []
    for before, group in groupby(fillers, key=lambda filler: filler[2]):
        # Silence within divides what was said at one place.
        parts = list(group)
        size = sum(end - start for start, end, _ in parts)
        if size >= _LEAST:
            places.append((size, (parts[0][0], parts[-1][1], before)))
    return sorted(place for _, place in sorted(places, reverse=True)[:_MOST])


def _best(
    likelihoods: Floats, words: Sequence[Said], before: int, around: tuple[int, int], size: int
) -> str | None:
    """What was most likely said beside the words around a place of `size` frames; None where it was
    nothing."""
    left = [each.pronunciations for each in words[around[0] : before]]
    right = [each.pronunciations for each in words[before : around[1]]]
    plain = _log_likelihood(likelihoods, [*left, *right])
    most = _log_likelihood(likelihoods, [*left, *right], filler=_FILLER) - plain
    # No word brings more than filler that costs nothing, and most places are a long sound.
    if most + _FILLER * size < _GAIN:
        return None
    score, text = max(
        (_log_likelihood(likelihoods, [*left, *each.words, *right]), each.text)
        for each in _tries(words, before)
    )
    return text if score - plain >= max(_GAIN, _FIT * most) else None


def _tries(words: Sequence[Said], before: int) -> Iterator[_Try]:
    """What may be said at a place: words around it twice, the next one begun, a hesitation."""
    for count in range(1, _ROW + 1):
        for some in (words[max(0, before - count) : before], words[before : before + count]):
            if len(some) == count:
                sounds = tuple(each.pronunciations for each in some)
                yield _Try(" ".join(each.word for each in some), sounds)
    for following in words[before : before + 1]:
        phones = following.pronunciations[0]
        for size in range(2, min(len(phones), _BEGUN + 1)):
            parts = [range(size), range(size, len(phones))]
            yield _Try(f"{graphemes(following.word, phones, parts)[0]}-", ((phones[:size],),))
    for each in _HESITATIONS:
        if (hesitation := said(each)) is not None:
            yield _Try(each, (hesitation.pronunciations,))


def _around(found: Alignment, before: int, count: int, frames: int) -> tuple[int, int, int, int]:
    """The frames around a place, and the words that are said in them."""
    left, right = max(0, before - _AROUND), min(count, before + _AROUND)
    ends = [phone.end for phone in found.phones if phone.word < left]
    starts = [phone.start for phone in found.phones if phone.word >= right]
    return ends[-1] if ends else 0, starts[0] if starts else frames, left, right


def _log_likelihood(
    likelihoods: Floats, words: Sequence[Sequence[Pronunciation]], filler: float | None = None
) -> float:
    try:
        return align(likelihoods, words, filler=filler).score
    except TooShort:
        return -math.inf
