"""What the scores are made of: each phone's goodness of pronunciation, its length, its company.

Goodness of pronunciation (Witt and Young, Speech Communication 30, 2000) compares the phone that
should have been said with all others, over the frames that alignment gives it. Here the network
that scores gets the whole vector, as in GOPT (arXiv 2205.03432), and the encoder's mean state.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scriba.pronunciation.acoustics import Sound
from scriba.pronunciation.alignment import SILENCE, AlignedPhone
from scriba.pronunciation.phones import PHONES, bare

Floats = NDArray[np.float32]

READING = 10
"""Figures of a whole reading."""

PHONE = 2 * (SILENCE + 1) + 13
"""Figures of a phone."""

_FLOOR = -12.0
_SCALE = 3.0
_LONG = 10
"""Frames of a pause that a listener notices: 0.2 s."""

_COLUMNS = {phone: column for column, phone in enumerate(PHONES)}


@dataclass(frozen=True, slots=True)
class Features:
    """`phones` (n,) columns of PHONES; `figures` (n, PHONE); `states` (n, width) of the encoder;
    `words` (n,) the word of each phone, counted from 0 without gaps; `reading` (READING,)."""

    phones: NDArray[np.int64]
    figures: Floats
    states: Floats
    words: NDArray[np.int64]
    reading: Floats


def features(sound: Sound, phones: Sequence[AlignedPhone]) -> Features:
    """The figures of a reading whose alignment has at least one phone."""
    columns = np.array([_COLUMNS[bare(each.symbol)] for each in phones])
    starts = np.array([each.start for each in phones])
    ends = np.array([each.end for each in phones])
    words = np.unique([each.word for each in phones], return_inverse=True)[1]
    before = np.maximum(starts - np.concatenate(([0], ends[:-1])), 0)
    after = np.maximum(np.concatenate((starts[1:], [sound.frames])) - ends, 0)
    loud = np.percentile(sound.energy, 95)
    sizes = np.bincount(words)
    last = len(phones) - 1
    figures = np.empty((len(phones), PHONE), np.float32)
    states = np.empty((len(phones), sound.states.shape[1]), np.float32)
    for i, (column, start, end) in enumerate(zip(columns, starts, ends, strict=True)):
        said = sound.log_posteriors[start:end]
        mean = np.maximum(said.mean(axis=0), _FLOOR)
        share = np.exp(said).mean(axis=0)
        rival = np.delete(mean, column).max()
        figures[i] = np.concatenate(
            (
                mean / 4,
                share * 2,
                (
                    mean[column] / _SCALE,
                    (mean[column] - rival) / 3,
                    share[column],
                    said[:, column].max(),
                    max(said[:, column].min(), 2 * _FLOOR) / 4,
                    np.log(end - start),
                    (end - start) / 10,
                    np.log1p(before[i]) if i else 0.0,
                    np.log1p(after[i]) if i < last else 0.0,
                    i == 0 or words[i - 1] != words[i],
                    i == last or words[i + 1] != words[i],
                    sizes[words[i]] / 5,
                    (sound.energy[start:end].mean() - loud) / 20,
                ),
            )
        )
        states[i] = sound.states[start:end].mean(axis=0)
    pauses = np.concatenate((before[1:], [0]))
    spoken = max(int(ends[-1] - starts[0]), 1)
    reading = (
        np.log(len(phones)),
        np.log(spoken),
        len(phones) / spoken * 10,
        np.log1p(pauses.sum()),
        np.log1p(pauses.max()),
        (pauses > _LONG).sum() / 3,
        (pauses > _LONG).sum() / len(sizes) * 3,
        np.log1p(starts[0]),
        np.log1p(sound.frames - ends[-1]),
        figures[:, 2 * (SILENCE + 1)].mean(),
    )
    return Features(columns, figures, states, words, np.array(reading, np.float32))


def goodness(some: Features) -> float:
    """The mean of the phones' mean log posteriors: how well a text fits a sound."""
    return float(some.reading[-1]) * _SCALE
