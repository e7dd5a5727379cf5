"""Cuts audio, as it arrives, into the segments that are recognised one by one."""

from dataclasses import dataclass

import numpy as np

from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.vad import WINDOW, VoiceDetector

_SECOND = SAMPLE_RATE / WINDOW
"""Windows in a second."""


@dataclass(frozen=True)
class SegmentOptions:
    """How speech is cut. Times in seconds; the values were chosen on `dev` (`bench/splits.json`).

    `onset` and `offset` are the probabilities at which speech begins and ends, `pad` is the audio
    kept around it. A segment closes after a pause whose length depends on how long the segment is:
    `pauses` are (segment length, pause) pairs. At `longest` it is cut where speech is least likely
    within the last `reach` seconds. `faint` is the probability above which audio without any
    detected speech is still tried as a whole.
    """

    onset: float = 0.4
    offset: float = 0.25
    pad: float = 0.4
    pauses: tuple[tuple[float, float], ...] = (
        (0.0, 1.0),
        (3.0, 0.8),
        (12.0, 0.6),
        (18.0, 0.4),
        (22.0, 0.2),
    )
    longest: float = 26.0
    reach: float = 5.0
    faint: float = 0.1


@dataclass(frozen=True)
class Segment:
    """A stretch of audio that holds speech.

    `offset` is the time of its first sample in the recording, `speech` the (start, end) of the
    speech in the recording, both in seconds. `faint` marks audio in which no speech was detected
    for certain.
    """

    offset: float
    audio: Samples
    speech: tuple[float, float]
    faint: bool = False


