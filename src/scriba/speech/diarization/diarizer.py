"""Tells the speakers of a recording apart."""

import itertools
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scriba.speech.diarization.clustering import ClusterOptions, cluster
from scriba.speech.diarization.segmentation import Activity, Segmentation, default_segmentation
from scriba.speech.diarization.turns import Turn, joined
from scriba.speech.embedders import Embedder, load_embedder
from scriba.speech.resample import SAMPLE_RATE, Samples


@dataclass(frozen=True, slots=True)
class DiarizerOptions:
    """How turns are found; times in seconds, chosen on `dev` (`bench/diarization.py`).

    Windows begin `hop` apart. A speaker of a window is embedded from at most `sample` of clean
    speech, and helps to find the speakers of the recording if there are `clear` of it; under
    `faint` it is left out. Pauses up to `gap` do not end a turn; turns under `least` are dropped.
    """

    hop: float = 5.0
    sample: float = 5.0
    clear: float = 1.0
    faint: float = 0.2
    gap: float = 0.3
    least: float = 0.15
    clusters: ClusterOptions = field(default_factory=ClusterOptions)


@dataclass(frozen=True, slots=True)
class _Voice:
    """One speaker of one window: its embedding and the seconds of clean speech behind it."""

    window: int
    local: int
    seconds: float
    embedding: npt.NDArray[np.float32]


