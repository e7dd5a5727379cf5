"""What the document tells of an operation, and parameters that many of them take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scriba.server.openapi.parts import query

NUMBER = {"type": "integer", "format": "int32"}
LISTING = (
    query("skip", {**NUMBER, "minimum": 0, "default": 0}, "Values to pass over."),
    query("top", {**NUMBER, "minimum": 1, "default": 100}, "Values to answer, at most 1000."),
)
FILTER = query(
    "filter",
    {"type": "string", "maxLength": 4096},
    "Which values: comparisons (eq, ne, gt, ge, lt, le) with and, or, not and brackets. From v3.1.",
)
LIFETIMES = (
    query(
        "sasValidityInSeconds",
        {**NUMBER, "minimum": 0},
        "How long links work, before 2024-11-15; 12 hours if absent.",
    ),
    query(
        "sasLifetimeMinutes",
        {**NUMBER, "minimum": 1},
        "How long links work, from 2024-11-15; 12 hours if absent.",
    ),
)
LIST = (*LISTING, FILTER)


@dataclass(frozen=True, slots=True)
class About:
    """What is told of an operation: `answers` by status, a schema's name or None for no body."""

    summary: str
    answers: Mapping[int, str | None]
    parameters: Sequence[dict[str, Any]] = ()
    takes: str | None = None
