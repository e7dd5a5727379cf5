"""What the import of a dataset found: files to keep, and what was left out and why."""

from collections.abc import Mapping
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

    `where` is the name of the file it stood in (within an archive: of the entry), `line` its
    number from 1 (None: the file as a whole), `code` one word for the reason.
    """

    where: str
    line: int | None
    code: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """As the report of the import has it."""
        line = {} if self.line is None else {"lineNumber": self.line}
        return {"file": self.where, **line, "code": self.code, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of an import.

    `accepted` and `rejected` count lines (files where the dataset is of audio); `seconds` is the
    length of the audio, None where there is none. `rejections` and `notes` name at most
    `imports.MAX_NAMED` each; the counts are of all. Notes are about what was accepted.
    """

    accepted: int
    rejected: int
    seconds: float | None
    files: tuple[ImportedFile, ...]
    rejections: tuple[Rejection, ...] = ()
    notes: tuple[Rejection, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)
