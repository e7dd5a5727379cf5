"""Tells the speakers of a recording apart."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scriba.speech.diarization.clustering import ClusterOptions, cluster
from scriba.speech.diarization.segmentation import Segmentation, default_segmentation
from scriba.speech.diarization.turns import Turn, joined
from scriba.speech.embedders import Embedder, load_embedder
from scriba.speech.resample import SAMPLE_RATE, Samples

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DiarizerOptions:
    """How turns are found; times in seconds, chosen on `dev` (`bench/diarization.py`).

    Windows begin `hop` apart. Speech is cut into pieces of at most `piece`; a piece is embedded
    with what surrounds it, `context` in all, and has a part in finding the speakers if `clear`
    seconds of it are of one speaker alone. `loyal` is how much pieces that segmentation took for
    one speaker's pull each other to the same speaker. Pauses up to `gap` in which nobody else
    speaks do not end a turn; turns under `least` are dropped.
    """

    hop: float = 5.0
    piece: float = 2.0
    context: float = 2.5
    clear: float = 1.0
    loyal: float = 0.5
    gap: float = 1.0
    least: float = 0.15
    clusters: ClusterOptions = field(default_factory=ClusterOptions)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Speech of one speaker, in frames of the recording, with its embedding.

    `group` says which pieces segmentation took for the same speaker, `seconds` how much clean
    speech is behind the embedding.
    """

    begin: int
    end: int
    group: tuple[int, int]
    seconds: float
    embedding: Floats


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
        self._embedder = embedder or load_embedder()
        self._segmentation = segmentation or default_segmentation()
        self._options = options or DiarizerOptions()
        self._least, self._most = min_speakers, max_speakers
        self._grid = self._segmentation.grid
        self._hop = max(1, round(self._options.hop * SAMPLE_RATE / self._grid.shift))
        self._margin = (self._grid.frames - self._hop) // 2
        """Frames at the start of a window that the window before it tells more about."""
        self._audio = np.zeros(0, np.float32)
        self._samples = 0
        self._windows = 0
        self._pieces: list[_Piece] = []

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
        alone = activity & (activity.sum(axis=1, keepdims=True) == 1)
        low = self._margin if self._windows else 0
        high = self._grid.frames if last else self._margin + self._hop
        origin = self._windows * self._hop
        longest = self._frames(self._options.piece)
        for local in range(activity.shape[1]):
            for run in _runs(activity[:, local]):
                begin, end = max(run[0], low), min(run[1], high)
                if begin >= end:
                    continue
                edges = np.linspace(begin, end, -(-(end - begin) // longest) + 1).astype(int)
                for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
                    mask, clean = self._surroundings(activity[:, local], alone[:, local], run, a, b)
                    embedding = self._embedder.embed(self._masked(audio, mask))
                    seconds = clean * self._grid.shift / SAMPLE_RATE
                    group = (self._windows, local)
                    self._pieces.append(_Piece(origin + a, origin + b, group, seconds, embedding))
        self._windows += 1

    def _surroundings(
        self,
        active: npt.NDArray[np.bool_],
        alone: npt.NDArray[np.bool_],
        run: tuple[int, int],
        begin: int,
        end: int,
    ) -> tuple[npt.NDArray[np.bool_], int]:
        """The frames to embed for the piece from `begin` to `end`, and how many of them are clean.

        First choice are clean frames of its own run; if there are too few, the nearest clean ones
        of the same speaker in the window; if there are none, all of the piece.
        """
        size = self._frames(self._options.context)
        own = alone.copy()
        own[: run[0]] = False
        own[run[1] :] = False
        enough = self._frames(0.5 * self._options.clear)
        chosen = own if own.sum() >= enough else alone
        frames = np.flatnonzero(chosen)
        if not len(frames):
            mask = np.zeros_like(active)
            mask[begin:end] = active[begin:end]
            return mask, 0
        nearest = frames[np.argsort(np.abs(frames - (begin + end) / 2), kind="stable")[:size]]
        mask = np.zeros_like(active)
        mask[nearest] = True
        return mask, len(nearest) if chosen is own else 0

    def _masked(self, audio: Samples, mask: npt.NDArray[np.bool_]) -> Samples:
        """The audio of the frames in `mask`, one after the other."""
        times = [
            (round(self._grid.time(a) * SAMPLE_RATE), round(self._grid.time(b) * SAMPLE_RATE))
            for a, b in _runs(mask)
        ]
        return np.concatenate([audio[start:stop] for start, stop in times])

    def _speakers(self) -> list[int]:
        """The speaker (counted from 0) of each piece."""
        embeddings = np.stack([piece.embedding for piece in self._pieces])
        seconds = np.array([piece.seconds for piece in self._pieces], np.float32)
        clear = seconds >= min(self._options.clear, float(seconds.max()))
        if clear.sum() < self._least:
            clear[:] = True
        speakers = cluster(
            embeddings[clear],
            np.maximum(seconds[clear], 0.1),
            least=self._least,
            most=self._most,
            options=self._options.clusters,
        )
        similar = embeddings @ speakers.T
        groups = np.unique([piece.group for piece in self._pieces], axis=0, return_inverse=True)[1]
        groups = groups.reshape(-1)
        lengths = np.array([piece.end - piece.begin for piece in self._pieces], np.float32)
        pull = np.zeros((int(groups.max()) + 1, similar.shape[1]), np.float32)
        np.add.at(pull, groups, similar * lengths[:, None])
        pull /= np.maximum(np.bincount(groups, lengths), 1)[:, None]
        return [int(i) for i in (similar + self._options.loyal * pull[groups]).argmax(axis=1)]

    def _frames(self, seconds: float) -> int:
        return max(1, round(seconds * SAMPLE_RATE / self._grid.shift))


def _runs(active: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, after the last) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
