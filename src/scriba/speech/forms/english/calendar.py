"""Spoken dates, years and clock times as figures."""

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.english.lexicon import MONTH_NAMES, STREETS, TIME_ZONES, WEEKDAYS
from scriba.speech.forms.english.numbers import (
    DECADES,
    NUMBER_WORDS,
    below_hundred,
    cardinal,
    ordinal,
    suffix,
)
from scriba.speech.forms.english.quantities import Quantity, quantity
from scriba.speech.forms.english.scan import Scan
from scriba.speech.forms.english.words import word_set

_BEFORE_TIME = word_set(
    "at by until till around about before after since from to between is was it's noon "
    "past approximately exactly tomorrow tonight today starting"
)
_BEFORE_YEAR = word_set(
    "in since by until till from during before after of year early late mid circa around "
    "class summer spring fall autumn winter to and between"
)
_MODAL_NEIGHBOURS = word_set("on in of by since until till last next this during before")
_MODAL_SUBJECTS = word_set("i you he she it we they who that which there one to")
_MINUTE_WORDS = frozenset(("minute", "minutes", "min", "mins"))
_PARTS_OF_DAY = ("morning", "afternoon", "evening")


def _break_allows(scan: Scan, at: int) -> bool:
    return at < scan.size and scan.breaks[at] in ("", ",", "|")


def year(scan: Scan, start: int) -> tuple[int, int] | None:
    """A year at `start`, as (year, next index): "nineteen ninety eight", "two thousand five"."""
    if start >= scan.size:
        return None
    found = quantity(scan, start) if scan.words[start] in NUMBER_WORDS else None
    if found is None or found.value is None or found.kind not in ("pair", "cardinal"):
        return None
    return (found.value, found.end) if 1000 <= found.value <= 2999 else None


def _day(scan: Scan, start: int, end: int) -> list[tuple[int, int]]:
    """The readings of a cardinal day of the month at `start`, longest first."""
    readings = []
    for stop in (start + 2, start + 1):
        number = below_hundred(scan.words, start, min(stop, end))
        if number and number[1] == stop and 1 <= number[0] <= 31:
            readings.append(number)
    return readings


def _is_month(scan: Scan, at: int) -> bool:
    word = scan.words[at]
    if word not in ("may", "march"):
        return True
    if not scan.is_name(at) or scan.before(at) in _MODAL_SUBJECTS:
        return False
    following = ordinal(scan.words, at + 1, scan.limit[at])
    return (
        following is not None
        or scan.before(at) in _MODAL_NEIGHBOURS
        or (year(scan, at + 1) is not None and word == "may")
        or (word == "march" and at == 0)
        or (word == "march" and _day_and_year(scan, at + 1) is not None)
    )


def _day_and_year(scan: Scan, start: int) -> tuple[int, int, int, int] | None:
    if start >= scan.size:
        return None
    for value, after in _day(scan, start, scan.limit[start]):
        if _break_allows(scan, after) and (found := year(scan, after)):
            return value, after, *found
    return None


def month_first(scan: Scan, at: int) -> list[Replacement] | None:
    """A date that begins with its month at `at`: "july twenty fifth twenty twelve"."""
    start = at + 1
    if scan.words[at] not in MONTH_NAMES or start >= scan.size:
        return None
    if scan.breaks[start] not in ("", "|") or not _is_month(scan, at):
        return None
    if scan.words[start] == "the" and start + 1 < scan.limit[start]:
        start += 1
    named = ordinal(scan.words, start, scan.limit[start])
    if named and 1 <= named[0] <= 31:
        value, after = named
        if _break_allows(scan, after) and (found := year(scan, after)):
            return [
                Replacement(start, after, f"{value},"),
                Replacement(after, found[1], str(found[0])),
            ]
        return [Replacement(start, after, f"{value}{suffix(value)}")]
    if (both := _day_and_year(scan, start)) is not None:
        value, after, number, end = both
        return [Replacement(start, after, f"{value},"), Replacement(after, end, str(number))]
    if found := year(scan, start):
        return [Replacement(start, found[1], str(found[0]))]
    days = _day(scan, start, scan.limit[start])
    if days and scan.after(days[0][1]) not in ("hundred", "thousand", "million", "point"):
        return [Replacement(start, days[0][1], str(days[0][0]))]
    return None


def day_first(scan: Scan, at: int) -> list[Replacement] | None:
    """A date that begins with its day at `at`: "twenty first of june", "fifth july"."""
    named = ordinal(scan.words, at, scan.limit[at])
    if named is None or not 1 <= named[0] <= 31:
        return None
    value, after = named
    month = after + 1 if scan.after(after) == "of" else after
    if scan.after(month) not in MONTH_NAMES:
        return None
    if month == after and (scan.words[month] in ("may", "march") or named[0] < 4):
        return None
    done = [Replacement(at, after, f"{value}{suffix(value)}")]
    if _break_allows(scan, month + 1) and (found := year(scan, month + 1)):
        done.append(Replacement(month + 1, found[1], str(found[0])))
    return done


