"""What an evaluation was asked to compare, and the scores that it found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scriba.evaluation.score import Score

SIDES = ("1", "2")


@dataclass(frozen=True, slots=True)
class EvaluationSpec:
    """Two models (base or own, by id; they may be the same) on a dataset (an id).

    Once it has run, `Entity.result` holds the score of each side as JSON, where the dataset has
    transcripts; `transcription1` and `transcription2` there are ids of transcriptions, where there
    are any.
    """

    model1: str
    model2: str
    dataset: str
    project: str | None = None

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values, as `Entity.spec` holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "EvaluationSpec":
        """The inverse of `to_json`; names that are absent take their defaults."""
        return cls(**{name: value[name] for name in cls.__slots__ if name in value})


def score_of(result: Mapping[str, Any], side: str) -> Score | None:
    """The score of a side in an evaluation's result; None where there is none, or none yet."""
    found = result.get(side)
    return None if found is None else Score.from_json(found)
