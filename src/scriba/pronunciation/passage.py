"""A text that is read phrase by phrase: which part of it each phrase reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scriba.pronunciation.reference import ReferenceWord, read
from scriba.pronunciation.words import Said

Floats = NDArray[np.float32]

_AHEAD = 200
"""Spoken words beyond the length of a phrase within which it is looked for."""

_BEHIND = 60
"""Spoken words that were read and may be read again."""

_LIKE = 0.5
"""From this share of common letter pairs on a word may be another one misheard."""

_NEAR = 5
"""Spoken words before a phrase that its audio may hold all the same: the recogniser lost them."""

_ADDED = -0.25
_LEFT_OUT = -0.5
_EACH_LEFT_OUT = -0.05
_OTHER = -0.15
_OTHER_KIND = -0.6
_SENTENCE = 0.15
_CLAUSE = 0.1
_SMALL = 0.3
"""What a small word is worth; any other is worth 1."""

_AGAIN = 0.6
"""The share of a phrase that must be found in what was read for it to be read again."""

_SURE = 0.5
"""The share of a phrase that must be found in the text for it to be surely of it."""

_SMALL_WORDS = frozenset(
    """
    a an and are as at be been but by can could did do for from had has have he her him his i if in
    is it its me my not of oh on or our she so that the their them they this to uh um us was we were
    will with would you your
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a phrase reads of a text: `text`, "" where it is none of it; `ahead` is what was due.

    `skipped` are the words before it that no phrase read, `left` those that are left when nothing
    follows. `again` says that the text was read before, so that nothing of it is new. `sure`: most
    of what was heard is the same in the text.
    """

    text: str
    ahead: str = ""
    skipped: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    again: bool = False
    sure: bool = True


class Passage:
    """A text and how far it was read.

    With `begun` something of it was read elsewhere, so what the first phrase does not read is no
    omission. Raises ReferenceTooLong.
    """

    def __init__(self, text: str, *, begun: bool = False) -> None:
        self._words = read(text)
        self._several = [at for at, word in enumerate(self._words) if word.others]
        self._units: list[str] = []
        self._owners: list[int] = []
        self._write([word.spoken for word in self._words])
        self._at = 0
        """Words of the text that are done with."""
        self._begun = begun
        self._undo = (0, begun, 0, False)
        """What `withdraw` needs: where the last phrase began, its words, whether it is the last."""

    def __len__(self) -> int:
        return len(self._words)

    def _write(self, ways: Sequence[tuple[Said, ...]]) -> None:
        """Take each word of the text as said in this way."""
        self._units = [plain(said.word) for way in ways for said in way]
        self._owners = [at for at, way in enumerate(ways) for _ in way]

    def _settle(self, said: Sequence[str]) -> None:
        """Take each figure as said in the way of which most stands among what was heard."""
        if not self._several:
            return
        ways = [word.spoken for word in self._words]
        heard = f" {' '.join(said)} "
        for at in self._several:
            word = self._words[at]
            if self._at <= at < self._at + len(said) + _AHEAD:
                ways[at] = max((word.spoken, *word.others), key=lambda way: _share(way, heard))
        self._write(ways)

    def take(self, heard: Sequence[str], *, last: bool = False) -> Part:
        """The part that a phrase of these lexical words reads; `last` says that none follows."""
        said = [word for word in map(plain, heard) if word]
        self._undo = (self._at, self._begun, len(said), last)
        self._settle(said)
        start = self._unit(self._at)
        reach = len(self._units) if self._begun else len(said) + _AHEAD
        ahead = self._units[start : start + reach]
        found = _fit(said, ahead, self._bonuses(start, len(ahead)))
        again = self._read_again(said, start, found.worth)
        if again:
            return Part(_text(again), left=self._rest() if last else (), again=True)
        if not found.end:
            return self.withdraw()
        words = self._between(start + found.first, start + found.end)
        stop = self._owners[start + found.end - 1] + 1
        skipped = self._words[self._at : stop - len(words)]
        if self._begun:
            skipped = ()
        elif sum(len(word.spoken) for word in skipped) <= _NEAR:
            words, skipped = skipped + words, ()
        self._begun = False
        self._at = stop
        return Part(
            _text(words),
            skipped=tuple(word.text for word in skipped),
            left=self._rest() if last else (),
            sure=found.worth >= _SURE * sum(map(_worth, said)),
        )

    def withdraw(self) -> Part:
        """Take the last part back: the phrase reads nothing of the text."""
        self._at, self._begun, count, last = self._undo
        due = self._words[self._at : self._at + max(1, count)]
        return Part("", _text(due), left=self._rest() if last else ())

    def _read_again(
        self, said: Sequence[str], start: int, worth: float
    ) -> tuple[ReferenceWord, ...]:
        """The words that were read before and are read once more; () where it is not so."""
        behind = self._units[max(0, start - _BEHIND) : start]
        found = _fit(said, behind, np.zeros(len(behind) + 1, np.float32))
        if found.worth <= worth or found.worth < _AGAIN * sum(map(_worth, said)):
            return ()
        base = start - len(behind)
        return self._between(base + found.first, base + found.end)

    def _rest(self) -> tuple[str, ...]:
        rest = self._words[self._at :]
        self._at = len(self._words)
        return tuple(word.text for word in rest)

    def _unit(self, word: int) -> int:
        return int(np.searchsorted(self._owners, word))

    def _between(self, first: int, end: int) -> tuple[ReferenceWord, ...]:
        """The words to which units belong."""
        return self._words[self._owners[first] : self._owners[end - 1] + 1]

    def _bonuses(self, start: int, count: int) -> Floats:
        """What a phrase gains that ends after so many units: people pause where sentences end."""
        found = np.zeros(count + 1, np.float32)
        for at in range(1, count + 1):
            owner = self._owners[start + at - 1]
            if start + at < len(self._owners) and self._owners[start + at] == owner:
                continue
            word = self._words[owner]
            if word.strong_break_after:
                found[at] = _SENTENCE
            elif word.break_after:
                found[at] = _CLAUSE
        return found


def _share(way: Sequence[Said], heard: str) -> tuple[float, int]:
    """How much of a way to say something stands in one run in what was heard, and how many words.

    `heard` has a space before and after each word.
    """
    words = [plain(said.word) for said in way]
    count = len(words)
    for size in range(count, 0, -1):
        runs = (words[start : start + size] for start in range(count - size + 1))
        if any(f" {' '.join(run)} " in heard for run in runs):
            return size / count, size
    return 0.0, 0


def plain(word: str) -> str:
    """A spoken word as it is compared: lower case, letters and figures only."""
    return "".join(char for char in word.lower() if char.isalnum())


def _text(words: Sequence[ReferenceWord]) -> str:
    """The words with the punctuation that makes pauses."""
    return " ".join(
        word.text + ("." if word.strong_break_after else "," if word.break_after else "")
        for word in words
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    """Where a phrase begins and ends in a text; both 0 where it reads nothing of it.

    `worth` is what the words are worth that are the same in both.
    """

    first: int
    end: int
    worth: float


def _fit(heard: Sequence[str], units: Sequence[str], bonuses: Floats) -> _Fit:
    """The best place of a phrase in a text, of which what follows it is free.

    All that is heard is aligned, words that are left out cost more to begin with than to go on.
    """
    count = len(units)
    steps = np.arange(count + 1, dtype=np.float32) * np.float32(_EACH_LEFT_OUT)
    said = np.full(count + 1, -np.inf, np.float32)
    said[0] = 0.0
    rows: list[tuple[Floats, Floats, Floats]] = []
    for word in heard:
        gap, _ = _gaps(said, steps)
        before = np.maximum(said, gap)
        pairs = np.array([_pair(word, unit) for unit in units], np.float32)
        rows.append((said, gap, pairs))
        said = before + np.float32(_ADDED)
        said[1:] = np.maximum(said[1:], before[:-1] + pairs)
    at = int(np.argmax(said + bonuses))
    first, end, worth = 0, at, 0.0
    found = False
    for (earlier, gap, pairs), word in zip(reversed(rows), reversed(heard), strict=True):
        before = np.maximum(earlier, gap)
        if at and before[at - 1] + pairs[at - 1] >= before[at] + np.float32(_ADDED):
            at -= 1
            found, first = True, at
            worth += _worth(word) if _alike(word, units[at]) >= _LIKE else 0.0
        if gap[at] > earlier[at]:
            at = int(_gaps(earlier, steps)[1][at])
    return _Fit(first, end, worth) if found else _Fit(0, 0, 0.0)


def _gaps(said: Floats, steps: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """The best that ends with words left out before each place, and where they begin."""
    since = said - steps
    best = np.maximum.accumulate(since)
    places = np.arange(len(said))
    begins = np.maximum.accumulate(np.where(since >= best, places, 0))
    gap = np.full_like(said, -np.inf)
    gap[1:] = best[:-1] + steps[1:] + np.float32(_LEFT_OUT)
    return gap, np.concatenate([[0], begins[:-1]])


def _pair(heard: str, unit: str) -> float:
    """What it is worth to hear a word for another one."""
    alike = _alike(heard, unit)
    if alike >= _LIKE:
        return alike * _worth(unit)
    return _OTHER if (heard in _SMALL_WORDS) == (unit in _SMALL_WORDS) else _OTHER_KIND


def _worth(word: str) -> float:
    return _SMALL if word in _SMALL_WORDS else 1.0


@lru_cache(maxsize=8192)
def _pairs(word: str) -> frozenset[str]:
    framed = f"^{word}$"
    return frozenset(framed[at : at + 2] for at in range(len(framed) - 1))


def _alike(one: str, other: str) -> float:
    """The share of letter pairs that two words have in common, 1 for the same word."""
    if one == other:
        return 1.0
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second))
