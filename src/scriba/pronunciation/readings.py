"""Other ways to say what is not said as it is written: "317" as "three seventeen".

`scriba.speech.forms` knows the usual one. Readers choose among several, and all of them are right.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from scriba.speech.forms.english.numbers import (
    NUMBER_WORDS,
    ORDINALS,
    SMALL,
    spell,
    spell_block,
    spell_digits,
    spell_ordinal,
    spell_year,
)

_MOST = 16
_MOST_DIGITS = 10
_DIGITS = frozenset(word for word, value in SMALL.items() if value < 10)

_INTEGER = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,12}", re.ASCII)
_DECIMAL = re.compile(r"(\d*)\.(\d{1,4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)\b", re.ASCII)
_FRACTION = re.compile(r"(\d{1,3})\s?[/⁄]\s?(\d{1,3})|[¼-¾⅐-⅞]", re.ASCII)
_RANGE = re.compile(r"\S*\d\S*([-–:])\S*\d\S*", re.ASCII)
_PRICE = re.compile(r"(.+) (dollars?|pounds?|euros?) (.+?)( cents?| pence| penny)?")

_IN_FULL = {
    "e g": ("for example", "for instance"),
    "i e": ("that is",),
    "versus": ("v s", "against"),
    "w o": ("without",),
}
"""What else an abbreviation may be said as, by what it is usually said as."""

_UNITS = {
    "kilograms": ("kilos", "k g"),
    "kilometers": ("k m",),
    "celsius": ("", "centigrade", "c"),
    "fahrenheit": ("", "f"),
    "per": ("an", "a"),
    "quarters": ("fourths",),
    "quarter": ("fourth",),
}

_LETTERS = {
    "x": ("times",),
    "k": ("thousand",),
    "m": ("million", "meters"),
    "b": ("billion",),
    "bn": ("billion",),
    "h": ("hours",),
}
"""What else a letter behind a number may stand for."""

_COUNTED = frozenset(("hundred", "thousand", "million", "billion", "dollar", "pound", "euro"))
"""What "a" may stand before as well as "one"."""


def others(written: str, words: Sequence[str]) -> list[tuple[str, ...]]:
    """What `written` may be said as besides `words`, in lower case, the likeliest first.

    `words` is what it is usually said as. () of what is said in one way only.
    """
    usual = " ".join(words)
    first = dict.fromkeys([usual, *_wholly_other(written, usual)])
    # Where few are kept, each of them comes before what differs in a small word.
    found = dict.fromkeys([*first, *(small for each in first for small in _small(each))])
    del found[usual]
    return [tuple(each.split()) for each in found][:_MOST]


def _wholly_other(written: str, usual: str) -> Iterator[str]:
    yield from _IN_FULL.get(usual, ())
    if " slash " in usual:
        yield from (usual.replace(" slash ", each) for each in (" or ", " "))
    if not any(char.isnumeric() for char in written):
        return
    for rule in (_integer, _decimal, _clock, _year, _fraction, _range):
        yield from (" ".join(each.split()) for each in rule(written, usual))
    yield from _price(usual)
    yield from _unit(usual)


def _unit(usual: str) -> Iterable[str]:
    words = usual.split()
    for at, word in enumerate(words):
        for other in _UNITS.get(word, ()):
            yield " ".join((*words[:at], *other.split(), *words[at + 1 :]))
    number, last = words[:-1], words[-1]
    if number and NUMBER_WORDS.union(("hundred", "thousand", "point")).issuperset(number):
        yield from (" ".join((*number, other)) for other in _LETTERS.get(last, ()))


def _integer(written: str, usual: str) -> Iterable[str]:
    if not _INTEGER.fullmatch(written):
        return
    number = int(written.replace(",", ""))
    if 0 < number < 32 and not ORDINALS.keys().isdisjoint(usual.split()):
        # The day of a date.
        day = " ".join(spell_ordinal(number))
        yield from (day, f"the {day}", " ".join(spell(number)))
    yield " ".join(spell(number))
    if "," in written:
        return
    if 3 <= len(written) <= 4 and written[0] != "0":
        yield " ".join(spell_block(written))
    if len(written) == 4 and written[0] != "0":
        yield _pair(number // 100, number % 100)
    if 2 <= len(written) <= _MOST_DIGITS:
        yield " ".join(spell_digits(written))


def _pair(high: int, low: int) -> str:
    """Two numbers below a hundred one after another, as in a year or a time."""
    small = "hundred" if not low else f"{'oh ' if low < 10 else ''}{' '.join(spell(low))}"
    return f"{' '.join(spell(high))} {small}"


def _decimal(written: str, usual: str) -> Iterable[str]:
    if not (found := _DECIMAL.match(written)):
        return
    whole, part = found.groups()
    usually = " ".join(spell_digits(part))
    if len(part) == 2 and part[0] != "0" and f"point {usually}" in usual:
        yield usual.replace(f"point {usually}", f"point {' '.join(spell(int(part)))}")
    if part == "5" and whole not in ("", "0"):
        yield usual.replace("point five", "and a half")
    if whole in ("", "0"):
        yield usual.removeprefix("zero ")
        yield usual.replace("zero", "oh", 1)


def _clock(written: str, usual: str) -> Iterable[str]:
    found = _CLOCK.match(written)
    if not found or int(found[1]) > 24 or int(found[2]) > 59:
        return
    hour, minute = int(found[1]), int(found[2])
    half = usual[-4:] if usual.endswith((" a m", " p m")) else ""
    hours = (hour, hour - 12) if 12 < hour < 24 else (hour,)
    this, following = (" ".join(spell(each)) for each in (hours[-1], hours[-1] % 12 + 1))
    if not minute:
        for each in (" ".join(spell(each)) for each in hours):
            yield from (f"{each}{half}", f"{each} o'clock{half}", f"{each} hundred{half}")
        return
    if len(hours) > 1:
        yield _pair(hours[-1], minute)
    if minute in (15, 45):
        near = f"quarter past {this}" if minute == 15 else f"quarter to {following}"
        yield from (f"{near}{half}", f"a {near}{half}")
    elif minute == 30:
        yield f"half past {this}{half}"
    else:
        late = minute > 30
        count = " ".join(spell(60 - minute if late else minute))
        yield f"{count} {f'to {following}' if late else f'past {this}'}{half}"


def _year(written: str, usual: str) -> Iterable[str]:
    """A date's year said as a number."""
    for year in re.findall(r"\b\d{4}\b", written, re.ASCII) if written[-1:].isdigit() else ():
        said = " ".join(spell_year(int(year))) if int(year) >= 1000 else ""
        if said and usual != said and usual.endswith(said):
            yield usual.removesuffix(said) + " ".join(spell(int(year)))


