"""From spoken English words to written forms: one pass, the most specific rule first."""

from collections.abc import Callable, Sequence

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.english import calendar, electronic, names, prices
from scriba.speech.forms.english.lexicon import (
    IDIOMS,
    LABELS,
    MONARCHS,
    MONTH_NAMES,
    SPOKEN_TITLES,
)
from scriba.speech.forms.english.numbers import (
    DECADES,
    NUMBER_WORDS,
    ORDINAL_SCALES,
    ORDINALS,
    ordinal,
    suffix,
)
from scriba.speech.forms.english.quantities import (
    Quantity,
    chunks,
    fraction,
    phone,
    quantity,
    shared_scale,
)
from scriba.speech.forms.english.scan import Scan
from scriba.speech.forms.english.words import word_set

_STARTS = NUMBER_WORDS | {"minus", "negative", "point", "a", "an", "oh", "o", "double", "triple"}
_CONTEST = word_set(
    "won win wins winning lost lose loses losing beat beats beating defeated score scored "
    "scores lead leads led leading tied trail trails trailed trailing final ahead game "
    "match"
)
_OPERATORS = frozenset(("plus", "minus", "times"))
_BEFORE_SPAN = word_set("a an this that every each per")


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


def _counted(scan: Scan, at: int) -> bool:
    """Whether a neighbour across a comma is a number by itself: "one, two, three"."""
    words, size = scan.words, scan.size
    if scan.limit[at] == at + 1 and (at == 0 or scan.breaks[at]):
        # "One. Two. Three."
        near = [one for one in (at - 1, at + 1) if 0 <= one < size and words[one] in NUMBER_WORDS]
        if any(scan.limit[one] == one + 1 and (one == 0 or scan.breaks[one]) for one in near):
            return True
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
        return done if other and (found.value == 1 or following == "to") else None
    if following == "and" and scan.before(start) == "between":
        return done if scan.after(found.end + 1) in NUMBER_WORDS else None
    if following in ("foot", "feet", "meter", "meters", "miles") and found.value == 0:
        return done
    return None


def _number(scan: Scan, start: int) -> list[Replacement] | None:
    found = quantity(scan, start)
    if found is None:
        return None
    for rule in (
        names.street,
        calendar.clock_time,
        prices.percent,
        prices.money,
        prices.measure,
        _score,
    ):
        done = rule(scan, start, found)
        if done:
            return done
    if (shared := shared_scale(scan, found)) is not None:
        return [Replacement(start, found.end, shared.text)]
    articled = scan.words[start] in ("a", "an")
    if articled and (found.kind == "scaled" or found.value in (100, 1000)):
        return None
    if found.kind == "lone":
        return _lone(scan, start, found)
    text = calendar.plain_year(scan, start, found) or found.text
    letter = scan.after(found.end)
    if era := _era(scan, found.end):
        return [Replacement(start, era[1], f"{text} {era[0]}")]
    if found.kind in ("digits", "pair") and letter == "k" and found.text == "401":
        return [Replacement(start, found.end + 1, "401k")]
    if scan.before(start) in ("ssn", "number", "is") and found.kind == "digits":
        text = _social_security(scan, start, text)
    # "one or two" stays in words as a whole.
    either = scan.before(start) == "or" and scan.before(start - 1) == "one"
    if either and (found.value or 99) < 10:
        return None
    if scan.words[start] == "two" and _pronoun_two(scan, start):
        return None
    pronoun = letter == "of" and scan.after(found.end + 1) in ("us", "you", "them")
    if (found.value or 99) < 10 and scan.before(start) == "the" and pronoun:
        return None
    if found.kind == "cardinal" and letter == "hours" and scan.after(start + 1) == "hundred":
        # "Eighteen hundred hours" is a time.
        text = text.replace(",", "")
    return [Replacement(start, found.end, text)]


def _era(scan: Scan, at: int) -> tuple[str, int] | None:
    """ "b c" or "a d" after a year, as (BC, next index)."""
    letters = scan.after(at) + scan.after(at + 1)
    if letters not in ("bc", "ad") or len(scan.after(at)) != 1:
        return None
    if letters == "bc" and scan.after(at + 2) == "e":
        return "BCE", at + 3
    return letters.upper(), at + 2


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
        if len(figures) > 16:
            return None
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
        table[word] = (names.code,)
    table["a"] = (names.code, prices.dollar_and, *_NUMBER_RULES)
    table["i"] = (names.code,)
    table["u"] = (names.country, names.code)
    table["plus"] = (_telephone,)
    table["half"] = table["quarter"] = (calendar.relative_time,)
    for word in (*ORDINALS, *ORDINAL_SCALES):
        table[word] = (calendar.day_first, _ordinal)
    for word in DECADES:
        table[word] = (calendar.decade,)
    for word in MONTH_NAMES:
        table[word] = (calendar.month_first,)
    for word in SPOKEN_TITLES:
        table[word] = (names.title,)
    for word in (*MONARCHS, "world"):
        table.setdefault(word, (names.regnal,))
    return table


_RULES = _rules()
_ANCHORS = frozenset(("dot", "slash", "period"))


def write(
    words: Sequence[str],
    breaks: Sequence[str] | None = None,
    capitals: Sequence[bool] | None = None,
) -> list[Replacement]:
    """The written forms in spoken lower-case `words`; see Scan for `breaks` and `capitals`."""
    scan = Scan(words, breaks, capitals)
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
