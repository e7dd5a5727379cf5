"""How high a voice is, every 10 ms.

The method is RAPT's (D. Talkin, "A robust algorithm for pitch tracking", 1995): peaks of the
normalised cross-correlation are candidates, and dynamic programming takes the smoothest way
through them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scriba.speech import SAMPLE_RATE

Floats = npt.NDArray[np.float32]

HOP = 0.01
"""Seconds from one value to the next."""

LOWEST, HIGHEST = 60.0, 500.0
"""Hertz: from a low man's voice to an excited child's."""

_RATE = 8000
_STEP = int(HOP * _RATE)
_WINDOW = 240
"""Samples that are compared: two periods of the lowest voice at 8 kHz, or nearly."""

_LAGS = int(_RATE / LOWEST) + 2
_FFT = 512
_CANDIDATES = 4

_LEAST = 0.3
"""Correlation from which a peak is a candidate at all."""

_LOW = 0.3
"""The discount on the correlation of the longest lag: multiples of the period fit as well."""

_UNVOICED = 0.42
"""Correlation up to which no voice is the better explanation."""

_BEND = 3.0
"""The cost of a change by an octave from one value to the next."""

_SWITCH = 0.15
"""The cost of a voice that sets in or ends."""

_FAINT = 1e-3
"""Root mean square below which nothing counts as a voice."""

_FAINTER = 0.05
"""The same, as a share of what the loud frames have."""


@dataclass(frozen=True, slots=True)
class Pitch:
    """`hertz` (frames,), a value each 10 ms from 0 s on; 0.0 where there is no voice."""

    hertz: Floats

    @property
    def voiced(self) -> npt.NDArray[np.bool_]:
        """Where there is a voice (frames,)."""
        return self.hertz > 0

    def semitones(self, start: float, end: float) -> Floats:
        """The voiced values between two times, in semitones above 1 Hz, shape (values,)."""
        part = self.hertz[max(0, round(start / HOP)) : max(0, round(end / HOP))]
        return np.asarray(12 * np.log2(part[part > 0]), np.float32)


def track(audio: Floats) -> Pitch:
    """The pitch of mono audio (samples,) at 16 kHz."""
    count = len(audio) // int(HOP * SAMPLE_RATE)
    if count == 0:
        return Pitch(np.zeros(0, np.float32))
    low = _halved(audio)
    half = (_WINDOW + _LAGS) // 2
    padded = np.pad(low, (half, _WINDOW + _LAGS))
    starts = np.arange(count) * _STEP
    pieces = padded[starts[:, None] + np.arange(_WINDOW + _LAGS)]
    pieces = pieces - pieces.mean(axis=1, keepdims=True)
    lags, strengths = _candidates(_correlation(pieces))
    loudness = np.sqrt(np.mean(pieces**2, axis=1))
    faint = max(_FAINT, _FAINTER * float(np.percentile(loudness, 95)))
    strengths[loudness < faint] = -1.0
    return Pitch(_smoothest(lags, strengths))


def _halved(audio: Floats) -> Floats:
    """The audio at 8 kHz; a windowed sinc keeps what is above 4 kHz out."""
    taps = np.arange(-16, 17)
    kernel = np.sinc(taps / 2) * np.hamming(len(taps))
    filtered = np.convolve(audio, kernel / kernel.sum(), mode="same")[: len(audio)]
    return np.asarray(filtered[::2], np.float32)


def _correlation(pieces: Floats) -> Floats:
    """The normalised cross-correlation (frames, lags) of each window with what follows it."""
    spectrum = np.fft.rfft(pieces, _FFT)
    first = np.fft.rfft(pieces[:, :_WINDOW], _FFT)
    product = np.fft.irfft(spectrum * np.conj(first), _FFT)[:, :_LAGS]
    sums = np.pad(np.cumsum(pieces.astype(np.float64) ** 2, axis=1), ((0, 0), (1, 0)))
    energy = sums[:, _WINDOW : _WINDOW + _LAGS] - sums[:, :_LAGS]
    # Without a floor the last sounds of a fading voice would count as much as the voice.
    scale = np.sqrt(energy[:, :1] * energy) + _WINDOW * _FAINT**2
    return np.asarray(product / scale, np.float32)


def _candidates(correlation: Floats) -> tuple[Floats, Floats]:
    """The lags (frames, candidates) of the highest peaks, and how high they are; -1 for none."""
    first = int(_RATE / HIGHEST)
    inner = correlation[:, first:-1]
    before, after = correlation[:, first - 1 : -2], correlation[:, first + 1 :]
    peak = (inner > before) & (inner >= after) & (inner > _LEAST)
    lags = np.arange(first, first + inner.shape[1], dtype=np.float32)
    worth = np.where(peak, inner * (1 - _LOW * lags / _LAGS), -1.0)
    best = np.argpartition(-worth, _CANDIDATES, axis=1)[:, :_CANDIDATES]
    rows = np.arange(len(correlation))[:, None]
    left, middle, right = before[rows, best], inner[rows, best], after[rows, best]
    bend = left - 2 * middle + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1), 0)
    return (
        np.asarray(lags[best] + np.clip(shift, -0.5, 0.5), np.float32),
        np.asarray(worth[rows, best], np.float32),
    )


def _smoothest(lags: Floats, strengths: Floats) -> Floats:
    """The frequency (frames,) along the cheapest way; 0.0 where that is without a voice."""
    count = len(lags)
    heights = np.log2(_RATE / lags).astype(np.float64)
    costs = np.where(strengths > 0, 1.0 - strengths, np.inf)
    # The last state of each frame is "no voice".
    local = np.concatenate([costs, np.full((count, 1), 1.0 - _UNVOICED)], axis=1)
    moves = np.full((count - 1, _CANDIDATES + 1, _CANDIDATES + 1), _SWITCH)
    moves[:, :-1, :-1] = _BEND * np.abs(heights[1:, None, :] - heights[:-1, :, None])
    moves[:, -1, -1] = 0.0
    total = local[0]
    back = np.zeros((count, _CANDIDATES + 1), np.int64)
    states = np.arange(_CANDIDATES + 1)
    for at in range(1, count):
        ways = total[:, None] + moves[at - 1]
        back[at] = ways.argmin(axis=0)
        total = ways[back[at], states] + local[at]
    path = np.empty(count, np.int64)
    path[-1] = int(total.argmin())
    for at in range(count - 1, 0, -1):
        path[at - 1] = back[at, path[at]]
    voiced = path < _CANDIDATES
    taken = lags[np.arange(count), np.minimum(path, _CANDIDATES - 1)]
    return np.where(voiced, _RATE / taken, 0.0).astype(np.float32)
