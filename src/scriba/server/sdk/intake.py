"""Audio of a turn on its way to the recogniser, and when which second of it came."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from scriba.errors import EmptyAudio, NoAudioFrames
from scriba.server.interfaces import Live
from scriba.speech.resample import Samples
from scriba.speech.wav_stream import WavStream

_MOST_MARKS = 4096
_MARK_SECONDS = 0.1


class Intake:
    """Bytes of a WAV stream to samples to the recogniser; `feed` and `finish` run on a thread.

    `hear` gets the samples, too. The header may say any rate, any number of channels, PCM, mu-law
    or A-law. Raises AudioError where it is no audio.
    """

    def __init__(self, live: Live, hear: Callable[[Samples], None]) -> None:
        self._live = live
        self._hear = hear
        self._stream = WavStream()
        # The event loop may give up while a thread is still decoding.
        self._lock = threading.Lock()
        self._closed = False
        self.arrivals = Arrivals()
        self.behind = 0.0
        """Seconds of speech that is over and whose phrases were not out when this was looked at."""

    @property
    def seconds(self) -> float:
        """Seconds of audio so far, as the source counts them."""
        return self._stream.source_seconds

    def look(self) -> None:
        """See how far the recogniser is; on a thread, for it may be at work with this stream."""
        self.behind = self._live.behind

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        with self._lock:
            if not self._closed:
                self._take(self._stream.feed(data))

    def finish(self) -> None:
        """No more bytes come; there may have been none."""
        with self._lock:
            if self._closed:
                return
            # A turn without audio is one in which nothing is said.
            with suppress(EmptyAudio, NoAudioFrames):
                self._take(self._stream.finish())
            self._live.finish()

    def close(self) -> None:
        """Nobody waits for the result any more. Idempotent."""
        self._live.cancel()
        with self._lock:
            self._closed = True

    def _take(self, samples: Samples) -> None:
        if samples.size:
            self.arrivals.add(self._stream.seconds)
            self._hear(samples)
            self._live.feed(samples)
            self.look()


class Arrivals:
    """When audio came: which second of it at which time, for the last few minutes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marks: deque[tuple[float, float]] = deque(maxlen=_MOST_MARKS)
        self._lock = threading.Lock()

    def add(self, seconds: float) -> None:
        """Audio up to `seconds` is here."""
        with self._lock:
            if not self._marks or seconds - self._marks[-1][0] >= _MARK_SECONDS:
                self._marks.append((seconds, self._clock()))

    def since(self, seconds: float) -> float | None:
        """How long ago the audio at `seconds` came; None where that is not known."""
        with self._lock:
            came = None
            for end, at in reversed(self._marks):
                if end < seconds:
                    break
                came = at
            return self._clock() - came if came is not None else None
