"""The recogniser's text cut into words, and words into punctuation and core."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'"})
_SPOKEN_MARKS = frozenset("&%@#§=")
_SIGN = frozenset("-−+.#")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Token:
    """One whitespace-separated word: `lead` and `trail` punctuation around `core`."""

    lead: str
    core: str
    trail: str

    @property
    def raw(self) -> str:
        return self.lead + self.core + self.trail

    @property
    def capital(self) -> bool:
        return self.core[:1].isupper()


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PC" or char in "~^`|<>*_=♪♫"


def _starts_core(raw: str, at: int) -> bool:
    char, tail = raw[at], raw[at + 1 : at + 3]
    if char in _SIGN and tail and (tail[0].isdigit() or (tail[0] in ".$€£¥" and char in "-−")):
        return True
    if (char in "@#" and tail and tail[0].isalnum()) or (char == "%" and tail[:1].isdigit()):
        return True
    return char in "'\u2019" and len(tail) == 2 and tail.isdigit() and raw[at + 3 : at + 4] == "s"


@lru_cache(maxsize=4096)
def token(raw: str) -> Token:
    """A word cut into leading punctuation, core and trailing punctuation."""
    if raw.isalnum():
        return Token("", raw, "")
    first, last = 0, len(raw)
    while first < last and _is_punctuation(raw[first]) and not _starts_core(raw, first):
        first += 1
    while last > first and _is_punctuation(raw[last - 1]):
        if raw[last - 1] == "%" or (raw[last - 1] == "#" and raw[last - 2 : last - 1].isalpha()):
            break
        last -= 1
    if raw[last : last + 1] == ")" and "(" in raw[first:last] and ")" not in raw[first:last]:
        last += 1
    if first == last:
        spoken = next((at for at, char in enumerate(raw) if char in _SPOKEN_MARKS), -1)
        if spoken >= 0:
            return Token(raw[:spoken], raw[spoken], raw[spoken + 1 :])
    return Token(raw[:first], raw[first:last], raw[last:])


def shown(word: str) -> Token:
    """A word of a display; a dictated new line at its end counts as punctuation."""
    bare = word.rstrip("\n")
    item = token(bare)
    lines = word[len(bare) :]
    return Token(item.lead, item.core, item.trail + lines) if lines else item


def rewritten(words: Sequence[str], text: str) -> tuple[str, ...]:
    """The words of `text` with the punctuation that stood around `words`."""
    lead = shown(words[0]).lead if words else ""
    trail = shown(words[-1]).trail if words else ""
    if trail.startswith(text[-1]) and not text[-1].isalnum():
        trail = trail[1:]
    first, *others = text.split()
    *before, last = [lead + first, *others]
    return (*before, last + trail)


def holds(text: str, figures: str) -> bool:
    """Whether `text` holds `figures` as they stand: "R$ 3000" does not hold "R$ 3"."""
    return re.search(rf"(?<![\d.,]){re.escape(figures)}(?![., ]?\d)", text) is not None


def lowered(text: str) -> str:
    """Lower case without the dot that Python sets beside the i of the Turkish capital."""
    return text.lower().replace("i\u0307", "i")


def _belongs(char: str) -> bool:
    return char.isalnum() or char == "'" or unicodedata.category(char)[0] == "M" or char == "\u200d"


@lru_cache(maxsize=4096)
def pieces(core: str) -> tuple[tuple[str, str], ...]:
    """The letters of a core between its inner punctuation, each with what separates it.

    "well-known" -> (("well", "-"), ("known", "")). Without a letter or digit: nothing.
    """
    if core.isalnum():
        return ((core, ""),)
    if len(core) > _LONGEST:
        kept = "".join(char for char in core if char.isalnum())
        return ((kept, ""),) if kept else ()
    found: list[tuple[str, str]] = []
    text, gap = "", ""
    for char in core.translate(APOSTROPHES):
        if _belongs(char):
            if gap and text:
                found.append((text, gap))
                text = ""
            text, gap = text + char, ""
        elif text:
            gap += char
    if text:
        found.append((text, gap))
    return tuple(item for item in found if any(char.isalnum() for char in item[0]))
