"""How a word is said that is made of words in the dictionary: endings, contractions, compounds."""

from collections.abc import Callable, Iterator
from itertools import islice

from scriba.pronunciation.phones import bare, is_vowel

Pronunciation = tuple[str, ...]
Known = Callable[[str], tuple[Pronunciation, ...]]
"""What a dictionary says of a word; () where it does not have it."""

_HISSING = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))
_VOICELESS = frozenset(("P", "T", "K", "F", "TH"))

_CONTRACTED = {
    "'ll": (("AH0", "L"), ("L",)),
    "'d": (("D",), ("IH0", "D")),
    "'ve": (("V",), ("AH0", "V")),
    "'re": (("ER0",), ("R",)),
    "'m": (("M",), ("AH0", "M")),
    "n't": (("N", "T"), ("AH0", "N", "T")),
}
_ENDINGS = {
    "ing": ("IH0", "NG"),
    "ings": ("IH0", "NG", "Z"),
    "ly": ("L", "IY0"),
    "ness": ("N", "AH0", "S"),
    "less": ("L", "AH0", "S"),
    "ful": ("F", "AH0", "L"),
    "ish": ("IH0", "SH"),
    "able": ("AH0", "B", "AH0", "L"),
    "er": ("ER0",),
    "ers": ("ER0", "Z"),
    "est": ("AH0", "S", "T"),
}
_DROPS_E = frozenset(("ing", "ings", "ish", "able", "er", "ers", "est", "ed"))
_VOWELS = "aeiou"
_OFTEN_DOUBLE = _VOWELS + "sfl"
_MOST = 8
_SHORTEST = 3
_SHORTEST_PART = 4


def derived(word: str, known: Known) -> tuple[Pronunciation, ...]:
    """The pronunciations of a word that `known` has only parts of; () where it has none."""
    for way in (_contracted, _plural, _past, _ending):
        # Each contraction doubles them, and "'d'd'd'd" may be sent.
        if found := tuple(dict.fromkeys(islice(way(word, known), _MOST))):
            return found
    return ()


def _contracted(word: str, known: Known) -> Iterator[Pronunciation]:
    if word.endswith("'s"):
        yield from (_with_s(one) for one in _base(word[:-2], known))
    elif word.endswith("s'"):
        yield from _base(word[:-1], known)
    for ending, ways in _CONTRACTED.items():
        if word.endswith(ending):
            for one in _base(word.removesuffix(ending), known):
                # "it'd" and "that've" need a vowel; "they'd" and "we've" do not.
                ordered = ways if is_vowel(one[-1]) == (ways[0][0] != "AH0") else ways[::-1]
                yield from (one + way for way in ordered)


def _base(word: str, known: Known) -> tuple[Pronunciation, ...]:
    return known(word) or derived(word, known) if word else ()


def _with_s(symbols: Pronunciation) -> Pronunciation:
    last = bare(symbols[-1])
    if last in _HISSING:
        return (*symbols, "IH0", "Z")
    return (*symbols, "S" if last in _VOICELESS else "Z")


def _with_ed(symbols: Pronunciation) -> Pronunciation:
    last = bare(symbols[-1])
    if last in ("T", "D"):
        return (*symbols, "IH0", "D")
    return (*symbols, "T" if last in _VOICELESS | {"S", "SH", "CH"} else "D")


def _stems(stem: str, ending: str) -> Iterator[str]:
    """What a word may be without its ending: "hop", "hope" and "hopp" of "hopping"."""
    if len(stem) < _SHORTEST:
        return
    doubled = len(stem) > _SHORTEST and stem[-1] == stem[-2]
    if doubled and stem[-1] not in _OFTEN_DOUBLE:
        yield stem[:-1]
    # "hoping" is of "hope": of "hop" it would have two p.
    single = stem[-1] not in _VOWELS + "wxy" and stem[-2] in _VOWELS and stem[-3] not in _VOWELS
    wholes = [stem, stem + "e"] if ending in _DROPS_E else [stem]
    yield from reversed(wholes) if single else wholes
    if doubled:
        yield stem[:-1]
    if stem.endswith("i"):
        yield stem[:-1] + "y"


def _plural(word: str, known: Known) -> Iterator[Pronunciation]:
    if not word.endswith("s") or word.endswith(("ss", "us", "'s", "is")):
        return
    stems = [word[:-1]]
    if word.endswith("ies"):
        stems.append(word[:-3] + "y")
    elif word.endswith("es"):
        stems.append(word[:-2])
    for stem in stems:
        if len(stem) >= _SHORTEST and (said := known(stem)):
            yield from map(_with_s, said)
            return


def _past(word: str, known: Known) -> Iterator[Pronunciation]:
    if word.endswith("ed"):
        for stem in _stems(word[:-2], "ed"):
            if said := known(stem):
                yield from map(_with_ed, said)
                return


def _ending(word: str, known: Known) -> Iterator[Pronunciation]:
    for ending, symbols in _ENDINGS.items():
        if not word.endswith(ending):
            continue
        for stem in _stems(word.removesuffix(ending), ending):
            if said := known(stem):
                yield from (_joined(one, symbols) for one in said)
                return


def _joined(symbols: Pronunciation, ending: Pronunciation) -> Pronunciation:
    """ "totally" has one l, and "musically" no vowel before it."""
    if ending[0] == symbols[-1] == "L":
        symbols = symbols[:-2] if symbols[-3:-1] == ("K", "AH0") else symbols[:-1]
    return symbols + ending


def compound(word: str, known: Known) -> tuple[Pronunciation, ...]:
    """A word as two that `known` has, the second with less stress: "smartwatch"."""
    for at in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        first, second = known(word[:at]), known(word[at:])
        if first and second:
            return (first[0] + tuple(symbol.replace("1", "2") for symbol in second[0]),)
    return ()
