"""The audio of requests that are logged, in little memory: on disk where it is more than seconds.

Nothing here fails a request: what cannot be kept, as on a full disk, is a torn tape.
"""

import io
import threading
import wave
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import numpy as np

from scriba.speech import SAMPLE_RATE
from scriba.speech.resample import Samples

IN_MEMORY = 512 << 10
"""Bytes of a tape that are held in memory, sixteen seconds; a longer one lies in a file."""

_WIDTH = 2
_PIECE = 1 << 20


class Tape:
    """The audio of one log as it is recognised, 16-bit samples at 16 kHz; close it in the end.

    `folder` is where its file lies, without a name, so that no crash leaves it behind. Safe to use
    from any thread; a closed one takes nothing more.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = _file(folder)
        self._lock = threading.Lock()
        self._size = 0

    def add(self, samples: Samples) -> None:
        """Take the next samples."""
        self.append(pcm(samples))

    def append(self, data: bytes) -> None:
        """Take the next samples as they are kept."""
        with self._lock:
            if self._file.closed:
                return
            try:
                self._file.seek(self._size)
                self._file.write(data)
                self._size += len(data)
            except OSError:
                self._file.close()

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._size

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self._size / _WIDTH / SAMPLE_RATE

    @property
    def torn(self) -> bool:
        """Whether it is closed, by its user or because it could not be written."""
        return self._file.closed

    def write(self, to: IO[bytes]) -> None:
        """Write it as a WAV file; raises OSError."""
        with wave.open(to, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(_WIDTH)
            file.setframerate(SAMPLE_RATE)
            for piece in self._pieces():
                file.writeframes(piece)

    def wav(self) -> bytes:
        """A WAV file of it; raises OSError."""
        buffer = io.BytesIO()
        self.write(buffer)
        return buffer.getvalue()

    def samples(self) -> Samples:
        """All of it, (samples,) float32; raises OSError, ValueError of a torn one."""
        if self.torn:
            raise ValueError("the tape is closed")
        data = b"".join(self._pieces())
        return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)

    def close(self) -> None:
        """Let go of it. Idempotent."""
        with self._lock:
            self._file.close()

    def _pieces(self) -> Iterator[bytes]:
        for start in range(0, self._size, _PIECE):
            with self._lock:
                self._file.seek(start)
                yield self._file.read(min(_PIECE, self._size - start))


class Reel:
    """The last audio of a stream that has no end, of which tapes are cut; close it in the end.

    It holds `seconds`, on disk as a tape is. Safe to use from any thread.
    """

    def __init__(self, folder: Path | None = None, seconds: float = 120.0) -> None:
        self._folder = folder
        self._file = _file(folder)
        self._lock = threading.Lock()
        self._room = round(seconds * SAMPLE_RATE) * _WIDTH
        self._end = 0
        self._first = 0
        """Where what is held begins, in bytes of the stream."""

    def add(self, samples: Samples) -> None:
        """Take the next samples."""
        data = pcm(samples)
        with self._lock:
            if self._file.closed:
                return
            begin, self._end = self._end, self._end + len(data)
            data, begin = data[-self._room :], max(begin, self._end - self._room)
            try:
                while data:
                    at = begin % self._room
                    piece = data[: self._room - at]
                    self._file.seek(at)
                    self._file.write(piece)
                    data, begin = data[len(piece) :], begin + len(piece)
            except OSError:
                # Seldom, and not to be mended: the rest of the stream is not logged.
                self._file.close()
            self._first = max(self._first, self._end - self._room)

    def cut(self, start: float, end: float) -> Tape:
        """A tape of the audio from `start` to `end`, in seconds since the stream began.

        What is not held any more, or not yet, is left out. Of a reel that is closed, or could not
        be written, it is torn.
        """
        tape = Tape(self._folder)
        with self._lock:
            if self._file.closed:
                tape.close()
            at = max(self._first, round(start * SAMPLE_RATE) * _WIDTH)
            last = min(self._end, round(end * SAMPLE_RATE) * _WIDTH)
            while at < last and not tape.torn:
                place = at % self._room
                try:
                    self._file.seek(place)
                    piece = self._file.read(min(_PIECE, last - at, self._room - place))
                except OSError:
                    tape.close()
                    break
                tape.append(piece)
                at += len(piece)
        return tape

    def close(self) -> None:
        """Let go of it. Idempotent."""
        with self._lock:
            self._file.close()


def _file(folder: Path | None) -> "SpooledTemporaryFile[bytes]":
    return SpooledTemporaryFile(IN_MEMORY, dir=None if folder is None else str(folder))


def pcm(samples: Samples) -> bytes:
    """16-bit samples of floats from -1 to 1; what is beyond is cut off."""
    kept: np.ndarray[Any, Any] = np.clip(samples * 32768.0, -32768, 32767).astype("<i2")
    return kept.tobytes()
