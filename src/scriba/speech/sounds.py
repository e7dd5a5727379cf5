"""What texts sound like, roughly, in any language: keys to compare, and how far they are apart."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

VOWELS = "aeiouy"

_SPELLINGS = (
    (r"sch|sh|tsch|tch|ch", "5"),
    (r"ph", "f"),
    (r"th", "8"),
    (r"ck|qu?|c(?![eiy])", "k"),
    (r"c(?=[eiy])|z", "s"),
    (r"x", "ks"),
    (r"^kn|^gn", "n"),
    (r"^wr", "r"),
    (r"gh(?=t|$)", ""),
    (r"(?<=[aeiou])h|h(?=$)", ""),
    (r"w", "v"),
    (r"dg|j", "5"),
    (r"(.)\1+", r"\1"),
)
_RULES = tuple((re.compile(pattern), sound) for pattern, sound in _SPELLINGS)

_NEAR = {frozenset(pair) for pair in ("bp", "dt", "gk", "fv", "s5", "mn", "8t", "8s", "8d", "lr")}

_LETTERS = str.maketrans(
    dict(
        zip(
            "абвгдезиклмнопрстуфхыэіїєґқғңөүұһј",
            "abvgdesiklmnoprstufhieiiegkgnouuhi",
            strict=True,
        )
    )
    | dict(
        zip(
            "αβγδεζηθικλμνξοπρσςτυφχψω",
            "avg8esi8iklmnkoprsstyfhso",
            strict=True,
        )
    )
    | {"ж": "5", "ц": "s", "ч": "5", "ш": "5", "щ": "5", "ъ": "", "ь": "", "ю": "iu", "я": "ia"}
)
"""Cyrillic and Greek letters as what they sound like; `casefold` and NFKD came before."""


@lru_cache(maxsize=65536)
def sounds(text: str) -> str:
    """A rough spelling of what a text sounds like, in any language of an alphabet.

    Texts in other scripts are their letters.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    key = "".join(char for char in plain if char.isalnum()).translate(_LETTERS)
    if key.isascii():
        for pattern, sound in _RULES:
            key = pattern.sub(sound, key)
    return key


def pairs(key: str) -> set[str]:
    """The pairs of consonants that follow each other in a key, its ends included."""
    # Vowels are the least certain: pairs are of what stands between them.
    firm = "".join(char for char in f"^{key}$" if char not in VOWELS)
    return {firm[i : i + 2] for i in range(len(firm) - 1)}


def distance(one: str, other: str) -> float:
    """The edit distance of two keys, in which like sounds are nearer than others."""
    row = [0.0]
    for char in other:
        row.append(row[-1] + loss(char))
    for a in one:
        before, row[0] = row[0], row[0] + loss(a)
        for j, b in enumerate(other, 1):
            best = min(row[j] + loss(a), row[j - 1] + loss(b), before + _change(a, b))
            before, row[j] = row[j], best
    return row[-1]


def loss(char: str) -> float:
    """What a sound costs that is missing or too much."""
    return 0.6 if char in VOWELS else 1.0


def _change(a: str, b: str) -> float:
    if a == b:
        return 0.0
    if a in VOWELS and b in VOWELS:
        return 0.3
    return 0.5 if frozenset((a, b)) in _NEAR else 1.0


_KNOWN = "\0" + "abcdefghijklmnopqrstuvwxyz0123456789"
_CODES = {char: code for code, char in enumerate(_KNOWN)}
_CHANGES = np.array([[_change(a, b) for b in _KNOWN] for a in _KNOWN], np.float32)
_LOSSES = np.array([0.0, *(loss(char) for char in _KNOWN[1:])], np.float32)


def distances(ones: Sequence[str], others: Sequence[str]) -> npt.NDArray[np.float32]:
    """The distances of pairs of keys, as `distance` gives them: (pairs,)."""
    if not ones:
        return np.zeros(0, np.float32)
    if not all(key.isascii() for key in ones) or not all(key.isascii() for key in others):
        return np.array([distance(a, b) for a, b in zip(ones, others, strict=True)], np.float32)
    a, b = _coded(ones), _coded(others)
    lengths = np.array([len(key) for key in ones])
    rows = np.concatenate(
        [np.zeros((len(b), 1), np.float32), np.cumsum(_LOSSES[b], axis=1)], axis=1
    )
    found = rows.copy()
    gone = _LOSSES[b]
    for i in range(a.shape[1]):
        lost = _LOSSES[a[:, i]]
        following = np.empty_like(rows)
        following[:, 0] = rows[:, 0] + lost
        best = np.minimum(rows[:, 1:] + lost[:, None], rows[:, :-1] + _CHANGES[a[:, i, None], b])
        for j in range(b.shape[1]):
            following[:, j + 1] = np.minimum(best[:, j], following[:, j] + gone[:, j])
        rows = following
        ended = lengths == i + 1
        found[ended] = rows[ended]
    # Beyond its end a key is nothing, and nothing costs nothing: the last column holds for all.
    return np.asarray(found[:, -1], np.float32)


def _coded(keys: Sequence[str]) -> npt.NDArray[np.int64]:
    longest = max(1, *(len(key) for key in keys))
    coded = np.zeros((len(keys), longest), np.int64)
    for row, key in zip(coded, keys, strict=True):
        row[: len(key)] = [_CODES[char] for char in key]
    return coded
