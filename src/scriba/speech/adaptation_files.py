"""The files of what was learnt from text, in a model's folder.

`language.json` has words, how they are written and what they sound like, `language.npz` numbers
(n-grams and indexes), and `words.json` pronunciations. Whoever made them may be a stranger: sizes
have limits, and all numbers are checked.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scriba.errors import ModelError
from scriba.speech.domain import BITS, UNKNOWN, Domain, Grams
from scriba.speech.rewording import Vocabulary
from scriba.speech.said import Pronunciation, spoken_in
from scriba.speech.soundalikes import CODES, Soundalikes

WORDS, NUMBERS, PRONUNCIATIONS = "language.json", "language.npz", "words.json"
FORMAT = 1

MOST_JSON = 64 << 20
"""Bytes that a file of JSON may have; training writes no larger ones."""

MOST_VALUES = 2_000_000
"""Values that it may have at most, counted by the commas and brackets in it."""

MOST_NUMBERS = 512 << 20
"""Bytes that the file of numbers may have, unpacked."""

_BEGINNINGS = (b",", b"[", b"{")
_MOST_PHRASES = 1 << 20
_MOST_WORDS = (1 << BITS) - 8

Array = npt.NDArray[Any]


def save_vocabulary(folder: Path, vocabulary: Vocabulary) -> None:
    """Write the words and numbers of a vocabulary."""
    domain = vocabulary.domain
    content = {
        "format": FORMAT,
        "words": list(domain.words),
        "surfaces": list(vocabulary.surfaces),
        "keys": list(vocabulary.alike.keys),
    }
    _write(folder / WORDS, content)
    lengths = np.array([len(phrase) for phrase in vocabulary.phrases], np.int8)
    flat = [number for phrase in vocabulary.phrases for number in phrase]
    arrays: dict[str, Array] = {
        "general": domain.general,
        "lengths": lengths,
        "phrases": np.array(flat, np.int32),
        "of_key": np.array(vocabulary.of_key, np.int64),
        "starts": vocabulary.alike.starts,
        "entries": vocabulary.alike.entries,
    }
    for n, grams in enumerate(domain.grams, 1):
        arrays[f"keys{n}"], arrays[f"totals{n}"] = grams.keys, grams.totals
    with open(folder / NUMBERS, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_vocabulary(folder: Path, locale: str) -> Vocabulary | None:
    """The vocabulary in a folder, None where there is none; raises ModelError."""
    if not (folder / WORDS).exists():
        return None
    content = _read(folder / WORDS)
    known, surfaces, keys = (_strings(content, name) for name in ("words", "surfaces", "keys"))
    arrays = _arrays(folder / NUMBERS)
    count = len(known) + 2
    lengths = arrays["lengths"]
    if len(lengths) > _MOST_PHRASES:
        raise ModelError(f"{folder / NUMBERS} has more than {_MOST_PHRASES} phrases")
    ends = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    flat, of_key = arrays["phrases"], arrays["of_key"]
    starts, entries = arrays["starts"], arrays["entries"]
    sound = (
        len(known) == len(surfaces) <= _MOST_WORDS
        and len(arrays["general"]) == count
        and bool(np.isfinite(arrays["general"]).all())
        and bool((lengths > 0).all())
        and ends[-1] == len(flat)
        and _within(flat, 2, count)
        and _rises(of_key, len(keys) + 1, len(lengths))
        and _rises(starts, CODES + 1, len(entries))
        and _within(entries, 0, len(keys))
        and all(_are_grams(arrays[f"keys{n}"], arrays[f"totals{n}"]) for n in (1, 2, 3))
    )
    if not sound:
        raise ModelError(f"{folder / NUMBERS} does not fit {WORDS}; train the model again")
    numbers = flat.tolist()
    phrases = [tuple(numbers[first:last]) for first, last in pairwise(ends.tolist())]
    one, two, three = (Grams(arrays[f"keys{n}"], arrays[f"totals{n}"]) for n in (1, 2, 3))
    return Vocabulary(
        Domain(known, arrays["general"], (one, two, three)),
        surfaces,
        Soundalikes(keys, starts, entries),
        phrases,
        of_key.tolist(),
        spoken_in(locale),
    )


_TYPES: Mapping[str, npt.DTypeLike] = {
    "general": np.float32,
    "lengths": np.int8,
    "phrases": np.int32,
    "of_key": np.int64,
    "starts": np.int64,
    "entries": np.int32,
    **{f"{name}{n}": np.int64 for name in ("keys", "totals") for n in (1, 2, 3)},
}


def _arrays(file: Path) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(each.file_size for each in archive.infolist())
        if size > MOST_NUMBERS:
            raise ModelError(f"{file} holds {size} bytes; {MOST_NUMBERS} is the limit")
        with np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in _TYPES}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{file}: {error}; train the model again") from error
    for name, array in arrays.items():
        if array.ndim != 1 or array.dtype != _TYPES[name]:
            raise ModelError(f"{file}: {name} is not what it should be; train the model again")
    return arrays


def _within(array: Array, low: int, high: int) -> bool:
    return not len(array) or bool(array.min() >= low and array.max() < high)


def _rises(array: Array, length: int, last: int) -> bool:
    """Whether an array of this length rises from 0 to `last`."""
    return (
        len(array) == length
        and array[0] == 0
        and array[-1] == last
        and bool((np.diff(array) >= 0).all())
    )


def _are_grams(keys: Array, totals: Array) -> bool:
    return (
        len(totals) > 0
        and _rises(totals, len(keys) + 1, int(totals[-1]))
        and bool((np.diff(keys) > 0).all())
        and (not len(keys) or int(keys[0]) >= UNKNOWN)
    )


def save_pronunciations(folder: Path, listed: Sequence[Pronunciation]) -> None:
    """Write pronunciations."""
    rows = [[each.written, each.spoken, each.always] for each in listed]
    _write(folder / PRONUNCIATIONS, {"format": FORMAT, "pronunciations": rows})


def load_pronunciations(folder: Path) -> tuple[Pronunciation, ...]:
    """The pronunciations in a folder, () where there are none; raises ModelError."""
    file = folder / PRONUNCIATIONS
    if not file.exists():
        return ()
    rows = _read(file).get("pronunciations")
    if not isinstance(rows, list):
        raise ModelError(f"{file} lists no pronunciations; train the model again")
    found = []
    for row in rows:
        match row:
            case [str(written), str(spoken), bool(always)]:
                found.append(Pronunciation(written, spoken, always))
            case _:
                raise ModelError(f"{file}: {str(row)[:80]} is none; train the model again")
    return tuple(found)


def _write(file: Path, content: Mapping[str, object]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), "utf-8")


def _read(file: Path) -> dict[str, Any]:
    try:
        if (size := file.stat().st_size) > MOST_JSON:
            raise ModelError(f"{file} has {size} bytes; {MOST_JSON} is the limit")
        data = file.read_bytes()
        # Each value is an object of its own, and may take twenty times what it takes in the file.
        if sum(map(data.count, _BEGINNINGS)) > MOST_VALUES:
            raise ModelError(f"{file} has more than {MOST_VALUES} values")
        content = json.loads(data)
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file}: {error}; train the model again") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ModelError(f"{file} is not of format {FORMAT}; train the model again")
    return content


def _strings(content: Mapping[str, Any], name: str) -> list[str]:
    found = content.get(name)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ModelError(f"{WORDS} lacks {name}; train the model again")
    return found
