"""Written times and dates as words."""

import re

from scriba.speech.forms.english.lexicon import MONTH_NAMES, MONTH_SHORT, MONTHS
from scriba.speech.forms.english.numbers import spell, spell_ordinal, spell_year

_HALF = r"([ap])\.?\s?m"
_TIME = re.compile(rf"(\d{{1,2}})[:.](\d\d)\s?{_HALF}\.?", re.ASCII | re.IGNORECASE)
_HOUR = re.compile(rf"(\d{{1,2}})\s?{_HALF}\.?", re.ASCII | re.IGNORECASE)
_BARE = re.compile(r"(\d{1,2}):(\d\d)", re.ASCII)
_FULL = re.compile(rf"(\d{{1,2}}):(\d\d):(\d\d)(?:\s?{_HALF}\.?)?", re.ASCII | re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_NAMED = re.compile(r"([A-Za-z]{3,9})[-/](\d{1,2})(?:[-/](\d{4}))?", re.ASCII)
_DAY_NAMED = re.compile(r"(\d{1,2})[-/]([A-Za-z]{3,9})[-/](\d{4})", re.ASCII)
MERIDIEM = re.compile(r"([ap])\.?m\.?", re.IGNORECASE)


def month(text: str) -> str | None:
    """The month that a name or its abbreviation stands for."""
    text = text.lower().rstrip(".")
    return text if text in MONTH_NAMES else MONTH_SHORT.get(text)


def _clock(hour: int, minute: int) -> list[str]:
    if minute == 0:
        return spell(hour)
    return [*spell(hour), *(["oh"] if minute < 10 else []), *spell(minute)]


def _counted(number: int, unit: str) -> list[str]:
    return [*spell(number), unit if number == 1 else unit + "s"]


def time(text: str) -> tuple[list[str], str] | None:
    """A time of day: its words and its written form ("6.45pm" -> 6:45 PM)."""
    if found := _TIME.fullmatch(text):
        hour, minute, half = int(found[1]), int(found[2]), found[3]
        if hour > 23 or minute > 59:
            return None
        words = [*_clock(hour, minute), half.lower(), "m"]
        return words, f"{hour}:{found[2]} {half.upper()}M"
    if found := _HOUR.fullmatch(text):
        hour, half = int(found[1]), found[2]
        if not 1 <= hour <= 12:
            return None
        return [*spell(hour), half.lower(), "m"], f"{hour} {half.upper()}M"
    if found := _BARE.fullmatch(text):
        hour, minute = int(found[1]), int(found[2])
        if hour > 24 or minute > 59:
            return None
        if minute == 0:
            return ([*spell(hour), "o'clock"] if 0 < hour < 13 else [*spell(hour), "hundred"]), text
        return _clock(hour, minute), text
    if found := _FULL.fullmatch(text):
        hour, minute, second = int(found[1]), int(found[2]), int(found[3])
        if hour > 24 or minute > 59 or second > 59:
            return None
        words = [*_counted(hour, "hour"), *_counted(minute, "minute")]
        words += ["and", *_counted(second, "second")]
        if found[4] is None:
            return words, text
        bare = f"{hour}:{found[2]}:{found[3]}"
        return [*words, found[4].lower(), "m"], f"{bare} {found[4].upper()}M"
    return None


def date(text: str) -> list[str] | None:
    """A date in figures: 2016-11-03, 12/25/2020, Jan-15. American order unless impossible."""
    if found := _YEAR_FIRST.fullmatch(text):
        year, number, day = int(found[1]), int(found[3]), int(found[4])
    elif found := _YEAR_LAST.fullmatch(text):
        number, day, year = int(found[1]), int(found[3]), int(found[4])
        if number > 12 >= day > 0 and number <= 31:
            return ["the", *spell_ordinal(number), "of", MONTHS[day - 1], *spell_year(year)]
    elif found := _DAY_NAMED.fullmatch(text):
        name = month(found[2])
        if name is None or not 1 <= int(found[1]) <= 31:
            return None
        return ["the", *spell_ordinal(int(found[1])), "of", name, *spell_year(int(found[3]))]
    elif found := _NAMED.fullmatch(text):
        name = month(found[1])
        if name is None or not 1 <= int(found[2]) <= 31:
            return None
        tail = spell_year(int(found[3])) if found[3] else []
        return [name, *spell_ordinal(int(found[2])), *tail]
    else:
        return None
    if not (1 <= number <= 12 and 1 <= day <= 31) or year < 1000:
        return None
    return [MONTHS[number - 1], *spell_ordinal(day), *spell_year(year)]
