"""Forced alignment: when each phone of a text was said, of posteriors of phones by the frame.

A Viterbi search over the text's pronunciations with silence allowed between words, in the manner of
hybrid models (Bourlard and Morgan, 1994). It may also leave words out and put filler between them,
where that costs less than to force them upon the sound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scriba.errors import ScribaError
from scriba.pronunciation.phones import PHONES, bare

Floats = NDArray[np.float32]
Pronunciation = Sequence[str]

FRAMES_PER_SECOND = 50
SILENCE = len(PHONES)
"""The column of silence; before it stand the phones, in the order of PHONES."""

_FILLER = SILENCE + 1
_COLUMNS = {phone: column for column, phone in enumerate(PHONES)}
_NEVER = np.float32(-1e30)
_BETWEEN = -1
"""Number of the word that a state between words belongs to."""


class TooShort(ScribaError):
    """The recording is too short for the text."""


@dataclass(frozen=True, slots=True)
class AlignedPhone:
    """A phone of word `word`, said in frames `start` to `end` (exclusive, at least one)."""

    word: int
    symbol: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """The phones of the words that were found, in order; `score` is the path's log likelihood.

    `fillers` are stretches of frames (start, end) of speech that no word was found for, each after
    so many words of the text.
    """

    phones: tuple[AlignedPhone, ...]
    score: float
    fillers: tuple[tuple[int, int, int], ...] = ()


def align(
    likelihoods: Floats,
    words: Sequence[Sequence[Pronunciation]],
    *,
    skip: float | None = None,
    filler: float | None = None,
) -> Alignment:
    """Align words, each with its pronunciations (ARPAbet, stress allowed), with frames.

    `likelihoods` (frames, 40): scaled log likelihoods of `PHONES` and silence. `skip`: what it
    costs to leave a word out; `filler`: what a frame of other speech costs over its best phone;
    None: not allowed. Raises TooShort where the frames do not suffice.
    """
    graph = _Graph(words)
    best = likelihoods[:, :SILENCE].max(axis=1) - np.float32(filler or 0.0)
    if filler is None:
        best = np.full_like(best, _NEVER)
    emissions = np.column_stack((likelihoods, best))[:, graph.columns]
    return _search(graph, emissions, skip)


class _Graph:
    """States in a row: those between words (silence, then filler, for each gap), then phones."""

    def __init__(self, words: Sequence[Sequence[Pronunciation]]) -> None:
        self.gaps = len(words) + 1
        columns = [SILENCE] * self.gaps + [_FILLER] * self.gaps
        self.symbols = [""] * len(columns)
        self.words = [_BETWEEN] * len(columns)
        first, last, after = [], [], []
        for number, pronunciations in enumerate(words):
            for pronunciation in pronunciations:
                first.append(len(columns))
                columns += [_COLUMNS[bare(symbol)] for symbol in pronunciation]
                self.symbols += pronunciation
                self.words += [number] * len(pronunciation)
                last.append(len(columns) - 1)
                after.append(number + 1)
        self.columns = np.array(columns)
        self.first = np.array(first, np.intp)
        self.last = np.array(last, np.intp)
        self.after = np.array(after, np.intp)
        """The gap that comes after each pronunciation; the one before it is one less."""
        self.leaving = np.concatenate((np.arange(2 * self.gaps), self.last))
        """The states from which a gap is reached, and below which gap each reaches."""
        self.reached = np.concatenate((np.tile(np.arange(self.gaps), 2), self.after))


def _search(graph: _Graph, emissions: Floats, skip: float | None) -> Alignment:
    frames, count = emissions.shape
    gaps = np.arange(graph.gaps)
    # By the gap that they reach, so that the best of each gap is one reduction.
    order = np.argsort(graph.reached, kind="stable")
    leaving = graph.leaving[order]
    starts = np.searchsorted(graph.reached[order], gaps)
    into = np.concatenate((np.tile(gaps, 2), graph.after - 1))
    entered = np.concatenate((np.arange(2 * graph.gaps), graph.first))
    # What it costs to get to a gap from the first one, taken out, makes words left out free.
    slope = None if skip is None else np.float32(skip) * gaps.astype(np.float32)

    # The way back is found in what is kept of the way forth: only there it matters who came first.
    scores = np.empty((frames + 1, count), np.float32)
    at_gap = np.full((frames + 1, graph.gaps), _NEVER)
    came = np.full(count, _NEVER)
    scores[0] = _NEVER
    at_gap[0, 0] = 0.0
    if slope is not None:
        at_gap[0] = -slope
    for frame in range(frames):
        now = scores[frame + 1]
        came[1:] = scores[frame, :-1]
        came[entered] = at_gap[frame][into]
        np.maximum(scores[frame], came, out=now)
        now += emissions[frame]
        np.maximum(now, _NEVER, out=now)
        best = np.maximum.reduceat(now[leaving], starts)
        if slope is not None:
            best = np.maximum.accumulate(best + slope) - slope
        at_gap[frame + 1] = best
    total = float(at_gap[-1, -1])
    if total < -1e25:
        raise TooShort(f"{frames / FRAMES_PER_SECOND:.2f} s are too short for the reference text")
    gap_of = np.full(count, -1)
    gap_of[entered] = into
    ends = [*starts[1:].tolist(), len(leaving)]
    path = np.empty(frames, np.intp)
    state = _left(scores[-1], leaving, starts, ends, graph.gaps - 1, slope)
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        before, gap = scores[frame], gap_of[state]
        if before[state] >= (at_gap[frame, gap] if gap >= 0 else before[state - 1]):
            continue
        if gap < 0:
            state -= 1
        elif frame:
            state = _left(before, leaving, starts, ends, gap, slope)
    return _told(graph, path, total)


def _left(
    scores: Floats,
    leaving: NDArray[np.intp],
    starts: NDArray[np.intp],
    ends: Sequence[int],
    gap: int,
    slope: Floats | None,
) -> int:
    """The state from which a gap is reached best; words before it may be left out for `slope`."""
    if slope is not None:
        level = np.maximum.reduceat(scores[leaving], starts)[: gap + 1] + slope[: gap + 1]
        # Of equals the last: nothing more is left out than need be.
        gap -= int(np.argmax(level[::-1]))
    group = leaving[starts[gap] : ends[gap]]
    return int(group[np.argmax(scores[group])])


def _told(graph: _Graph, path: NDArray[np.intp], score: float) -> Alignment:
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
    phones, fillers = [], []
    for start, end in pairwise(edges):
        state = int(path[start])
        if graph.words[state] != _BETWEEN:
            phones.append(AlignedPhone(graph.words[state], graph.symbols[state], start, end))
        elif state >= graph.gaps:
            fillers.append((start, end, state - graph.gaps))
    return Alignment(tuple(phones), score, tuple(fillers))
