"""What was learnt from text, and what it changes in recognition.

Files of a model's folder: `language.json` (words, how they are written and what they sound like),
`language.npz` (numbers: n-grams and indexes) and `words.json` (pronunciations).
"""

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scriba.errors import ModelError
from scriba.speech.domain import BITS, EDGE, UNKNOWN, Domain, Grams, words
from scriba.speech.engine import TimedWord
from scriba.speech.forms.pipeline import tn
from scriba.speech.language import locale as find_locale
from scriba.speech.rewording import Reworded, Vocabulary, reworded
from scriba.speech.soundalikes import CODES, Soundalikes

WORDS, NUMBERS, PRONUNCIATIONS = "language.json", "language.npz", "words.json"
FORMAT = 1
_MOST_BYTES = 512 << 20
_MOST_WORDS = (1 << BITS) - 8
_DEFAULT = 30

_MOST_GAIN = 8.0
"""Nats that a single word may gain in its place."""

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """How something written ("3CPO") is said ("three c p o").

    With `always` that is written wherever it is heard; else, as what is heard is an ordinary word,
    only where the domain's texts speak for it.
    """

    written: str
    spoken: str
    always: bool = True


class Said:
    """Pronunciations, to be found in texts. `written` are the written forms of `phrases`."""

    def __init__(self, listed: Sequence[Pronunciation], voice: Callable[[str], str]) -> None:
        self.voice = voice
        self.written: dict[str, str] = {}
        self._exactly: dict[tuple[str, ...], str] = {}
        for each in listed:
            for form in (each.spoken, each.written):
                self.written.setdefault(" ".join(form.split()), each.written)
            self._exactly.setdefault(_plain(each.spoken), each.written)
        self.phrases = tuple(self.written)
        self._longest = max((len(form) for form in self._exactly), default=0)

    def replaced(self, text: str) -> str:
        """The text with what is said word for word in its written form."""
        found = words(text)
        at = len(found)
        while at > 0:
            for count in range(min(self._longest, at), 0, -1):
                form = tuple(word.plain for word in found[at - count : at])
                if form in self._exactly:
                    start, end = found[at - count].start, found[at - 1].end
                    text = text[:start] + self._exactly[form] + text[end:]
                    at -= count - 1
                    break
            at -= 1
        return text


def _plain(text: str) -> tuple[str, ...]:
    return tuple(word.plain for word in words(text))


@dataclass(frozen=True)
class Adaptation:
    """A domain and pronunciations, and by `weight` (1 to 100) how much they count."""

    locale: str
    weight: int = _DEFAULT
    vocabulary: Vocabulary | None = None
    pronunciations: tuple[Pronunciation, ...] = ()

    @cached_property
    def strength(self) -> float:
        """How much what a domain gains counts beside the audio."""
        return sqrt(self.weight / _DEFAULT)

    @cached_property
    def language(self) -> str:
        """Whisper's code of the language that was learnt."""
        return find_locale(self.locale).whisper

    @cached_property
    def said(self) -> Said | None:
        """The pronunciations that are written wherever they are heard."""
        listed = [each for each in self.pronunciations if each.always]
        return Said(listed, spoken_in(self.locale)) if listed else None

    def proposals(self, text: str, timed: Sequence[TimedWord], most: int) -> list[Reworded]:
        """Texts that may have been meant instead, most promising first."""
        # Without spaces a letter is a word, and what letters sound like is not known.
        if self.vocabulary is None or not find_locale(self.locale).spaced:
            return []
        return reworded(text, timed, self.vocabulary, most)

    def gain(self, general: Sequence[tuple[str, float]]) -> float:
        """How much likelier a text becomes, in nats.

        `general` are its words as `domain.plain` gives them, each with its log probability in
        speech in general. A text that the domain would hardly say gains nothing by single words.
        """
        if self.vocabulary is None:
            return 0.0
        domain = self.vocabulary.domain
        before = (EDGE, EDGE)
        total = 0.0
        for word, usual in general:
            number = domain.number(word)
            total += domain.gain(before, number, usual, _MOST_GAIN)
            before = (before[1], number)
        share = self.weight / 200
        return self.strength * log((1.0 - share) + share * exp(min(total, 500.0)))

    @classmethod
    def load(
        cls, folder: Path, weight: int = _DEFAULT, locale: str = "en-US"
    ) -> "Adaptation | None":
        """What was learnt from text, if the folder holds it; raises ModelError.

        Whoever made the files may be a stranger: sizes have limits and all numbers are checked.
        """
        vocabulary = _load_vocabulary(folder, locale) if (folder / WORDS).exists() else None
        said = _load_pronunciations(folder) if (folder / PRONUNCIATIONS).exists() else ()
        if vocabulary is None and not said:
            return None
        return cls(locale, weight, vocabulary, said)

    def save(self, folder: Path) -> None:
        """Writes the files; `weight` and `locale` stand in the model's own list."""
        if self.vocabulary is not None:
            _save_vocabulary(folder, self.vocabulary)
        if self.pronunciations:
            rows = [[each.written, each.spoken, each.always] for each in self.pronunciations]
            _write(folder / PRONUNCIATIONS, {"format": FORMAT, "pronunciations": rows})


def spoken_in(locale: str) -> Callable[[str], str]:
    """A function from a word to how it is said in a locale: figures become words."""

    @lru_cache(maxsize=4096)
    def spoken(word: str) -> str:
        if not word.isdecimal() or len(word) > 4:
            return word
        return tn(word, locale) or word

    return spoken


def _save_vocabulary(folder: Path, vocabulary: Vocabulary) -> None:
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


def _load_vocabulary(folder: Path, locale: str) -> Vocabulary:
    content = _read(folder / WORDS)
    known, surfaces, keys = (_strings(content, name) for name in ("words", "surfaces", "keys"))
    arrays = _arrays(folder / NUMBERS)
    count = len(known) + 2
    lengths = arrays["lengths"]
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
        if size > _MOST_BYTES:
            raise ModelError(f"{file} holds {size} bytes; {_MOST_BYTES} is the limit")
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


def _load_pronunciations(folder: Path) -> tuple[Pronunciation, ...]:
    file = folder / PRONUNCIATIONS
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
        if file.stat().st_size > _MOST_BYTES:
            raise ModelError(f"{file} is larger than {_MOST_BYTES} bytes")
        content = json.loads(file.read_bytes())
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
