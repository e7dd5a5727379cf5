"""Which of many words and phrases a stretch of text sounds like."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scriba.speech.sounds import distances, pairs

SIMILAR = 0.34
"""Distance of sounds, as a share of their number, up to which keys are alike."""

TRIED = 48
"""Entries, the likeliest by their pairs of sounds, whose distance is taken for each key."""

_AT_ONCE = 4096
"""Pairs of keys whose distances are taken together."""

_POSTINGS = 8192
"""Entries of the rarest pairs of a key that are looked at; pairs that many share say little."""

CODES = 1 << 14
"""Codes that pairs of sounds have."""


@dataclass(frozen=True)
class Soundalikes:
    """Entries by the pairs of sounds in their keys (`sounds`).

    `keys` are distinct. The entries of pair code c are `entries[starts[c]:starts[c + 1]]`.
    """

    keys: Sequence[str]
    starts: npt.NDArray[np.int64]
    entries: npt.NDArray[np.int32]

    @classmethod
    def of(cls, keys: Sequence[str]) -> "Soundalikes":
        codes: list[int] = []
        owners: list[int] = []
        for i, key in enumerate(keys):
            found = {_code(pair) for pair in pairs(key)}
            codes.extend(found)
            owners.extend([i] * len(found))
        order = np.argsort(np.array(codes, np.int64), kind="stable")
        counts = np.bincount(np.array(codes, np.int64), minlength=CODES)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(keys, starts, np.array(owners, np.int32)[order])

    def find(self, wanted: Sequence[str]) -> list[list[tuple[int, float]]]:
        """For each wanted key the entries alike, with distances as a share of the longer key."""
        ones: list[str] = []
        others: list[int] = []
        owners: list[int] = []
        for at, key in enumerate(wanted):
            for entry in self._likely(key):
                ones.append(key)
                others.append(entry)
                owners.append(at)
        found: list[list[tuple[int, float]]] = [[] for _ in wanted]
        apart: list[float] = []
        for at in range(0, len(ones), _AT_ONCE):
            keys = [self.keys[entry] for entry in others[at : at + _AT_ONCE]]
            apart += distances(ones[at : at + _AT_ONCE], keys).tolist()
        for one, entry, owner, far in zip(ones, others, owners, apart, strict=True):
            share = far / max(len(one), len(self.keys[entry]))
            if share <= SIMILAR:
                found[owner].append((entry, share))
        return found

    @cached_property
    def _lengths(self) -> npt.NDArray[np.int64]:
        return np.array([len(key) for key in self.keys], np.int64)

    def _likely(self, key: str) -> list[int]:
        if len(key) < 2 or not len(self.keys):
            return []
        codes = {_code(pair) for pair in pairs(key)}
        lists = [self.entries[self.starts[code] : self.starts[code + 1]] for code in codes]
        lists.sort(key=len)
        taken, room = 0, _POSTINGS
        for each in lists:
            room -= len(each)
            if room < 0 and taken >= 2:
                break
            taken += 1
        met, shared = np.unique(np.concatenate(lists[:taken]), return_counts=True)
        lengths = self._lengths[met]
        longer = np.maximum(lengths, len(key))
        alike = (shared * 5 >= longer * taken / len(lists)) & (
            np.abs(lengths - len(key)) <= SIMILAR * longer
        )
        met, share = met[alike], (shared / longer)[alike]
        best = np.argsort(-share, kind="stable")[:TRIED]
        return [int(entry) for entry in met[best]]


def _code(pair: str) -> int:
    one, other = ord(pair[0]), ord(pair[1])
    return (one * 127 + other) % CODES
