"""Readings that experts have scored: speechocean762 (arXiv 2104.01378), or laid out like it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scriba.speech.audio import decode_file
from scriba.speech.resample import Samples

LABELS = "labels.jsonl"
EXPERTS = "labels-experts.jsonl"

SENTENCE = ("accuracy", "fluency", "prosodic", "total")
"""The scores of a sentence, each 0 to 10, in the order of `Utterance.sentence`."""


@dataclass(frozen=True)
class Utterance:
    """A recording of a sentence, with the phones that it should have.

    `words` (n,) and `phones` of each word in ARPAbet; scores are None where the labels have none:
    `phone_scores` 0 to 2 and `word_scores` 0 to 10, `sentence` in the order of SENTENCE.
    `word_means` and `sentence_means` are the means of the experts, where the folder has them: the
    scores are medians of them, and what is learnt from means knows how much they disagreed.
    """

    id: str
    speaker: str
    path: Path
    text: str
    words: tuple[str, ...]
    phones: tuple[tuple[str, ...], ...]
    phone_scores: tuple[tuple[float, ...], ...] | None = None
    word_scores: tuple[float, ...] | None = None
    sentence: tuple[float, ...] | None = None
    word_means: tuple[float, ...] | None = None
    sentence_means: tuple[float, ...] | None = None

    def audio(self) -> Samples:
        """The recording; raises AudioError, OSError."""
        return np.concatenate(list(decode_file(self.path)))


def load(folder: Path) -> list[Utterance]:
    """The readings of a folder; raises OSError, and ValueError that names the line."""
    experts = _experts(folder / EXPERTS)
    found = []
    for number, line in enumerate((folder / LABELS).read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(_reading(folder, json.loads(line), experts))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{folder / LABELS}, line {number}: {error!r}") from error
    return found


def _experts(file: Path) -> dict[str, tuple[float, ...]]:
    """The experts' mean scores of the words of each reading, by its id."""
    if not file.is_file():
        return {}
    found = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            means = tuple(float(np.mean(word["accuracy"])) for word in row["words"])
            found[str(row["id"])] = means
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{file}, line {number}: {error!r}") from error
    return found


def _reading(
    folder: Path, row: dict[str, object], experts: dict[str, tuple[float, ...]]
) -> Utterance:
    words = row["words"]
    if not isinstance(words, list) or not words:
        raise ValueError("'words' has to be a list of at least one word")
    scored = all("phones-accuracy" in word for word in words)
    return Utterance(
        id=str(row["id"]),
        speaker=str(row.get("speaker", "")),
        path=folder / str(row["path"]),
        text=str(row["text"]),
        words=tuple(str(word["text"]) for word in words),
        phones=tuple(tuple(word["phones"]) for word in words),
        phone_scores=tuple(tuple(map(float, word["phones-accuracy"])) for word in words)
        if scored
        else None,
        word_scores=tuple(float(word["accuracy"]) for word in words)
        if all("accuracy" in word for word in words)
        else None,
        sentence=tuple(float(str(row[name])) for name in SENTENCE)
        if all(name in row for name in SENTENCE)
        else None,
        word_means=experts.get(str(row["id"])),
        sentence_means=tuple(float(str(row[f"{name}_mean"])) for name in SENTENCE)
        if all(f"{name}_mean" in row for name in SENTENCE)
        else None,
    )


def folds(readings: Sequence[Utterance], count: int = 5, seed: int = 0) -> NDArray[np.int64]:
    """Which of `count` folds each reading is in: by speaker, of poor and good ones alike."""
    speakers = sorted({reading.speaker for reading in readings})
    mean = {
        speaker: np.mean(
            [each.sentence[-1] for each in readings if each.speaker == speaker and each.sentence]
        )
        for speaker in speakers
    }
    speakers.sort(key=lambda speaker: mean[speaker])
    chance = np.random.default_rng(seed)
    fold: dict[str, int] = {}
    for start in range(0, len(speakers), count):
        some = speakers[start : start + count]
        fold |= dict(zip(some, map(int, chance.permutation(count)), strict=False))
    return np.array([fold[reading.speaker] for reading in readings])
