"""What a training process is told: plain values, so that they travel as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Texts:
    """Texts that a model learns: files as the import of datasets wrote them, and a text.

    `weight` (percent) is how much they will count. `older` is a folder with what the model learnt
    from text before, by `older_weight`.
    """

    language: tuple[Path, ...] = ()
    markdown: tuple[Path, ...] = ()
    pronunciation: tuple[Path, ...] = ()
    text: str | None = None
    weight: int = 30
    older: Path | None = None
    older_weight: int = 30

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Texts":
        """The inverse of `dataclasses.asdict`."""
        known = dict(value)
        for name in ("language", "markdown", "pronunciation"):
            known[name] = tuple(map(Path, known[name]))
        known["older"] = known["older"] and Path(known["older"])
        return cls(**known)


@dataclass(frozen=True)
class Order:
    """Train the model in `base` on recordings, on texts or both.

    Its files are written to `target`, an empty folder: all of them for recordings, those of texts
    else. `acoustic` are pairs of audio.zip and trans.txt, `general` such pairs of other speech that
    is measured on. `encoder` and `decoder` are how far their weights go from the base (0) to what
    was learned (1). `work` is a folder for what is in between; `memory` in bytes.
    """

    base: Path
    target: Path
    work: Path
    locale: str
    acoustic: tuple[tuple[Path, Path], ...] = ()
    texts: Texts | None = None
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
        if known["texts"] is not None:
            known["texts"] = Texts.from_json(known["texts"])
        return cls(**known)
