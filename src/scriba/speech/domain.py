"""What a domain's texts say: how likely a word is after others, against speech in general.

An n-gram model of three words (absolute discounting: Ney, Essen, Kneser 1994) in sorted arrays, so
that a model of millions of n-grams loads at once and takes what its file takes.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, log, log1p

import numpy as np
import numpy.typing as npt

from scriba.speech.scripts import UNSPACED

BITS = 21
"""Bits of a word's number in an n-gram: three fit into 63."""

UNKNOWN, EDGE = 0, 1
"""The numbers of words that the model does not know, and of a text's start and end."""

DISCOUNT = 0.6
"""What is taken from each count for what was never seen."""

MOST = 4.0
"""Nats that a single word may gain where little is known of its place."""

_REST = log(0.5)
_REMEMBERED = 200_000

Numbers = npt.NDArray[np.int64]

MARKS = "".join(
    chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code)).startswith("M")
)
"""Vowel signs and accents that stand apart: letters to those who write with them."""

LETTERS = rf"[^\W_](?:[^\W_]|[{MARKS}\u200c\u200d])*"
"""The pattern of letters and figures in a row."""

WORD = re.compile(rf"{LETTERS}(?:['’]{LETTERS})*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: its characters `start` to `end` (half-open) and how it is compared."""

    start: int
    end: int
    plain: str


def words(text: str) -> list[Word]:
    """The words of a text; in scripts without spaces, its letters."""
    found = []
    unspaced = UNSPACED.search(text)
    for match in WORD.finditer(text):
        start, end = match.span()
        if unspaced is None:
            found.append(Word(start, end, plain(match[0])))
            continue
        at = start
        for i in range(start, end):
            if UNSPACED.match(text[i]):
                if at < i:
                    found.append(Word(at, i, plain(text[at:i])))
                found.append(Word(i, i + 1, text[i]))
                at = i + 1
        if at < end:
            found.append(Word(at, end, plain(text[at:end])))
    return found


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    """A word as it is compared: without capitals, its apostrophes and letters in one form."""
    return unicodedata.normalize("NFC", word.casefold()).replace("’", "'")


@dataclass(frozen=True)
class Grams:
    """N-grams of one order: `keys` ascending, `totals` the sums of all counts before each (n+1)."""

    keys: Numbers
    totals: Numbers

    def within(self, first: int, last: int) -> tuple[int, int]:
        """How many keys there are from `first` up to below `last`, and the sum of their counts."""
        low, high = np.searchsorted(self.keys, np.array((first, last), np.int64))
        return int(high - low), int(self.totals[high] - self.totals[low])

    def count(self, key: int) -> int:
        at = int(np.searchsorted(self.keys, np.int64(key)))
        if at == len(self.keys) or self.keys[at] != key:
            return 0
        return int(self.totals[at + 1] - self.totals[at])


@dataclass(frozen=True)
class Domain:
    """A vocabulary and its n-grams.

    `words` are as `plain` gives them, number i + 2 being `words[i]`; `general` is the mean log
    probability of each number in speech in general; `grams` are those of one, two, three words.
    """

    words: Sequence[str]
    general: npt.NDArray[np.float32]
    grams: tuple[Grams, Grams, Grams]
    numbers: dict[str, int] = field(default_factory=dict)
    _known: dict[tuple[int, int, int], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers.update((word, i + 2) for i, word in enumerate(self.words))

    def number(self, word: str) -> int:
        return self.numbers.get(word, UNKNOWN)

    def gain(
        self,
        before: tuple[int, int],
        word: int,
        general: float | None = None,
        most: float = MOST,
    ) -> float:
        """How much likelier a word is, in nats, where half of what is said is the domain's.

        `general` is the word's log probability in speech in general, where it is known in place;
        `most` bounds what a single word gains.
        """
        if word == UNKNOWN:
            return _REST
        usual = float(self.general[word]) if general is None else general
        ratio = self.probability(before, word) * exp(min(-usual, 50.0))
        return min(_REST + log1p(ratio), most)

    def probability(self, before: tuple[int, int], word: int) -> float:
        """The probability of a word after two others in the domain's texts."""
        key = (*before, word)
        if (known := self._known.get(key)) is None:
            known = self._probability(before, word)
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known[key] = known
        return known

    def _probability(self, before: tuple[int, int], word: int) -> float:
        ones, twos, threes = self.grams
        total = int(ones.totals[-1])
        if not total:
            return 0.0
        found = max(ones.count(word) - DISCOUNT, 0.0) / total
        second, first = before
        for grams, context in ((twos, first), (threes, (second << BITS) | first)):
            if first == UNKNOWN or (grams is threes and second == UNKNOWN):
                break
            low = context << BITS
            kinds, total = grams.within(low, low + (1 << BITS))
            if total:
                seen = max(grams.count(low | word) - DISCOUNT, 0.0)
                found = (seen + DISCOUNT * kinds * found) / total
        return found
