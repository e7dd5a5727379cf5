"""Written numbers, money, units, fractions and telephone numbers as words."""

import re

from scriba.speech.forms.english.lexicon import (
    CURRENCIES,
    MONEY_LETTERS,
    UNITS,
    UNITS_FOLDED,
    WRITTEN_IDIOMS,
)
from scriba.speech.forms.english.numbers import (
    LIMIT,
    decade,
    spell,
    spell_digits,
    spell_ordinal,
    spell_year,
    suffix,
)

FIGURES = r"(?:\d{1,3}(?:,\d{2,3})+|\d+)(?:\.\d+)?|\.\d+"
_NUMBER = re.compile(rf"([-−+]?)({FIGURES})", re.ASCII)
_SYMBOLS = "".join(CURRENCIES)
_DOLLARS = {
    "us": "u s",
    "ca?": "canadian",
    "au?": "australian",
    "nz": "new zealand",
    "hk": "hong kong",
    "s": "singapore",
}
_MONEY = re.compile(
    rf"([-−]?)((?:{'|'.join(_DOLLARS)})\$|[{_SYMBOLS}])\s?({FIGURES})(k|m|mm|b|bn)?(?:/([a-z]{{1,5}}))?",
    re.ASCII | re.IGNORECASE,
)
_MEASURE = re.compile(rf"([-−+]?(?:{FIGURES}))\s?(°\s?[CF]?|[A-Za-z²³]+(?:/[hs])?)", re.ASCII)
_ORDINAL = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(st|nd|rd|th)", re.ASCII | re.IGNORECASE)
_DECADE = re.compile(r"['\u2019]?(\d0|\d{3}0)['\u2019]?s", re.ASCII)
_SEASON = re.compile(r"((?:19|20)\d\d)/(\d\d)", re.ASCII)
_POWER = re.compile(r"(\d{1,9})(?:\^(-?\d{1,4})|([²³]))", re.ASCII)
_FRACTION = re.compile(r"(\d{1,6})\s?[/⁄]\s?(\d{1,6})(?:th|rd|nd|st)?", re.ASCII | re.IGNORECASE)
VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅛": (1, 8),
    "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
_PHONE = re.compile(
    r"(?:\+?(\d{1,3})[ .-]?)?\(?(\d{3})\)?[ .-]?(\d{3})[ .-](\d{4})(?:-(\d{1,6}))?", re.ASCII
)
_SHORT_PHONE = re.compile(r"(\d{3})[ -](\d{4})", re.ASCII)
_GROUPED_DIGITS = re.compile(r"\d{3}-\d{2}-\d{4}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}", re.ASCII)
_ABROAD = re.compile(r"\+\d{1,3}(?:[ -]\d{2,5}){2,5}", re.ASCII)
_VANITY = re.compile(r"1-8\d\d-[A-Z0-9]+(?:-[A-Z0-9]+)*", re.ASCII)
_DOTTED = re.compile(r"v?\d{1,5}(?:\.\d{1,5}){2,5}", re.ASCII | re.IGNORECASE)
_RATIO = re.compile(r"(\d{1,4}):(\d)", re.ASCII)
_HEIGHT = re.compile(r"(\d)['\u2019\u2032](\d{1,2})", re.ASCII)
_AREA = re.compile(
    r"(\d{1,4}(?:\.\d+)?)(['\u2019\u2032]?)[xX×](\d{1,4}(?:\.\d+)?)(?:[xX×](\d{1,4}))?", re.ASCII
)
_PER = {
    "mo": "month",
    "d": "day",
    "yr": "year",
    "y": "year",
    "hr": "hour",
    "h": "hour",
    "wk": "week",
}
_PERIODS = frozenset((*_PER.values(), "person", "gallon", "pound", "minute", "second", "kg", "lb"))


