"""The dictionary: how English words are said, after the CMU Pronouncing Dictionary."""

import lzma
from bisect import bisect_left
from functools import cache
from pathlib import Path

import numpy as np

from scriba.pronunciation.packing import unpacked

_FILE = Path(__file__).with_name("data") / "cmudict.txt.xz"

Pronunciation = tuple[str, ...]
"""Symbols of ARPAbet with the stress of vowels: ("HH", "AH0", "L", "OW1")."""


class Lexicon:
    """Words and how they are said. Holds 2 MB; safe between threads."""

    def __init__(self, path: Path = _FILE) -> None:
        """Reads a dictionary as `training.lexicon` writes it: a word, a tab, pronunciations."""
        # Sorted lines that are searched take a tenth of the memory of a dict, and no time to build.
        self._lines = lzma.decompress(path.read_bytes())
        ends = np.flatnonzero(np.frombuffer(self._lines, np.uint8) == ord("\n"))
        self._starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int32)

    def __contains__(self, word: str) -> bool:
        return bool(self._said(word))

    def pronunciations(self, word: str) -> tuple[Pronunciation, ...]:
        """How a word (lower case; "don't", "well-known", "b.") is said, the usual way first.

        () where the dictionary does not have it.
        """
        return tuple(map(unpacked, self._said(word)))

    def _said(self, word: str) -> list[str]:
        if not word.isascii():
            return []
        key = word.encode("ascii")
        at = bisect_left(self._starts, key, key=self._word)
        if at == len(self._starts) or self._word(self._starts[at]) != key:
            return []
        start = int(self._starts[at])
        line = self._lines[start : self._lines.index(b"\n", start)]
        return line.decode("ascii").partition("\t")[2].split(" ")

    def _word(self, start: int) -> bytes:
        """The word of the line that begins at `start`."""
        return self._lines[start : self._lines.index(b"\t", start)]


@cache
def lexicon() -> Lexicon:
    """The dictionary that comes with Scriba, read once."""
    return Lexicon()
