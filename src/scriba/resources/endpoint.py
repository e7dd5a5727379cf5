"""What an endpoint is: a model behind an id that does not change."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """`model` is the id of a base model or an own one, None for the default of the locale.

    `project` is an id, `time_to_live` seconds (None: it stays), `logging` whether audio and
    results are kept. A suspended endpoint refuses to recognise until it is resumed.
    """

    model: str | None = None
    project: str | None = None
    time_to_live: float | None = None
    logging: bool = False
    suspended: bool = False
    asked: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values, as `Entity.spec` holds it."""
        return {**asdict(self), "asked": dict(self.asked)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "EndpointSpec":
        """The inverse of `to_json`; names that are absent take their defaults."""
        return cls(**{name: value[name] for name in cls.__slots__ if name in value})