class Diarizer:
    """Takes samples as they come; in the end tells who spoke when.

    Each window of ten seconds is segmented on its own; its speakers' voices are embedded and, when
    all is heard, clustered. Kept of a window are a few embeddings and bits, about 2 kB a second
    hop, and no audio beyond the last window. Overlapping speech gives overlapping turns.
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
        """Frames between windows."""
        self._audio = np.zeros(0, np.float32)
        self._samples = 0
        self._windows: list[npt.NDArray[np.uint8]] = []
        """Each window's activity, packed to bits."""
        self._voices: list[_Voice] = []

    def feed(self, samples: Samples) -> None:
        """Hear the next samples (samples,) of the recording."""
        self._samples += len(samples)
        self._audio = np.concatenate([self._audio, samples])
        step = self._hop * self._grid.shift
        first = 0
        while len(self._audio) - first >= self._grid.window:
            self._hear(self._audio[first : first + self._grid.window])
            first += step
        self._audio = self._audio[first:].copy() if first else self._audio

    def finish(self) -> list[Turn]:
        """The turns, sorted by start, after the last of the samples."""
        rest = self._audio[: self._grid.window]
        heard = self._grid.window - self._hop * self._grid.shift if self._windows else 0
        if len(rest) > heard:
            self._hear(np.pad(rest, (0, self._grid.window - len(rest))))
        self._audio = self._audio[:0]
        if not self._voices:
            return []
        speakers = self._speakers()
        mapping = self._mapping(speakers)
        turns = self._turns(mapping, len(speakers))
        return joined(turns, self._options.gap, self._options.least)

    def _hear(self, audio: Samples) -> None:
        activity = self._segmentation.run(audio)
        window = len(self._windows)
        self._windows.append(np.packbits(activity))
        alone = activity & (activity.sum(axis=1, keepdims=True) == 1)
        for local in range(activity.shape[1]):
            clean = float(alone[:, local].sum()) * self._grid.shift / SAMPLE_RATE
            mask = alone[:, local] if clean >= self._options.clear else activity[:, local]
            if mask.sum() * self._grid.shift < self._options.faint * SAMPLE_RATE:
                continue
            embedding = self._embedder.embed(self._masked(audio, mask))
            self._voices.append(_Voice(window, local, clean, embedding))

    def _masked(self, audio: Samples, mask: npt.NDArray[np.bool_]) -> Samples:
        """The audio of the frames in `mask`, at most `sample` seconds, the longest runs first."""
        grid = self._grid
        edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
        runs = edges.reshape(-1, 2)
        runs = runs[np.argsort(runs[:, 0] - runs[:, 1], kind="stable")]
        left = round(self._options.sample * SAMPLE_RATE)
        pieces: list[tuple[int, int]] = []
        for begin, end in runs:
            start = round(grid.time(int(begin)) * SAMPLE_RATE)
            stop = min(round(grid.time(int(end)) * SAMPLE_RATE), start + left, len(audio))
            pieces.append((start, stop))
            left -= stop - start
            if left < SAMPLE_RATE // 10:
                break
        return np.concatenate([audio[start:stop] for start, stop in sorted(pieces)])

    def _speakers(self) -> npt.NDArray[np.float32]:
        """The mean embeddings (speakers, dimensions) of the recording's speakers."""
        clear = [voice for voice in self._voices if voice.seconds >= self._options.clear]
        if len(clear) < self._least:
            clear = self._voices
        return cluster(
            np.stack([voice.embedding for voice in clear]),
            np.array([max(voice.seconds, 0.1) for voice in clear], np.float32),
            least=self._least,
            most=self._most,
            options=self._options.clusters,
        )

    def _mapping(self, speakers: npt.NDArray[np.float32]) -> dict[tuple[int, int], int]:
        """(window, local speaker) to speaker; two of a window become two, if there are as many."""
        mapping = {}
        for window, group in itertools.groupby(self._voices, key=lambda voice: voice.window):
            voices = list(group)
            similar = np.stack([voice.embedding for voice in voices]) @ speakers.T
            similar *= np.array([[np.sqrt(voice.seconds + 0.1)] for voice in voices])
            chosen = _best(similar)
            for voice, speaker in zip(voices, chosen, strict=True):
                mapping[window, voice.local] = speaker
        return mapping

    def _turns(self, mapping: dict[tuple[int, int], int], count: int) -> list[Turn]:
        """Let the windows that cover a frame vote for who is heard in it."""
        grid, hop = self._grid, self._hop
        # The middle of a window is trusted more than its ends.
        trust = np.hanning(grid.frames + 2)[1:-1].astype(np.float32) + np.float32(0.05)
        reach = -(-grid.frames // hop)
        open_turns: dict[int, int] = {}
        turns: list[Turn] = []
        last = -(-self._samples // grid.shift)
        steps = -(-last // hop)
        for step in range(steps + 1):
            size = hop if step < steps else 0
            votes = np.zeros((size, count), np.float32)
            heard = np.zeros(size, np.float32)
            total = np.zeros(size, np.float32)
            for window in range(max(0, step - reach + 1), min(step + 1, len(self._windows))):
                first = (step - window) * hop
                part = self._activity(window)[first : first + size]
                weight = trust[first : first + size]
                total[: len(part)] += weight
                for local in range(part.shape[1]):
                    speaker = mapping.get((window, local))
                    if speaker is not None:
                        votes[: len(part), speaker] += weight * part[:, local]
                        heard[: len(part)] += weight * part[:, local]
            number = np.round(heard / np.maximum(total, 1e-6)).astype(int)
            order = np.argsort(np.argsort(-votes, axis=1, kind="stable"), axis=1, kind="stable")
            active = (order < number[:, None]) & (votes > 0)
            self._extend(active, step * hop, open_turns, turns)
        end = self._samples / SAMPLE_RATE
        return [
            Turn(turn.start, min(turn.end, end), turn.speaker) for turn in turns if turn.start < end
        ]

    def _activity(self, window: int) -> Activity:
        frames = self._grid.frames
        bits = np.unpackbits(self._windows[window])
        speakers = len(bits) // frames
        return bits[: frames * speakers].reshape(frames, speakers).astype(np.bool_)

    def _extend(
        self, active: Activity, first: int, open_turns: dict[int, int], turns: list[Turn]
    ) -> None:
        """Carry the open turns (speaker to first frame) on through `active`; no frames: end all."""
        if not len(active):
            for speaker, begin in open_turns.items():
                turns.append(self._turn(begin, first, speaker))
            return
        for speaker in range(active.shape[1]):
            before = speaker in open_turns
            changes = np.flatnonzero(np.diff(active[:, speaker], prepend=before))
            for change in changes:
                frame = first + int(change)
                if speaker in open_turns:
                    turns.append(self._turn(open_turns.pop(speaker), frame, speaker))
                else:
                    open_turns[speaker] = frame

    def _turn(self, begin: int, end: int, speaker: int) -> Turn:
        return Turn(self._grid.time(begin), self._grid.time(end), speaker)


def _best(similar: npt.NDArray[np.float32]) -> list[int]:
    """A speaker for each of a window's few voices, different ones where there are enough."""
    voices, speakers = similar.shape
    if speakers < voices:
        return [int(choice) for choice in similar.argmax(axis=1)]
    # Only the best few can be part of the best assignment of so few voices.
    few = sorted({int(i) for row in similar for i in np.argsort(-row)[:voices]})
    return list(
        max(
            itertools.permutations(few, voices),
            key=lambda chosen: sum(float(similar[i, j]) for i, j in enumerate(chosen)),
        )
    )
