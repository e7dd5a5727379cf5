"""What a pool of models keeps of each: who uses it, who waits for it, what room it takes."""

import math
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from scriba.speech.bundle import WEIGHTS, Bundle
from scriba.speech.engine import Engine
from scriba.speech.lease import Lease
from scriba.speech.recognizer import Recognizer

_BESIDE = 3
"""Bytes in memory of a byte of what is learnt from text."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a pool holds now and has done so far."""

    models: int = 0
    bytes: int = 0
    loads: int = 0
    failures: int = 0
    evictions: int = 0
    seconds: float = 0.0
    """That the loads took together, without waiting for room."""


@dataclass(eq=False, slots=True)
class SharedEngine:
    """Weights in memory, which several models may share."""

    key: str
    folder: Path
    size: int
    loaded: "Future[Engine]" = field(default_factory=Future)
    models: set[str] = field(default_factory=set)
    since: float = math.inf
    """When it was loaded."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a model takes: the weights' key, folder and bytes (none for the running model's)."""

    bundle: Bundle
    own: int
    key: str | None = None
    folder: Path | None = None
    weights: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits; `long` is what it was asked for."""

    future: "Future[Lease]"
    long: bool


@dataclass(eq=False, slots=True)
class Pooled:
    """A model that is being loaded (no `speech` yet), is lent, or leaves."""

    id: str
    waiting: "list[Asked]" = field(default_factory=list)
    speech: Recognizer | None = None
    need: Need | None = None
    engine: SharedEngine | None = None
    users: int = 0
    long: int = 0
    """Users that may need it for minutes."""
    used: float = 0.0
    leaves: bool = False


def own_size(bundle: Bundle) -> int:
    """Bytes in memory of what a model has beside its weights."""
    beside = (file.size for file in bundle.files.values() if not _heavy(file.name))
    return _BESIDE * sum(beside)


def _heavy(name: str) -> bool:
    """Whether a file belongs to the weights."""
    return name == WEIGHTS or name.startswith(("config.", "tokenizer.", "vocabulary."))
