"""Whether the scores mean the same for everyone, beside what experts agree on.

The readings of speechocean762's training half, and predictions for speakers that nothing was learnt
from (nested cross-validation). The mean error is of predicted less the experts' score: what a group
gets too much. With 95 % bootstrap intervals over speakers, for a speaker's readings are alike.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.experts import Opinions, one_against_others, opinions, pooled
from scriba.pronunciation.agreement import pearson
from scriba.pronunciation.corpus import SENTENCE

SHORT = 5
GROWN = 18
DRAWS = 1000
DECILES = 10


@dataclass(frozen=True)
class Person:
    """Who read, and how many words."""

    speaker: str
    age: int
    gender: str
    words: int


GROUPS = {
    "children": lambda person: person.age < GROWN,
    "adults": lambda person: person.age >= GROWN,
    "women and girls": lambda person: person.gender == "f",
    "men and boys": lambda person: person.gender == "m",
    f"up to {SHORT} words": lambda person: person.words <= SHORT,
    f"more than {SHORT} words": lambda person: person.words > SHORT,
    "all": lambda person: True,
}


@dataclass(frozen=True)
class Pairs:
    """Scores of readings, predicted and the experts', each with its person."""

    found: np.ndarray
    wanted: np.ndarray
    people: Sequence[Person]

    def of(self, places: np.ndarray) -> "Pairs":
        """Those at some places."""
        people = [self.people[at] for at in places.tolist()]
        return Pairs(self.found[places], self.wanted[places], people)

    @property
    def error(self) -> float:
        """Predicted less the experts' score, on the mean."""
        return float((self.found - self.wanted).mean())

    def interval(self) -> tuple[float, float]:
        """95 % of the error, resampling speakers."""
        chance = np.random.default_rng(0)
        names = np.array([person.speaker for person in self.people])
        where = [np.flatnonzero(names == name) for name in np.unique(names)]
        errors = self.found - self.wanted
        drawn = [
            errors[np.concatenate([where[at] for at in some])].mean()
            for some in chance.integers(len(where), size=(DRAWS, len(where)))
        ]
        low, high = np.percentile(drawn, [2.5, 97.5])
        return float(low), float(high)


def predictions(file: Path, what: str) -> dict[str, dict[str, Any]]:
    """The predictions of one kind by id; raises ValueError where there are none."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    found = {str(row["id"]): row for row in rows if row.get("what", what) == what}
    if not found:
        kinds = sorted({str(row.get("what")) for row in rows})
        raise ValueError(f"{file} has no predictions of '{what}', only of {kinds}")
    return found


def pairs(
    labels: Iterable[Mapping[str, Any]], told: Mapping[str, Mapping[str, Any]], score: str
) -> Pairs:
    """The predictions of a score of the sentence beside the labels."""
    known = [row for row in labels if str(row["id"]) in told]
    return Pairs(
        np.array([float(told[str(row["id"])][score]) for row in known]),
        np.array([float(row[score]) for row in known]),
        [
            Person(str(row["speaker"]), int(row["age"]), str(row["gender"]), len(row["words"]))
            for row in known
        ],
    )


def calibration(found: np.ndarray, wanted: np.ndarray) -> list[tuple[int, float, float]]:
    """By tenths of what is predicted: how many, the mean predicted, the mean of the experts."""
    order = np.argsort(found, kind="stable")
    return [
        (len(some), float(found[some].mean()), float(wanted[some].mean()))
        for some in np.array_split(order, DECILES)
        if len(some)
    ]


def report(data: Path, file: Path, what: str) -> None:
    """Print the tables."""
    folder = data / "speechocean762-train"
    lines = (folder / "labels.jsonl").read_text("utf-8").splitlines()
    labels = [json.loads(line) for line in lines if line.strip()]
    told = predictions(file, what)
    missing = sum(str(row["id"]) not in told for row in labels)
    print(f"{what}: {len(told)} readings, {missing} of the labels without a prediction\n")
    for score in SENTENCE:
        _of_groups(score, pairs(labels, told, score))
    accuracy = pairs(labels, told, "accuracy")
    print("| tenth by predicted accuracy | readings | mean predicted | mean of the experts |")
    print("|---|---|---|---|")
    for place, (count, mean, experts) in enumerate(calibration(accuracy.found, accuracy.wanted), 1):
        print(f"| {place} | {count} | {mean:.2f} | {experts:.2f} |")
    _of_humans(list(opinions(folder).values()))


def _of_groups(score: str, every: Pairs) -> None:
    print(f"| {score} | readings | speakers | mean error (95 %) | Pearson | experts' mean |")
    print("|---|---|---|---|---|---|")
    for name, inside in GROUPS.items():
        some = every.of(np.flatnonzero([inside(person) for person in every.people]))
        if not some.people:
            continue
        low, high = some.interval()
        speakers = len({person.speaker for person in some.people})
        print(
            f"| {name} | {len(some.people)} | {speakers} | {some.error:+.2f} ({low:+.2f} to "
            f"{high:+.2f}) | {pearson(some.found, some.wanted):.3f} | {some.wanted.mean():.2f} |"
        )
    print()


def _of_humans(every: Sequence[Opinions]) -> None:
    print(
        "\n| one expert against the mean of the others | items | Pearson | of the five | pooled |"
    )
    print("|---|---|---|---|---|")
    levels = {
        name: np.stack([each.sentence[at] for each in every]) for at, name in enumerate(SENTENCE)
    }
    levels["word accuracy"] = np.concatenate([each.words for each in every])
    levels["phone"] = np.concatenate([each.phones for each in every])
    for name, scores in levels.items():
        found = one_against_others(scores)
        span = f"{min(found):.2f} to {max(found):.2f}"
        print(f"| {name} | {len(scores)} | {np.mean(found):.3f} | {span} | {pooled(scores):.3f} |")