def figures(text: str, *, counted: bool = False) -> list[str] | None:
    """A written number's words ("1,234", "-0.5", "2012"); `counted` when it counts something.

    A number of five or more figures without commas is a code and is said digit by digit.
    """
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    sign, body = found.groups()
    head = ["minus"] if sign in ("-", "−") and sign else ["plus"] if sign == "+" else []
    whole, point, rest = body.partition(".")
    bare = whole.replace(",", "")
    tail = ["point", *spell_digits(rest)] if point else []
    if not bare:
        return head + tail
    if (len(bare) > 1 and bare[0] == "0") or len(bare) > 36:
        return head + spell_digits(bare) + tail
    value = int(bare)
    if value >= LIMIT or (len(bare) > 4 and whole == bare and not counted and not tail):
        return head + spell_digits(bare) + tail
    year = len(bare) == 4 and whole == bare and not tail and not sign
    if year and 1001 <= value <= 2099 and not counted:
        return spell_year(value)
    return head + spell(value) + tail


def money(text: str, scale: str = "") -> list[str] | None:
    """An amount of money ("$23.50", "€1.5" with `scale` million) in words."""
    if text[-1:] in CURRENCIES and text[:1].isdigit():
        text = text[-1] + text[:-1].rstrip()
    found = _MONEY.fullmatch(text)
    if not found:
        return None
    sign, symbol, amount, letter, period = found.groups()
    one, many, cent, cents = CURRENCIES[symbol[-1]]
    scale = scale or MONEY_LETTERS.get((letter or "").lower(), "")
    whole, _, rest = amount.replace(",", "").partition(".")
    value = int(whole or 0) if len(whole) < 37 else 0
    trimmed = rest.rstrip("0")
    head = ["minus"] if sign else []
    if scale or len(trimmed) > 2 or not cent or len(whole) > 36:
        number = figures(amount if trimmed or not rest else whole, counted=True) or []
        words = [*head, *number, *([scale] if scale else []), many]
    else:
        words = head
        if value or not trimmed:
            words = [*head, *spell(value), one if value == 1 else many]
        if trimmed:
            small = int(trimmed.ljust(2, "0"))
            words = [*words, *spell(small), cent if small == 1 else cents]
    if symbol[:-1]:
        at = -1 if words[-1] in (one, many) else words.index(one if one in words else many)
        first = symbol[0].lower()
        words.insert(at, next(name for key, name in _DOLLARS.items() if key[0] == first))
    if period:
        name = _PER.get(period, period)
        if name not in _PERIODS:
            return None
        words += ["per", *UNITS.get(name, (name,))[:1]]
    return " ".join(words).split()


def unit_names(unit: str) -> tuple[str, str] | None:
    """The spoken singular and plural of a written unit."""
    unit = unit.replace(" ", "")
    # One capital letter is no unit: 5G, 4K.
    return UNITS.get(unit) or (UNITS_FOLDED.get(unit.lower()) if len(unit) > 1 else None)


def measure(number: str, unit: str, *, one: bool = False) -> list[str] | None:
    """A number with its written unit in words: ("3.5", "lbs"); `one` for the unit's singular."""
    names = unit_names(unit)
    words = figures(number, counted=True)
    if names is None or words is None:
        return None
    return words + names[number.lstrip("-−+") != "1" and not one].split()


def attached(text: str, *, one: bool = False) -> list[str] | None:
    """A number with something attached: 5km, 72°F, 12.5%, 2nd, 1990s; `one` as in measure."""
    if text[-1:] == "%":
        words = figures(text[:-1].rstrip(), counted=True)
        return words and [*words, "percent"]
    if text[-1:] == "¢":
        words = figures(text[:-1], counted=True)
        return words and [*words, "cent" if text == "1¢" else "cents"]
    if text in WRITTEN_IDIOMS:
        return WRITTEN_IDIOMS[text].split()
    if found := _ORDINAL.fullmatch(text):
        bare = found[1].replace(",", "")
        if len(bare) > 30 or suffix(int(bare)) != found[2].lower():
            return None
        return spell_ordinal(int(bare))
    if found := _DECADE.fullmatch(text):
        value = int(found[1])
        return decade(value) if value >= 20 and not 100 < value < 1000 else None
    if found := _MEASURE.fullmatch(text):
        return measure(found[1], found[2], one=one)
    return None


