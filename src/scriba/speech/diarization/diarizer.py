"""Tells the speakers of a recording apart."""

from dataclasses import dataclass, field

import numpy as np

from scriba.speech.diarization.clustering import ClusterOptions, cluster
from scriba.speech.diarization.pieces import Cutter, Piece, PieceOptions, resembling
from scriba.speech.diarization.segmentation import Segmentation, default_segmentation
from scriba.speech.diarization.turns import Turn, joined
from scriba.speech.embedders import Embedder, load_embedder
from scriba.speech.resample import SAMPLE_RATE, Samples


@dataclass(frozen=True, slots=True)
class DiarizerOptions:
    """How turns are found; times in seconds, chosen on `dev` (`bench/diarization.py`).

    Windows begin `hop` apart. Pauses up to `gap` in which nobody else speaks do not end a turn;
    turns under `least` are dropped.
    """

    hop: float = 5.0
    gap: float = 1.0
    least: float = 0.15
    pieces: PieceOptions = field(default_factory=PieceOptions)
    clusters: ClusterOptions = field(default_factory=ClusterOptions)


class Diarizer:
    """Takes samples as they come; in the end tells who spoke when.

    Each window of ten seconds is segmented on its own; pieces of its speech are embedded and, when
    all is heard, clustered. What is kept is one embedding (1 kB) for a second or two of speech, and
    no audio beyond the last window. Overlapping speech gives overlapping turns.
    """

    def __init__(
        self,
        embedder: Embedder | None = None,
        *,
        min_speakers: int = 1,
        max_speakers: int | None = None,
        segmentation: Segmentation | None = None,
        options: DiarizerOptions | None = None,
    ) -> None:
        """Between `min_speakers` and `max_speakers` (None: any number) are told apart.

        Raises ValueError if the first is larger than the second or less than 1.
        """
        if min_speakers < 1 or (max_speakers is not None and max_speakers < min_speakers):
            raise ValueError(f"no number of speakers is in {min_speakers} to {max_speakers}")
        self._segmentation = segmentation or default_segmentation()
        self._options = options or DiarizerOptions()
        self._least, self._most = min_speakers, max_speakers
        self._grid = self._segmentation.grid
        self._cutter = Cutter(embedder or load_embedder(), self._grid, self._options.pieces)
        self._hop = max(1, round(self._options.hop * SAMPLE_RATE / self._grid.shift))
        self._margin = (self._grid.frames - self._hop) // 2
        """Frames at the start of a window that the window before it tells more about."""
        self._audio = np.zeros(0, np.float32)
        self._samples = 0
        self._windows = 0
        self._pieces: list[Piece] = []

    def feed(self, samples: Samples) -> None:
        """Hear the next samples (samples,) of the recording."""
        self._samples += len(samples)
        self._audio = np.concatenate([self._audio, samples])
        step = self._hop * self._grid.shift
        first = 0
        # The last window is left to `finish`: nothing comes after it to tell about its end.
        while len(self._audio) - first > self._grid.window:
            self._hear(self._audio[first : first + self._grid.window], last=False)
            first += step
        if first:
            self._audio = self._audio[first:].copy()

    def finish(self) -> list[Turn]:
        """The turns, sorted by start, after the last of the samples."""
        if len(self._audio):
            self._hear(np.pad(self._audio, (0, self._grid.window - len(self._audio))), last=True)
            self._audio = self._audio[:0]
        if not self._pieces:
            return []
        end = self._samples / SAMPLE_RATE
        turns = [
            Turn(start, min(self._grid.time(piece.end), end), speaker)
            for piece, speaker in zip(self._pieces, self._speakers(), strict=True)
            if (start := self._grid.time(piece.begin)) < end
        ]
        return joined(turns, self._options.gap, self._options.least)

    def _hear(self, audio: Samples, *, last: bool) -> None:
        """Keep the pieces of speech in the part of this window that no other tells more about."""
        activity = self._segmentation.run(audio)
        low = self._margin if self._windows else 0
        high = self._grid.frames if last else self._margin + self._hop
        origin = self._windows * self._hop
        self._pieces += self._cutter.cut(audio, activity, (low, high), origin, self._windows)
        self._windows += 1

    def _speakers(self) -> list[int]:
        """The speaker (counted from 0) of each piece."""
        embeddings = np.stack([piece.embedding for piece in self._pieces])
        seconds = np.array([piece.seconds for piece in self._pieces], np.float32)
        clear = seconds >= min(self._options.pieces.clear, float(seconds.max()))
        if clear.sum() < self._least:
            clear[:] = True
        speakers = cluster(
            embeddings[clear],
            np.maximum(seconds[clear], 0.1),
            least=self._least,
            most=self._most,
            options=self._options.clusters,
        )
        nearest = resembling(self._pieces, speakers, self._options.pieces.loyal)
        return [int(speaker) for speaker in nearest]
