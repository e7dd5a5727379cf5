"""From written English to spoken words: one written span at a time, with its neighbours."""

import re
from collections.abc import Sequence

from scriba.speech.forms.engine import Spoken
from scriba.speech.forms.english import amounts, moments, symbols
from scriba.speech.forms.english.lexicon import (
    ABBREVIATIONS,
    BEFORE_NUMBERS,
    BLOCKS,
    CURRENCIES,
    LABELS,
    MONARCHS,
    STATES,
    STREET_SHORT,
    STREETS,
    TITLES,
    UNITS,
)
from scriba.speech.forms.english.numbers import (
    SCALES,
    spell,
    spell_block,
    spell_digits,
    spell_ordinal,
)
from scriba.speech.forms.english.roman import from_roman
from scriba.speech.forms.tokens import Token

_LONGEST = 64
_MOST_GROUPS = 6
_INTEGER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+", re.ASCII)
_BARE_NUMBER = re.compile(r"[-−+]?(?:[\d,]*\d)?(?:\.\d+)?", re.ASCII)
_RANGE = re.compile(r"([^-–—]*\d[^-–—]*)[-–—]([^-–—]*\d[^-–—]*)", re.ASCII)
_WORDLIKE_UNITS = frozenset(("mi", "sec", "hr", "in"))
_DIALLING = frozenset(("call", "dial", "dialed", "called", "text", "extension"))
_ERAS = frozenset(("AD", "BC", "CE", "BCE", "A.D", "B.C", "C.E", "B.C.E"))
_ROMAN_NEIGHBOURS = LABELS | {"war", "book", "bowl", "chapter", "appendix", "vitamin"}
_NOT_ROMAN = frozenset(("XL", "CC", "CV", "LI", "CI", "LL"))
_NEAR_YEARS = frozenset(("mid", "pre", "post", "early", "late"))
_WITH_DOT = frozenset(
    "inc ltd corp jr sr dept approx apt mt ft pt mon tues thurs fri".split()  # noqa: SIM905
)
_DOTTED_LETTERS = re.compile(r"((?:[A-Za-z]\.)+[A-Za-z]|Ph\.D)(\.?['\u2019]s)?", re.ASCII)

_READERS = (
    amounts.attached,
    amounts.figures,
    moments.date,
    amounts.fraction,
    amounts.dotted,
    amounts.ratio,
    amounts.dimensions,
    amounts.power,
)


