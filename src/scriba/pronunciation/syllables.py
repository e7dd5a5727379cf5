"""Syllables of a word: their phones and the letters that stand for them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from scriba.pronunciation.g2p import letters_of
from scriba.pronunciation.phones import bare, is_vowel, unstressed
from scriba.pronunciation.spelling import spelling

_CLUSTERS = """
    P-L P-R P-Y B-L B-R B-Y T-R T-W D-R D-W K-L K-R K-W K-Y G-L G-R G-W G-Y F-L F-R F-Y V-Y TH-R
    TH-W SH-R S-L S-M S-N S-P S-T S-K S-W S-F M-Y N-Y HH-Y HH-W S-P-L S-P-R S-P-Y S-T-R S-K-R
    S-K-W S-K-Y S-K-L
"""
_ONSETS = frozenset(tuple(cluster.split("-")) for cluster in _CLUSTERS.split())
"""Consonants that an English syllable may begin with together."""

_LONGEST = 80
_UNKNOWN = -14.0
"""Log probability of a letter and a phone that never stand for each other."""


def syllables(phones: Sequence[str]) -> list[range]:
    """The phones of each syllable, all of them in order; [] of no phones.

    As many consonants as English allows begin a syllable rather than end the one before it (the
    maximal onset principle). Without a vowel ("shh") it is one syllable.
    """
    vowels = [at for at, symbol in enumerate(phones) if is_vowel(symbol)]
    starts = [0] if phones else []
    starts += [_onset(phones, one, other) for one, other in pairwise(vowels)]
    return [range(start, end) for start, end in pairwise([*starts, len(phones)])]


def _onset(phones: Sequence[str], vowel: int, following: int) -> int:
    """Where the syllable of the vowel at `following` begins."""
    for start in range(vowel + 1, following):
        onset = unstressed(phones[start:following])
        if onset in _ONSETS or (len(onset) == 1 and onset != ("NG",)):
            return start
    return following


def graphemes(word: str, phones: Sequence[str], parts: Sequence[range]) -> list[str]:
    """The letters of each syllable: "pencil" in two parts as "pen" and "cil".

    `parts` are the syllables of `phones`. Together they are always `word` as it stands; a syllable
    that no letter stands for ("w") has "".
    """
    if not parts:
        return []
    syllable = [number for number, part in enumerate(parts) for _ in part]
    owners = [syllable[at] for at in _first_phones(word, phones)]
    # A letter may not belong to an earlier syllable than the one before it.
    written = [""] * len(parts)
    last = 0
    for char, owner in zip(word, owners, strict=True):
        last = max(last, owner)
        written[last] += char
    return _parted(written)


def _parted(written: list[str]) -> list[str]:
    """A double consonant between two syllables belongs to both: "hel" and "lo"."""
    for at in range(1, len(written)):
        before, here = written[at - 1], written[at]
        double = len(here) > 2 and here[0] == here[1] and here[0].lower() not in "aeiou"
        if before and double:
            written[at - 1], written[at] = before + here[0], here[1:]
    return written


def _first_phones(word: str, phones: Sequence[str]) -> Iterator[int]:
    """The phone that each character of a word stands for, the first of them if there are more.

    Silent ones go with what stands before them.
    """
    if len(word) > _LONGEST or len(phones) > _LONGEST:
        yield from (at * len(phones) // len(word) for at in range(len(word)))
        return
    plain = [letters_of(char)[:2] for char in word]
    places = [at for at, letters in enumerate(plain) for _ in letters]
    found: list[int | None] = [None] * len(word)
    for letter, phone in _aligned("".join(plain), phones):
        if found[places[letter]] is None:
            found[places[letter]] = phone
    last = 0
    for own in found:
        last = last if own is None else own
        yield last


def _aligned(letters: str, phones: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Letters and phones, by number, that stand for each other in the likeliest alignment."""
    best = [[-float("inf")] * (len(phones) + 1) for _ in range(len(letters) + 1)]
    steps = [[(0, 0)] * (len(phones) + 1) for _ in range(len(letters) + 1)]
    best[0][0] = 0.0
    for i in range(len(letters) + 1):
        for j in range(len(phones) + 1):
            for a, b in ((1, 0), (1, 1), (1, 2), (2, 1), (0, 1)):
                if i >= a and j >= b:
                    cost = _cost(letters[i - a : i], tuple(phones[j - b : j]))
                    if best[i - a][j - b] + cost > best[i][j]:
                        best[i][j], steps[i][j] = best[i - a][j - b] + cost, (a, b)
    i, j = len(letters), len(phones)
    pairs: list[tuple[int, int]] = []
    while (i, j) != (0, 0):
        a, b = steps[i][j]
        i, j = i - a, j - b
        pairs += [(i + offset, j) for offset in range(a) if b]
    yield from reversed(pairs)


def _cost(letters: str, phones: tuple[str, ...]) -> float:
    """The log probability of letters said as phones, whatever their stress."""
    found = spelling().likelihood(letters, tuple(map(bare, phones)))
    return found if found is not None else _UNKNOWN * max(len(letters), len(phones))
