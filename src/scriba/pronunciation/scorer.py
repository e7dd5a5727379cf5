"""Scores as five experts would give them, from features of phones."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scriba.pronunciation.acoustics import DATA
from scriba.pronunciation.features import Features
from scriba.speech.onnx import session

Floats = NDArray[np.float32]

TOP_PHONE = 2.0
TOP = 10.0
"""The experts' best scores, of a phone and of all else; the worst is 0."""


@dataclass(frozen=True, slots=True)
class Scores:
    """On the experts' scale: `phones` (n,) 0 to 2; `words` (m,) and the sentence's 0 to 10."""

    phones: Floats
    words: Floats
    accuracy: float
    fluency: float
    prosody: float
    total: float

    @classmethod
    def nothing(cls) -> "Scores":
        """Those of a text of which nothing was read."""
        none = np.zeros(0, np.float32)
        return cls(none, none, 0.0, 0.0, 0.0, 0.0)


class Scorer:
    """The network that scores. Safe to use from any number of threads."""

    def __init__(self, folder: Path = DATA) -> None:
        self._session = session(folder / "scores.onnx")

    def score(self, some: Features) -> Scores:
        """The scores of one reading."""
        count, words = len(some.phones), int(some.words[-1]) + 1
        shares = np.zeros((count, words), np.float32)
        shares[np.arange(count), some.words] = 1 / np.bincount(some.words)[some.words]
        given = {
            "phones": some.phones[None],
            "figures": some.figures[None],
            "states": some.states[None],
            "reading": some.reading[None],
            "shares": shares[None],
            "mask": np.zeros((1, count), np.float32),
        }
        phones, each, sentence = self._session.run(None, given)
        accuracy, fluency, prosody, total = np.clip(sentence[0] * (TOP / 2), 0.0, TOP).tolist()
        return Scores(
            np.clip(phones[0], 0.0, TOP_PHONE),
            np.clip(each[0] * (TOP / 2), 0.0, TOP),
            accuracy,
            fluency,
            prosody,
            total,
        )
