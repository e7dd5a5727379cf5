"""Spoken titles, rulers, countries, codes and addresses as written forms."""

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.english.lexicon import (
    FUNCTION_WORDS,
    MONARCHS,
    SPOKEN_TITLES,
    STREETS,
)
from scriba.speech.forms.english.numbers import NUMBER_WORDS, ordinal
from scriba.speech.forms.english.quantities import Quantity, chunks
from scriba.speech.forms.english.roman import to_roman
from scriba.speech.forms.english.scan import Scan
from scriba.speech.forms.english.words import word_set

_LONGEST = 24
_NOT_BEFORE_TITLE = word_set(
    "the a an my your his her its our their this that every any no some another each of"
)
_COUNTRIES = {"s": "U.S.", "k": "U.K.", "n": "U.N."}


def title(scan: Scan, start: int) -> list[Replacement] | None:
    name = scan.after(start + 1)
    if not name or not name[0].isalpha() or name in FUNCTION_WORDS or len(name) < 2:
        return None
    if not scan.is_name(start + 1):
        return None
    if scan.words[start] in ("doctor", "saint") and scan.before(start) in _NOT_BEFORE_TITLE:
        return None
    if name.endswith(("'s",)) and scan.words[start] == "misses":
        return None
    return [Replacement(start, start + 1, SPOKEN_TITLES[scan.words[start]])]


def regnal(scan: Scan, start: int) -> list[Replacement] | None:
    """The number of a ruler or a world war: "henry the eighth", "world war two"."""
    words = scan.words
    if words[start] == "world" and scan.after(start + 1) == "war":
        number = scan.after(start + 2)
        if number in ("one", "two", "three"):
            roman = "I" * (("one", "two", "three").index(number) + 1)
            return [Replacement(start + 2, start + 3, roman)]
        return None
    if words[start] in MONARCHS and scan.after(start + 1) == "the":
        found = ordinal(words, start + 2, scan.limit[start])
        follows = scan.after(found[1]) if found else ""
        if found and 0 < found[0] < 40 and follows not in ("time", "day", "one", "of", "week"):
            return [Replacement(start + 1, found[1], to_roman(found[0]))]
    return None


def country(scan: Scan, start: int) -> list[Replacement] | None:
    second = scan.after(start + 1)
    if (
        second not in _COUNTRIES
        or scan.before(start) in ("dot", "slash")
        or (len(scan.before(start)) == 1)
    ):
        return None
    if len(scan.after(start + 2)) == 1 and scan.after(start + 2) not in ("a", "i"):
        return None
    return [Replacement(start, start + 2, _COUNTRIES[second])]


def code(scan: Scan, start: int) -> list[Replacement] | None:
    """Letters and digits of one name: "x eighty six", "b twelve"."""
    text, at, letters, numbers = "", start, 0, 0
    second = scan.after(start + 1)
    if scan.words[start] in ("a", "i") and not (len(second) == 1 and second not in "aio"):
        return None
    if scan.words[start] == "x" and scan.before(start) in NUMBER_WORDS:
        return None
    while at == start or (scan.after(at) and at < start + _LONGEST):
        word = scan.words[at] if at < scan.size else ""
        if len(word) == 1 and word.isalpha():
            text, at, letters = text + word, at + 1, letters + 1
            continue
        if word not in NUMBER_WORDS:
            break
        found = [item for item in chunks(scan, at, scan.limit[at]) if len(item[0]) <= 2]
        if not found:
            break
        text, at = text + "".join(item for item, _ in found), found[-1][1]
        numbers += 1
    if not (letters and numbers) or scan.after(at) in ("percent", "dollars", "hundred"):
        return None
    return [Replacement(start, at, text)]


def street(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
    """A house number and its street: "thirty five lexington avenue"."""
    if found.value is None or ("," in found.text and found.value > 9999):
        return None
    at = found.end
    for step in range(1, 4):
        word = scan.after(at + step)
        name = scan.after(at + step - 1)
        if not name or name in FUNCTION_WORDS or name in NUMBER_WORDS or not name[0].isalpha():
            return None
        if not scan.is_name(at + step - 1):
            return None
        if word in STREETS and scan.is_name(at + step):
            house = found.text.replace(",", "").replace("-", "")
            return [
                Replacement(start, at, house),
                Replacement(at + step, at + step + 1, STREETS[word]),
            ]
    return None
