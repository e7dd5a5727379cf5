"""How words that no dictionary has are probably said."""

import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from scriba.pronunciation.spelling import END, Floats, Ints, Spelling, spelling

_BEAM = 48
_CHUNK = 32
"""Letters that are read at once: as long as English words get."""

_SPECIAL = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "th", "þ": "th", "ı": "i"}
)


class Guess(NamedTuple):
    """A pronunciation and its probability among all that are thinkable."""

    phones: tuple[str, ...]
    probability: float


def letters_of(word: str) -> str:
    """The letters a to z and apostrophes of a word, accents taken off; "" if there are none."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_SPECIAL))
    kept = "".join(char for char in plain if "a" <= char <= "z" or char == "'")
    return kept if kept.strip("'") else ""


def guess(word: str, most: int = 4, model: Spelling | None = None) -> tuple[Guess, ...]:
    """Up to `most` pronunciations of a word by its letters, the likeliest first.

    Anything is accepted; () for what has no letter a to z. Each has exactly one primary stress.
    """
    letters = letters_of(word)
    if not letters:
        return ()
    model = model or spelling()
    best: list[tuple[tuple[str, ...], float]] = [((), 1.0)]
    for at in range(0, len(letters), _CHUNK):
        part = _decode(letters[at : at + _CHUNK], model)
        if part:
            best = [(a + b, p * q) for a, p in best[:most] for b, q in part[:most]]
            best.sort(key=lambda item: -item[1])
    merged: dict[tuple[str, ...], float] = defaultdict(float)
    for phones, probability in best:
        merged[stressed(phones)] += probability
    ranked = sorted(merged.items(), key=lambda item: -item[1])
    return tuple(Guess(phones, probability) for phones, probability in ranked[:most])


def stressed(phones: tuple[str, ...]) -> tuple[str, ...]:
    """The phones with one primary stress: the first if there are more, else the strongest vowel."""
    vowels = [n for n, symbol in enumerate(phones) if symbol[-1].isdigit()]
    if not vowels:
        return phones
    primary = [n for n in vowels if phones[n].endswith("1")]
    secondary = [n for n in vowels if phones[n].endswith("2")]
    full = [n for n in vowels if phones[n] not in ("AH0", "IH0", "ER0")]
    chosen = (primary or secondary or full or vowels)[0]
    fixed = list(phones)
    for n in primary:
        fixed[n] = fixed[n][:-1] + "2"
    fixed[chosen] = fixed[chosen][:-1] + "1"
    return tuple(fixed)


class _Hypotheses(NamedTuple):
    """Readings of the first letters: where the model stands, how likely, from which, by what."""

    nodes: Ints
    scores: Floats
    phones: list[tuple[str, ...]]


@lru_cache(maxsize=4096)
def _decode(letters: str, model: Spelling) -> list[tuple[tuple[str, ...], float]]:
    """Pronunciations of letters with probabilities that sum to one, the likeliest first."""
    columns: list[_Hypotheses] = [
        _Hypotheses(np.array([model.start]), np.zeros(1, np.float32), [()])
    ]
    for end in range(1, len(letters) + 1):
        columns.append(_column(letters, end, columns, model))
    last = columns[-1]
    if not last.phones:
        return []
    _, ending = model.follow(last.nodes, np.array([END]))
    scores = last.scores + ending[:, 0]
    chances = np.exp(scores - scores.max())
    merged: dict[tuple[str, ...], float] = defaultdict(float)
    for phones, chance in zip(last.phones, chances.tolist(), strict=True):
        if phones:
            merged[phones] += chance
    total = sum(merged.values())
    ranked = sorted(merged.items(), key=lambda item: -item[1])
    return [(phones, chance / total) for phones, chance in ranked]


def _column(letters: str, end: int, columns: list[_Hypotheses], model: Spelling) -> _Hypotheses:
    """The best readings of the first `end` letters."""
    nodes, scores, origins = [], [], []
    for width in (1, 2):
        units = model.by_letters.get(letters[max(0, end - width) : end])
        if end < width or units is None or not columns[end - width].phones:
            continue
        before = columns[end - width]
        reached, gained = model.follow(before.nodes, units)
        nodes.append(reached.ravel())
        scores.append((before.scores[:, None] + gained).ravel())
        origins.append((before, units))
    every_score = np.concatenate(scores)
    best = np.argsort(-every_score, kind="stable")[:_BEAM]
    phones = []
    for at in best.tolist():
        before, units = origins[0]
        if at >= len(scores[0]):
            at, (before, units) = at - len(scores[0]), origins[1]
        source, unit = divmod(at, len(units))
        phones.append(before.phones[source] + model.units[units[unit]][1])
    return _Hypotheses(np.concatenate(nodes)[best], every_score[best], phones)
