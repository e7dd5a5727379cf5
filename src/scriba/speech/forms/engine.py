"""What the pipeline asks of a language: written spans to words, and words to written spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Replacement:
    """Words `start` to `end` (half-open) of a spoken sentence are written `text`.

    `text` may hold spaces: "$3.2 million" is two written words.
    """

    start: int
    end: int
    text: str


class FormsEngine(Protocol):
    """One language's text normalisation and its inverse."""

    def tn(self, span: str) -> list[str] | None:
        """The spoken words of one written span ("$23", "Dr."); None when it is said as written."""
        ...

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        """The parts of spoken lower-case words that are written otherwise, without overlaps."""
        ...
