"""A filter of a list, as a tree. Parsed in the server, turned into SQL in the storage."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Operator = Literal["eq", "ne", "gt", "ge", "lt", "le"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A property, by its name in the API, against a value."""

    property: str
    operator: Operator
    value: str | datetime


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition = Comparison | And | Or | Not
