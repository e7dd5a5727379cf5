"""Counting n-grams of texts of any length in bounded memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scriba.speech.domain import BITS, EDGE, UNKNOWN, Grams, plain, words

MOST_WORDS = 100_000
"""Words of a vocabulary; the rarest beyond are unknown."""

MOST_GRAMS = 3_000_000
"""N-grams of one order; the rarest beyond are left out."""

_CHUNK = 200_000
_MOST_FORMS = 1_000_000
_CHECK_LINES = 1_000

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lexicon:
    """The words of texts as they are compared, how each is written most often, and their count."""

    words: tuple[str, ...]
    surfaces: tuple[str, ...]
    counted: int
    sentences: int


def lexicon(lines: Iterable[str], check: Callable[[], None] = lambda: None) -> Lexicon:
    """The most frequent words of some lines."""
    forms: Counter[str] = Counter()
    counted = sentences = 0
    for at, line in enumerate(lines):
        if not at % _CHECK_LINES:
            check()
        found = [line[word.start : word.end] for word in words(line)]
        # The capital at the start of a sentence is not the word's own.
        forms.update(found[1:])
        if found:
            first = found[0]
            forms[first.lower() if first[1:].islower() or len(first) == 1 else first] += 1
        counted += len(found)
        sentences += bool(found)
        if len(forms) > _MOST_FORMS:
            # Half of them, so that it is not to be done again for a while.
            forms = Counter(dict(forms.most_common(_MOST_FORMS // 2)))
    totals: Counter[str] = Counter()
    surfaces: dict[str, str] = {}
    for form, count in forms.most_common():
        totals[plain(form)] += count
        surfaces.setdefault(plain(form), form)
    kept = sorted(word for word, _ in totals.most_common(MOST_WORDS))
    return Lexicon(tuple(kept), tuple(surfaces[word] for word in kept), counted, sentences)


@dataclass
class _Counts:
    """Counts of the n-grams of one order, the rarest dropped where there are too many."""

    keys: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    counts: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))

    def add(self, keys: Numbers) -> None:
        fresh, times = np.unique(keys, return_counts=True)
        merged, places = np.unique(np.concatenate([self.keys, fresh]), return_inverse=True)
        weights = np.concatenate([self.counts, times.astype(np.int64)])
        counts = np.bincount(places.ravel(), weights=weights, minlength=len(merged))
        self.keys, self.counts = merged, counts.astype(np.int64)
        least = 1
        while len(self.keys) > MOST_GRAMS:
            often = self.counts > least
            self.keys, self.counts = self.keys[often], self.counts[often]
            least += 1

    def grams(self) -> Grams:
        return Grams(self.keys, np.concatenate([[0], np.cumsum(self.counts)]).astype(np.int64))


def grams(
    lines: Iterable[str], known: Sequence[str], check: Callable[[], None] = lambda: None
) -> tuple[Grams, Grams, Grams]:
    """The n-grams of one, two and three words of some lines; word i of `known` is number i + 2."""
    numbers = {word: i + 2 for i, word in enumerate(known)}
    orders = _Counts(), _Counts(), _Counts()
    for chunk in _chunks(lines, numbers):
        check()
        ones, twos, threes = chunk[2:], chunk[1:-1], chunk[:-2]
        # Two edges begin each line: what spans both its end and the next one's start is no n-gram.
        real = ~((ones == EDGE) & (twos == EDGE)) & (ones != UNKNOWN)
        real &= ~((ones == EDGE) & (threes == EDGE) & (twos == UNKNOWN))
        orders[0].add(ones[real])
        real &= twos != UNKNOWN
        orders[1].add((twos[real] << BITS) | ones[real])
        real &= (threes != UNKNOWN) & ~((threes != EDGE) & (twos == EDGE))
        orders[2].add((((threes[real] << BITS) | twos[real]) << BITS) | ones[real])
    one, two, three = (order.grams() for order in orders)
    return one, two, three


def _chunks(lines: Iterable[str], numbers: dict[str, int]) -> Iterator[Numbers]:
    """Numbers of words, each line between two edges before it and one after it."""
    chunk: list[int] = []
    for line in lines:
        found = [numbers.get(word.plain, UNKNOWN) for word in words(line)]
        if found:
            chunk += [EDGE, EDGE, *found, EDGE]
        if len(chunk) >= _CHUNK:
            yield np.array(chunk, np.int64)
            chunk = []
    if chunk:
        yield np.array(chunk, np.int64)
