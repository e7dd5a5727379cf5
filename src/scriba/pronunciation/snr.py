"""How far speech stands out of the noise."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scriba.speech import SAMPLE_RATE

_FRAME = 0.01
"""Seconds that one value of power covers."""

_QUIETEST = 10
"""The share of frames, in per cent, that are taken for noise where speech is everywhere."""

_MOST_DB = 60.0
"""What is reported where there is no noise at all, as in synthetic silence."""


def snr(audio: npt.NDArray[np.float32], speech: Sequence[tuple[float, float]]) -> float:
    """The ratio of speech to noise in dB, 0 to 60.

    `speech` are the spans (start, end) in seconds that speech is in. What lies outside is noise;
    where that is less than a tenth of a second, the quietest tenth of all frames is. 0.0 where
    there is no speech.
    """
    size = int(_FRAME * SAMPLE_RATE)
    count = len(audio) // size
    inside = np.zeros(count, np.bool_)
    for start, end in speech:
        inside[max(0, int(start / _FRAME)) : max(0, int(np.ceil(end / _FRAME)))] = True
    if not inside.any():
        return 0.0
    power = np.mean(audio[: count * size].reshape(count, size).astype(np.float64) ** 2, axis=1)
    outside = power[~inside]
    if len(outside) >= 10:
        # The median, for a door that falls shut is no noise that speech is in.
        noise = float(np.median(outside))
    else:
        noise = float(np.percentile(power, _QUIETEST))
    signal = float(power[inside].mean()) - noise
    if signal <= 0:
        return 0.0
    ratio = 10 * np.log10(signal / max(noise, 1e-12))
    return float(np.clip(ratio, 0.0, _MOST_DB))
