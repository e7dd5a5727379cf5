"""Pieces of speech of one voice each, and which speaker each of them is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scriba.speech.diarization.segmentation import Activity, Grid
from scriba.speech.embedders import Embedder
from scriba.speech.resample import SAMPLE_RATE, Samples

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PieceOptions:
    """How speech is cut and compared; times in seconds, chosen on `dev` (`bench/diarization.py`).

    Speech is cut into pieces of at most `piece`; a piece is embedded with what surrounds it,
    `context` in all, and has a part in finding the speakers if `clear` seconds of it are of one
    speaker alone. `loyal` is how much pieces that segmentation took for one speaker's pull each
    other to the same speaker.
    """

    piece: float = 2.0
    context: float = 2.5
    clear: float = 1.0
    loyal: float = 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """Speech of one speaker from frame `begin` to `end`, with its embedding.

    `group` says which pieces segmentation took for the same speaker, `seconds` how much clean
    speech is behind the embedding.
    """

    begin: int
    end: int
    group: tuple[int, int]
    seconds: float
    embedding: Floats


class Cutter:
    """Cuts windows that were segmented on `grid` into pieces."""

    def __init__(self, embedder: Embedder, grid: Grid, options: PieceOptions) -> None:
        self._embedder = embedder
        self._grid = grid
        self._options = options

    def cut(
        self, audio: Samples, activity: Activity, frames: tuple[int, int], origin: int, window: int
    ) -> list[Piece]:
        """The pieces of a window (samples,) that lie in its `frames`, first to after the last.

        `origin` is the frame at which the window begins, `window` its number.
        """
        alone = activity & (activity.sum(axis=1, keepdims=True) == 1)
        longest = self._frames(self._options.piece)
        found = []
        for local in range(activity.shape[1]):
            for run in runs(activity[:, local]):
                begin, end = max(run[0], frames[0]), min(run[1], frames[1])
                if begin >= end:
                    continue
                edges = np.linspace(begin, end, -(-(end - begin) // longest) + 1).astype(int)
                for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
                    mask, clean = self._surroundings(activity[:, local], alone[:, local], run, a, b)
                    embedding = self._embedder.embed(self.masked(audio, mask))
                    seconds = clean * self._grid.shift / SAMPLE_RATE
                    group = (window, local)
                    found.append(Piece(origin + a, origin + b, group, seconds, embedding))
        return found

    def masked(self, audio: Samples, mask: Mask) -> Samples:
        """The audio of the frames in `mask`, one after the other."""
        times = [
            (round(self._grid.time(a) * SAMPLE_RATE), round(self._grid.time(b) * SAMPLE_RATE))
            for a, b in runs(mask)
        ]
        return np.concatenate([audio[start:stop] for start, stop in times])

    def _surroundings(
        self, active: Mask, alone: Mask, run: tuple[int, int], begin: int, end: int
    ) -> tuple[Mask, int]:
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

    def _frames(self, seconds: float) -> int:
        return max(1, round(seconds * SAMPLE_RATE / self._grid.shift))


def resembling(pieces: Sequence[Piece], speakers: Floats, loyal: float) -> npt.NDArray[np.intp]:
    """The row of `speakers` (speakers, dimensions) that each piece, and its group, resembles most.

    `loyal` weighs what the pieces of its group resemble, on average, against the piece itself.
    """
    similar = np.stack([piece.embedding for piece in pieces]) @ speakers.T
    groups = np.unique([piece.group for piece in pieces], axis=0, return_inverse=True)[1]
    groups = groups.reshape(-1)
    lengths = np.array([piece.end - piece.begin for piece in pieces], np.float32)
    pull = np.zeros((int(groups.max()) + 1, similar.shape[1]), np.float32)
    np.add.at(pull, groups, similar * lengths[:, None])
    pull /= np.maximum(np.bincount(groups, lengths), 1)[:, None]
    return np.asarray((similar + loyal * pull[groups]).argmax(axis=1), np.intp)


def runs(active: Mask) -> list[tuple[int, int]]:
    """(first, after the last) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
