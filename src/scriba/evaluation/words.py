"""Word errors: how many words have to be replaced, left out or added to get what was said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

Operation = Literal["equal", "replace", "delete", "insert"]


@dataclass(frozen=True, slots=True)
class Edits:
    """Counts of words (or tokens) that are right, replaced, missing, and too many."""

    correct: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def count(self) -> int:
        """Words of the reference."""
        return self.correct + self.substitutions + self.deletions

    @property
    def errors(self) -> int:
        """Edits of all three kinds."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Errors for each word of the reference; of an empty one 1.0 for any, else 0.0."""
        if not self.count:
            return float(self.errors > 0)
        return self.errors / self.count

    def __add__(self, other: "Edits") -> "Edits":
        return Edits(
            self.correct + other.correct,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of one operation: half-open spans of the reference and of the hypothesis."""

    operation: Operation
    reference: tuple[int, int]
    hypothesis: tuple[int, int]

    @property
    def length(self) -> int:
        """Steps of the operation."""
        return max(self.reference[1] - self.reference[0], self.hypothesis[1] - self.hypothesis[0])


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> list[Chunk]:
    """The fewest edits from the reference to the hypothesis (Levenshtein 1966), in order.

    Of several alignments with as few edits it is the one that `jiwer` counts.
    """
    numbers: dict[str, int] = {}
    first = [numbers.setdefault(word, len(numbers)) for word in reference]
    second = [numbers.setdefault(word, len(numbers)) for word in hypothesis]
    return list(_chunks(first, second))


def _chunks(first: list[int], second: list[int]) -> Iterator[Chunk]:
    for code in Levenshtein.opcodes(first, second):
        operation: Operation
        match code.tag:
            case "equal" | "replace" | "delete" | "insert":
                operation = code.tag
            case _:
                raise AssertionError(code.tag)
        reference = code.src_start, code.src_end
        yield Chunk(operation, reference, (code.dest_start, code.dest_end))


def count(chunks: Sequence[Chunk]) -> Edits:
    """The counts of an alignment."""
    totals: dict[Operation, int] = {"equal": 0, "replace": 0, "delete": 0, "insert": 0}
    for chunk in chunks:
        totals[chunk.operation] += chunk.length
    return Edits(totals["equal"], totals["replace"], totals["delete"], totals["insert"])


def word_edits(reference: Sequence[str], hypothesis: Sequence[str]) -> Edits:
    """The counts of words that are compared as they stand; normalise them first."""
    return count(align(reference, hypothesis))
