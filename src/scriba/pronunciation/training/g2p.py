"""Makes the model of spelling: `python -m scriba.pronunciation.training.g2p CMUDICT`.

`--held-out` trains on nine tenths of the dictionary, prints the errors on the last, and writes
nothing. What is held out are whole families: words with the same first five letters.
"""

import argparse
import hashlib
import json
import lzma
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scriba.pronunciation.g2p import guess
from scriba.pronunciation.lexicon import Pronunciation
from scriba.pronunciation.packing import packed
from scriba.pronunciation.phones import unstressed
from scriba.pronunciation.spelling import FILE, STEPS, Spelling
from scriba.pronunciation.training.alignment import LETTERS, Unit, align
from scriba.pronunciation.training.lexicon import source
from scriba.pronunciation.training.ngrams import Level, estimate, prune

ORDER = 7
LEAST = 1.5e-6
"""What an n-gram must be worth, in log probability of a unit."""

Words = dict[str, list[Pronunciation]]


def readable(words: Words) -> Words:
    """The words that are only letters and apostrophes."""
    return {word: said for word, said in words.items() if set(word) <= set(LETTERS)}


def held_out(word: str) -> bool:
    """Whether a word is in the tenth that is measured on."""
    return hashlib.sha256(word[:5].encode()).digest()[0] < 26


def train(words: Words, target: Path, least: float = LEAST, order: int = ORDER) -> str:
    """Writes the model of some words; says what it is made of."""
    items = [(word, said) for word, many in words.items() for said in many]
    aligned, losses = align(items)
    return write([units for units in aligned if units], target, least, order) + (
        f"; {sum(units is None for units in aligned)} pronunciations do not fit"
        f"; loss of the alignment {losses[0]:.2f} -> {losses[-1]:.2f}"
    )


def write(aligned: Sequence[Sequence[Unit]], target: Path, least: float, order: int) -> str:
    """Writes the model of words that are aligned; says what it is made of."""
    uses = Counter(unit for units in aligned for unit in units)
    names = sorted(uses)
    numbers = {unit: number for number, unit in enumerate(names, 2)}
    whole = estimate(
        ([numbers[unit] for unit in units] for units in aligned), order, len(names) + 2
    )
    levels = prune(whole, least)
    _save({("", ()): 0, **{unit: uses[unit] for unit in names}}, levels, target)
    sizes = " ".join(str(len(level.token)) for level in levels)
    return f"{len(names)} units, n-grams {sizes}, {target.stat().st_size} bytes"


def _save(uses: dict[Unit, int], levels: Sequence[Level], target: Path) -> None:
    # Start and end of a word are units without letters.
    units = [("", ()), *uses]
    head = {
        "units": [[letters, packed(phones)] for letters, phones in units],
        "uses": [0, *uses.values()],
        "levels": [len(level.token) for level in levels],
    }
    children = [np.array([len(levels[0].token)])]
    for number, level in enumerate(levels[:-1]):
        counts = np.bincount(levels[number + 1].parent, minlength=len(level.token))
        children.append(counts)
    tokens = np.concatenate([level.token for level in levels])
    log_p = np.concatenate([level.log_p for level in levels])
    back = np.concatenate([np.zeros(1), *(level.back for level in levels[:-1])])
    content = b"".join(
        (
            json.dumps(head, separators=(",", ":")).encode() + b"\n",
            (tokens % 256).astype(np.uint8).tobytes(),
            (tokens // 256).astype(np.uint8).tobytes(),
            np.clip(np.rint(-log_p * STEPS), 0, 255).astype(np.uint8).tobytes(),
            np.concatenate(children).astype("<u2").tobytes(),
            np.clip(np.rint(back * STEPS), -128, 127).astype(np.int8).tobytes(),
        )
    )
    target.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))


def measure(words: Words, model: Spelling) -> str:
    """How often the best guess for a word is none of its pronunciations, and phones are wrong."""
    wrong = stressed = among = edits = phones = 0
    for word, said in words.items():
        found = [one.phones for one in guess(word, 4, model)]
        bare = {unstressed(one) for one in said}
        first = unstressed(found[0])
        stressed += found[0] not in said
        wrong += first not in bare
        among += not bare & {unstressed(one) for one in found}
        edits += min(_distance(first, one) for one in bare)
        phones += min(len(one) for one in bare)
    return (
        f"{len(words)} words: {wrong / len(words):.1%} wrong ({stressed / len(words):.1%} with "
        f"stress, {among / len(words):.1%} if four guesses count), {edits / phones:.1%} of phones"
    )


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(before + (a != b), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def main() -> None:
    """Writes the data file, or measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dictionary", type=Path, help="cmudict.dict")
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--held-out", action="store_true", help="measure and write nothing")
    args = parser.parse_args()
    words = readable(source(args.dictionary))
    if not args.held_out:
        sys.stdout.write(train(words, args.out) + "\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spelling.bin.xz")
        known = {word: said for word, said in words.items() if not held_out(word)}
        sys.stdout.write(train(known, path) + "\n")
        rest = {word: said for word, said in words.items() if held_out(word)}
        sys.stdout.write(measure(rest, Spelling(path)) + "\n")


if __name__ == "__main__":
    main()
