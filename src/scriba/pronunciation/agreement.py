"""How far scores agree with those of experts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scriba.pronunciation.corpus import SENTENCE, Utterance

Numbers = NDArray[np.float64]

BAD_PHONE = 0.5
"""Phones that the experts score below this, of 2, are mispronounced."""

BAD_WORD = 6.0
"""Words that the experts score below this, of 10, are; 60 of 100 is the API's figure."""

_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Agreement:
    """`pearson` and `spearman` over `count` pairs; `low` to `high`: 95 % of Pearson by bootstrap
    over speakers."""

    name: str
    count: int
    pearson: float
    low: float
    high: float
    spearman: float


@dataclass(frozen=True, slots=True)
class Detection:
    """Of `bad` items the experts found bad, and `told` that the scores call bad, `both`."""

    name: str
    bad: int
    told: int
    both: int
    total: int

    @property
    def precision(self) -> float:
        return self.both / self.told if self.told else 0.0

    @property
    def recall(self) -> float:
        return self.both / self.bad if self.bad else 0.0


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Scores beside the experts', with the speaker of each."""

    name: str
    found: Numbers
    wanted: Numbers
    speakers: NDArray[Any]


def compare(
    readings: Sequence[Utterance], predictions: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Agreement], list[Detection]]:
    """Compare predictions by id, in the form of `scriba bench pronunciation`, with the experts'.

    Levels that the experts gave no scores for are left out. Raises ValueError where a prediction
    lacks a score or does not have the reading's words and phones.
    """
    pairs = list(_pairs(readings, predictions))
    agreements = [_agreement(each) for each in pairs]
    limits = {"phone": BAD_PHONE, "word": BAD_WORD}
    return agreements, [
        _detection(each, limits[each.name]) for each in pairs if each.name in limits
    ]


def pearson(found: Numbers, wanted: Numbers) -> float:
    """Pearson's correlation; nan where one of them is constant."""
    if len(found) < 2 or found.std() == 0 or wanted.std() == 0:
        return float("nan")
    return float(np.corrcoef(found, wanted)[0, 1])


def spearman(found: Numbers, wanted: Numbers) -> float:
    """Spearman's correlation: Pearson's of the ranks, equal values sharing theirs."""
    return pearson(_ranks(found), _ranks(wanted))


def _ranks(values: Numbers) -> Numbers:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], np.float64)


def _pairs(
    readings: Sequence[Utterance], predictions: Mapping[str, Mapping[str, Any]]
) -> Iterator[_Pairs]:
    known = [reading for reading in readings if reading.id in predictions]
    yield from _level(
        "phone",
        [reading for reading in known if reading.phone_scores is not None],
        lambda reading: [score for word in reading.phone_scores or () for score in word],
        lambda told: [float(score) for word in told["words"] for score in word["phones"]],
        predictions,
    )
    yield from _level(
        "word",
        [reading for reading in known if reading.word_scores is not None],
        lambda reading: list(reading.word_scores or ()),
        lambda told: [float(word["accuracy"]) for word in told["words"]],
        predictions,
    )
    whole = [reading for reading in known if reading.sentence is not None]
    for at, name in enumerate(SENTENCE):
        yield from _level(name, whole, _nth(at), _named(name), predictions)


def _nth(at: int) -> Callable[[Utterance], list[float]]:
    return lambda reading: [(reading.sentence or ())[at]]


def _named(name: str) -> Callable[[Mapping[str, Any]], list[float]]:
    return lambda told: [float(told[name])]


def _level(
    name: str,
    readings: Sequence[Utterance],
    wanted: Callable[[Utterance], list[float]],
    found: Callable[[Mapping[str, Any]], list[float]],
    predictions: Mapping[str, Mapping[str, Any]],
) -> Iterator[_Pairs]:
    scores: list[float] = []
    experts: list[float] = []
    speakers: list[str] = []
    for reading in readings:
        try:
            own = found(predictions[reading.id])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the prediction of {reading.id} lacks scores: {error!r}") from error
        given = wanted(reading)
        if len(own) != len(given):
            raise ValueError(
                f"the prediction of {reading.id} has {len(own)} scores at the level of the "
                f"{name}, the labels have {len(given)}"
            )
        scores += own
        experts += given
        speakers += [reading.speaker] * len(given)
    if scores:
        yield _Pairs(name, np.array(scores), np.array(experts), np.array(speakers))


def _agreement(pairs: _Pairs) -> Agreement:
    chance = np.random.default_rng(0)
    where = [np.flatnonzero(pairs.speakers == each) for each in np.unique(pairs.speakers)]
    drawn = []
    for _ in range(_RESAMPLES if len(where) > 1 else 0):
        some = np.concatenate(
            [where[each] for each in chance.integers(len(where), size=len(where))]
        )
        drawn.append(pearson(pairs.found[some], pairs.wanted[some]))
    low, high = np.nanpercentile(drawn, [2.5, 97.5]) if drawn else (float("nan"),) * 2
    return Agreement(
        pairs.name,
        len(pairs.found),
        pearson(pairs.found, pairs.wanted),
        float(low),
        float(high),
        spearman(pairs.found, pairs.wanted),
    )


def _detection(pairs: _Pairs, limit: float) -> Detection:
    bad, told = pairs.wanted < limit, pairs.found < limit
    return Detection(pairs.name, int(bad.sum()), int(told.sum()), int((bad & told).sum()), len(bad))
