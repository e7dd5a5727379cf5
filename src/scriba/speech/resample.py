"""Any sample rate to the recogniser's 16 kHz, a block at a time."""

from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler

SAMPLE_RATE = 16_000

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """Decoded samples `(channels, n)` at `rate` Hz."""

    rate: int
    samples: Samples


class Resampler:
    """Resamples blocks of `(channels, samples)` from `rate` Hz to 16 kHz as one stream.

    However the stream is cut into blocks, the joined output is the same. Windowed-sinc polyphase
    filters of libswresample; the output starts at the time of the input's first sample.
    """

    def __init__(self, rate: int, channels: int = 1) -> None:
        self.rate = rate
        self.channels = channels
        # A channel each: then no channel layout can make libswresample mix or reorder anything.
        self._filters = [
            AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE) for _ in range(channels)
        ]
        self._fed = 0

    def process(self, samples: Samples) -> Samples:
        """Takes `(channels, n)` and returns the `(channels, m)` that are ready; m may be 0."""
        if self.rate == SAMPLE_RATE:
            return samples
        if samples.shape[1] == 0:
            return empty(self.channels)
        self._fed += samples.shape[1]
        return self._join([self._push(i, samples[i]) for i in range(self.channels)])

    def flush(self) -> Samples:
        """Returns what the filters still hold; the stream is over."""
        if not self._fed:
            return empty(self.channels)
        self._fed = 0
        return self._join([_pull(self._filters[i], None) for i in range(self.channels)])

    def _push(self, channel: int, samples: Samples) -> Samples:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[None, :]), format="fltp", layout="mono"
        )
        frame.sample_rate = self.rate
        return _pull(self._filters[channel], frame)

    def _join(self, channels: list[Samples]) -> Samples:
        return np.stack(channels)


def empty(channels: int) -> Samples:
    """No samples: `(channels, 0)`."""
    return np.zeros((channels, 0), np.float32)


def _pull(resampler: AudioResampler, frame: av.AudioFrame | None) -> Samples:
    frames = [out.to_ndarray()[0] for out in resampler.resample(frame)]
    return np.concatenate(frames) if frames else np.zeros(0, np.float32)
