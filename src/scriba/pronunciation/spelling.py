"""The model of spelling: how likely units of letters and phones follow each other."""

import json
import lzma
from collections import Counter
from functools import cache
from math import log
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scriba.pronunciation.packing import unpacked
from scriba.pronunciation.phones import unstressed

FILE = Path(__file__).with_name("data") / "spelling.bin.xz"

START, END = 0, 1
STEPS = 16.0
"""Log probabilities are kept in steps of 1/16."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class Spelling:
    """An n-gram model over units, a trie of arrays as `training.g2p` writes it.

    A node is a sequence of units; node 0 is the empty one. `units[number]` are the letters and the
    phones of a unit. Numbers 0 and 1 stand for the start and the end of a word.
    """

    def __init__(self, path: Path = FILE) -> None:
        """Reads a data file."""
        content = lzma.decompress(path.read_bytes())
        end = content.index(b"\n")
        head = json.loads(content[:end])
        self.units: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
            (letters, unpacked(phones)) for letters, phones in head["units"]
        )
        levels: list[int] = head["levels"]
        size = sum(levels)
        at = end + 1
        low = np.frombuffer(content, np.uint8, size, at)
        high = np.frombuffer(content, np.uint8, size, at + size)
        costs = np.frombuffer(content, np.uint8, size, at + 2 * size)
        inner = 1 + size - levels[-1]
        children = np.frombuffer(content, "<u2", inner, at + 3 * size)
        back = np.frombuffer(content, np.int8, inner, at + 3 * size + 2 * inner)
        self._log_p: Floats = np.zeros(1 + size, np.float32)
        self._log_p[1:] = costs / np.float32(-STEPS)
        self._back: Floats = np.zeros(1 + size, np.float32)
        self._back[:inner] = back / np.float32(STEPS)
        tokens = low + 256 * high.astype(np.int64)
        parents = np.repeat(np.arange(inner), children)
        self._count = len(self.units)
        self._keys = parents * self._count + tokens
        self._shorter = self._suffixes(parents, tokens, levels)
        self.start = int(self._find(np.zeros(1, np.int64), np.array([START]))[0])
        self.by_letters = self._index()
        uses: list[int] = head["uses"]
        alone: Counter[tuple[str, tuple[str, ...]]] = Counter()
        for (letters, phones), count in zip(self.units, uses, strict=True):
            alone[letters, unstressed(phones)] += count
        self._alone = {unit: log(count / sum(uses)) for unit, count in alone.items() if count}

    def _index(self) -> dict[str, Ints]:
        found: dict[str, list[int]] = {}
        for number, (letters, _) in enumerate(self.units):
            if letters:
                found.setdefault(letters, []).append(number)
        return {letters: np.array(numbers) for letters, numbers in found.items()}

    def _find(self, nodes: Ints, tokens: Ints) -> Ints:
        """The nodes that tokens lead to from others; -1 where there is none."""
        keys = nodes * self._count + tokens
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[at] == keys, at + 1, -1)

    def _suffixes(self, parents: Ints, tokens: Ints, levels: list[int]) -> Ints:
        """Each node's node without its first unit."""
        shorter = np.zeros(1 + len(tokens), np.int64)
        at = levels[0]
        for size in levels[1:]:
            span = slice(at, at + size)
            shorter[at + 1 : at + 1 + size] = self._find(shorter[parents[span]], tokens[span])
            at += size
        return shorter

    def follow(self, nodes: Ints, tokens: Ints) -> tuple[Ints, Floats]:
        """Where each token leads from each node, and its log probability, both (nodes, tokens)."""
        at = np.repeat(nodes, len(tokens))
        wanted = np.tile(tokens, len(nodes))
        score = np.zeros(len(at), np.float32)
        found = self._find(at, wanted)
        while (missing := np.flatnonzero(found < 0)).size:
            score[missing] += self._back[at[missing]]
            at[missing] = self._shorter[at[missing]]
            found[missing] = self._find(at[missing], wanted[missing])
        shape = (len(nodes), len(tokens))
        return found.reshape(shape), (score + self._log_p[found]).reshape(shape)

    def likelihood(self, letters: str, phones: tuple[str, ...]) -> float | None:
        """The log probability of letters said as phones (without stress); None: they never are."""
        return self._alone.get((letters, phones))


@cache
def spelling() -> Spelling:
    """The model that comes with Scriba, read once."""
    return Spelling()
