"""What a project is: a name for a locale that other entities refer to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scriba.resources.entity import Kind

MEMBERS = (Kind.EVALUATION, Kind.DATASET, Kind.MODEL, Kind.ENDPOINT, Kind.TRANSCRIPTION)
"""The kinds of entities that may be part of a project."""


@dataclass(frozen=True, slots=True)
class ProjectSpec:
    """`foundry_project_name` is a name of the newest version, which the service only keeps."""

    foundry_project_name: str | None = None

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values, as `Entity.spec` holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ProjectSpec":
        """The inverse of `to_json`; names that are absent take their defaults."""
        return cls(**{name: value[name] for name in cls.__slots__ if name in value})
