"""Which of the ways to say a word of a text was chosen, by the sound alone."""

import math
from collections.abc import Sequence
from dataclasses import replace

from scriba.pronunciation.alignment import Alignment, Floats, TooShort, align
from scriba.pronunciation.reference import ReferenceWord
from scriba.pronunciation.words import Said

_MARGIN = 4.0
"""By how much the log likelihood must rise for another way than the usual one."""

_AROUND = 2
"""Spoken words on either side that are aligned together with those in question."""

_SKIP = 30.0
"""What it costs to leave out a spoken word, so that one that was not said pulls no others along."""

_MOST = 24
"""Words of a text that are settled; of more figures nobody reads thirty seconds."""


def settled(likelihoods: Floats, reference: Sequence[ReferenceWord]) -> tuple[ReferenceWord, ...]:
    """The text with the way that each word was said as its only one (`spoken`).

    `likelihoods` (frames, 40) are those of the whole recording, as `align` takes them.
    """
    words = list(reference)
    numbers = [number for number, word in enumerate(words) if word.others][:_MOST]
    if not numbers:
        return tuple(words)
    found = align(likelihoods, _pronunciations(_spoken(words)), skip=_SKIP)
    edges = _Edges(found, words)
    for number in numbers:
        first, last = edges.around(number)
        before = _spoken(words[:number])[-_AROUND:]
        after = _spoken(words[number + 1 :])[:_AROUND]
        usual = words[number].spoken
        window = likelihoods[first:last]
        best, most = usual, _worth(window, [*before, *usual, *after]) + _MARGIN
        for way in words[number].others:
            worth = _worth(window, [*before, *way, *after])
            if worth > most:
                best, most = way, worth
        if best is not usual and _worth(window, [*before, *after]) > most:
            # It was left out, and short ways fit into what is beside it.
            best = usual
        words[number] = replace(words[number], spoken=best, others=())
    return tuple(words)


def _worth(likelihoods: Floats, words: Sequence[Said]) -> float:
    """The log likelihood of words in a stretch of sound."""
    if not words:
        return -math.inf
    try:
        return align(likelihoods, _pronunciations(words)).score
    except TooShort:
        return -math.inf


class _Edges:
    """Where the words of a text and their neighbours were said, if it is said as usual."""

    def __init__(self, found: Alignment, words: Sequence[ReferenceWord]) -> None:
        self._starts: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        for phone in found.phones:
            self._starts.setdefault(phone.word, phone.start)
            self._ends[phone.word] = phone.end
        self._firsts = [0]
        for word in words:
            self._firsts.append(self._firsts[-1] + len(word.spoken))

    def around(self, number: int) -> tuple[int, int | None]:
        """The first frame and the frame after the last of a word with its neighbours."""
        first, end = self._firsts[number] - _AROUND, self._firsts[number + 1] + _AROUND
        starts = [at for at in range(max(first, 0), end) if at in self._starts]
        if not starts:
            return 0, None
        return (
            self._starts[starts[0]] if first > 0 else 0,
            self._ends[starts[-1]] if end < self._firsts[-1] else None,
        )


def _spoken(words: Sequence[ReferenceWord]) -> list[Said]:
    return [said for word in words for said in word.spoken]


def _pronunciations(words: Sequence[Said]) -> list[tuple[tuple[str, ...], ...]]:
    return [said.pronunciations for said in words]
