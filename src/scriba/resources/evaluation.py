"""What an evaluation was asked to compare, and the figures that it found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SIDES = ("1", "2")

TOKEN_CLASSES = (
    "punctuation",
    "capitalization",
    "inverseTextNormalization",
    "lexical",
    "others",
)
"""What an edit of a token can be about, by the names of the API."""


@dataclass(frozen=True, slots=True)
class EvaluationSpec:
    """Two models (base or own, by id; they may be the same) on a dataset (an id).

    `Entity.result` holds `{"1": figures, "2": figures}` once it has run, each a Figures as JSON;
    `transcription1` and `transcription2` there are ids of transcriptions, where there are any.
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


@dataclass(frozen=True, slots=True)
class Figures:
    """What one model achieved; counts and rates are -1 where they have not been found.

    Rates are fractions of the words (tokens, sentences) of the reference. `token_edits` counts
    the edits of each class of TOKEN_CLASSES, None where there are no token figures.
    """

    word_error_rate: float = -1.0
    sentence_error_rate: float = -1.0
    sentences: int = -1
    words: int = -1
    correct_words: int = -1
    word_substitutions: int = -1
    word_deletions: int = -1
    word_insertions: int = -1
    token_error_rate: float = -1.0
    tokens: int = -1
    correct_tokens: int = -1
    token_substitutions: int = -1
    token_deletions: int = -1
    token_insertions: int = -1
    token_edits: Mapping[str, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values, as `Entity.result` holds it under the side."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Figures":
        """The inverse of `to_json`; names that are absent stay -1."""
        return cls(**{name: value[name] for name in cls.__slots__ if name in value})
