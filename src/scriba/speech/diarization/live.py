"""Tells speakers apart while a stream goes on."""

import threading
from dataclasses import dataclass, field, replace

import numpy as np

from scriba.speech.diarization.assignment import split
from scriba.speech.diarization.pieces import Cutter, Piece, PieceOptions
from scriba.speech.diarization.segmentation import Segmentation, default_segmentation
from scriba.speech.diarization.turns import Turn
from scriba.speech.diarization.voices import VoiceOptions, Voices
from scriba.speech.embedders import Embedder, load_embedder
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.results import Phrase

_LEAST = SAMPLE_RATE // 4
"""Samples that the network is given at least."""

_LOUDEST = 8.0
"""Samples beyond this are cut off: a stream of floats may hold anything, and 1 is full scale."""


@dataclass(frozen=True, slots=True)
class LiveSpeakerOptions:
    """How speakers are told apart; times in seconds, chosen on `dev` (`--live`).

    A phrase is segmented in windows that begin at most `hop` apart. A draft's speaker is guessed
    from the last `recent` of it and at least `least` of one voice, again when `again` more is
    there, and known from a similarity (cosine) of `sure`, `ahead` of any other speaker's.
    """

    hop: float = 5.0
    recent: float = 4.0
    least: float = 0.8
    again: float = 1.0
    sure: float = 0.4
    ahead: float = 0.1
    pieces: PieceOptions = field(default_factory=PieceOptions)
    voices: VoiceOptions = field(default_factory=VoiceOptions)


class LiveSpeakers:
    """Tells speakers apart while a stream goes on; numbers stay what they are.

    Each phrase is segmented and cut into pieces on its own, as `Diarizer` does with windows, and
    the pieces are compared with all that was heard before (`Voices`). At most `most` speakers are
    told apart. What is kept is some hundred embeddings (1 kB each) and no audio, so memory and the
    cost of a second of audio do not grow with the stream. `assign` and `guess` may be called from
    different threads; phrases come in order.
    """

    def __init__(
        self,
        most: int = 10,
        embedder: Embedder | None = None,
        *,
        segmentation: Segmentation | None = None,
        options: LiveSpeakerOptions | None = None,
    ) -> None:
        """Raises ValueError if `most` is less than 1."""
        if most < 1:
            raise ValueError(f"{most} speakers cannot be told apart")
        self._options = options or LiveSpeakerOptions()
        self._embedder = embedder or load_embedder()
        self._segmentation = segmentation or default_segmentation()
        self._grid = self._segmentation.grid
        self._cutter = Cutter(self._embedder, self._grid, self._options.pieces)
        self._voices = Voices(most, self._options.pieces, self._options.voices)
        self._shown: dict[int, int] = {}
        """The number that was given for each of the voices' numbers that has said a word."""
        self._last = 1
        self._lock = threading.Lock()
        self._guessed: tuple[Samples, int, int | None] = (np.zeros(0, np.float32), 0, None)
        """How the draft guessed last begins, how many samples it had, and its speaker."""

    def assign(self, audio: Samples, offset: float, phrase: Phrase) -> list[Phrase]:
        """The phrase in parts of one speaker each, with their numbers, from 1.

        `audio` (samples,) is the phrase's, `offset` the time of its first sample in the stream, in
        seconds. A phrase without words is not split. What cannot be told is given to the speaker
        of what came before.
        """
        pieces = self._cut(audio)
        with self._lock:
            turns = [Turn(phrase.start, phrase.end, self._last)]
            if pieces:
                numbers = self._voices.tell(pieces)
                turns = sorted(
                    (
                        Turn(
                            offset + self._grid.time(piece.begin),
                            offset + self._grid.time(piece.end),
                            number,
                        )
                        for piece, number in zip(pieces, numbers, strict=True)
                    ),
                    key=lambda turn: (turn.start, turn.end),
                )
            parts = []
            for part in split([phrase], turns):
                self._last = part.speaker or self._last
                number = self._shown.setdefault(self._last, len(self._shown) + 1)
                parts.append(replace(part, speaker=number))
            return parts

    def guess(self, audio: Samples) -> int | None:
        """The known speaker who likely speaks at the end of `audio` (samples,), a phrase so far.

        None where nobody is known yet, too little is heard, or it might be somebody else.
        """
        beginning, heard, speaker = self._guessed
        more = len(audio) - heard
        same = heard and np.array_equal(audio[: len(beginning)], beginning)
        if same and 0 <= more < self._options.again * SAMPLE_RATE:
            return speaker
        speaker = self._likely(audio) if self._shown else None
        self._guessed = (audio[: SAMPLE_RATE // 100].copy(), len(audio), speaker)
        return speaker

    def _likely(self, audio: Samples) -> int | None:
        options = self._options
        recent = _bounded(audio[-round(options.recent * SAMPLE_RATE) :])
        if len(recent) < max(_LEAST, options.least * SAMPLE_RATE):
            return None
        activity = self._segmentation.run(recent)
        alone = activity & (activity.sum(axis=1, keepdims=True) == 1)
        spoken = np.flatnonzero(alone.any(axis=1))
        if not len(spoken):
            return None
        last = alone[:, int(alone[spoken[-1]].argmax())]
        size = round(options.pieces.piece * SAMPLE_RATE / self._grid.shift)
        frames = np.flatnonzero(last)[-size:]
        if len(frames) * self._grid.shift < options.least * SAMPLE_RATE:
            return None
        mask = np.zeros_like(last)
        mask[frames] = True
        voice = self._embedder.embed(self._cutter.masked(recent, mask))
        with self._lock:
            known = self._voices.resemblance(voice)
            shown = dict(self._shown)
        if not known or known[0][0] < options.sure:
            return None
        if len(known) > 1 and known[0][0] - known[1][0] < options.ahead:
            return None
        return shown.get(known[0][1])

    def _cut(self, audio: Samples) -> list[Piece]:
        """The pieces of speech in the audio of a phrase, in frames from its start."""
        audio = _bounded(audio)
        if len(audio) < _LEAST:
            audio = np.pad(audio, (0, _LEAST - len(audio)))
        size, shift = self._grid.window, self._grid.shift
        spare = max(0, len(audio) - size)
        count = 1 + -(-spare // round(self._options.hop * SAMPLE_RATE))
        # Windows begin at whole frames, so that frames of all of them lie on one grid.
        starts = [i * spare // max(1, count - 1) // shift for i in range(count)]
        pieces = []
        for i, start in enumerate(starts):
            window = audio[start * shift : start * shift + size if i < count - 1 else None]
            activity = self._segmentation.run(window)
            # Each frame is told by the window in which it lies farther inside.
            low = (starts[i - 1] + self._grid.frames - start) // 2 if i else 0
            high = len(activity)
            if i < count - 1:
                high = starts[i + 1] - start + (start + high - starts[i + 1]) // 2
            pieces += self._cutter.cut(window, activity, (low, high), start, i)
        return pieces


def _bounded(audio: Samples) -> Samples:
    return np.clip(np.nan_to_num(audio, nan=0.0), -_LOUDEST, _LOUDEST)
