"""Where speech is: Silero VAD v6 (MIT), fed as audio arrives."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime

from scriba.speech.onnx import session
from scriba.speech.resample import Samples as Floats

WINDOW = 512
"""Samples that one probability covers: 32 ms at 16 kHz."""

_CONTEXT = 64

_NOTHING = 3e-4
"""Amplitude up to which a window is silent: below what a telephone's coding can tell from zero."""

_LONG = 31
"""Silent windows in a row, a second, after which the network starts afresh."""
_MODEL = Path(__file__).with_name("data") / "silero_vad_v6.onnx"


@lru_cache
def _session() -> onnxruntime.InferenceSession:
    # A window is too little work to share; more threads only take turns with the recogniser's.
    return session(_MODEL)


class VoiceDetector:
    """Speech probabilities of one recording, window by window.

    After a long silence without any sound, as in the channel of a call whose party listens, the
    network takes seconds to believe in speech again: it starts afresh there, as at the beginning.
    """

    def __init__(self) -> None:
        self._memory = self._cell = np.zeros((1, 1, 128), np.float32)
        self._silent = 0
        """Windows of silence before the next one."""
        self._tail = np.zeros(_CONTEXT, np.float32)
        self._rest = np.zeros(0, np.float32)

    def feed(self, samples: Floats) -> Floats:
        """The probabilities (windows,) of all windows that are now complete."""
        samples = np.concatenate([self._rest, samples])
        count = len(samples) // WINDOW
        self._rest = samples[count * WINDOW :]
        return self._run(samples[: count * WINDOW])

    def finish(self) -> Floats:
        """The probability of the last, partial window, shape (1,) or (0,)."""
        rest, self._rest = self._rest, self._rest[:0]
        return self._run(np.pad(rest, (0, WINDOW - len(rest)))) if len(rest) else rest

    def _run(self, samples: Floats) -> Floats:
        if not len(samples):
            return np.zeros(0, np.float32)
        windows = samples.reshape(-1, WINDOW)
        # Each window is seen together with the end of the one before it.
        before = np.concatenate([self._tail[None], windows[:-1, -_CONTEXT:]])
        self._tail = windows[-1, -_CONTEXT:].copy()
        seen = np.concatenate([before, windows], axis=1)
        found = []
        first = 0
        for last in [*self._ends_of_silence(windows), len(windows)]:
            found.append(self._ask(seen[first:last]))
            if last < len(windows):
                self._restart()
            first = last
        return np.concatenate(found)

    def _ask(self, seen: Floats) -> Floats:
        if not len(seen):
            return np.zeros(0, np.float32)
        output, self._memory, self._cell = _session().run(
            None, {"input": seen, "h": self._memory, "c": self._cell}
        )
        return np.asarray(output, np.float32).reshape(-1)

    def _ends_of_silence(self, windows: Floats) -> list[int]:
        """The windows with sound that follow a long silence."""
        ends = []
        next_silent = -self._silent
        for i in np.flatnonzero(np.abs(windows).max(axis=1) > _NOTHING).tolist():
            if i - next_silent >= _LONG:
                ends.append(i)
            next_silent = i + 1
        self._silent = len(windows) - next_silent
        return ends

    def _restart(self) -> None:
        self._memory = self._cell = np.zeros((1, 1, 128), np.float32)
