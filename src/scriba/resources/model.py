"""What an own model was asked to be, in one form for all versions of the API."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

DEFAULT_WEIGHT = 30
"""Percent of the own data in the blend where nothing is said."""

_QUARTER_ENDS = ((1, 15), (4, 15), (7, 15), (10, 15))
_YEARS_OF_TRANSCRIPTION = 2


@dataclass(frozen=True, slots=True)
class CopiedFrom:
    """Where a copied model comes from: another model of this service, or files of another host.

    `resource_id` and `model_id` name the one, `files` the other: each a name, an address that is
    good for some hours (never to be shown), a size and a SHA-256.
    """

    model_id: str
    resource_id: str | None = None
    files: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Trained from `base`, the id of a base model or an own one, with `datasets` (ids) and `text`.

    `root` is the base model at the bottom, `base` itself where that is one. `weight` is the share
    of the own data in percent, 1 to 100; `project` an id. A copy is not trained: `copied_from` says
    where its bundle is taken from.
    """

    base: str
    root: str = ""
    datasets: tuple[str, ...] = ()
    text: str | None = None
    weight: int = DEFAULT_WEIGHT
    project: str | None = None
    copied_from: CopiedFrom | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values, as `Entity.spec` holds it."""
        return {**asdict(self), "datasets": list(self.datasets), "asked": dict(self.asked)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ModelSpec":
        """The inverse of `to_json`; names that are absent take their defaults."""
        known = {name: value[name] for name in cls.__slots__ if name in value}
        known["datasets"] = tuple(known.get("datasets", ()))
        if (copied := known.get("copied_from")) is not None:
            known["copied_from"] = CopiedFrom(**{**copied, "files": tuple(copied["files"])})
        return cls(**known)


def transcription_ends(created: datetime) -> datetime:
    """When a model of this age is to be trained anew: two years after the quarter's end.

    Published: quarters end on the 15th of January, April, July and October.
    """
    at = created.replace(hour=0, minute=0, second=0, microsecond=0)
    year = created.year + _YEARS_OF_TRANSCRIPTION
    for month, day in _QUARTER_ENDS:
        if (created.month, created.day) <= (month, day):
            return at.replace(year=year, month=month, day=day)
    month, day = _QUARTER_ENDS[0]
    return at.replace(year=year + 1, month=month, day=day)