def _open(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing but a space stands between tokens `at` and `at` + 1."""
    return at >= 0 and at + 1 < len(tokens) and not tokens[at].trail and not tokens[at + 1].lead


def _next(tokens: Sequence[Token], at: int) -> str:
    return tokens[at + 1].core if _open(tokens, at) else ""


def _previous(tokens: Sequence[Token], at: int) -> str:
    return tokens[at - 1].core if at > 0 and tokens[at - 1].trail in ("", ".") else ""


def _long_number(tokens: Sequence[Token], at: int) -> Spoken | None:
    """Telephone and card numbers, which may be several tokens."""
    joined, texts = [], []
    for step in range(6):
        if at + step >= len(tokens):
            break
        item = tokens[at + step]
        raw = item.raw
        if not any(char.isdigit() for char in raw) or len(raw) > 24:
            break
        texts.append(raw.rstrip(".,;:!?\"'\u201d"))
        joined.append(" ".join(texts))
        if texts[-1] != raw:
            break
    for count in range(len(joined), 0, -1):
        found = amounts.phone(joined[count - 1])
        if found:
            return Spoken(count, *found)
    return None


def _time(tokens: Sequence[Token], at: int) -> Spoken | None:
    core = tokens[at].core
    following = _next(tokens, at)
    if moments.MERIDIEM.fullmatch(following):
        found = moments.time(f"{core} {following}")
        if found:
            dotted = "." in following and tokens[at + 1].trail.startswith(".")
            return Spoken(2, *found, dotted=dotted)
    found = moments.time(core)
    if found is None:
        return None
    return Spoken(1, *found, dotted=core[-2:].lower() == ".m" and tokens[at].trail[:1] == ".")


def _date_part(tokens: Sequence[Token], at: int) -> Spoken | None:
    """The day beside a month's name: "July 25", "25 July"."""
    core = tokens[at].core.lower()
    day = core[:-2] if core[-2:] in ("st", "nd", "rd", "th") else core
    if not day.isdigit() or not day.isascii() or len(day) > 2 or not 1 <= int(day) <= 31:
        return None
    before = _previous(tokens, at)
    words = spell_ordinal(int(day))
    if before[:1].isalpha() and moments.month(before) and before != "may":
        return Spoken(1, words)
    following = tokens[at + 1].core if _open(tokens, at) else ""
    if following and moments.month(following) and following not in ("may", "march", "mar"):
        article = [] if before.lower() == "the" else ["the"]
        return Spoken(1, [*article, *words, "of"])
    return None


def _is_street(tokens: Sequence[Token], at: int) -> bool:
    """Whether a house number stands a few capitalised words before token `at`."""
    for step in range(1, 5):
        if at - step < 0 or tokens[at - step].trail not in ("", "."):
            return False
        item = tokens[at - step]
        if item.core[:1].isdigit():
            return step > 1 or item.core[-2:].lower() in ("st", "nd", "rd", "th")
        if not item.capital:
            return False
    return False


def _house_number(tokens: Sequence[Token], at: int) -> bool:
    """Whether capitalised words and a street's name for itself follow token `at`."""
    for step in range(1, 5):
        if at + step >= len(tokens) or tokens[at + step - 1].trail not in ("", "."):
            return False
        item = tokens[at + step]
        name = item.core.lower()
        if step > 1 and (name in STREETS or name in STREET_SHORT):
            return True
        if not item.capital and not item.core[:1].isdigit():
            return False
    return False


def _parted(tokens: Sequence[Token], at: int) -> Spoken | None:
    """A round number with a space between its thousands: "25 000"."""
    count = 1
    # More groups would be read anew from each of them.
    while count < _MOST_GROUPS:
        following = _next(tokens, at + count - 1)
        if len(following) != 3 or not following.isdigit():
            break
        count += 1
    if count == 1 or len(tokens[at].core) > 3 or tokens[at + count - 1].core != "000":
        return None
    written = ",".join(item.core for item in tokens[at : at + count])
    words = amounts.figures(written)
    return Spoken(count, words, written) if words else None


def _integer(tokens: Sequence[Token], at: int) -> Spoken | None:
    core = tokens[at].core
    before = _previous(tokens, at).lower()
    following = _next(tokens, at)
    if core.isdigit() and len(core) <= 4:
        if core == "911" or (before in _DIALLING and len(core) > 2):
            return Spoken(1, spell_digits(core))
        named = len(core) > 2 and (before in BLOCKS or following.upper() in _ERAS)
        if named or _house_number(tokens, at):
            return Spoken(1, spell_block(core))
    if parted := _parted(tokens, at):
        return parted
    if _open(tokens, at) and (part := amounts.mixed(core, following)):
        return Spoken(2, part)
    if at + 2 < len(tokens) and not tokens[at].trail and tokens[at + 1].raw in ("/", "⁄"):
        part = amounts.fraction(f"{core}/{tokens[at + 2].core}")
        if part:
            return Spoken(3, part)
    counted = core.endswith("000") and following[:1].islower()
    words = amounts.figures(core, counted=counted)
    return Spoken(1, words) if words else None


def _with_unit(tokens: Sequence[Token], at: int) -> Spoken | None:
    """A number and the token after it: 5 km, 12 %, 3.2 million dollars, 20 °C."""
    core, following = tokens[at].core, _next(tokens, at)
    if not following or not _BARE_NUMBER.fullmatch(core):
        return None
    if following == "%":
        words = amounts.attached(core + "%")
        return Spoken(2, words, core + "%") if words else None
    if following.lower() in SCALES and (scaled := amounts.figures(core, counted=True)):
        unit = amounts.unit_names(_next(tokens, at + 1))
        if unit and len(_next(tokens, at + 1)) > 1 and _next(tokens, at + 1) not in _WORDLIKE_UNITS:
            return Spoken(3, [*scaled, following.lower(), *unit[1].split()])
        return Spoken(1, scaled)
    dot = tokens[at + 1].trail.startswith(".")
    if following in _WORDLIKE_UNITS and not dot:
        return None
    known = following in UNITS or (following.isupper() and len(following) > 1)
    if following.isalpha() and not known:
        return None
    words = amounts.measure(core, following)
    if words is None:
        return None
    # "a 5 km run" is said in the singular.
    if _previous(tokens, at).lower() in ("a", "an") and _next(tokens, at + 1).islower():
        words = amounts.measure(core, following, one=True) or words
    return Spoken(2, words, dotted=following.isalpha())


def _numeric(tokens: Sequence[Token], at: int) -> Spoken | None:
    """A token that holds a digit."""
    core = tokens[at].core
    for rule in (_time, _long_number, _date_part, _with_unit):
        if found := rule(tokens, at):
            return found
    if core[0] in "#" and core[1:].isdigit():
        words = amounts.figures(core[1:], counted=True)
        return Spoken(1, ["number", *words]) if words else None
    following = _next(tokens, at)
    scale = following.lower() if following.lower() in SCALES else ""
    if words := amounts.money(core, scale):
        # "a $20 bill" is said in the singular.
        if not scale and following.islower() and _previous(tokens, at).lower() in ("a", "an"):
            words[-1] = words[-1].removesuffix("s")
        return Spoken(2 if scale else 1, words)
    if _INTEGER.fullmatch(core):
        return _integer(tokens, at)
    single = _previous(tokens, at).lower() in ("a", "an") and following.islower()
    if single and (words := amounts.attached(core, one=True)):
        return Spoken(1, words)
    for read in _READERS:
        if words := read(core):
            return Spoken(1, words, dotted=core[-2:].lower() in ("lb", "oz"))
    if found := _range(tokens, at):
        return found
    if core[:-1].isdigit() and core[-1].isupper() and _house_number(tokens, at):
        return Spoken(1, [*spell_block(core[:-1]), core[-1].lower()])
    words = symbols.electronic(core) or _compound(core) or symbols.parts(core)
    return Spoken(1, words) if words else None


def _compound(core: str) -> list[str] | None:
    """Hyphenated figures and words: "25-year-old", "mid-1980s", "COVID-19"."""
    sides = core.replace("\u2011", "-").split("-")
    if len(sides) < 2 or len(sides) > 5:
        return None
    words: list[str] = []
    for side in sides:
        if side.replace("'", "").isalpha():
            words.append(side.lower())
            continue
        counted = sides[0].lower() not in _NEAR_YEARS
        said = (
            amounts.attached(side) or amounts.figures(side, counted=counted) or amounts.money(side)
        )
        if not said:
            return None
        words += said
    return words


def _range(tokens: Sequence[Token], at: int) -> Spoken | None:
    """Two written numbers with a hyphen between: a range or a score."""
    found = _RANGE.fullmatch(tokens[at].core)
    if not found or "=" in tokens[at].core:
        return None
    first, second = found.groups()
    if first[0] in "$€£¥" and _BARE_NUMBER.fullmatch(second) and amounts.money(first):
        upper = amounts.money(first[0] + second)
        lower = amounts.figures(first[1:], counted=True)
        return Spoken(1, [*lower, "to", *upper]) if upper and lower else None
    sides: list[list[str]] = []
    written: list[str] = []
    for text in found.groups():
        if not text[0].isdigit() and text[0] not in "$€£¥.":
            return None
        if clock := moments.time(text):
            words, form = clock
        else:
            spelled = amounts.money(text) or amounts.figures(text) or amounts.attached(text)
            if spelled is None:
                return None
            words, form = spelled, text
        sides.append(words)
        written.append(form)
    changed = "-".join(written) if " " in "".join(written) else None
    return Spoken(1, [*sides[0], "to", *sides[1]], changed)


def _title(tokens: Sequence[Token], at: int, name: str) -> Spoken | None:
    item = tokens[at]
    dot = item.trail.startswith(".")
    named = at + 1 < len(tokens) and tokens[at + 1].capital and item.trail in ("", ".")
    if name in ("st", "dr") and _is_street(tokens, at):
        return Spoken(1, [STREET_SHORT[name]], dotted=dot)
    if name in ("st", "dr") and dot and not named and at and tokens[at - 1].capital:
        return Spoken(1, [STREET_SHORT[name]], dotted=True)
    if not item.capital or (item.core.isupper() and not dot) or not (named or dot):
        return None
    if name in ("mr", "mrs", "ms") or (named and (dot or name == "dr")):
        return Spoken(1, [TITLES[name]], f"{item.core}.", dotted=True)
    return None


def _roman(tokens: Sequence[Token], at: int) -> Spoken | None:
    core, before = tokens[at].core, _previous(tokens, at)
    if not before[:1].isupper() or core in _NOT_ROMAN or tokens[at - 1].trail:
        return None
    number = from_roman(core)
    name = before.lower()
    if (
        number is None
        or number > (49 if len(core) < 3 else 99)
        or (core == "I" and name in MONARCHS and not tokens[at].trail and at + 1 < len(tokens))
    ):
        return None
    if len(core) == 1 and name not in _ROMAN_NEIGHBOURS and name not in MONARCHS:
        return None
    if name in MONARCHS:
        return Spoken(1, ["the", *spell_ordinal(number)])
    return Spoken(1, spell(number))


def _word(tokens: Sequence[Token], at: int) -> Spoken | None:
    """A token of letters only."""
    item = tokens[at]
    core = item.core
    name = core.lower()
    if core.isupper() and set(core) <= set("IVXLC") and (found := _roman(tokens, at)):
        return found
    if name in TITLES and (found := _title(tokens, at, name)):
        return found
    dot = item.trail.startswith(".")
    if name == "no" and dot and item.capital and at + 1 < len(tokens):
        return Spoken(1, ["number"], dotted=True) if tokens[at + 1].core[:1].isdigit() else None
    named = item.capital and _previous(tokens, at)[:1].isupper()
    before = dot and at + 1 < len(tokens) and not tokens[at + 1].lead
    if before and name in BEFORE_NUMBERS and tokens[at + 1].core[:1].isdigit():
        return Spoken(1, [BEFORE_NUMBERS[name]], dotted=True)
    if name in STREET_SHORT and name not in ("st", "dr", "ct") and (dot or named):
        return Spoken(1, [STREET_SHORT[name]], dotted=dot)
    if name in ABBREVIATIONS and (dot or name in ("vs", "etc")):
        if name in _WITH_DOT and not item.capital and name not in ("approx", "dept", "apt"):
            return None
        return Spoken(1, ABBREVIATIONS[name].split(), dotted=name not in ("etc", "ltd", "corp"))
    if core in _ERAS and _previous(tokens, at)[:1].isdigit():
        return Spoken(1, list(name))
    if core in STATES and at and tokens[at - 1].trail == "," and tokens[at - 1].capital:
        return Spoken(1, STATES[core].split())
    if len(core) < 5 and (full := moments.month(name)) and full != name and (item.capital or dot):
        near = _previous(tokens, at)[:1] + (tokens[at + 1].core[:1] if at + 1 < len(tokens) else "")
        if any(char.isdigit() for char in near):
            return Spoken(1, [full], dotted=dot)
    if core == "WWII":
        return Spoken(1, ["world", "war", "two"])
    return None


def spoken(tokens: Sequence[Token], at: int) -> Spoken | None:
    """The written span at token `at` as words; None when it is said as it is written."""
    core = tokens[at].core
    if core.isalpha():
        return _word(tokens, at) if len(core) < 7 or core.isupper() else None
    if not core or len(core) > _LONGEST:
        return None
    if any(char.isdigit() for char in core) or core in amounts.VULGAR:
        return _numeric(tokens, at)
    if found := _DOTTED_LETTERS.fullmatch(core):
        letters = found[1].lower().replace(".", " ").replace("ph", "p h").split()
        if found[2]:
            return Spoken(1, [*letters[:-1], letters[-1] + "'s"])
        return Spoken(1, letters, dotted=True)
    if core[-1] in CURRENCIES and _next(tokens, at)[:1].isdigit():
        scale = _next(tokens, at + 1).lower()
        scale = scale if scale in SCALES else ""
        if amount := amounts.money(f"{core}{_next(tokens, at)}", scale):
            return Spoken(3 if scale else 2, amount)
    words = symbols.electronic(core) or symbols.marks(core)
    return Spoken(1, words) if words else None
