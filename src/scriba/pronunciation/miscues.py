"""Which words of a text were left out, said as others, or added.

The recogniser's words alone will not do: it errs on one native word in eight. Where they and the
text differ, both are forced upon the same stretch of sound, and the text gives way only where the
other explains the sound better by a margin.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby, pairwise, product

import numpy as np
from rapidfuzz.distance import Levenshtein

from scriba.pronunciation.acoustics import Sound
from scriba.pronunciation.alignment import (
    FRAMES_PER_SECOND,
    SILENCE,
    Floats,
    Pronunciation,
    TooShort,
    align,
)
from scriba.pronunciation.lexicon import lexicon
from scriba.pronunciation.matching import coded, match
from scriba.pronunciation.reference import ReferenceWord, read
from scriba.pronunciation.repeats import Again, again
from scriba.pronunciation.words import Said
from scriba.speech.results import Word

_MARGIN = 4.0
"""By how much the log likelihood of a stretch must rise for each word that is put in the place of
another, left out, or added."""

_ALIKE = 25.0
"""How much more it must rise where what was heard sounds just like the text: so recognisers err."""

_NO_WORD = 20.0
"""How much more for a word that is in no dictionary: such is what they make of what is unclear."""

_AROUND = 2
"""Words on either side that are aligned together with those in doubt."""

_TOGETHER = 3
"""Doubts in a row whose outcomes are tried in all combinations; more of them one by one."""

_CERTAIN = 12
"""Doubts in a row from which on it is the text or what was heard as a whole."""

Span = tuple[int, int]
"""Half-open."""

Place = tuple[int, int]
"""A spoken word: the word of the reference that it belongs to, and its number among what is said
for that."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A word that was added: `text`, from `start` to `end` in seconds, `before` which word of
    the reference, by number (as many as there are: after the last)."""

    text: str
    start: float
    end: float
    before: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Numbers of the words of a reference that were left out (`omitted`), what was said as another
    word (`swapped`: the word, and which of what is said for it, "$5": 0 "five"; if that is left
    out and the rest is not, that as well), and the `extras` in order."""

    omitted: frozenset[int] = frozenset()
    swapped: frozenset[Place] = frozenset()
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of the text: the spoken words that stand there, where these are in the reference,
    and those that were heard. `same`: they sound the same."""

    text: tuple[Said, ...]
    heard: tuple[Said, ...]
    places: tuple[Place, ...]
    same: bool


def find(sound: Sound, reference: Sequence[ReferenceWord], heard: Sequence[Word]) -> Plan:
    """What of a reference was left out, swapped or added, given the lexical words recognised."""
    text = [said for word in reference for said in word.spoken]
    places = [
        (number, place)
        for number, word in enumerate(reference)
        for place in range(len(word.spoken))
    ]
    words = [said for word in heard for each in read(word.text) for said in each.spoken]
    slots = [
        Slot(
            tuple(text[slice(*each.reference)]),
            tuple(words[slice(*each.heard)]),
            tuple(places[slice(*each.reference)]),
            each.same,
        )
        for each in match(text, words)
    ]
    judge = Judge(sound.likelihoods, slots)
    kept = judge.decide()
    fates = _fates(slots, kept)
    omitted = {
        number
        for number, word in enumerate(reference)
        if {fates[number, place] for place in range(len(word.spoken))} == {_Fate.OMITTED}
    }
    return Plan(
        frozenset(omitted),
        frozenset(
            place
            for place, fate in fates.items()
            if fate is not _Fate.SAID and place[0] not in omitted
        ),
        tuple(sorted(_extras(sound, slots, kept, judge.spans), key=lambda extra: extra.start)),
    )


class _Fate(Enum):
    SAID = auto()
    SWAPPED = auto()
    OMITTED = auto()


def _fates(slots: Sequence[Slot], kept: Sequence[bool]) -> dict[Place, _Fate]:
    """What became of each spoken word of the text."""
    fates: dict[Place, _Fate] = {}
    for slot, stays in zip(slots, kept, strict=True):
        fate = _Fate.SAID if stays else _Fate.SWAPPED if slot.heard else _Fate.OMITTED
        fates |= dict.fromkeys(slot.places, fate)
    return fates


def _extras(
    sound: Sound, slots: Sequence[Slot], kept: Sequence[bool], spans: Sequence[Span | None]
) -> Iterator[Extra]:
    """The words that were heard beside the text, and those that only the sound tells of."""
    said: list[Said] = []
    befores: list[int] = []
    told: list[Span] = []
    before = 0
    for slot, stays, span in zip(slots, kept, spans, strict=True):
        if not stays and not slot.text and span:
            told.append(span)
            yield _extra(" ".join(each.word for each in slot.heard), span, before)
        these = slot.text if stays else slot.heard
        said += these
        befores += [slot.places[0][0] if slot.places else before] * len(these)
        before = max([before, *(number + 1 for number, _ in slot.places)])
    for each in again(sound.likelihoods, said):
        # What was heard there is told already.
        if any(each.start < end and start < each.end for start, end in told):
            continue
        yield from _divided(each, [*befores, before][each.before])


def _divided(again: Again, before: int) -> Iterator[Extra]:
    """The words that were said again, in the time that they have by their letters."""
    words = again.text.split()
    edges = np.cumsum([0, *map(len, words)]) / sum(map(len, words))
    times = np.rint(again.start + edges * (again.end - again.start)).astype(int).tolist()
    for word, span in zip(words, pairwise(times), strict=True):
        yield _extra(word, span, before)


def _extra(text: str, span: Span, before: int) -> Extra:
    return Extra(text, span[0] / FRAMES_PER_SECOND, span[1] / FRAMES_PER_SECOND, before)


class Judge:
    """Decides for each doubtful slot whether the text or what was heard stands there."""

    def __init__(self, likelihoods: Floats, slots: Sequence[Slot]) -> None:
        self._likelihoods = likelihoods
        self._slots = slots
        self._kept = [slot.same for slot in slots]
        self._costs = [0.0] * len(slots)
        self.spans: list[Span | None] = [None] * len(slots)
        """The frames that each slot takes with what was heard; None where that is nothing."""

    def decide(self) -> list[bool]:
        """For each slot whether the text stands there."""
        if all(self._kept):
            return self._kept
        self.spans = self._spans()
        for start, end in list(_runs(self._kept)):
            costs = _costs(self._slots[start:end])
            self._costs[start:end] = costs
            self._kept[start:end] = self._best(start, end)
        return self._kept

    def _best(self, start: int, end: int) -> list[bool]:
        """The likeliest outcome for the doubtful slots from `start` to `end`."""
        count = end - start
        if count <= _TOGETHER:
            ways = [list(way) for way in product((False, True), repeat=count)]
            return max(ways, key=lambda way: self.worth(start, way))
        ways = [[False] * count, [True] * count]
        best = max(ways, key=lambda way: self.worth(start, way))
        if count > _CERTAIN:
            return best
        highest = self.worth(start, best)
        for at in range(count):
            way = [*best[:at], not best[at], *best[at + 1 :]]
            if (worth := self.worth(start, way)) > highest:
                highest, best = worth, way
        return best

    def worth(self, start: int, way: Sequence[bool]) -> float:
        """The log likelihood of the sound around if the text stands in some of the slots from
        `start` on, less what the others cost."""
        left, right = max(0, start - _AROUND), min(len(self._slots), start + len(way) + _AROUND)
        kept = [*self._kept[left:start], *way, *self._kept[start + len(way) : right]]
        words = [
            said.pronunciations
            for slot, stays in zip(self._slots[left:right], kept, strict=True)
            for said in (slot.text if stays else slot.heard)
        ]
        first, last = self._edges(left, right)
        costs = self._costs[start : start + len(way)]
        cost = sum(each for each, stays in zip(costs, way, strict=True) if not stays)
        return _log_likelihood(self._likelihoods[first:last], words) - cost

    def _edges(self, left: int, right: int) -> Span:
        """The frames from the slot `left` up to the slot `right`."""
        before = [span for span in self.spans[:left] if span]
        after = [span for span in self.spans[right:] if span]
        return (
            before[-1][1] if before else 0,
            after[0][0] if after else len(self._likelihoods),
        )

    def _spans(self) -> list[Span | None]:
        """Where what was heard stands, all of it aligned at once."""
        words = [
            (number, said)
            for number, (slot, stays) in enumerate(zip(self._slots, self._kept, strict=True))
            for said in (slot.text if stays else slot.heard)
        ]
        spans: list[Span | None] = [None] * len(self._slots)
        try:
            found = align(self._likelihoods, [said.pronunciations for _, said in words])
        except TooShort:
            return spans
        for phone in found.phones:
            number = words[phone.word][0]
            known = spans[number]
            spans[number] = (known[0] if known else phone.start, phone.end)
        return spans


def _runs(same: Sequence[bool]) -> Iterator[Span]:
    """The half-open spans in which nothing is the same."""
    start = 0
    for alike, group in groupby(same):
        end = start + len(list(group))
        if not alike:
            yield start, end
        start = end


def _costs(slots: Sequence[Slot]) -> list[float]:
    """What it costs to put what was heard in the place of the text, for each of a run of slots."""
    text = "".join(coded(said.pronunciations[0]) for slot in slots for said in slot.text)
    heard = "".join(coded(said.pronunciations[0]) for slot in slots for said in slot.heard)
    # The sounds of the run as a whole: recognisers also set the borders of words wrong.
    alike = _ALIKE * (1 - Levenshtein.normalized_distance(text, heard))
    known = lexicon().pronunciations
    unknown = [any(not known(said.word) for said in slot.heard) for slot in slots]
    return [_MARGIN + alike + _NO_WORD * each for each in unknown]


def _log_likelihood(likelihoods: Floats, words: Sequence[Sequence[Pronunciation]]) -> float:
    if not words:
        return float(likelihoods[:, SILENCE].sum())
    if not len(likelihoods):
        return -math.inf
    try:
        return align(likelihoods, words).score
    except TooShort:
        return -math.inf
