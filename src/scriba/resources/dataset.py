"""What a dataset was asked to be, in one form for all versions of the API."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from scriba.customization.kinds import MAX_BYTES, DatasetKind

__all__ = ["MAX_BLOCK", "MAX_BLOCKS", "MAX_BYTES", "DatasetResult", "DatasetSpec"]

Source = Literal["url", "upload", "blocks"]
TextNormalization = Literal["Default", "None"]

MAX_BLOCK = 8 << 20
"""Bytes of a block at most."""
MAX_BLOCKS = 8_000
"""Blocks of a dataset at most: as many as a list to commit can name."""


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """Where the data comes from: `content_url` (it may hold a signature), an upload, or blocks.

    With `waits` the blocks are still to be committed, and there is nothing to import. `project`
    is an id. `asked` holds what a version of the API echoes.
    """

    kind: DatasetKind
    source: Source = "url"
    content_url: str | None = None
    waits: bool = False
    project: str | None = None
    text_normalization: TextNormalization = "Default"
    asked: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values, as `Entity.spec` holds it."""
        return {**asdict(self), "kind": self.kind.value, "asked": dict(self.asked)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "DatasetSpec":
        """The inverse of `to_json`; names that are absent take their defaults."""
        known = {name: value[name] for name in cls.__slots__ if name in value}
        return cls(**{**known, "kind": DatasetKind(known["kind"])})


@dataclass(frozen=True, slots=True)
class DatasetResult:
    """What the import found: lines (or files) taken and not, and seconds of audio, if any."""

    accepted: int = 0
    rejected: int = 0
    seconds: float | None = None

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values, as `Entity.result` holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "DatasetResult":
        """The inverse of `to_json`; an empty one before the import has ended."""
        return cls(**{name: value[name] for name in cls.__slots__ if name in value})
