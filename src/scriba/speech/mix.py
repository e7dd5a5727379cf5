"""Decoded blocks to what the recogniser hears: one channel, 16 kHz, between -1 and 1."""

import numpy as np

from scriba.errors import AudioTooLong
from scriba.speech.resample import Block, Resampler, Samples


class Mixer:
    """Blocks of any rate and channel count to mono at 16 kHz.

    Of a `channel` (counted from 0), or the average of all. `seconds` counts what came in; more than
    `max_seconds` plus `slack` raise AudioTooLong.
    """

    def __init__(self, max_seconds: float | None, channel: int | None = None) -> None:
        self._channel = channel
        self.seconds = 0.0
        self.limit = max_seconds
        self.slack = 0.0
        self._resampler: Resampler | None = None

    def add(self, block: Block) -> list[Samples]:
        """Takes a block and returns the samples that are ready, `(samples,)` each."""
        self.seconds += block.samples.shape[1] / block.rate
        if self.limit is not None and self.seconds > self.limit + self.slack + 1e-6:
            raise AudioTooLong(f"more than {self.limit:g} seconds")
        out = []
        if self._resampler is None or self._resampler.rate != block.rate:
            out.append(self.flush())
            self._resampler = Resampler(block.rate)
        out.append(_clean(self._resampler.process(self._mono(block.samples))[0]))
        return out

    def _mono(self, samples: Samples) -> Samples:
        """One channel of samples `(channels, n)`, as `(1, n)`."""
        if self._channel is None:
            mono: Samples = _clean(samples).mean(axis=0, keepdims=True, dtype=np.float32)
            return mono
        if self._channel < len(samples):
            return _clean(samples[self._channel : self._channel + 1])
        # Only a file whose parts differ comes here: its time goes on in silence.
        return np.zeros((1, samples.shape[1]), np.float32)

    def flush(self) -> Samples:
        """Returns the last samples."""
        if self._resampler is None:
            return np.zeros(0, np.float32)
        return _clean(self._resampler.flush()[0])


def _clean(samples: Samples) -> Samples:
    """Samples between -1 and 1 without NaN, which would spoil every filter behind."""
    # NaN compares as false, so it is caught too.
    if bool(np.abs(samples).max(initial=0.0) <= 1.0):
        return samples
    bounded: Samples = np.nan_to_num(samples, nan=0.0).clip(-1.0, 1.0)
    return bounded


def join(parts: list[Samples]) -> Samples:
    """The samples of `parts` in a row; no copy when only one holds any."""
    parts = [part for part in parts if part.size]
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