def decade(scan: Scan, at: int) -> list[Replacement] | None:
    """A decade at `at`: "nineteen eighties", "the eighties", "eighteen hundreds"."""
    end = scan.limit[at]
    word = scan.words[at]
    if word in DECADES:
        return [Replacement(at, at + 1, f"{DECADES[word]}s")]
    century = below_hundred(scan.words, at, end)
    if century is None or century[1] >= end:
        return None
    last = scan.words[century[1]]
    if 10 <= century[0] <= 29:
        if last in DECADES:
            return [Replacement(at, century[1] + 1, f"{century[0]}{DECADES[last]}s")]
        if last == "hundreds":
            return [Replacement(at, century[1] + 1, f"{century[0]}00s")]
    if century[0] == 2 and last == "thousands":
        return [Replacement(at, century[1] + 1, "2000s")]
    return None


def plain_year(scan: Scan, at: int, found: Quantity) -> str | None:
    """The number at `at` without commas where it is a year: "in two thousand five"."""
    value = found.value
    if value is None or found.kind != "cardinal" or not 1000 <= value <= 2100:
        return None
    if 2001 <= value <= 2099 or scan.before(at) in _BEFORE_YEAR:
        return str(value)
    if scan.words[at] in ("nineteen", "eighteen") and value % 100 == 0 and found.end == scan.size:
        return str(value)
    return None


def _meridiem(scan: Scan, at: int) -> tuple[str, int] | None:
    """ "a m", "pm" at `at`, as (" PM", next index)."""
    word = scan.after(at)
    if word in ("am", "pm"):
        return f" {word.upper()}", at + 1
    if word in ("a", "p") and scan.after(at + 1) == "m":
        return f" {word.upper()}M", at + 2
    return None


def _zone(scan: Scan, at: int) -> tuple[str, int]:
    word = scan.after(at)
    if word in TIME_ZONES:
        return f" {word.upper()}", at + 1
    for size in (3, 4):
        letters = [scan.after(at + step) for step in range(size)]
        if all(len(letter) == 1 for letter in letters) and "".join(letters) in TIME_ZONES:
            return f" {''.join(letters).upper()}", at + size
    return "", at


def _finish(scan: Scan, start: int, at: int, time: str) -> list[Replacement]:
    half = _meridiem(scan, at)
    if half:
        time, at = time + half[0], half[1]
    zone, at = _zone(scan, at)
    return [Replacement(start, at, time + zone)]


def _clock(hour: int, minute: int) -> str:
    if minute < 0:
        hour, minute = (hour - 2) % 12 + 1, minute + 60
    return f"{hour}:{minute:02d}"


def _hour(scan: Scan, at: int) -> tuple[int, int] | None:
    if not scan.after(at):
        return None
    number = below_hundred(scan.words, at, scan.limit[at - 1])
    return number if number and 1 <= number[0] <= 12 else None


def relative_time(scan: Scan, at: int) -> list[Replacement] | None:
    """A time told from the hour at `at`: "half past three", "quarter to one"."""
    word, start = scan.words[at], at
    if word in ("a", "an") and scan.after(at + 1) == "quarter":
        at, word = at + 1, "quarter"
    if word in ("half", "quarter"):
        minutes, after, certain = 30 if word == "half" else 15, at + 1, True
    else:
        number = below_hundred(scan.words, at, scan.limit[at])
        if number is None or not 1 <= number[0] <= 29:
            return None
        minutes, after = number
        certain = scan.after(after) in _MINUTE_WORDS
        # "from three to six p m" is a range, and so is "three to six".
        if not certain and (minutes % 5 or scan.before(at) in ("from", "between")):
            return None
        after += certain
    side = scan.after(after)
    if side not in ("past", "to", "after", "before", "till") or (
        word == "half" and side not in ("past", "after")
    ):
        return None
    hour = _hour(scan, after + 1)
    if hour is None:
        return None
    if not certain and side != "past" and _meridiem(scan, hour[1]) is None:
        return None
    if certain and side in ("after", "before") and word not in ("half", "quarter"):
        return None
    signed = minutes if side in ("past", "after") else -minutes
    return _finish(scan, start, hour[1], _clock(hour[0], signed))


def clock_time(scan: Scan, at: int, found: Quantity) -> list[Replacement] | None:
    """A time of day at `at`: "six forty five p m", "at five thirty", "three p m"."""
    if _meridiem(scan, found.end) is not None:
        if found.clock:
            return _finish(scan, at, found.end, _clock(*found.clock))
        if found.value is not None and 1 <= found.value <= 12 and found.kind in _PLAIN:
            return _finish(scan, at, found.end, str(found.value))
        return None
    hour, minute = divmod(found.value or 0, 100)
    if scan.before(at) == "at" and found.kind == "pair" and 13 <= hour <= 23 and minute < 60:
        return _finish(scan, at, found.end, f"{hour}:{minute:02d}")
    if found.clock is None:
        return None
    whole = at == 0 and found.end == scan.size
    part = [scan.after(found.end + step) for step in range(3)]
    before = scan.before(at)
    between = before == "and" and "between" in scan.words[max(0, at - 5) : at]
    quarter = before in ("the", "a", "my", "our", "your", "this") and found.clock[1] % 15 == 0
    told = (
        before in _BEFORE_TIME
        or before in WEEKDAYS
        or between
        or (quarter and scan.after(found.end) not in STREETS)
        or (whole and found.kind == "digits")
        or _zone(scan, found.end)[0] != ""
        or (part[:2] == ["in", "the"] and part[2] in _PARTS_OF_DAY)
    )
    if not told or (
        cardinal(scan.words, found.end, scan.size) is not None and not scan.breaks[found.end]
    ):
        return None
    return _finish(scan, at, found.end, _clock(*found.clock))


_PLAIN = ("cardinal", "lone")
