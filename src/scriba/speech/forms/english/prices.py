"""Spoken amounts of money, percentages and measures as written forms."""

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.english.lexicon import (
    CENT_WORDS,
    CURRENCY_WORDS,
    SPOKEN_UNITS,
    TIGHT_UNITS,
    UNIT_STARTS,
)
from scriba.speech.forms.english.numbers import below_hundred
from scriba.speech.forms.english.quantities import Quantity, quantity, shared_scale
from scriba.speech.forms.english.scan import Scan
from scriba.speech.forms.english.words import word_set

_PAYING = word_set(
    "pay paid pays paying cost costs costing price priced worth spend spent earn earned "
    "owe owes owed charge charged charges sold bought fee fine budget salary loan"
)


def dollar_and(scan: Scan, start: int) -> list[Replacement] | None:
    """A price said short: "a dollar fifty"."""
    if scan.after(start + 1) != "dollar":
        return None
    cents = _cents(scan, start + 2)
    return [Replacement(start, cents[1], f"$1.{cents[0]:02d}")] if cents else None


def percent(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
    word = scan.after(found.end)
    if word == "percent":
        return [Replacement(start, found.end + 1, found.text + "%")]
    if word == "per" and scan.after(found.end + 1) == "cent":
        return [Replacement(start, found.end + 2, found.text + "%")]
    return None


def _currency(scan: Scan, start: int, found: Quantity) -> tuple[str, int] | None:
    """The symbol and next index of the currency named after a number."""
    at = found.end
    word = scan.after(at)
    if word in ("u", "united", "us"):
        skip = {"us": 1, "u": 2, "united": 2}[word]
        if scan.after(at + skip) in ("dollar", "dollars"):
            return "$", at + skip + 1
        return None
    symbol = CURRENCY_WORDS.get(word)
    if symbol:
        # "one dollars" is a slip or a name, not an amount.
        return None if found.text == "1" and word == "dollars" else (symbol, at + 1)
    near = scan.words[max(0, start - 4) : start]
    if word in ("pound", "pounds"):
        if scan.after(at + 1) == "sterling":
            return "£", at + 2
        tail = scan.words[at + 1 : at + 5]
        pence = "pence" in tail or "penny" in tail
        if (
            pence
            or _cents(scan, at + 1)
            or found.kind == "scaled"
            or any(item in _PAYING for item in near)
        ):
            return "£", at + 1
    if word == "won" and (found.kind == "scaled" or (found.value or 0) >= 100):
        return "₩", at + 1
    return None


def _cents(scan: Scan, at: int) -> tuple[int, int] | None:
    """The cents after an amount, as (cents, next index)."""
    joined = scan.after(at) == "and"
    first = at + joined
    if not scan.after(first):
        return None
    number = below_hundred(scan.words, first, scan.limit[first])
    if number is None or number[0] == 0:
        return None
    if scan.after(number[1]) in CENT_WORDS:
        return number[0], number[1] + 1
    closed = number[1] >= scan.size or scan.breaks[number[1]] in (",", ".")
    return number if closed and number[0] > 9 and not joined else None


def money(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
    """An amount of money whose number is `found`, or two with one currency between them."""
    return _amount(scan, start, found) or _range(scan, start, found)


def _amount(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
    if found.kind in ("mixed", "counted") or scan.before(start) == "half":
        return None
    word = scan.after(found.end)
    if word in CENT_WORDS and found.value is not None and 0 < found.value < 100:
        if scan.before(start) in ("my", "your", "his", "her", "their", "our", "every", "last"):
            return None
        text = f"{CENT_WORDS[word]}0.{found.value:02d}"
        return [Replacement(start, found.end + 1, text)]
    named = _currency(scan, start, found)
    if named is None:
        return None
    symbol, end = named
    figures = found.text
    if found.kind in ("pair", "digits") and found.value is not None:
        figures = f"{found.value:,}"
    if found.value is not None and found.kind != "scaled":
        cents = _cents(scan, end)
        if cents:
            figures, end = f"{figures}.{cents[0]:02d}", cents[1]
    sign = "-" if figures.startswith("-") else ""
    return [Replacement(start, end, sign + symbol + figures.removeprefix("-"))]


def _range(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
    """An amount whose currency is named once, after the next: "between five and ten dollars"."""
    link = scan.after(found.end)
    if link not in ("to", "or") and not (link == "and" and scan.before(start) == "between"):
        return None
    # The next number alone is looked at: a chain of a thousand must not be followed.
    if found.kind not in ("cardinal", "lone", "decimal", "scaled") or not scan.after(found.end + 1):
        return None
    other = quantity(scan, found.end + 1)
    upper = _amount(scan, found.end + 1, other) if other else None
    if other is None or upper is None or len(upper) != 1 or upper[0].text[0] == "-":
        return None
    symbol, text = upper[0].text[0], found.text
    if scan.words[upper[0].end - 1] in CENT_WORDS and other.value is not None:
        if found.value is None or found.value >= other.value or other.value > 99:
            return None
        text = f"0.{found.value:02d}"
    elif (shared := shared_scale(scan, found)) is not None:
        text = shared.text
    return [Replacement(start, found.end, symbol + text), *upper]


def measure(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
    at = found.end
    first = scan.after(at)
    if found.kind == "mixed":
        return None
    if first not in UNIT_STARTS:
        return None
    for size in (3, 2, 1):
        unit = SPOKEN_UNITS.get(tuple(scan.after(at + step) for step in range(size)))
        if unit:
            space = "" if unit in TIGHT_UNITS else " "
            return [Replacement(start, at + size, found.text + space + unit)]
    return None
