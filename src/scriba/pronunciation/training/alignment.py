"""Aligns the letters of words with their phones by expectation maximisation.

A unit is one letter said as up to two phones, or two letters said as one. Their probabilities are
those that make the dictionary likeliest (Bisani and Ney 2008, "Joint-sequence models for
grapheme-to-phoneme conversion", with units this small).
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scriba.pronunciation.phones import SYMBOLS

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
SHAPES = {(1, 1): 1.0, (1, 0): 0.1, (1, 2): 0.01, (2, 1): 0.01}
"""Letters and phones of a unit, and how likely such units are thought to be at first."""

Unit = tuple[str, tuple[str, ...]]
"""Letters and what they are said as."""

_L, _P = len(LETTERS) + 1, len(SYMBOLS) + 1
_SIZE = _L * _L * _P * _P
_LEAST = 3.0
"""Expected uses below which a unit is a slip of the dictionary."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class _Batch:
    """Words of as many letters and as many phones: letters (words, L), phones (words, P)."""

    def __init__(self, letters: Ints, phones: Ints) -> None:
        self.words, self.width = letters.shape
        self.height = phones.shape[1]
        self.units = {shape: self._units(letters, phones, *shape) for shape in SHAPES}

    def _units(self, letters: Ints, phones: Ints, a: int, b: int) -> Ints:
        """The number of the unit that begins at each letter and phone."""
        across, up = self.width - a + 1, self.height - b + 1
        if across < 1 or up < 1:
            return np.zeros((self.words, 0, 0), np.int64)
        code = np.zeros((self.words, across, up), np.int64)
        for offset in range(2):
            code *= _L
            if offset < a:
                code += letters[:, offset : offset + across, None]
        for offset in range(2):
            code *= _P
            if offset < b:
                code += phones[:, None, offset : offset + up]
        return code

    def _steps(self, i: int, j: int) -> list[tuple[int, int]]:
        return [(a, b) for a, b in SHAPES if i >= a and j >= b]

    def expect(self, table: Floats, counts: Floats) -> tuple[float, int]:
        """Adds the expected uses of units; log probability of the words, and how many have one."""
        chance = {shape: table[units] for shape, units in self.units.items()}
        before = np.zeros((self.width + 1, self.height + 1, self.words))
        before[0, 0] = 1.0
        after = np.zeros_like(before)
        after[-1, -1] = 1.0
        cells = [(i, j) for i in range(self.width + 1) for j in range(self.height + 1)]
        for i, j in cells:
            for a, b in self._steps(i, j):
                before[i, j] += before[i - a, j - b] * chance[a, b][:, i - a, j - b]
        for i, j in reversed(cells):
            for a, b in self._steps(i, j):
                after[i - a, j - b] += after[i, j] * chance[a, b][:, i - a, j - b]
        total = before[-1, -1]
        found = total > 0
        share = np.where(found, 1.0 / np.where(found, total, 1.0), 0.0)
        for (a, b), units in self.units.items():
            if units.size:
                start = before[: self.width - a + 1, : self.height - b + 1]
                end = after[a:, b:]
                uses = np.moveaxis(start * end * share, 2, 0) * chance[a, b]
                np.add.at(counts, units.ravel(), uses.ravel())
        return float(np.log(total[found]).sum()), int(found.sum())

    def best(self, table: Floats) -> list[list[int] | None]:
        """The likeliest units of each word; None where there are none."""
        with np.errstate(divide="ignore"):
            chance = {shape: np.log(table[units]) for shape, units in self.units.items()}
        scores = np.full((self.width + 1, self.height + 1, self.words), -np.inf)
        choices = np.zeros(scores.shape, np.int64)
        scores[0, 0] = 0.0
        for i in range(self.width + 1):
            for j in range(self.height + 1):
                for a, b in self._steps(i, j):
                    score = scores[i - a, j - b] + chance[a, b][:, i - a, j - b]
                    better = score > scores[i, j]
                    scores[i, j][better] = score[better]
                    choices[i, j][better] = list(SHAPES).index((a, b))
        found: list[list[int] | None] = []
        for word in range(self.words):
            i, j, path = self.width, self.height, []
            while (i, j) != (0, 0) and scores[i, j, word] > -np.inf:
                a, b = list(SHAPES)[choices[i, j, word]]
                i, j = i - a, j - b
                path.append(int(self.units[a, b][word, i, j]))
            found.append(path[::-1] if (i, j) == (0, 0) else None)
        return found


def align(
    words: Sequence[tuple[str, Sequence[str]]], rounds: int = 12
) -> tuple[list[list[Unit] | None], list[float]]:
    """The units of each word and pronunciation (None: they do not fit), and each round's loss.

    Words are of `LETTERS`. The loss is the mean negative log probability of those that fit.
    """
    letter = {char: number for number, char in enumerate(LETTERS, 1)}
    phone = {symbol: number for number, symbol in enumerate(SYMBOLS, 1)}
    grouped: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, (word, said) in enumerate(words):
        grouped[len(word), len(said)].append(number)
    batches = []
    for group in grouped.values():
        letters = np.array([[letter[char] for char in words[n][0]] for n in group], np.int64)
        phones = np.array([[phone[symbol] for symbol in words[n][1]] for n in group], np.int64)
        batches.append(_Batch(letters, phones))
    table = np.zeros(_SIZE)
    for batch in batches:
        for shape, units in batch.units.items():
            table[units.ravel()] = SHAPES[shape]
    table /= table.sum()
    losses = []
    for turn in range(rounds):
        counts = np.zeros(_SIZE)
        sums = [batch.expect(table, counts) for batch in batches]
        losses.append(-sum(loss for loss, _ in sums) / max(1, sum(fit for _, fit in sums)))
        if turn >= rounds // 2:
            counts[counts < _LEAST] = 0.0
        table = counts / counts.sum()
    aligned: list[list[Unit] | None] = [None] * len(words)
    for group, batch in zip(grouped.values(), batches, strict=True):
        for number, path in zip(group, batch.best(table), strict=True):
            aligned[number] = None if path is None else list(map(_unit, path))
    return aligned, losses


def _unit(code: int) -> Unit:
    code, second = divmod(code, _P)
    code, first = divmod(code, _P)
    one, two = divmod(code, _L)
    letters = "".join(LETTERS[number - 1] for number in (one, two) if number)
    return letters, tuple(SYMBOLS[number - 1] for number in (first, second) if number)
