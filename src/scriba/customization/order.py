"""What a training process is told: plain values, so that they travel as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Order:
    """Train the model in `base` on recordings, and write it to `target`, an empty folder.

    `acoustic` are pairs of audio.zip and trans.txt, `general` such pairs of other speech that is
    measured on. `encoder` and `decoder` are how far their weights go from the base (0) to what was
    learned (1). `work` is a folder for what is in between; `memory` in bytes.
    """

    base: Path
    target: Path
    work: Path
    locale: str
    acoustic: tuple[tuple[Path, Path], ...]
    general: tuple[tuple[Path, Path], ...] = ()
    encoder: float = 1.0
    decoder: float = 1.0
    memory: int = 8 << 30
    threads: int = 2
    minutes: float = 45.0
    seed: int = 17

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Order":
        """The inverse of `dataclasses.asdict`."""
        known = dict(value)
        for name in ("base", "target", "work"):
            known[name] = Path(known[name])
        for name in ("acoustic", "general"):
            known[name] = tuple((Path(audio), Path(text)) for audio, text in known[name])
        return cls(**known)
