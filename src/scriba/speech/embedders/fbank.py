"""Kaldi's log mel filterbank, the features that speaker embedders listen to."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from scriba.speech.resample import SAMPLE_RATE, Samples

LENGTH = 400
"""Samples of a frame: 25 ms."""

SHIFT = 160
"""Samples between frames: 10 ms."""

_FFT = 512
_LOWEST = 20.0
_PREEMPHASIS = np.float32(0.97)


def fbank(samples: Samples, bands: int = 80) -> npt.NDArray[np.float32]:
    """Log energies (frames, bands) of `samples` (samples,); no frames for less than 25 ms.

    As Kaldi's `compute-fbank-feats` without dither: Povey window, power spectrum, 20 Hz to Nyquist.
    """
    if len(samples) < LENGTH:
        return np.zeros((0, bands), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, LENGTH)[::SHIFT]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    frames = (frames - _PREEMPHASIS * before) * _window()
    power = np.abs(np.fft.rfft(frames, _FFT)) ** 2
    energies = power[:, :-1].astype(np.float32) @ _filters(bands)
    return np.asarray(np.log(np.maximum(energies, np.finfo(np.float32).eps)), np.float32)


@lru_cache
def _window() -> npt.NDArray[np.float32]:
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(LENGTH) / (LENGTH - 1))
    return np.asarray(hann**0.85, np.float32)


@lru_cache
def _filters(bands: int) -> npt.NDArray[np.float32]:
    """Triangles (bins, bands) of equal width on the mel scale."""
    lowest, highest = _mel(np.array([_LOWEST, SAMPLE_RATE / 2]))
    edges = np.linspace(lowest, highest, bands + 2)
    bins = _mel(np.arange(_FFT // 2) * SAMPLE_RATE / _FFT)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rising, falling)), np.float32)


def _mel(hertz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(hertz / 700.0))
