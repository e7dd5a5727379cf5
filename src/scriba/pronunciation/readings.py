"""Other ways to say what is not said as it is written: "317" as "three seventeen".

`scriba.speech.forms` knows the usual one. Readers choose among several, and all of them are right.
Ways are texts of spoken words in lower case.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from scriba.speech.forms.english.lexicon import MONTH_NAMES
from scriba.speech.forms.english.numbers import (
    NUMBER_WORDS,
    ORDINALS,
    spell,
    spell_block,
    spell_digits,
    spell_ordinal,
    spell_year,
)

_MOST = 24
_MOST_DIGITS = 10

_INTEGER = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,12}", re.ASCII)
_TAIL = re.compile(r"(\D+)(\d{2,4})", re.ASCII)
_DECIMAL = re.compile(r"(?<![\d.])(\d*)\.(\d{1,4})(?![\d.])", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?:\s?[ap]\.?m\.?)?", re.ASCII | re.IGNORECASE)
_YEAR = re.compile(r"\b[1-9]\d{3}\b", re.ASCII)
_FRACTION = re.compile(r"(\d{1,3})\s?[/⁄]\s?(\d{1,3})|[¼-¾⅐-⅞]", re.ASCII)
_RANGE = re.compile(r"(.*\d.*)[-–](.*\d.*)|\d+:\d+", re.ASCII)
_PRICE = re.compile(r"(.+) (dollars?|pounds?|euros?) (?!to )(.+?)( cents?| pence| penny)?")
_HEIGHT = re.compile(r"(.+) (?:feet|foot) (.+?)(?: inch(?:es)?)?")

_IN_FULL = {
    "e g": ("for example", "for instance"),
    "i e": ("that is",),
    "versus": ("v s", "against"),
    "w o": ("without",),
    "zero": ("oh",),
}
"""What else something short may be said as, by what it is usually said as."""

_UNITS = {
    "kilograms": ("kilos", "k g"),
    "kilometers": ("k m",),
    "gigabytes": ("gigs", "g b"),
    "megabytes": ("megs", "m b"),
    "celsius": ("", "centigrade", "c"),
    "fahrenheit": ("", "f"),
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

_AN = frozenset(("hour", "ounce", "inch", "eighth", "eleventh", "eighteenth"))


def others(written: str, words: Sequence[str]) -> list[tuple[str, ...]]:
    """What `written` may be said as besides `words`, in lower case, the likeliest first.

    `words` is what it is usually said as. () of what is said in one way only.
    """
    usual = " ".join(words)
    first = dict.fromkeys([usual, *_ways(written, usual)])
    first = dict.fromkeys([*first, *(unit for each in first for unit in _unit(each))])
    # Where few are kept, each of them comes before what differs in a small word.
    found = dict.fromkeys([*first, *(small for each in first for small in _small(each))])
    del found[usual]
    return [tuple(each.split()) for each in found][:_MOST]


def _ways(written: str, usual: str) -> Iterator[str]:
    """The ways that differ in more than a small word or a unit."""
    yield from _IN_FULL.get(usual, ())
    if " slash " in usual:
        yield from (usual.replace(" slash ", each) for each in (" or ", " "))
    if not any(char.isnumeric() for char in written):
        return
    for rule in (_integer, _tail, _range, _decimal, _clock, _date, _fraction):
        yield from rule(written, usual)
    if usual.startswith("minus "):
        yield usual.replace("minus", "negative", 1)
    if found := _PRICE.fullmatch(usual):
        whole, unit, part, small = found.groups(default="")
        yield f"{whole} {unit} and {part}{small}"
        if small:
            yield from (f"{whole} {part}", f"{whole} {unit} {part}")
    if found := _HEIGHT.fullmatch(usual):
        feet, inches = found.groups()
        yield from (f"{feet} foot {inches}", f"{feet} {inches}", f"{feet} feet {inches}")


def _spelt(number: int) -> str:
    return " ".join(spell(number))


def _numbers(figures: str) -> list[str]:
    """The ways to say an integer, which may have commas between its thousands."""
    bare = figures.replace(",", "")
    number = int(bare)
    ways = [_spelt(number)]
    if len(bare) == 4 and bare[0] != "0" and number % 100 == 0 and number % 1000:
        ways.append(_pair(number // 100, 0))
    if bare != figures:
        return ways
    if 3 <= len(bare) <= 4 and bare[0] != "0":
        ways.append(" ".join(spell_block(bare)))
    if len(bare) == 4 and bare[0] != "0":
        ways.append(_pair(number // 100, number % 100))
        if number % 1000 > 99 and number % 100:
            ways.append(f"{_spelt(number // 100)} hundred {_spelt(number % 100)}")
    if 2 <= len(bare) <= _MOST_DIGITS:
        ways.append(" ".join(spell_digits(bare)))
    return ways


def _pair(high: int, low: int) -> str:
    """Two numbers below a hundred one after another, as in a year or a time."""
    small = "hundred" if not low else f"{'oh ' if low < 10 else ''}{_spelt(low)}"
    return f"{_spelt(high)} {small}"


def _integer(written: str, usual: str) -> Iterable[str]:
    if not _INTEGER.fullmatch(written):
        return
    number = int(written.replace(",", ""))
    if 0 < number < 32 and not ORDINALS.keys().isdisjoint(usual.split()):
        # The day of a date.
        day = " ".join(spell_ordinal(number))
        yield from (day, f"the {day}", _spelt(number))
    ways = _numbers(written)
    if usual in ways or usual.replace("oh", "zero") in ways:
        yield from ways


def _tail(written: str, usual: str) -> Iterable[str]:
    """A number behind letters or a sign: "A380", "#317", "-40"."""
    if not (found := _TAIL.fullmatch(written)):
        return
    ways = _numbers(found[2])
    own = max((way for way in ways if usual.endswith(f" {way}")), key=len, default="")
    if own:
        head = usual.removesuffix(own)
        yield from (f"{head}{way}" for way in ways)


def _decimal(written: str, usual: str) -> Iterable[str]:
    if not (found := _DECIMAL.search(written)):
        return
    whole, part = found.groups()
    usually = " ".join(spell_digits(part))
    if len(part) == 2 and part[0] != "0" and f"point {usually}" in usual:
        yield usual.replace(f"point {usually}", f"point {_spelt(int(part))}")
    if len(part) == 2 and whole:
        # As a price without its sign.
        yield usual.replace(f"{_spelt(int(whole))} point {usually}", _pair(int(whole), int(part)))
    if part == "5" and whole not in ("", "0"):
        yield usual.replace("point five", "and a half")
    if whole in ("", "0"):
        yield usual.removeprefix("zero ")


def _clock(written: str, usual: str) -> Iterable[str]:
    found = _CLOCK.fullmatch(written)
    if not found or int(found[1]) > 24 or int(found[2]) > 59 or " to " in usual:
        return
    hour, minute = int(found[1]), int(found[2])
    half = usual[-4:] if usual.endswith((" a m", " p m")) else ""
    hours = (hour, hour - 12) if 12 < hour < 24 else (hour,)
    this = _spelt(hours[-1] or 12)
    following = _spelt(hours[-1] % 12 + 1)
    if not minute:
        for each in map(_spelt, hours):
            yield from (f"{each}{half}", f"{each} o'clock{half}", f"{each} hundred{half}")
        return
    if len(hours) > 1:
        yield _pair(hours[-1], minute)
    if minute == 30:
        yield f"half past {this}{half}"
        return
    near = 60 - minute if minute > 30 else minute
    counts = [_spelt(near)] if near != 15 else ["quarter", "a quarter", "fifteen"]
    beside = [f"to {following}", f"till {following}", f"of {following}"]
    if minute < 30:
        beside = [f"past {this}", f"after {this}"]
    yield from (f"{count} {each}{half}" for each in beside for count in counts)


def _date(written: str, usual: str) -> Iterable[str]:
    """A month's day with "the", and a year said as a number."""
    ways = [usual]
    words = usual.split()
    if words[0] in MONTH_NAMES:
        last = next((at for at, word in enumerate(words) if word in ORDINALS), None)
        if last is not None:
            day, rest = words[1 : last + 1], words[last + 1 :]
            ways.append(" ".join((words[0], "the", *day, *rest)))
            ways.append(" ".join(("the", *day, "of", words[0], *rest)))
    yield from ways
    for year in _YEAR.findall(written):
        said = " ".join(spell_year(int(year)))
        for way in ways:
            if way != said and way.endswith(f" {said}"):
                yield way.removesuffix(said) + _spelt(int(year))


