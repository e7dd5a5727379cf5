"""From spoken English words to written forms: one pass, the most specific rule first."""

from collections.abc import Callable, Sequence

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.english import calendar, electronic
from scriba.speech.forms.english.lexicon import (
    CENT_WORDS,
    CURRENCY_WORDS,
    FUNCTION_WORDS,
    IDIOMS,
    LABELS,
    MONARCHS,
    MONTH_NAMES,
    SPOKEN_TITLES,
    SPOKEN_UNITS,
    STREETS,
    TIGHT_UNITS,
    UNIT_STARTS,
)
from scriba.speech.forms.english.numbers import (
    DECADES,
    NUMBER_WORDS,
    ORDINAL_SCALES,
    ORDINALS,
    below_hundred,
    ordinal,
    suffix,
)
from scriba.speech.forms.english.quantities import Quantity, chunks, fraction, phone, quantity
from scriba.speech.forms.english.roman import to_roman
from scriba.speech.forms.english.scan import Scan
from scriba.speech.forms.english.words import word_set

_STARTS = NUMBER_WORDS | {"minus", "negative", "point", "a", "an", "oh", "o", "double", "triple"}
_CONTEST = word_set(
    "won win wins winning lost lose loses losing beat beats beating defeated score scored "
    "scores lead leads led leading tied trail trails trailed trailing final ahead game "
    "match"
)
_PAYING = word_set(
    "pay paid pays paying cost costs costing price priced worth spend spent earn earned "
    "owe owes owed charge charged charges sold bought fee fine budget salary loan"
)
_NOT_BEFORE_TITLE = word_set(
    "the a an my your his her its our their this that every any no some another each of"
)
_OPERATORS = frozenset(("plus", "minus", "times"))
_COUNTRIES = {"s": "U.S.", "k": "U.K.", "n": "U.N."}
_BEFORE_SPAN = word_set("a an this that every each per")


def _dollar_and(scan: Scan, start: int) -> list[Replacement] | None:
    """A price said short: "a dollar fifty"."""
    if scan.after(start + 1) != "dollar":
        return None
    cents = _cents(scan, start + 2)
    return [Replacement(start, cents[1], f"$1.{cents[0]:02d}")] if cents else None


