"""An n-gram model of sequences of numbers, smoothed after Kneser and Ney, pruned, as a trie.

Modified Kneser-Ney with interpolation (Chen and Goodman 1999) and pruning by what an n-gram adds
(Stolcke 1998), both exact but for the weights after pruning, which are made to sum to one again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

START, END = 0, 1
"""The numbers that stand before and behind each sequence; its own begin at 2."""


@dataclass
class Level:
    """The n-grams of one length: the n-gram before the last token, the token, and what follows.

    `parent` and `suffix` (the n-gram without its first token) are numbers in the level below,
    `log_p` the probability of the token after the others, `back` the weight of what is shorter.
    """

    parent: Ints
    token: Ints
    suffix: Ints
    count: Ints
    log_p: Floats
    back: Floats


def estimate(sequences: Iterable[Sequence[int]], order: int, tokens: int) -> list[Level]:
    """The model of sequences of numbers from 2 to `tokens`, levels of length 1 to `order`."""
    stream, starts = _stream(sequences)
    levels = _count(stream, starts, order, tokens)
    for number, level in enumerate(levels):
        counts = level.count
        if number + 1 < len(levels):
            counts = _continuations(levels, number, starts=START)
        below = levels[number - 1] if number else None
        _smooth(level, below, counts, tokens)
    return levels


def _stream(sequences: Iterable[Sequence[int]]) -> tuple[Ints, Ints]:
    """All sequences one after another, and how far each place is from its start."""
    tokens: list[int] = []
    places: list[int] = []
    for sequence in sequences:
        tokens += [START, *sequence, END]
        places += range(len(sequence) + 2)
    return np.array(tokens, np.int64), np.array(places, np.int64)


def _count(stream: Ints, places: Ints, order: int, tokens: int) -> list[Level]:
    levels = [
        Level(
            parent=np.zeros(tokens, np.int64),
            token=np.arange(tokens),
            suffix=np.zeros(tokens, np.int64),
            count=np.bincount(stream, minlength=tokens),
            log_p=np.zeros(tokens),
            back=np.zeros(tokens),
        )
    ]
    nodes = stream.copy()
    for length in range(2, order + 1):
        whole = np.flatnonzero(places >= length - 1)
        key = nodes[whole - 1] * tokens + stream[whole]
        kinds, first, node, count = np.unique(
            key, return_index=True, return_inverse=True, return_counts=True
        )
        levels.append(
            Level(
                parent=kinds // tokens,
                token=kinds % tokens,
                suffix=nodes[whole[first]],
                count=count,
                log_p=np.zeros(len(kinds)),
                back=np.zeros(len(kinds)),
            )
        )
        following = np.full(len(stream), -1, np.int64)
        following[whole] = node
        nodes = following
    return levels


def _continuations(levels: Sequence[Level], number: int, starts: int) -> Ints:
    """After how many tokens each n-gram stands; those at the start of a sequence as they count."""
    level, above = levels[number], levels[number + 1]
    counts = np.bincount(above.suffix, minlength=len(level.token))
    first = _first(levels, number)
    return np.where(first == starts, level.count, counts)


def _first(levels: Sequence[Level], number: int) -> Ints:
    """The first token of each n-gram of a level."""
    nodes = np.arange(len(levels[number].token))
    for level in reversed(levels[1 : number + 1]):
        nodes = level.parent[nodes]
    return nodes


def _smooth(level: Level, below: Level | None, counts: Ints, tokens: int) -> None:
    """Sets the probabilities of a level and the weights of the one below."""
    if below is None:
        counts = counts.copy()
        counts[START] = 0
    discounts = _discounts(counts)
    taken = np.minimum(discounts[np.minimum(counts, 3)], counts)
    parents = 1 if below is None else len(below.token)
    sums = np.bincount(level.parent, weights=counts, minlength=parents)
    left = np.bincount(level.parent, weights=taken, minlength=parents)
    with np.errstate(divide="ignore", invalid="ignore"):
        gamma = np.where(sums > 0, left / sums, 1.0)
        own = np.where(sums[level.parent] > 0, (counts - taken) / sums[level.parent], 0.0)
    if below is None:
        shorter = np.full(len(counts), 1.0 / (tokens - 1))
    else:
        shorter = np.exp(below.log_p[level.suffix])
        below.back = np.log(gamma)
    p = own + gamma[level.parent] * shorter
    if below is None:
        p[START] = 1e-30
    level.log_p = np.log(p)


def _discounts(counts: Ints) -> Floats:
    """What is taken from counts of 0, 1, 2, and 3 or more."""
    ones, twos, threes, fours = (max(1, int((counts == n).sum())) for n in (1, 2, 3, 4))
    share = ones / (ones + 2 * twos)
    of = [
        1 - 2 * share * twos / ones,
        2 - 3 * share * threes / twos,
        3 - 4 * share * fours / threes,
    ]
    return np.array([0.0, *(min(max(value, 0.1), n) for n, value in enumerate(of, 1))])


def prune(levels: Sequence[Level], least: float) -> list[Level]:
    """The levels without the n-grams that change the log probability of the data by less.

    `least` is per token. N-grams that longer ones are made of stay.
    """
    total = float(levels[0].count.sum())
    kept = [np.ones(len(level.token), np.bool_) for level in levels]
    for number in range(len(levels) - 1, 0, -1):
        level, below = levels[number], levels[number - 1]
        shorter = below.back[level.parent] + below.log_p[level.suffix]
        worth = level.count / total * (level.log_p - shorter)
        kept[number] = worth >= least
        if number + 1 < len(levels):
            above = levels[number + 1]
            kept[number][above.parent[kept[number + 1]]] = True
            kept[number][above.suffix[kept[number + 1]]] = True
    done: list[Level] = []
    numbers = np.arange(len(levels[0].token))
    for level, keep in zip(levels, kept, strict=True):
        fresh = Level(
            numbers[level.parent[keep]] if done else level.parent[keep],
            level.token[keep],
            numbers[level.suffix[keep]] if done else level.suffix[keep],
            level.count[keep],
            level.log_p[keep],
            np.zeros(int(keep.sum())),
        )
        if done:
            _rest(fresh, done[-1])
        numbers = np.cumsum(keep) - 1
        done.append(fresh)
    return done


def _rest(level: Level, below: Level) -> None:
    """Sets the weights of `below` so that what is left is shared by what is shorter."""
    size = len(below.token)
    own = np.bincount(level.parent, weights=np.exp(level.log_p), minlength=size)
    shorter = np.exp(below.log_p[level.suffix])
    theirs = np.bincount(level.parent, weights=shorter, minlength=size)
    rest = np.maximum(1 - own, 1e-6) / np.maximum(1 - theirs, 1e-6)
    below.back = np.where(own > 0, np.log(rest), 0.0)
