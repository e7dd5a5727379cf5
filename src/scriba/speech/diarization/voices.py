"""The speakers of a stream: who they are becomes clearer, but their numbers stay."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from scriba.speech.diarization.clustering import ClusterOptions, cluster, grouped
from scriba.speech.diarization.pieces import Floats, Piece, PieceOptions, resembling

Numbers = npt.NDArray[np.intp]

_KEPT = 200
"""Embeddings that are remembered at once, of all speakers together."""


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """When a voice is somebody new; times in seconds of clean speech.

    Chosen on `dev` (`bench/diarization.py --live`). `clusters` say what is one speaker's. At first
    its `same` is `early` less, for a person sounds like two as long as little is heard of anybody;
    from `settled` of speech it is what it is. A new speaker has `fresh` among the last `recent` of
    the stream, and half of all its speech or at least `much`: what was never like its speaker, here
    and there in an hour, makes nobody new.
    """

    early: float = 0.05
    settled: float = 60.0
    fresh: float = 1.5
    recent: float = 60.0
    much: float = 8.0
    clusters: ClusterOptions = field(default_factory=lambda: ClusterOptions(same=0.4))


class Voices:
    """Numbers the speakers of pieces that come one phrase after the other, at most `most`.

    With each phrase all that is remembered is clustered anew, so that what is heard later tells
    more about what was heard before. Of the clusters, each keeps the number that most of its speech
    was last believed to be of; what is left is somebody new. A number that was given is never taken
    back: only what comes next is told apart better. Of a voice that was heard for long, pieces that
    resemble each other are remembered as one.
    """

    def __init__(self, most: int, pieces: PieceOptions, options: VoiceOptions) -> None:
        self._most = most
        self._pieces = pieces
        self._options = options
        self._vectors = np.zeros((0, 0), np.float32)
        """Mean embeddings (pieces, dimensions) of what is remembered."""
        self._seconds = np.zeros(0, np.float32)
        self._believed = np.zeros(0, np.intp)
        """The number of the speaker that each of it is now believed to be of."""
        self._heard = np.zeros(0, np.float64)
        """Seconds of speech that were heard up to each of it."""
        self._total = 0.0
        self._opened = 0
        self._speakers = np.zeros((0, 0), np.float32)
        """Embeddings of the speakers, one a row, and their `_numbers`."""
        self._numbers = np.zeros(0, np.intp)

    def __len__(self) -> int:
        """Embeddings that are remembered."""
        return len(self._vectors)

    def tell(self, pieces: Sequence[Piece]) -> list[int]:
        """The number, from 1, of the speaker of each of these pieces (at least one) of a phrase."""
        clear = self._clear(pieces)
        if clear.any():
            self._remember([piece for piece, one in zip(pieces, clear, strict=True) if one])
            self._recognise()
        given = self._numbers[resembling(pieces, self._speakers, self._pieces.loyal)]
        if clear.any():
            self._believe(given[clear])
            self._condense()
        return [int(number) for number in given]

    def resemblance(self, embedding: Floats) -> list[tuple[float, int]]:
        """(similarity, number) of the speakers that are known, the most similar first."""
        speakers, numbers = self._speakers, self._numbers
        if not len(numbers):
            return []
        similar = (speakers @ embedding).tolist()
        return sorted(zip(similar, numbers.tolist(), strict=True), reverse=True)

    def _clear(self, pieces: Sequence[Piece]) -> npt.NDArray[np.bool_]:
        """Which pieces are remembered; of the first phrase always the longest."""
        seconds = np.array([piece.seconds for piece in pieces], np.float32)
        enough = self._pieces.clear
        if not len(self._vectors):
            enough = min(enough, float(seconds.max()))
        return seconds >= enough

    def _remember(self, pieces: Sequence[Piece]) -> None:
        vectors = np.stack([piece.embedding for piece in pieces])
        seconds = np.array([max(piece.seconds, 0.1) for piece in pieces], np.float32)
        if len(self._vectors):
            vectors = np.concatenate([self._vectors, vectors])
        self._vectors = vectors
        self._seconds = np.concatenate([self._seconds, seconds])
        self._believed = np.concatenate([self._believed, np.zeros(len(pieces), np.intp)])
        self._heard = np.concatenate([self._heard, self._total + np.cumsum(seconds)])
        self._total = float(self._heard[-1])

    def _recognise(self) -> None:
        """Cluster what is remembered, and find out whose number each cluster has."""
        options = self._options
        doubt = options.early * max(0.0, 1 - self._total / options.settled)
        clusters = replace(options.clusters, same=options.clusters.same - doubt)
        speakers = cluster(self._vectors, self._seconds, most=self._most, options=clusters)
        nearest = (self._vectors @ speakers.T).argmax(axis=1)
        shared = np.zeros((len(speakers), self._opened + 1), np.float32)
        np.add.at(shared, (nearest, self._believed), self._seconds)
        numbers = _kept(shared[:, 1:])
        seconds = shared.sum(axis=1)
        late = self._heard > self._total - options.recent
        recent = np.bincount(nearest[late], self._seconds[late], minlength=len(speakers))
        enough = (recent >= options.fresh) & (recent >= np.minimum(seconds / 2, options.much))
        for k in np.argsort(-seconds, kind="stable"):
            somebody = bool(enough[k]) or not self._opened
            if not numbers[k] and somebody and self._opened < self._most:
                self._opened += 1
                numbers[k] = self._opened
        self._speakers = speakers[numbers > 0]
        self._numbers = numbers[numbers > 0]

    def _believe(self, given: Numbers) -> None:
        """Correct what is believed; `given` are the numbers of what was remembered last."""
        self._believed[len(self._believed) - len(given) :] = given
        nearest = self._numbers[(self._vectors @ self._speakers.T).argmax(axis=1)]
        # A speaker whose cluster is another's for now may be told apart again later.
        known = np.isin(self._believed, self._numbers)
        self._believed[known] = nearest[known]

    def _condense(self) -> None:
        """Remember as one what resembles each other, where there is much of a speaker."""
        share = max(2, _KEPT // max(1, self._opened))
        for number in range(1, self._opened + 1):
            own = np.flatnonzero(self._believed == number)
            if len(own) <= share:
                continue
            labels = grouped(self._vectors[own], self._seconds[own], share // 2)
            seconds = np.bincount(labels, self._seconds[own]).astype(np.float32)
            sums = np.zeros((len(seconds), self._vectors.shape[1]), np.float32)
            np.add.at(sums, labels, self._vectors[own] * self._seconds[own, None])
            others = self._believed != number
            self._vectors = np.concatenate([self._vectors[others], sums / seconds[:, None]])
            self._seconds = np.concatenate([self._seconds[others], seconds])
            believed = np.full(len(seconds), number, np.intp)
            self._believed = np.concatenate([self._believed[others], believed])
            heard = np.full(len(seconds), np.inf)
            np.minimum.at(heard, labels, self._heard[own])
            self._heard = np.concatenate([self._heard[others], heard])


def _kept(shared: Floats) -> Numbers:
    """The number (0: none) of each cluster, from the seconds (clusters, numbers) they share."""
    numbers = np.zeros(len(shared), np.intp)
    for at in np.argsort(-shared, axis=None, kind="stable"):
        k, n = divmod(int(at), shared.shape[1])
        if shared[k, n] > 0 and not numbers[k] and n + 1 not in numbers:
            numbers[k] = n + 1
    return numbers
