"""Which of many words and phrases a stretch of text sounds like."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scriba.speech.sounds import distances, pairs

SIMILAR = 0.34
"""Distance of sounds, as a share of their number, up to which keys are alike."""

TRIED = 48
"""Entries, the likeliest by their pairs of sounds, whose distance is taken for each key."""

_AT_ONCE = 4096
"""Pairs of keys whose distances are taken together."""

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

    def _likely(self, key: str) -> list[int]:
        if len(key) < 2:
            return []
        codes = {_code(pair) for pair in pairs(key)}
        lists = [self.entries[self.starts[code] : self.starts[code + 1]] for code in codes]
        met, shared = np.unique(np.concatenate(lists), return_counts=True)
        if not len(met):
            return []
        # A pair that all share says little; the entries' own lengths decide between equals.
        best = np.argsort(-shared, kind="stable")[: 8 * TRIED]
        alike = []
        for entry, count in zip(met[best], shared[best], strict=True):
            other = self.keys[entry]
            longer = max(len(key), len(other))
            if count * 5 >= longer and abs(len(key) - len(other)) <= SIMILAR * longer:
                alike.append((count / longer, int(entry)))
        alike.sort(key=lambda each: (-each[0], each[1]))
        return [entry for _, entry in alike[:TRIED]]


def _code(pair: str) -> int:
    one, other = ord(pair[0]), ord(pair[1])
    return (one * 127 + other) % CODES
