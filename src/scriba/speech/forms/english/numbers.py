"""English number words: integers to words and words to integers."""

from collections.abc import Sequence

from scriba.speech.forms.english.words import word_list

_SMALL = word_list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = word_list("twenty thirty forty fifty sixty seventy eighty ninety")
SMALL = {word: value for value, word in enumerate(_SMALL)}
TENS = {word: 20 + 10 * index for index, word in enumerate(_TENS)} | {"fourty": 40}
DIGITS = {word: str(value) for word, value in SMALL.items() if value < 10}
_SCALE_NAMES = word_list(
    "thousand million billion trillion quadrillion quintillion sextillion septillion octillion "
    "nonillion decillion"
)
SCALES = {name: 1000 ** (power + 1) for power, name in enumerate(_SCALE_NAMES)}
SOUTH_ASIAN = {"lakh": 10**5, "crore": 10**7}
_ALL_SCALES = SCALES | SOUTH_ASIAN
LIMIT = 10**36
# Words in the longest ordinal that is looked for.
_LONGEST = 40

_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def _ordinal_word(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return word[:-1] + "ieth" if word.endswith("y") else word + "th"


ORDINALS = {_ordinal_word(word): value for word, value in (SMALL | TENS).items()}
ORDINAL_SCALES = {name + "th": value for name, value in SCALES.items()} | {"hundredth": 100}
DECADES = {word[:-1] + "ies": value for word, value in TENS.items()}
NUMBER_WORDS = frozenset(SMALL) | frozenset(TENS)
NUMERALS = NUMBER_WORDS | frozenset(ORDINALS)


def spell(number: int) -> list[str]:
    """The cardinal's words without "and": 140 -> one hundred forty. `number` below LIMIT."""
    if number < 0:
        return ["minus", *spell(-number)]
    if number < 20:
        return [_SMALL[number]]
    if number < 100:
        tens, unit = divmod(number, 10)
        return [_TENS[tens - 2], *([_SMALL[unit]] if unit else [])]
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return [_SMALL[hundreds], "hundred", *(spell(rest) if rest else [])]
    for name in reversed(_SCALE_NAMES):
        scale = SCALES[name]
        if number >= scale:
            high, rest = divmod(number, scale)
            return [*spell(high), name, *(spell(rest) if rest else [])]
    raise AssertionError(number)


def spell_ordinal(number: int) -> list[str]:
    """The ordinal's words: 21 -> twenty first."""
    words = spell(number)
    return [*words[:-1], _ordinal_word(words[-1])]


def spell_digits(digits: str, zero: str = "zero") -> list[str]:
    """A digit string, digit by digit; `zero` is the word for 0."""
    return [zero if digit == "0" else _SMALL[int(digit)] for digit in digits]


def spell_year(number: int) -> list[str]:
    """A year from 1000 to 9999 as it is said: 2012 -> twenty twelve, 1905 -> nineteen oh five."""
    high, low = divmod(number, 100)
    if high % 10 == 0:
        said_whole = low < 10 or high not in (10, 20)
        return spell(number) if said_whole else [*spell(high), *spell(low)]
    if low == 0:
        return [*spell(high), "hundred"]
    return [*spell(high), *(["oh"] if low < 10 else []), *spell(low)]


def spell_block(digits: str) -> list[str]:
    """A house, room or flight number: 204 -> two oh four, 123 -> one twenty three."""
    if len(digits) == 3 and not digits.startswith("0"):
        if digits.endswith("00"):
            return spell(int(digits))
        if digits[1] == "0":
            return spell_digits(digits, "oh")
        return [*spell(int(digits[0])), *spell(int(digits[1:]))]
    if len(digits) == 4 and not digits.startswith("0"):
        return spell_year(int(digits)) if digits[1] != "0" else spell(int(digits))
    if len(digits) <= 2 and not (len(digits) == 2 and digits[0] == "0"):
        return spell(int(digits))
    return spell_digits(digits)


def decade(number: int) -> list[str]:
    """A decade's words: 80 -> eighties, 1990 -> nineteen nineties, 2000 -> two thousands."""
    if number % 100 == 0:
        words = spell(number) if number % 1000 == 0 else spell_year(number)
    else:
        words = spell(number) if number < 100 else spell_year(number)
    last = words[-1]
    return [*words[:-1], last[:-1] + "ies" if last.endswith("y") else last + "s"]


def below_hundred(words: Sequence[str], start: int, end: int) -> tuple[int, int] | None:
    """The number 0 to 99 at `start`, as (value, next index); None when there is none."""
    if start >= end:
        return None
    word = words[start]
    if word in TENS:
        value = TENS[word]
        unit = SMALL.get(words[start + 1], 0) if start + 1 < end else 0
        return (value + unit, start + 2) if 0 < unit < 10 else (value, start + 1)
    if word in SMALL:
        return SMALL[word], start + 1
    return None


def _below_thousand(words: Sequence[str], start: int, end: int) -> tuple[int, int] | None:
    first = below_hundred(words, start, end)
    if first is None:
        return None
    value, at = first
    if value and at < end and words[at] == "hundred":
        value, at = value * 100, at + 1
        rest = below_hundred(words, at + 1 if at < end and words[at] == "and" else at, end)
        if rest and rest[0]:
            value, at = value + rest[0], rest[1]
    return value, at


def cardinal(words: Sequence[str], start: int, end: int) -> tuple[int, int] | None:
    """The longest cardinal at `start`, as (value, next index); None when there is none.

    Takes "hundred and", "eleven hundred" and the South Asian lakh and crore.
    """
    group = _below_thousand(words, start, end)
    if group is None:
        return None
    total, at, last = 0, start, LIMIT
    while group is not None:
        value, after = group
        scale = _ALL_SCALES.get(words[after], 0) if after < end else 0
        if scale and scale < last and value:
            total, at, last = total + value * scale, after + 1, scale
        elif scale == 0 and value < last and (value or at == start):
            return total + value, after
        else:
            break
        joined = at < end and words[at] == "and"
        group = _below_thousand(words, at + joined, end)
        if group is None or group[0] == 0 or (joined and group[0] >= 100 and total < 10**5):
            break
    return (total, at) if at > start else None


def ordinal(words: Sequence[str], start: int, end: int) -> tuple[int, int] | None:
    """The ordinal at `start`, as (value, next index): "one hundred twenty first" is 121."""
    if start >= end:
        return None
    word = words[start]
    if word in ORDINALS:
        return ORDINALS[word], start + 1
    # The ordinal word ends the number: read what stands before it as a cardinal.
    at = start
    end = min(end, start + _LONGEST)
    while at < end and (
        words[at] in NUMBER_WORDS or words[at] in SCALES or words[at] in ("hundred", "and")
    ):
        at += 1
    if at == start or at >= end:
        return None
    last = words[at]
    if last in ORDINAL_SCALES:
        head = cardinal(words, start, at)
        return (head[0] * ORDINAL_SCALES[last], at + 1) if head and head[1] == at else None
    value = ORDINALS.get(last)
    if value is None or value == 0:
        return None
    at_head = at - 1 if words[at - 1] == "and" else at
    head = cardinal(words, start, at_head)
    if head is None or head[1] != at_head:
        return None
    room = 10 if head[0] % 100 in range(20, 100) and head[0] % 10 == 0 else 100
    if head[0] % room or value >= room:
        return None
    return head[0] + value, at + 1


def suffix(number: int) -> str:
    """The written ending of an ordinal: 1 -> st, 12 -> th."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
