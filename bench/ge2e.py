"""Resemblyzer's voice encoder as an embedder, to compare ours with."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime

from scriba.speech.resample import SAMPLE_RATE, Samples

_WINDOW, _HOP, _BANDS = 400, 160, 40
_PART, _STEP = 160, 80
"""Frames that the encoder hears at once, and between the starts of two such parts."""
_LEVEL = 10 ** (-30 / 20)


class Ge2eEmbedder:
    """`resemblyzer_ge2e.onnx`, made by `python -m bench.speaker_models`."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), sess_options=options)

    def embed(self, samples: Samples) -> np.ndarray:
        """The mean over parts of 1.6 s that overlap by half, of length 1."""
        level = float(np.sqrt((samples**2).mean()))
        if 0 < level < _LEVEL:
            samples = samples * np.float32(_LEVEL / level)
        mels = _mels(np.resize(samples, max(len(samples), _PART * _HOP)))
        firsts = range(0, len(mels) - _PART + 1, _STEP)
        parts = np.stack([mels[first : first + _PART] for first in firsts])
        voices = np.asarray(self._session.run(None, {"mels": parts})[0])
        mean = voices.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


def _mels(samples: Samples) -> np.ndarray:
    """The power mel spectrogram (frames, 40) that librosa makes with its defaults."""
    padded = np.pad(samples, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    return (power @ _filters()).astype(np.float32)


@lru_cache
def _filters() -> np.ndarray:
    """Slaney's triangles, each of area 1."""
    highest = 27 * np.log(SAMPLE_RATE / 2 / 1000) / np.log(6.4) + 15
    mels = np.linspace(0, highest, _BANDS + 2)
    linear = mels * 200 / 3
    edges = np.where(mels < 15, linear, 1000 * np.exp(np.log(6.4) / 27 * (mels - 15)))
    bins = np.arange(_WINDOW // 2 + 1)[:, None] * SAMPLE_RATE / _WINDOW
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2])
