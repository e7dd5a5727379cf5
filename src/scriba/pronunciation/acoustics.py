"""What a recording sounds like: an encoder's states and posteriors of phones, by the frame.

The encoder is the lower part of Whisper base (arXiv 2212.04356) in int8, and comes with Scriba, so
that scores do not depend on which model recognises. `docs/pronunciation.md` says what it was
trained on and how well it tells phones apart.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scriba.pronunciation.alignment import FRAMES_PER_SECOND
from scriba.speech.mel import FRAMES_PER_SECOND as MEL_PER_SECOND
from scriba.speech.mel import log_mel
from scriba.speech.onnx import session
from scriba.speech.resample import SAMPLE_RATE, Samples

Floats = NDArray[np.float32]

DATA = Path(__file__).parent / "data"

LONGEST = 30.0
"""Seconds that the encoder takes at most."""

_HOP = SAMPLE_RATE // FRAMES_PER_SECOND
_MARGIN = FRAMES_PER_SECOND // 2
"""Frames of silence after a recording that are encoded with it: half a second."""
_LEAST = 4 * FRAMES_PER_SECOND
_FLOOR = 1e-10


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording by frames of 20 ms.

    `states` (frames, width) of the encoder; `log_posteriors` (frames, 40) of the phones and of
    silence; `likelihoods` are the same without what is frequent anyway, for alignment; `energy`
    (frames,) in dB.
    """

    states: Floats
    log_posteriors: Floats
    likelihoods: Floats
    energy: Floats

    @property
    def frames(self) -> int:
        return len(self.energy)


class Acoustics:
    """The encoder and the phones. Safe to use from any number of threads."""

    def __init__(self, folder: Path = DATA, threads: int = 1) -> None:
        self._encoder = Encoder(folder / "encoder.onnx", threads)
        self._phones = session(folder / "phones.onnx", threads)

    def hear(self, audio: Samples) -> Sound:
        """Encode a recording of up to `LONGEST` seconds; what is longer is cut."""
        audio = audio[: int(LONGEST * SAMPLE_RATE)]
        states = self._encoder.states(audio)
        posteriors, likelihoods = self._phones.run(None, {"states": states[None]})
        return Sound(
            states,
            np.asarray(posteriors[0], np.float32),
            np.asarray(likelihoods[0], np.float32),
            energy(audio, len(states)),
        )


class Encoder:
    """The encoder alone, of a file. Safe to use from any number of threads."""

    def __init__(self, file: Path, threads: int = 1) -> None:
        self._session = session(file, threads)

    def states(self, audio: Samples) -> Floats:
        """The states of each frame of 20 ms: (frames, width)."""
        frames = max(1, -(-len(audio) // _HOP))
        wanted = min(max(frames + _MARGIN, _LEAST), int(LONGEST * FRAMES_PER_SECOND))
        mel = log_mel(audio, wanted * MEL_PER_SECOND // FRAMES_PER_SECOND)
        # As in `speech.whisper`: the padding is zero, which no recording's silence is.
        mel[:, len(audio) * MEL_PER_SECOND // SAMPLE_RATE + 1 :] = 0.0
        found = self._session.run(None, {"mel": mel[None], "positions": _positions()[:wanted]})
        return np.asarray(found[0][0, :frames], np.float32)


def energy(audio: Samples, frames: int) -> Floats:
    """Mean power of each frame in dB: (frames,)."""
    padded = np.zeros(frames * _HOP, np.float32)
    padded[: len(audio)] = audio[: len(padded)]
    power = np.square(padded.reshape(frames, _HOP)).mean(axis=1)
    return np.asarray(10.0 * np.log10(power + _FLOOR), np.float32)


@cache
def _positions(width: int = 512) -> Floats:
    """Whisper's sinusoids, which need not be stored: (frames of `LONGEST`, width)."""
    frames = int(LONGEST * FRAMES_PER_SECOND)
    rates = np.exp(-np.log(10_000.0) / (width // 2 - 1) * np.arange(width // 2))
    angles = np.arange(frames)[:, None] * rates
    return np.concatenate((np.sin(angles), np.cos(angles)), axis=1).astype(np.float32)
