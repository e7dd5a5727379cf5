"""Readings by native speakers, which nobody has scored and which count as without fault."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from scriba.pronunciation.alignment import TooShort
from scriba.pronunciation.corpus import Reading
from scriba.pronunciation.features import features
from scriba.pronunciation.reference import read
from scriba.pronunciation.scorer import TOP, TOP_PHONE
from scriba.pronunciation.training.cuts import Cut, aligned
from scriba.pronunciation.training.phones import Corpus, PhoneNet, sound
from scriba.pronunciation.training.scorer import Example

_MANIFEST = "manifest.jsonl"
_LONGEST = 20.0


def load(folder: Path, sets: Collection[str], paths: Collection[str]) -> list[Reading]:
    """The English recordings of some sets, of those in `paths`, that have a text."""
    found = []
    for line in (folder / _MANIFEST).read_text("utf-8").splitlines():
        row = json.loads(line)
        wanted = row["set"] in sets and row["path"] in paths and row["duration_s"] <= _LONGEST
        if wanted and row["text"] and str(row["locale"]).startswith("en"):
            # The phones are those that fit best, which `examples` finds.
            speaker = str(row.get("speaker") or row["set"])
            found.append(Reading(row["path"], speaker, folder / row["path"], row["text"], (), ()))
    return found


def examples(net: PhoneNet, corpus: Corpus, cut: Cut = aligned) -> Iterator[Example]:
    """The readings as examples of what gets the best scores."""
    for number, reading in enumerate(corpus.readings):
        words = [said.pronunciations for word in read(reading.text) for said in word.spoken]
        if not words:
            continue
        heard = sound(net, corpus.encoded, number)
        try:
            some = features(heard, cut(heard, words))
        except TooShort:
            continue
        yield Example(
            some,
            np.full(len(some.phones), TOP_PHONE, np.float32),
            np.full(len(words), TOP, np.float32),
            np.full(4, TOP, np.float32),
        )
