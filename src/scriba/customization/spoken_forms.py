"""Pronunciations of datasets and of an older model, as a model keeps them."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from scriba.customization import markdown as structured
from scriba.customization import pronunciations as dictionary
from scriba.customization.held_out import Expecting
from scriba.customization.phones import respelled
from scriba.speech.adaptation_files import MOST_JSON, MOST_VALUES
from scriba.speech.domain import plain
from scriba.speech.said import Pronunciation

MOST_PRONUNCIATIONS = 50_000

_BATCH = 8

_ORDINARY = -14.0
"""Log probability from which what is said is taken for something that people say anyway."""


def spoken_forms(files: Iterable[Path], markdown: Iterable[Path]) -> list[tuple[str, str]]:
    """Each written form with a spoken one, once."""
    found: dict[tuple[str, str], None] = {}
    for file in files:
        for each in dictionary.read(file):
            found[each.written, each.spoken] = None
    for file in markdown:
        for word, phones in structured.load(file).lexicon:
            if said := respelled(phones):
                found[word, said] = None
    return list(found)


def others(
    older: Iterable[Pronunciation], said: Iterable[tuple[str, str]]
) -> Iterator[Pronunciation]:
    """Older pronunciations but for those that were brought again."""
    again = set(said)
    return (each for each in older if (each.written, each.spoken) not in again)


def fitting(listed: Iterable[Pronunciation]) -> tuple[tuple[Pronunciation, ...], int]:
    """As many pronunciations as a model may have, and how many there is no room for."""
    kept: list[Pronunciation] = []
    size, values, dropped = 100, 100, 0
    for each in listed:
        row = json.dumps([each.written, each.spoken, each.always], ensure_ascii=False)
        size += len(row.encode()) + 1
        values += 1 + sum(map(row.count, ",[{"))
        if len(kept) < MOST_PRONUNCIATIONS and size <= MOST_JSON and values <= MOST_VALUES:
            kept.append(each)
        else:
            dropped += 1
    return tuple(kept), dropped


def judged(
    said: Sequence[tuple[str, str]], model: Expecting, language: str, check: Callable[[], None]
) -> Iterator[Pronunciation]:
    """The pronunciations, and whether what is said is something else as well."""
    for at in range(0, len(said), _BATCH):
        check()
        batch = said[at : at + _BATCH]
        expected = model.expected([spoken for _, spoken in batch], language)
        for (written, spoken), found in zip(batch, expected, strict=True):
            same = plain(written) == plain(spoken)
            usual = sum(chance for _, chance in found) > _ORDINARY
            yield Pronunciation(written, spoken, always=same or not usual)
