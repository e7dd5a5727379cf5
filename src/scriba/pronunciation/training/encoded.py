"""The encoder's states of a corpus, in one file that is read at random."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scriba.pronunciation.acoustics import Encoder, energy
from scriba.speech.resample import Samples

Floats = NDArray[np.float32]

_THREADS = 2


class Audible(Protocol):
    """A recording."""

    def audio(self) -> Samples:
        """Its samples."""


@dataclass(frozen=True)
class Encoded:
    """`edges` (n + 1,): the states of recording i are rows edges[i] to edges[i + 1]."""

    states: NDArray[np.float16]
    energies: Floats
    edges: NDArray[np.int64]

    def states_of(self, number: int) -> Floats:
        """(frames, width)."""
        return np.asarray(self.states[self.edges[number] : self.edges[number + 1]], np.float32)

    def energy_of(self, number: int) -> Floats:
        """(frames,) in dB."""
        return self.energies[self.edges[number] : self.edges[number + 1]]

    def frames(self, number: int) -> int:
        return int(self.edges[number + 1] - self.edges[number])

    def save(self, file: Path) -> None:
        np.savez(file, states=self.states, energies=self.energies, edges=self.edges)

    @classmethod
    def load(cls, file: Path) -> "Encoded":
        with np.load(file) as found:
            return cls(found["states"], found["energies"], found["edges"])


def encode(recordings: Sequence[Audible], encoder: Encoder) -> Encoded:
    """Hear recordings once, two at a time."""

    def one(recording: Audible) -> tuple[NDArray[np.float16], Floats]:
        audio = recording.audio()
        states = encoder.states(audio)
        return states.astype(np.float16), energy(audio, len(states))

    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(one, recordings))
    edges = np.cumsum([0, *(len(states) for states, _ in found)])
    return Encoded(
        np.concatenate([states for states, _ in found]),
        np.concatenate([energies for _, energies in found]),
        edges,
    )
