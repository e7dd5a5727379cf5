"""Where speech is: Silero VAD v6 (MIT), fed as audio arrives."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime

from scriba.speech.resample import Samples as Floats

WINDOW = 512
"""Samples that one probability covers: 32 ms at 16 kHz."""

_CONTEXT = 64
_MODEL = Path(__file__).with_name("data") / "silero_vad_v6.onnx"


@lru_cache
def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # A window is too little work to share; more threads only take turns with the recogniser's.
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(
        str(_MODEL), sess_options=options, providers=["CPUExecutionProvider"]
    )


class VoiceDetector:
    """Speech probabilities of one recording, window by window."""

    def __init__(self) -> None:
        self._memory = np.zeros((1, 1, 128), np.float32)
        self._cell = np.zeros((1, 1, 128), np.float32)
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
        output, self._memory, self._cell = _session().run(
            None,
            {
                "input": np.concatenate([before, windows], axis=1),
                "h": self._memory,
                "c": self._cell,
            },
        )
        return np.asarray(output, np.float32).reshape(-1)