class Segmenter:
    """Takes samples, gives segments as soon as they close. Memory is bounded by one segment."""

    def __init__(self, options: SegmentOptions | None = None) -> None:
        self._options = options or SegmentOptions()
        self._pad = int(self._options.pad * _SECOND)
        self._detector = VoiceDetector()
        self._audio = np.zeros(0, np.float32)
        self._probabilities = np.zeros(0, np.float32)
        self._origin = 0
        """Window at which the kept audio and probabilities begin."""
        self._scanned = 0
        """Kept windows that were already looked at."""
        self._begin: int | None = None
        """Kept window at which the speech of the open segment begins."""
        self._last = 0
        """Kept window after the last one of speech in the open segment."""
        self._floor = 0
        """Kept window before which the audio belongs to an earlier segment."""
        self._samples = 0
        self._closed_any = False
        self._peak = 0.0
        self.level = LevelMeter()

    @property
    def seconds(self) -> float:
        """Length of all audio so far."""
        return self._samples / SAMPLE_RATE

    @property
    def open(self) -> Segment | None:
        """The segment that is open, as it would be if it closed now."""
        return None if self._begin is None else self._segment(self._last, self._scanned)

    @property
    def pause(self) -> float:
        """Seconds since the last speech of the open segment."""
        return 0.0 if self._begin is None else (self._scanned - self._last) / _SECOND

    def close(self) -> Segment | None:
        """Close the open segment at once, if there is one."""
        return None if self._begin is None else self._close(self._last, self._scanned)

    def feed(self, samples: Samples) -> list[Segment]:
        """Segments that these samples (samples,) closed."""
        self._samples += len(samples)
        self.level.feed(samples)
        self._audio = np.concatenate([self._audio, samples])
        return self._scan(self._detector.feed(samples))

    def finish(self) -> list[Segment]:
        """The segments that the end of the audio closes."""
        segments = self._scan(self._detector.finish())
        if self._begin is not None:
            segments.append(self._close(self._last, len(self._probabilities)))
        elif not self._closed_any and self._peak >= self._options.faint:
            whole = (self._origin * WINDOW / SAMPLE_RATE, self.seconds)
            segments.append(Segment(whole[0], self._audio, whole, faint=True))
        self._audio = self._audio[:0]
        return segments

    def _scan(self, probabilities: Samples) -> list[Segment]:
        options = self._options
        self._probabilities = np.concatenate([self._probabilities, probabilities])
        segments = []
        while self._scanned < len(self._probabilities):
            p = self._probabilities[self._scanned]
            here = self._scanned
            self._scanned += 1
            self._peak = max(self._peak, float(p))
            if self._begin is None:
                if p >= options.onset:
                    self._begin, self._last = here, here + 1
                continue
            if p >= options.offset:
                self._last = here + 1
            silent = (self._scanned - self._last) / _SECOND
            spoken = (self._last - self._begin) / _SECOND
            if silent >= self._pause(spoken):
                segments.append(self._close(self._last, self._scanned))
            elif (self._scanned - self._begin) / _SECOND >= options.longest:
                segments.append(self._cut())
        self._forget()
        return segments

    def _pause(self, spoken: float) -> float:
        return next(pause for length, pause in reversed(self._options.pauses) if spoken >= length)

    def _cut(self) -> Segment:
        """Close a segment that grew too long where it hurts least."""
        first = self._scanned - int(self._options.reach * _SECOND)
        smooth = np.convolve(
            self._probabilities[first : self._scanned], np.full(5, 0.2, np.float32), "same"
        )
        at = first + int(np.argmin(smooth[2:-2])) + 2
        segment = self._close(at, at)
        self._scanned = at
        return segment

    def _close(self, end: int, limit: int) -> Segment:
        """Close the open segment: its speech ends at window `end`, its audio before `limit`."""
        segment = self._segment(end, limit)
        self._floor = min(limit, end + self._pad)
        self._begin, self._closed_any = None, True
        return segment

    def _segment(self, end: int, limit: int) -> Segment:
        """The open segment as it is when its speech ends at `end` and its audio before `limit`."""
        assert self._begin is not None
        first = max(self._floor, self._begin - self._pad)
        last = min(limit, end + self._pad)
        return Segment(
            (self._origin + first) * WINDOW / SAMPLE_RATE,
            self._audio[first * WINDOW : last * WINDOW],
            (
                (self._origin + self._begin) * WINDOW / SAMPLE_RATE,
                min((self._origin + end) * WINDOW / SAMPLE_RATE, self.seconds),
            ),
        )

    def _forget(self) -> None:
        """Drop what no segment can need any more."""
        keep = self._scanned if self._begin is None else self._begin
        keep -= self._pad + 1
        if not self._closed_any:
            # All of a short recording may still be wanted, should no speech be found in it.
            keep = min(keep, self._scanned - int(self._options.longest * _SECOND))
        if keep > 0:
            self._audio = self._audio[keep * WINDOW :].copy()
            self._probabilities = self._probabilities[keep:]
            self._origin += keep
            self._scanned -= keep
            self._last -= keep
            self._floor = max(0, self._floor - keep)
            if self._begin is not None:
                self._begin -= keep


class LevelMeter:
    """The loudest level of a recording in the band of speech.

    Hum below 100 Hz and constant offsets are as good as silence to a listener, so a first
    difference (6 dB less an octave towards low frequencies) is measured instead of the samples.
    """

    def __init__(self) -> None:
        self._last = np.float32(0.0)
        self._rest = np.zeros(0, np.float32)
        self.peak = 0.0
        """Largest root mean square of a 100 ms block of the differences."""

    def feed(self, samples: Samples) -> None:
        if not len(samples):
            return
        steps = np.diff(samples, prepend=self._last)
        self._last = samples[-1]
        steps = np.concatenate([self._rest, steps])
        count = len(steps) // _BLOCK
        self._rest = steps[count * _BLOCK :]
        if count:
            blocks = steps[: count * _BLOCK].reshape(-1, _BLOCK)
            self.peak = max(self.peak, float(np.sqrt((blocks**2).mean(axis=1)).max()))

    @property
    def silent(self) -> bool:
        """Whether nothing in the recording was loud enough to be called noise."""
        peak = self.peak
        if len(self._rest) >= _BLOCK // 4:
            peak = max(peak, float(np.sqrt((self._rest**2).mean())))
        return peak < _AUDIBLE


_BLOCK = SAMPLE_RATE // 10
_AUDIBLE = 2e-3
"""Of white noise, -57 dBFS: just above the floor of ordinary sound cards and telephone lines."""