def _fraction(written: str, usual: str) -> Iterable[str]:
    if not (found := _FRACTION.fullmatch(written)):
        return
    if found[1]:
        yield " over ".join(_spelt(int(each)) for each in found.groups())
    if usual.startswith("one "):
        rest = usual.removeprefix("one ")
        yield f"{_article(rest)} {rest}"
    if usual == "one half":
        yield "half"


def _range(written: str, usual: str) -> Iterable[str]:
    """Two numbers with a hyphen or a colon between: each in its ways."""
    sides = usual.split(" to ")
    if len(sides) != 2 or not (found := _RANGE.fullmatch(written)):
        return
    parts = [each for each in found.groups() if each]
    left, right = sides
    if not parts:
        yield from (f"{left} {right}", f"{left} by {right}")
        return
    yield from (f"{left}{between}{right}" for between in (" ", " through ", " dash "))
    unit = left.split()[-1]
    if unit not in NUMBER_WORDS and left.endswith(f" {unit}") and right.endswith(f" {unit}"):
        yield f"{left.removesuffix(f' {unit}')} to {right}"
    if right == "zero":
        yield from (f"{left} {nothing}" for nothing in ("nothing", "to nothing", "nil", "oh"))
    each_way = [[side, *_ways(part, side)][:5] for part, side in zip(parts, sides, strict=True)]
    yield from (" to ".join(pair) for pair in product(*each_way))


