"""Readings as through another microphone or line.

All readings that experts scored came through one kind of microphone, and all native ones through
others: without these a model could take the microphone for the accent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scriba.pronunciation.corpus import Utterance
from scriba.speech.resample import SAMPLE_RATE, Samples

SHARE = 0.2
"""Share of the readings that are also heard through another channel."""

_LOW, _HIGH = (60.0, 350.0), (3200.0, 7500.0)
"""Hz between which the ends of the band lie."""
_TILT = 9.0
"""dB by which the spectrum may rise or fall from 100 Hz to the top."""
_NOISE = (15.0, 40.0)
"""dB of signal to noise."""
_GAIN = (0.2, 1.5)


@dataclass(frozen=True)
class Heard(Utterance):
    """A reading through a channel that `seed` chooses."""

    seed: int = 0

    def audio(self) -> Samples:
        return through(super().audio(), np.random.default_rng(self.seed))


def heard(readings: Sequence[Utterance], share: float = SHARE, seed: int = 0) -> list[Utterance]:
    """Some of the readings through other channels; of the same speakers, with the same scores."""
    chance = np.random.default_rng(seed)
    some = np.flatnonzero(chance.random(len(readings)) < share).tolist()
    return [
        Heard(**vars(readings[each]) | {"id": f"{readings[each].id}-{each}"}, seed=each)
        for each in some
    ]


def through(audio: Samples, chance: np.random.Generator) -> Samples:
    """Audio through a random band, tilt, noise and gain."""
    spectrum = np.fft.rfft(audio)
    hertz = np.fft.rfftfreq(len(audio), 1 / SAMPLE_RATE)
    octaves = np.log2(np.maximum(hertz, 100.0) / 100.0)
    tilt = chance.uniform(-_TILT, _TILT) * octaves / octaves[-1]
    spectrum *= 10 ** (tilt / 20)
    if chance.random() < 0.5:
        spectrum[(hertz < chance.uniform(*_LOW)) | (hertz > chance.uniform(*_HIGH))] = 0.0
    changed = np.fft.irfft(spectrum, len(audio))
    loud = np.sqrt(np.mean(changed**2)) * 10 ** (-chance.uniform(*_NOISE) / 20)
    changed += chance.normal(0.0, loud, len(audio))
    return np.asarray(np.clip(changed * chance.uniform(*_GAIN), -1.0, 1.0), np.float32)
