"""What the import of a dataset found: files to keep, and what was left out and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file that the import wrote; `kind` is the API's FileKind, `seconds` that of audio."""

    name: str
    kind: str
    path: Path
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A line or file that was left out.

    `where` is the name of an archive's entry, "" for the one file of a dataset of text; `line` its
    number from 1 (None: the file as a whole); `code` one word for the reason.
    """

    where: str
    line: int | None
    code: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """As the report of the import has it."""
        file = {"file": self.where} if self.where else {}
        line = {} if self.line is None else {"lineNumber": self.line}
        return {**file, **line, "code": self.code, "reason": self.reason}

    def __str__(self) -> str:
        line = "" if self.line is None else f"line {self.line}"
        return f"{f'{self.where} {line}'.strip()}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of an import.

    `accepted` and `rejected` count lines (files where the dataset is of audio); `seconds` is the
    length of the audio, None where there is none. `rejections` and `notes` name at most
    `MAX_NAMED` each; the counts are of all. Notes are about what was accepted, and `figures` says
    how often each code of a note came up.
    """

    accepted: int
    rejected: int
    seconds: float | None
    files: tuple[ImportedFile, ...]
    rejections: tuple[Rejection, ...] = ()
    notes: tuple[Rejection, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)


MAX_NAMED = 100_000
"""How many rejections, and how many notes, are named one by one."""

_LONGEST_REASON = 1_000


class Findings:
    """What an import has found so far: counts of all, names of the first `MAX_NAMED`."""

    def __init__(self) -> None:
        self.accepted = 0
        self.rejected = 0
        self.codes: Counter[str] = Counter()
        self.rejections: list[Rejection] = []
        self.notes: list[Rejection] = []
        self.noted: Counter[str] = Counter()

    def reject(self, where: str, line: int | None, code: str, reason: str) -> None:
        """Counts and names a line or file that is left out."""
        self.rejected += 1
        self.codes[code] += 1
        if len(self.rejections) < MAX_NAMED:
            self.rejections.append(Rejection(where, line, code, _short(reason)))

    def note(self, where: str, line: int | None, code: str, reason: str) -> None:
        """Says something about a line or file that is used."""
        self.noted[code] += 1
        if len(self.notes) < MAX_NAMED:
            self.notes.append(Rejection(where, line, code, _short(reason)))

    def imported(self, files: Iterable[ImportedFile], seconds: float | None = None) -> Imported:
        """The outcome with these files."""
        return Imported(
            self.accepted,
            self.rejected,
            seconds,
            tuple(files),
            tuple(self.rejections),
            tuple(self.notes),
            dict(self.noted),
        )

    def first(self) -> str:
        """The first rejection in words; "it is empty" where nothing was found at all."""
        return str(self.rejections[0]) if self.rejections else "it is empty"


def _short(reason: str) -> str:
    """A reason may quote what was sent, which may be long."""
    return reason if len(reason) <= _LONGEST_REASON else reason[:_LONGEST_REASON] + "..."
