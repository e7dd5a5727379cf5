"""Readings by native speakers, which nobody has scored and which count as without fault."""

import json
from collections.abc import Collection
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from scriba.pronunciation.alignment import TooShort
from scriba.pronunciation.corpus import SENTENCE, Utterance
from scriba.pronunciation.reference import read
from scriba.pronunciation.scorer import TOP, TOP_PHONE
from scriba.pronunciation.training.cuts import aligned
from scriba.pronunciation.training.phones import Corpus, PhoneNet, sound

_MANIFEST = "manifest.jsonl"
_LONGEST = 20.0


def load(folder: Path, sets: Collection[str], paths: Collection[str]) -> list[Utterance]:
    """The English recordings of some sets, of those in `paths`, that have a text."""
    found = []
    for line in (folder / _MANIFEST).read_text("utf-8").splitlines():
        row = json.loads(line)
        wanted = row["set"] in sets and row["path"] in paths and row["duration_s"] <= _LONGEST
        if wanted and row["text"] and str(row["locale"]).startswith("en"):
            # The phones are those that fit best, which `scored` finds.
            speaker = str(row.get("speaker") or row["set"])
            found.append(Utterance(row["path"], speaker, folder / row["path"], row["text"], (), ()))
    return found


def scored(net: PhoneNet, corpus: Corpus) -> Corpus:
    """The readings with the best scores and the phones that fit best; those that are too short
    for their texts keep no phones."""
    return Corpus(
        [_scored(net, corpus, number) for number in range(len(corpus.readings))], corpus.encoded
    )


def _scored(net: PhoneNet, corpus: Corpus, number: int) -> Utterance:
    reading = corpus.readings[number]
    words = [said.pronunciations for word in read(reading.text) for said in word.spoken]
    try:
        said = aligned(sound(net, corpus.encoded, number), words) if words else ()
    except TooShort:
        return reading
    phones = tuple(
        tuple(phone.symbol for phone in own)
        for _, own in groupby(said, key=lambda phone: phone.word)
    )
    return replace(
        reading,
        words=tuple(map(" ".join, phones)),
        phones=phones,
        phone_scores=tuple((TOP_PHONE,) * len(own) for own in phones),
        word_scores=(TOP,) * len(phones),
        sentence=(TOP,) * len(SENTENCE),
    )