def _unit(usual: str) -> Iterable[str]:
    words = usual.split()
    for at, word in enumerate(words):
        if word == "per" and words[at + 1 :]:
            yield " ".join((*words[:at], _article(words[at + 1]), *words[at + 1 :]))
        # Of an hour a quarter is no fourth.
        if word.startswith("quarter") and at + 1 < len(words):
            continue
        for other in _UNITS.get(word, ()):
            yield " ".join((*words[:at], *other.split(), *words[at + 1 :]))
    number, last = words[:-1], words[-1]
    if number and NUMBER_WORDS.union(("hundred", "thousand", "point")).issuperset(number):
        yield from (" ".join((*number, other)) for other in _LETTERS.get(last, ()))


def _small(usual: str) -> Iterator[str]:
    """What differs by "and", by "a" for "one", and by the name of 0."""
    words = usual.split()
    for each in dict.fromkeys((" ".join(_with_and(words)), usual)):
        yield each
        if words[0] == "one" and _COUNTED.intersection(words[1:2]):
            yield f"a {each.removeprefix('one ')}"
    if len(words) > 1:
        yield " ".join("oh" if word == "zero" else word for word in words)
        yield " ".join("zero" if word == "oh" else word for word in words)


def _with_and(words: Sequence[str]) -> Iterator[str]:
    """The words of a number with "and" before its tens and units: "two hundred and five"."""
    for at, word in enumerate(words):
        yield word
        following = words[at + 1 : at + 3]
        below = following[:1] and (following[0] in NUMBER_WORDS or following[0] in ORDINALS)
        if word in ("hundred", "thousand") and below and "hundred" not in following:
            yield "and"


def _article(following: str) -> str:
    return "an" if following.split()[0] in _AN else "a"
