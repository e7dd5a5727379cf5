"""The five experts of speechocean762, one by one, from `labels-experts.jsonl`.

Phones stand there as each expert heard them, in 51 symbols: `X` is right, `{X}` right but with an
accent, `(X)` wrong or missing, `[X]` was added. Some symbols stand for two phones of the reference
(TS, TR, IR). A word is read where the symbols of all experts have as many phones as the reference;
phones then get 2, 1 or 0, the corpus' own scale.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scriba.pronunciation.corpus import SENTENCE

_TOKEN = re.compile(r"\[[^\]]*\]|\([^)]*\)|\{[^}]*\}|[^\s\[\](){}]+")
_DOUBLE = frozenset(("TS", "DZ", "TR", "DR", "AR", "IR", "UR"))
_MARKS = {"(": 0.0, "{": 1.0}


@dataclass(frozen=True)
class Opinions:
    """What five experts gave one reading: by level, arrays of (items, 5).

    `sentence` has an item each for SENTENCE, `words` one a word, and `phones` one a phone, for the
    words that could be read.
    """

    sentence: np.ndarray
    words: np.ndarray
    phones: np.ndarray


def opinions(folder: Path) -> dict[str, Opinions]:
    """The experts' scores of each reading, by id."""
    lines = (folder / "labels-experts.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return {str(row["id"]): _opinions(row) for row in rows}


def _opinions(row: dict[str, Any]) -> Opinions:
    phones = [
        scores
        for word in row["words"]
        for scores in heard_phones(word["phones51"], len(word["ref-phones"]))
    ]
    return Opinions(
        np.array([row[name] for name in SENTENCE], np.float64),
        np.array([word["accuracy"] for word in row["words"]], np.float64),
        np.array(phones, np.float64).reshape(-1, 5),
    )


def heard_phones(texts: Sequence[str], count: int) -> list[list[float]]:
    """For each of so many phones the score of each expert; [] where one cannot be read."""
    columns = [marks(text) for text in texts]
    if any(len(column) != count for column in columns):
        return []
    return [list(each) for each in zip(*columns, strict=True)]


def marks(text: str) -> list[float]:
    """The scores of the phones that an expert wrote: "{TH} R IY0" as 1, 2, 2."""
    found = []
    for token in _TOKEN.findall(text):
        if token[0] == "[":
            continue
        score = _MARKS.get(token[0], 2.0)
        for symbol in token.strip("(){}").split():
            found += [score] * (2 if symbol.rstrip("012") in _DOUBLE else 1)
    return found


def one_against_others(scores: np.ndarray) -> list[float]:
    """The correlation of each expert with the mean of the other four, of (items, 5)."""
    found = []
    for expert in range(scores.shape[1]):
        others = np.delete(scores, expert, axis=1).mean(axis=1)
        found.append(float(np.corrcoef(scores[:, expert], others)[0, 1]))
    return found


def pooled(scores: np.ndarray) -> float:
    """The same over all five at once: that one expert is stricter than another counts too."""
    others = (scores.sum(axis=1, keepdims=True) - scores) / (scores.shape[1] - 1)
    return float(np.corrcoef(scores.ravel(), others.ravel())[0, 1])
