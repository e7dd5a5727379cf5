"""Log-mel features as Whisper was trained on (arXiv 2212.04356, section 2.2)."""

from functools import lru_cache

import numpy as np

from scriba.speech.resample import Samples as Floats

RATE = 16_000
HOP = 160
WINDOW = 400
FRAMES_PER_SECOND = RATE // HOP


@lru_cache
def _filters(bins: int) -> Floats:
    """Triangular filters on the Slaney mel scale, of equal area; shape (bins, WINDOW // 2 + 1)."""
    # Slaney's scale is linear to 1 kHz (200/3 Hz a mel) and logarithmic above.
    linear, corner, step = 200.0 / 3, 1000.0, np.log(6.4) / 27
    top = corner / linear + np.log(RATE / 2 / corner) / step
    mels = np.linspace(0.0, top, bins + 2)
    hertz = np.where(
        mels < corner / linear, mels * linear, corner * np.exp(step * (mels - corner / linear))
    )
    frequencies = np.fft.rfftfreq(WINDOW, 1 / RATE)
    slopes = hertz[:, None] - frequencies[None, :]
    widths = np.diff(hertz)
    rising = -slopes[:-2] / widths[:-1, None]
    falling = slopes[2:] / widths[1:, None]
    weights = np.maximum(0.0, np.minimum(rising, falling))
    weights *= (2.0 / (hertz[2:] - hertz[:-2]))[:, None]
    return np.asarray(weights, np.float32)


def log_mel(audio: Floats, frames: int, bins: int = 80) -> Floats:
    """Features of `audio` (samples,), followed by silence up to `frames` frames of 10 ms.

    Shape (bins, frames), float32. Audio longer than `frames` is cut.
    """
    wanted = frames * HOP
    half = WINDOW // 2
    padded = np.zeros(wanted + WINDOW, np.float32)
    count = min(len(audio), wanted + half)
    padded[half : half + count] = audio[:count]
    # The start is mirrored as in training; the end is silence already.
    mirror = padded[half + 1 : 2 * half + 1]
    padded[:half] = mirror[::-1]
    spoken = min(frames, -(-(len(audio) + half) // HOP) + 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:spoken]
    spectrum = np.fft.rfft(windows * _hann(), axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    mel = np.full((bins, frames), 1e-10, np.float32)
    mel[:, :spoken] = np.maximum(_filters(bins) @ power.T, 1e-10)
    log = np.log10(mel)
    return np.asarray((np.maximum(log, log.max() - 8.0) + 4.0) / 4.0, np.float32)


@lru_cache
def _hann() -> Floats:
    return np.asarray(np.hanning(WINDOW + 1)[:-1], np.float32)
