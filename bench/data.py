"""The recordings that are measured on, and their dev/report split."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

SPLITS = Path(__file__).with_name("splits.json")


def parser(doc: str, part: str = "report") -> argparse.ArgumentParser:
    """What every benchmark asks for: where the recordings are, and which part of them to take."""
    made = argparse.ArgumentParser(description=doc.splitlines()[0])
    made.add_argument("--data", type=Path, required=True, help="the folder of recordings")
    made.add_argument("--part", choices=["dev", "report", "all"], default=part)
    return made


@dataclass(frozen=True)
class Row:
    """One recording of `data/speech`; `text` is None without a reference, "" when wordless."""

    id: str
    path: Path
    set: str
    locale: str
    text: str | None
    speaker: str | None
    seconds: float


def speech_rows(data: Path) -> list[Row]:
    """Every recording of `data/speech`, in the order of its manifest."""
    folder = data / "speech"
    rows = []
    for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        rows.append(
            Row(
                row["path"],
                folder / row["path"],
                row["set"],
                row["locale"] or "",
                row["text"],
                row.get("speaker"),
                row["duration_s"],
            )
        )
    return rows


def accented_rows(data: Path) -> list[Row]:
    """The training half of speechocean762: English by speakers of Mandarin."""
    folder = data / "speechocean762-train"
    rows = []
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        path = folder / row["path"]
        speaker = f"so762-{row['speaker']}"
        name = f"speechocean762-train/{row['path']}"
        rows.append(Row(name, path, "speechocean762-train", "en-US", row["text"], speaker, 0.0))
    return rows


def split(rows: list[Row], part: str) -> list[Row]:
    """The rows of one part ("dev" or "report") of `splits.json`; "all" gives every row."""
    if part == "all":
        return rows
    names = set(json.loads(SPLITS.read_text("utf-8"))[part])
    return [row for row in rows if row.id in names]


def load(path: Path) -> np.ndarray:
    """A recording as mono float32 at 16 kHz, shape (samples,), whatever its container.

    Independent of Scriba's own decoder, so that both sides of a comparison get equal samples.
    """
    resampler = av.AudioResampler(format="flt", layout="mono", rate=16000)
    with av.open(str(path)) as container:
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float32)