def _percent(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
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


def _money(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
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


def _measure(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
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


def _score(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
    if found.value is None or found.kind not in ("cardinal", "lone") or found.value > 199:
        return None
    if scan.after(found.end) != "to" or not scan.after(found.end + 1):
        return None
    near = scan.words[max(0, start - 3) : start]
    other = quantity(scan, found.end + 1)
    if other is None or other.kind not in ("cardinal", "lone"):
        return None
    if not any(word in _CONTEST for word in near):
        return None
    return [Replacement(start, other.end, f"{found.text}-{other.text}")]


def _street(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
    """A house number and its street: "thirty five lexington avenue"."""
    if found.value is None or ("," in found.text and found.value > 9999):
        return None
    at = found.end
    for step in range(1, 4):
        word = scan.after(at + step)
        name = scan.after(at + step - 1)
        if not name or name in FUNCTION_WORDS or name in NUMBER_WORDS or not name[0].isalpha():
            return None
        if word in STREETS:
            house = found.text.replace(",", "").replace("-", "")
            return [
                Replacement(start, at, house),
                Replacement(at + step, at + step + 1, STREETS[word]),
            ]
    return None


def _counted(scan: Scan, at: int) -> bool:
    """Whether a neighbour across a comma is a number by itself: "one, two, three"."""
    words, size = scan.words, scan.size
    ahead = at + 1 < size and words[at + 1] in NUMBER_WORDS
    behind = at > 0 and words[at - 1] in NUMBER_WORDS
    return (ahead and scan.breaks[at + 1] in (",", "") and words[at + 1] != "one") or (
        behind and scan.breaks[at] in (",", "")
    )


def _lone(scan: Scan, start: int, found: Quantity) -> list[Replacement] | None:
    """ "one" and "zero" by themselves: figures only where they name or count."""
    done = [Replacement(start, found.end, found.text)]
    if scan.before(start) in LABELS or _counted(scan, start):
        return done
    following = scan.after(found.end)
    if (following in _OPERATORS and scan.after(found.end + 1) in NUMBER_WORDS) or (
        scan.before(start) in _OPERATORS and scan.before(start - 1) in NUMBER_WORDS
    ):
        return done
    if following in ("degree", "degrees", "o'clock", "kelvin"):
        return done
    if following == "out" or following in ("in", "to"):
        at = found.end + (2 if following == "out" else 1)
        other = scan.after(at) in NUMBER_WORDS and scan.after(at) != "one"
        return done if other and found.value == 1 else None
    if following in ("foot", "feet", "meter", "meters", "miles") and found.value == 0:
        return done
    return None


def _number(scan: Scan, start: int) -> list[Replacement] | None:
    found = quantity(scan, start)
    if found is None:
        return None
    for rule in (_street, calendar.clock_time, _percent, _money, _measure, _score):
        done = rule(scan, start, found)
        if done:
            return done
    articled = scan.words[start] in ("a", "an")
    if articled and (found.kind == "scaled" or found.value in (100, 1000)):
        return None
    if found.kind == "lone":
        return _lone(scan, start, found)
    text = calendar.plain_year(scan, start, found) or found.text
    letter = scan.after(found.end)
    if found.kind in ("digits", "pair") and letter == "k" and found.text == "401":
        return [Replacement(start, found.end + 1, "401k")]
    if scan.before(start) in ("ssn", "number", "is") and found.kind == "digits":
        text = _social_security(scan, start, text)
    if scan.words[start] == "two" and _pronoun_two(scan, start):
        return None
    return [Replacement(start, found.end, text)]


def _pronoun_two(scan: Scan, at: int) -> bool:
    before = scan.before(at)
    return before in ("you", "us") or (
        before in ("the", "these", "those")
        and (scan.after(at + 1) in ("of", "are", "were", "have", "had", ""))
    )


def _social_security(scan: Scan, start: int, figures: str) -> str:
    near = scan.words[max(0, start - 4) : start]
    if len(figures) == 9 and ("ssn" in near or "social" in near):
        return f"{figures[:3]}-{figures[3:5]}-{figures[5:]}"
    return figures


def _telephone(scan: Scan, start: int) -> list[Replacement] | None:
    """A number with its country code: "plus forty four ..."; groups may be parted by commas."""
    word = scan.words[start]
    plus = word == "plus"
    at = start + plus
    figures, end = "", at
    while at < scan.size and (at == start + plus or scan.breaks[at] in ("", ",")):
        found = chunks(scan, at, scan.limit[at])
        singles = [item for item in found if len(item[0]) <= 2 or item[0].endswith("00")]
        if not found or len(singles) != len(found):
            break
        opening = figures in ("", "1") and (found[0][0] == "1" or found[0][0].endswith("00"))
        if len(found) < 3 and not opening and not plus:
            break
        figures += "".join(text for text, _ in found)
        at = end = found[-1][1]
    if plus and len(figures) > 10:
        return [Replacement(start, end, f"+{figures[:-10]} {phone(figures[-10:])}")]
    crossed = any(scan.breaks[step] for step in range(start + 1, end))
    if not plus and crossed and len(figures) in (7, 10, 11) and end > start:
        return [Replacement(start, end, phone(figures))]
    return None


def _fraction(scan: Scan, start: int) -> list[Replacement] | None:
    part = fraction(scan, start)
    if part is None or (part[0] > 99 and part[1] < 100):
        return None
    top, below, end = part
    if scan.before(start) in ("twenty", "thirty"):
        return None
    return [Replacement(start, end, f"{top}/{below}")]


def _ordinal(scan: Scan, start: int) -> list[Replacement] | None:
    found = ordinal(scan.words, start, scan.limit[start])
    if found is None:
        return None
    value, end = found
    if value < 10 and not (scan.after(end) == "out" and scan.after(end + 1) == "of"):
        return None
    if scan.words[end - 1] == "second" and scan.before(start) in _BEFORE_SPAN:
        return [Replacement(start, end - 1, f"{value - 2:,}")]
    return [Replacement(start, end, f"{value:,}{suffix(value)}")]


def _title(scan: Scan, start: int) -> list[Replacement] | None:
    name = scan.after(start + 1)
    if not name or not name[0].isalpha() or name in FUNCTION_WORDS or len(name) < 2:
        return None
    if scan.words[start] in ("doctor", "saint") and scan.before(start) in _NOT_BEFORE_TITLE:
        return None
    if name.endswith(("'s",)) and scan.words[start] == "misses":
        return None
    return [Replacement(start, start + 1, SPOKEN_TITLES[scan.words[start]])]


def _regnal(scan: Scan, start: int) -> list[Replacement] | None:
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


def _country(scan: Scan, start: int) -> list[Replacement] | None:
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


def _code(scan: Scan, start: int) -> list[Replacement] | None:
    """Letters and digits of one name: "x eighty six", "b twelve"."""
    text, at, letters, numbers = "", start, 0, 0
    second = scan.after(start + 1)
    if scan.words[start] in ("a", "i") and not (len(second) == 1 and second not in "aio"):
        return None
    if scan.words[start] == "x" and scan.before(start) in NUMBER_WORDS:
        return None
    while at == start or scan.after(at):
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


def _idiom(scan: Scan, start: int) -> list[Replacement] | None:
    for size in (3, 2):
        if start + size <= scan.limit[start]:
            text = IDIOMS.get(" ".join(scan.words[start : start + size]))
            if text and scan.after(start + size) not in NUMBER_WORDS:
                return [Replacement(start, start + size, text)]
    return None


_Rule = Callable[[Scan, int], list[Replacement] | None]
_NUMBER_RULES: tuple[_Rule, ...] = (
    electronic.dotted_number,
    calendar.decade,
    calendar.day_first,
    calendar.relative_time,
    _telephone,
    _idiom,
    _fraction,
    _ordinal,
    _number,
)


def _rules() -> dict[str, tuple[_Rule, ...]]:
    table: dict[str, tuple[_Rule, ...]] = dict.fromkeys(_STARTS, _NUMBER_RULES)
    for word in "bcdefghjklmnpqrstvwxyz":
        table[word] = (_code,)
    table["a"] = (_code, _dollar_and, *_NUMBER_RULES)
    table["i"] = (_code,)
    table["u"] = (_country, _code)
    table["plus"] = (_telephone,)
    table["half"] = table["quarter"] = (calendar.relative_time,)
    for word in (*ORDINALS, *ORDINAL_SCALES):
        table[word] = (calendar.day_first, _ordinal)
    for word in DECADES:
        table[word] = (calendar.decade,)
    for word in MONTH_NAMES:
        table[word] = (calendar.month_first,)
    for word in SPOKEN_TITLES:
        table[word] = (_title,)
    for word in (*MONARCHS, "world"):
        table.setdefault(word, (_regnal,))
    return table


_RULES = _rules()
_ANCHORS = frozenset(("dot", "slash", "period"))


def write(words: Sequence[str], breaks: Sequence[str] | None = None) -> list[Replacement]:
    """The written forms in spoken lower-case `words`; see Scan for `breaks`."""
    scan = Scan(words, breaks)
    addresses = not _ANCHORS.isdisjoint(scan.words)
    done: list[Replacement] = []
    at = 0
    while at < scan.size:
        found: list[Replacement] | None = None
        if addresses:
            found = electronic.address(scan, at)
        if not found:
            for rule in _RULES.get(scan.words[at], ()):
                found = rule(scan, at)
                if found:
                    break
        if found:
            done += found
            at = found[-1].end
        else:
            at += 1
    return done