def _fraction(written: str, usual: str) -> Iterable[str]:
    if not (found := _FRACTION.fullmatch(written)):
        return
    if found[1]:
        yield " over ".join(" ".join(spell(int(each))) for each in found.groups())
    if usual.startswith("one "):
        yield f"a {usual.removeprefix('one ')}"
    if usual == "one half":
        yield "half"


def _range(written: str, usual: str) -> Iterable[str]:
    if " to " in usual and (found := _RANGE.fullmatch(written)):
        between = (" ", " by ") if found[1] == ":" else (" ", " through ", " dash ")
        yield from (usual.replace(" to ", each) for each in between)


def _price(usual: str) -> Iterable[str]:
    if found := _PRICE.fullmatch(usual):
        whole, unit, part, small = found.groups(default="")
        yield f"{whole} {unit} and {part}{small}"
        if small:
            yield f"{whole} {part}"
            yield f"{whole} {unit} {part}"


def _small(usual: str) -> Iterator[str]:
    """What differs by "and", by "a" for "one", and by the name of 0."""
    words = usual.split()
    joined = " ".join(_with_and(words))
    for each in dict.fromkeys((joined, usual)):
        yield each
        if words[0] == "one" and _COUNTED.intersection(words[1:2]):
            yield f"a {each.removeprefix('one ')}"
    if len(words) > 1 and _DIGITS.issuperset({"zero" if word == "oh" else word for word in words}):
        yield usual.replace("zero", "oh")
        yield usual.replace("oh", "zero")


def _with_and(words: Sequence[str]) -> Iterator[str]:
    """The words of a number with "and" before its tens and units: "two hundred and five"."""
    for at, word in enumerate(words):
        yield word
        following = words[at + 1 : at + 3]
        below = following[:1] and (following[0] in NUMBER_WORDS or following[0] in ORDINALS)
        if word in ("hundred", "thousand") and below and "hundred" not in following:
            yield "and"
