"""Spoken number phrases as figures: cardinals, decimals, digit runs, clock pairs."""

from dataclasses import dataclass, replace
from itertools import pairwise

from scriba.speech.forms.english.numbers import (
    DIGITS,
    LIMIT,
    NUMBER_WORDS,
    ORDINALS,
    SCALES,
    SMALL,
    TENS,
    cardinal,
)
from scriba.speech.forms.english.scan import Scan
from scriba.speech.forms.english.words import word_set

_ZERO = ("oh", "o")
_REPEAT = {"double": 2, "triple": 3}
_NOT_DECIMAL = word_set(
    "this that the a one some any which what every each my your his her our their match "
    "main whole starting turning boiling"
)
_DENOMINATORS = {
    word + "s": value for word, value in ORDINALS.items() if value > 2 and value not in (0,)
} | {"quarters": 4, "halves": 2, "hundredths": 100, "thousandths": 1000}
_DENOMINATOR = {word: value for word, value in ORDINALS.items() if value > 2} | {
    "quarter": 4,
    "half": 2,
    "hundredth": 100,
    "thousandth": 1000,
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number phrase up to word `end`, written `text`.

    `kind`: cardinal, lone (only "one" or "zero"), decimal, scaled ("3.2 million"), mixed
    ("2 1/2"), digits (said one by one), pair (two two-digit numbers: a year, a house number).
    `value` is the whole number, None when there is a fraction; `clock` the hour and minutes that
    a pair may also be.
    """

    end: int
    text: str
    kind: str
    value: int | None = None
    clock: tuple[int, int] | None = None


def starts_number(word: str) -> bool:
    """Whether a number phrase can begin with `word`."""
    return word in NUMBER_WORDS


def grouped(value: int) -> str:
    """Figures with commas between the thousands."""
    return f"{value:,}"


def phone(digits: str) -> str:
    """A run of digits with the hyphens its length calls for."""
    if len(digits) == 10:
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    if len(digits) == 11 and digits[0] == "1":
        return f"1-{phone(digits[1:])}"
    if len(digits) == 7:
        return f"{digits[:3]}-{digits[3:]}"
    if len(digits) == 16:
        return " ".join(digits[at : at + 4] for at in range(0, 16, 4))
    return digits


def _hundred_in_run(words: list[str], at: int, end: int) -> bool:
    """Whether "eight hundred" at `at` goes on digit by digit, as telephone numbers do."""
    if words[at] not in DIGITS or at + 1 >= end or words[at + 1] != "hundred":
        return False
    tail = words[at + 2 : min(end, at + 5)]
    return len(tail) == 3 and all(word in DIGITS or word in _ZERO for word in tail)


def chunks(scan: Scan, start: int, end: int) -> list[tuple[str, int]]:
    """The numbers that follow each other from `start`, as (figures, next index)."""
    words = scan.words
    found: list[tuple[str, int]] = []
    at = start
    while at < end and len(found) < 24:
        word = words[at]
        following = words[at + 1] if at + 1 < end else ""
        if word in _REPEAT and (following in DIGITS or following in _ZERO):
            found.append((DIGITS.get(following, "0") * _REPEAT[word], at + 2))
        elif word in _ZERO:
            if not found and following not in DIGITS:
                break
            found.append(("0", at + 1))
        elif _hundred_in_run(words, at, end):
            found.append((DIGITS[word] + "00", at + 2))
        else:
            number = cardinal(words, at, end)
            if number is None or (found and number[0] > 99):
                break
            found.append((str(number[0]), number[1]))
            if number[0] > 99:
                break
        at = found[-1][1]
    return found


def run_of_digits(scan: Scan, start: int, end: int) -> tuple[str, int]:
    """Digits said one after another from `start` ("oh", "double five" too), next index."""
    found = chunks(scan, start, end)
    taken = [item for item in found if len(item[0]) <= 2 or item[0].endswith("00")]
    if not taken or taken != found:
        return "", start
    return "".join(text for text, _ in taken), taken[-1][1]


def _interpret(scan: Scan, start: int, found: list[tuple[str, int]]) -> Quantity | None:
    """What a run of more than one number means; None when its first number stands alone."""
    texts = [text for text, _ in found]
    values = [int(text) for text in texts]
    end = found[-1][1]
    if "oh" in scan.words[start:end] or "o" in scan.words[start:end]:
        figures = "".join(texts)
        if len(found) == 3 and texts[1] == "0" and 0 < values[2] < 10 and values[0] < 100:
            clock = (values[0], values[2]) if 0 < values[0] <= 12 else None
            kind = "pair" if values[0] > 9 else "digits"
            return Quantity(end, figures, kind, int(figures), clock)
        return Quantity(end, phone(figures), "digits") if len(figures) > 2 else None
    if len(found) == 2:
        first, second = values
        if second > 9 and 0 < first < 100 and second < 100:
            clock = (first, second) if first <= 12 and second < 60 else None
            kind = "pair" if first > 9 else "digits"
            return Quantity(end, f"{first}{second}", kind, first * 100 + second, clock)
        if len(texts[0]) + len(texts[1]) < 3 or not any(
            word in _REPEAT for word in scan.words[start:end]
        ):
            return None
    steps = {after - before for before, after in pairwise(values)}
    if len(values) > 2 and steps in ({1}, {-1}) and not scan.before(start):
        return Quantity(end, " ".join(texts), "counted")
    figures = "".join(texts)
    singles = sum(len(text) == 1 for text in texts)
    if singles and len(figures) > 2:
        return Quantity(end, phone(figures), "digits")
    return None


def _decimals(scan: Scan, at: int, end: int) -> tuple[str, int]:
    """The figures after "point" at `at`, next index; ("", at) when none follow."""
    if at + 1 >= end or scan.words[at] != "point":
        return "", at
    figures, after = "", at + 1
    while after < end:
        word = scan.words[after]
        if word in DIGITS:
            figures, after = figures + DIGITS[word], after + 1
        elif word in _ZERO:
            figures, after = figures + "0", after + 1
        elif not figures and (word in TENS or word in SMALL):
            number = cardinal(scan.words, after, end)
            if number is None or number[0] > 99:
                break
            return str(number[0]), number[1]
        else:
            break
    return (figures, after) if figures else ("", at)


def _scaled(scan: Scan, quantity: Quantity, end: int) -> Quantity:
    """With the scale word that follows a decimal: 3.2 million."""
    if quantity.end < end and scan.words[quantity.end] in SCALES:
        text = f"{quantity.text} {scan.words[quantity.end]}"
        return replace(quantity, end=quantity.end + 1, text=text, kind="scaled", value=None)
    return quantity


def fraction(scan: Scan, start: int) -> tuple[int, int, int] | None:
    """A fraction such as "two thirds" at `start`, as (numerator, denominator, next index)."""
    end = scan.limit[start]
    top = cardinal(scan.words, start, end)
    if top is None or top[1] >= end or top[0] == 0:
        return None
    word = scan.words[top[1]]
    table = _DENOMINATOR if top[0] == 1 else _DENOMINATORS
    below = table.get(word)
    # "two halves", "four quarters" are wholes.
    return (top[0], below, top[1] + 1) if below and below != top[0] else None


def _with_half(scan: Scan, quantity: Quantity, end: int) -> Quantity:
    """With "and a half" or "and three quarters" behind a whole number."""
    at = quantity.end
    if quantity.value is None or at + 2 >= end or scan.words[at] != "and":
        return quantity
    if scan.words[at + 1] == "a" and scan.words[at + 2] in ("half", "quarter"):
        top, below, after = 1, 2 if scan.words[at + 2] == "half" else 4, at + 3
    elif (part := fraction(scan, at + 1)) is not None:
        top, below, after = part
    else:
        return quantity
    if top >= below:
        return quantity
    following = scan.words[after] if after < end else ""
    if following in SCALES or following in ("percent", "dollars", "degrees", "euros"):
        decimal = f"{quantity.value + top / below:.2f}".rstrip("0")
        return _scaled(scan, Quantity(after, decimal, "decimal"), end)
    return Quantity(after, f"{quantity.text} {top}/{below}", "mixed")


def quantity(scan: Scan, start: int) -> Quantity | None:
    """The number phrase at word `start`; None when there is none."""
    words, end = scan.words, scan.limit[start]
    word = words[start]
    if word in ("minus", "negative"):
        if start + 1 >= end or starts_number(scan.before(start)):
            return None
        if words[start + 1] not in NUMBER_WORDS and words[start + 1] != "point":
            return None
        positive = quantity(scan, start + 1)
        if positive is None or positive.kind in ("pair", "mixed", "digits", "counted"):
            return None
        kind = "cardinal" if positive.kind == "lone" else positive.kind
        return replace(positive, text="-" + positive.text, kind=kind)
    if word == "point":
        figures, after = _decimals(scan, start, end)
        if not figures or scan.before(start) in _NOT_DECIMAL:
            return None
        return _scaled(scan, Quantity(after, "." + figures, "decimal"), end)
    if word in ("a", "an"):
        if start + 1 >= end or (words[start + 1] not in SCALES and words[start + 1] != "hundred"):
            return None
        spoken = Scan(["one", *words[start + 1 : end]])
        inner = quantity(spoken, 0)
        return inner and replace(inner, end=inner.end + start)
    found = chunks(scan, start, end)
    if not found:
        return None
    whole: Quantity | None = None
    if len(found) > 1:
        whole = _interpret(scan, start, found)
    if whole is None:
        if word in ("oh", "o", "double", "triple"):
            return None
        whole = _single(scan, start, found[0])
    figures, after = _decimals(scan, whole.end, end)
    if figures and whole.kind != "scaled":
        text = whole.text if whole.kind != "digits" else whole.text.replace("-", "")
        return _scaled(scan, Quantity(after, f"{text}.{figures}", "decimal"), end)
    return _with_half(scan, whole, end)


def _single(scan: Scan, start: int, chunk: tuple[str, int]) -> Quantity:
    figures, after = chunk
    value = int(figures)
    if after == start + 1 and value < 2:
        return Quantity(after, figures, "lone", value)
    last = scan.words[after - 1]
    scales = [word for word in scan.words[start:after] if word in SCALES]
    if len(scales) == 1 and last == scales[0] and last != "thousand" and value < LIMIT:
        return Quantity(after, f"{value // SCALES[last]:,} {last}", "scaled", value)
    return Quantity(after, grouped(value), "cardinal", value)


def shared_scale(scan: Scan, found: Quantity) -> Quantity | None:
    """The number that "two" means in "two or three hundred"; None where it is just two."""
    at = found.end + 1
    if scan.after(found.end) not in ("or", "to") or not scan.after(at):
        return None
    scale = scan.after(at + 1)
    factor = 100 if scale == "hundred" else SCALES.get(scale, 0)
    lead = SMALL.get(scan.words[at], 0)
    if factor not in (100, 1000) or found.value is None or not 0 < found.value < lead < 10:
        return None
    value = found.value * factor
    return Quantity(found.end, grouped(value), "cardinal", value)