def fraction(text: str) -> list[str] | None:
    """A fraction in words: 2/3 -> two thirds, 1/2 -> one half."""
    if text in VULGAR:
        top, below = VULGAR[text]
    elif found := _SEASON.fullmatch(text):
        return spell_year(int(found[1])) + spell(int(found[2]))
    elif found := _FRACTION.fullmatch(text):
        top, below = int(found[1]), int(found[2])
    else:
        return None
    if top == 0 or below < 2 or (top >= below > 2 and (top < 13 or top == below)):
        return None
    if below == 2:
        name = ["half" if top == 1 else "halves"]
    elif below == 4:
        name = ["quarter" if top == 1 else "quarters"]
    else:
        name = spell_ordinal(below)
        if top != 1:
            name[-1] += "s"
    return spell(top) + name


def mixed(whole: str, part: str) -> list[str] | None:
    """A whole number and a fraction: "2", "1/2" -> two and a half."""
    if part.endswith("%"):
        words = mixed(whole, part[:-1])
        return words and [*words, "percent"]
    below = fraction(part)
    if below is None or not whole.isdigit() or len(whole) > 6:
        return None
    return [*spell(int(whole)), "and", *(["a", "half"] if below == ["one", "half"] else below)]


def _phone_part(digits: str) -> list[str]:
    if len(digits) == 3 and digits.endswith("00") and digits[0] != "0":
        return spell(int(digits))
    return spell_digits(digits)


def phone(text: str) -> tuple[list[str], str] | None:
    """A telephone, card or security number: its words and its written form."""
    if found := _PHONE.fullmatch(text):
        country, area, middle, last, extra = found.groups()
        words = ["plus"] if text[0] == "+" else []
        words += spell_digits(country or "")
        for part in (area, middle, last, extra or ""):
            words += _phone_part(part) if part is area else spell_digits(part)
        written = "-".join(part for part in (area, middle, last, extra) if part)
        if country:
            written = f"+{country} {written}" if text[0] == "+" else f"{country}-{written}"
        return words, written
    if _SHORT_PHONE.fullmatch(text) or _GROUPED_DIGITS.fullmatch(text):
        return spell_digits(re.sub(r"\D", "", text)), _SHORT_PHONE.sub(r"\1-\2", text)
    if _ABROAD.fullmatch(text):
        return ["plus", *spell_digits(re.sub(r"\D", "", text))], text
    if _VANITY.fullmatch(text) and not text.replace("-", "").isdigit():
        words = []
        for part in text.split("-"):
            words += _phone_part(part) if part.isdigit() else [part.lower()]
        return words, text
    return None


def dotted(text: str) -> list[str] | None:
    """An internet address or version in words: 10.0.0.1, v1.2.3."""
    if not _DOTTED.fullmatch(text):
        return None
    words = ["v"] if text[0] in "vV" else []
    for index, part in enumerate(text.lstrip("vV").split(".")):
        words += ["dot"] if index else []
        words += spell_digits(part)
    return words


def ratio(text: str) -> list[str] | None:
    """A ratio in words: 3:1 -> three to one."""
    found = _RATIO.fullmatch(text)
    return [*spell(int(found[1])), "to", *spell(int(found[2]))] if found else None


def dimensions(text: str) -> list[str] | None:
    """A size in words: 4x4 -> four by four, 10'x12' and 5'4" in feet and inches."""
    if found := _HEIGHT.fullmatch(text):
        feet, inches = spell(int(found[1])), spell(int(found[2]))
        units = "foot" if found[1] == "1" else "feet", "inch" if found[2] == "1" else "inches"
        return [*feet, units[0], *inches, units[1]]
    found = _AREA.fullmatch(text)
    if not found:
        return None
    words: list[str] = []
    for side in (found[1], found[3], found[4]):
        if not side:
            continue
        said = figures(side, counted=len(side) < 4)
        if said is None:
            return None
        words += [*(["by"] if words else []), *said, *(["feet"] if found[2] else [])]
    return words


def power(text: str) -> list[str] | None:
    """A power in words: 10^6 -> ten to the power of six, 5² -> five squared."""
    found = _POWER.fullmatch(text)
    if not found:
        return None
    if found[3]:
        return [*spell(int(found[1])), "squared" if found[3] == "²" else "cubed"]
    return [*spell(int(found[1])), "to", "the", "power", "of", *spell(int(found[2]))]
