"""The last audio of a stream, of which phrases are cut for the logs."""

import threading
from collections import deque

from scriba.server.log_writer import Tape
from scriba.speech import SAMPLE_RATE
from scriba.speech.resample import Samples

_MOST = 120 * SAMPLE_RATE
_MARGIN = 0.3


class PhraseTape:
    """Keeps what no phrase was cut from yet, two minutes at most. Safe to use from any thread."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[int, Samples]] = deque()
        self._end = 0
        self._lock = threading.Lock()

    def add(self, samples: Samples) -> None:
        """Take the next samples."""
        with self._lock:
            self._blocks.append((self._end, samples))
            self._end += samples.size
            self._drop(self._end - _MOST)

    def cut(self, start: float, end: float) -> Tape:
        """The audio from `start` to `end` seconds with a little around it; what is before goes."""
        first = max(0, round((start - _MARGIN) * SAMPLE_RATE))
        last = round((end + _MARGIN) * SAMPLE_RATE)
        tape = Tape()
        with self._lock:
            for at, samples in self._blocks:
                piece = samples[max(0, first - at) : max(0, last - at)]
                if piece.size:
                    tape.add(piece)
            self._drop(round(end * SAMPLE_RATE))
        return tape

    def _drop(self, before: int) -> None:
        while self._blocks and self._blocks[0][0] + self._blocks[0][1].size <= before:
            self._blocks.popleft()
