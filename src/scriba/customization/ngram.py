"""Counting n-grams of texts of any length in bounded memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scriba.speech.domain import BITS, EDGE, UNKNOWN, Domain, Grams, plain, words

MOST_WORDS = 100_000
"""Words of a vocabulary; the rarest beyond are unknown."""

MOST_GRAMS = 3_000_000
"""N-grams of one order; the rarest beyond are left out."""

LONGEST_WORD = 100
"""Letters of a word at most; what is longer is no word, and unknown."""

_MOST_BYTES = 40 << 20
"""Bytes of a vocabulary as it is stored: both forms of each word, with their marks."""

_CHUNK = 200_000
_MOST_FORMS = 1_000_000
_MOST_OFTEN = 1 << 40
_CHECK_LINES = 1_000

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lexicon:
    """The words of texts as they are compared, how each is written most often, how often it is.

    `counted` words stand in `sentences`; `left_out` are words that there was no room for.
    """

    words: tuple[str, ...]
    surfaces: tuple[str, ...]
    counted: int
    sentences: int
    counts: tuple[int, ...] = ()
    left_out: int = 0


def lexicon(
    lines: Iterable[str],
    check: Callable[[], None] = lambda: None,
    older: Lexicon | None = None,
) -> Lexicon:
    """The most frequent words of some lines, and of those of `older` with them.

    What is `counted` and the `sentences` are those of the lines.
    """
    forms: Counter[str] = Counter()
    counted = sentences = 0
    for at, line in enumerate(lines):
        if not at % _CHECK_LINES:
            check()
        found = [line[word.start : word.end] for word in words(line)]
        # The capital at the start of a sentence is not the word's own.
        forms.update(form for form in found[1:] if len(form) <= LONGEST_WORD)
        if found and len(found[0]) <= LONGEST_WORD:
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
    if older is not None:
        for word, form, count in zip(older.words, older.surfaces, older.counts, strict=True):
            if count > totals[word]:
                surfaces[word] = form
            totals[word] += count
    kept = sorted(_fitting(totals, surfaces))
    return Lexicon(
        tuple(kept),
        tuple(surfaces[word] for word in kept),
        counted,
        sentences,
        tuple(totals[word] for word in kept),
        len(totals) - len(kept),
    )


def _fitting(totals: "Counter[str]", surfaces: Mapping[str, str]) -> Iterator[str]:
    room = _MOST_BYTES
    for word, _ in totals.most_common(MOST_WORDS):
        room -= len(word.encode()) + len(surfaces[word].encode()) + 6
        if room < 0:
            return
        yield word


@dataclass
class _Counts:
    """Counts of the n-grams of one order, the rarest dropped where there are too many."""

    keys: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    counts: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))

    def add(self, keys: Numbers, counts: Numbers | None = None) -> None:
        """Count each of the keys, or distinct ones so often."""
        if counts is None:
            keys, counts = np.unique(keys, return_counts=True)
        merged, places = np.unique(np.concatenate([self.keys, keys]), return_inverse=True)
        weights = np.concatenate([self.counts, counts.astype(np.int64)])
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
    lines: Iterable[str],
    known: Sequence[str],
    check: Callable[[], None] = lambda: None,
    older: Domain | None = None,
) -> tuple[Grams, Grams, Grams]:
    """The n-grams of one, two and three words of some lines; word i of `known` is number i + 2.

    Those of `older` are counted with them, as far as their words are known.
    """
    numbers = {word: i + 2 for i, word in enumerate(known)}
    orders = _Counts(), _Counts(), _Counts()
    if older is not None:
        for each, counted in zip(orders, _renumbered(older, numbers), strict=True):
            each.add(*counted)
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


def _renumbered(older: Domain, numbers: Mapping[str, int]) -> Iterator[tuple[Numbers, Numbers]]:
    """The n-grams of each order and their counts, with the numbers of another vocabulary."""
    known = [UNKNOWN, EDGE, *(numbers.get(word, UNKNOWN) for word in older.words)]
    fresh = np.array(known, np.int64)
    mask = (1 << BITS) - 1
    for order, each in enumerate(older.grams, 1):
        keys = np.zeros(len(each.keys), np.int64)
        whole = np.ones(len(each.keys), bool)
        for place in reversed(range(order)):
            parts = (each.keys >> (BITS * place)) & mask
            # Files that came from elsewhere may have numbers that no word has.
            parts = fresh[np.where(parts < len(fresh), parts, UNKNOWN)]
            whole &= parts != UNKNOWN
            keys = (keys << BITS) | parts
        counts = np.minimum(np.diff(each.totals), _MOST_OFTEN)
        yield keys[whole], counts[whole]


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
