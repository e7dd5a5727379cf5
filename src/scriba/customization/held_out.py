"""What texts teach, measured on sentences that were left out of them.

A tenth of the sentences is held out, the same sentences always: what stands twice is held out
twice. What the others teach is counted anew for that, and thrown away.
"""

from collections.abc import Callable, Iterable, Sequence
from math import exp
from typing import Any, Protocol
from zlib import crc32

import numpy as np

from scriba.customization.ngram import grams, lexicon
from scriba.speech.domain import EDGE, Domain, words

MOST_SENTENCES = 20_000
"""Of longer texts every second, third ... sentence is looked at."""

FEWEST = 10
"""Sentences held out below which nothing is said."""

_PARTS = 10
_MOST_CHARACTERS = 20_000_000
_ASKED = 100
_LONGEST_LINE = 40
_BATCH = 8
_FREELY = 50.0

Check = Callable[[], None]


class Expecting(Protocol):
    """A model that knows what to expect without hearing."""

    def expected(self, texts: Sequence[str], language: str) -> list[list[tuple[str, float]]]:
        """The words of each text with their log probabilities."""
        ...


def held_out(
    lines: Iterable[str], sentences: int, model: Expecting, language: str, check: Check
) -> dict[str, Any] | None:
    """How well the texts tell what else is said in their domain; None for too few of them.

    `known` is the share of the held-out words that the others hold. `perplexity` is that of a
    hundred held-out sentences a word: of the base model where nothing is heard, and with the
    domain, half and half, as recognition mixes them.
    """
    kept, held = _parted(lines, -(-sentences // MOST_SENTENCES), check)
    if len(held) < FEWEST:
        return None
    known = lexicon(kept, check)
    domain = Domain(
        known.words,
        np.zeros(len(known.words) + 2, np.float32),
        grams(kept, known.words, check),
    )
    found = [domain.number(word.plain) for line in held for word in words(line)]
    asked = held[:: max(1, len(held) // _ASKED)][:_ASKED]
    usual, better, count = 0.0, 0.0, 0
    for line in _expected(asked, model, language, check):
        before = (EDGE, EDGE)
        for word, chance in line:
            number = domain.number(word)
            usual += chance
            better += chance + domain.gain(before, number, chance, _FREELY)
            before = (before[1], number)
            count += 1
    return {
        "sentences": len(held),
        "words": len(found),
        "known": round(float(np.mean(np.array(found) > EDGE)), 4),
        "perplexity": {
            "words": count,
            "before": round(exp(-usual / max(1, count)), 1),
            "after": round(exp(-better / max(1, count)), 1),
        },
    }


def _parted(lines: Iterable[str], step: int, check: Check) -> tuple[list[str], list[str]]:
    """Some of the lines, and a tenth of them apart; lines that are the same are in one part."""
    kept: list[str] = []
    held: list[str] = []
    room = _MOST_CHARACTERS
    for at, line in enumerate(lines):
        if not at % 1000:
            check()
        said = " ".join(line.casefold().split()).rstrip(".?!")
        part, rest = divmod(crc32(said.encode()), step)
        if rest or not words(said):
            continue
        room -= len(line)
        if room < 0:
            break
        (kept if part % _PARTS else held).append(line)
    return kept, held


def _expected(
    lines: Sequence[str], model: Expecting, language: str, check: Check
) -> Iterable[list[tuple[str, float]]]:
    for at in range(0, len(lines), _BATCH):
        check()
        batch = [_beginning(line) for line in lines[at : at + _BATCH]]
        yield from model.expected(batch, language)


def _beginning(line: str) -> str:
    found = words(line)[:_LONGEST_LINE]
    return line[: found[-1].end]
