"""Writing spoken cardinals in figures by inverting num2words, for languages without a grammar."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.engines.readings import READINGS

# Numbers under ten stay words, as the style guides of these languages ask.
_SMALLEST = 10
# "Twenty-three thousand four hundred fifty-six" takes no more words than this in any of them.
_LONGEST = 14
_LONGEST_COMPOUND = 100
_GROUPING = {"he": ",", "fa": ",", "hu": " ", "pl": " ", "cs": " ", "sk": " ", "uk": " ", "fi": " "}
_SPACED_GROUPS = {"sv": " ", "nb": " ", "lt": " ", "lv": " "}
# One word that says "a hundred" or "a thousand" counts nothing in "tusen takk".
_ROUND = (100, 1000, 10**6)

LANGUAGES = frozenset(
    {"ca", "cs", "da", "fa", "fi", "he", "hu", "lt", "lv", "nb", "nl", "pl", "ro", "sk", "sl"}
    | {"sr", "sv", "uk"}
)


class CardinalItn:
    """Inverse text normalisation of cardinals, decimals and percentages."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._reading = READINGS[language]

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        """The cardinals from ten up among `words`, with their decimals and the word for percent."""
        found: list[Replacement] = []
        lowered = [word.lower() for word in words]
        index = 0
        while index < len(lowered):
            end, number = self._longest(lowered, index)
            if number is None:
                index += 1
                continue
            if end - index > 1 and _table(self._language).get(lowered[end - 1]) == 10**6:
                # "5 millions" reads better than all its zeros.
                found.append(Replacement(index, end - 1, str(number // 10**6)))
                index = end
                continue
            end, text = self._finished(lowered, end, number)
            alone = end - index == 1 and number in _ROUND
            if not alone and (number >= _SMALLEST or not text.isdigit()):
                found.append(Replacement(index, end, text))
            index = end
        return found

    def _longest(self, words: Sequence[str], start: int) -> tuple[int, int | None]:
        table = _table(self._language)
        if _key(words[start : start + 1])[:3] not in _firsts(self._language):
            return start, None
        total: int | None = None
        end = start
        while True:
            for stop in range(min(len(words), end + _LONGEST), end, -1):
                value = _worth(_key(words[end:stop]), self._language)
                if value is None or (total is not None and value >= _room(total)):
                    continue
                total, end = (total or 0) + value, stop
                break
            else:
                return end, total
            millions = table.get(_key(words[end : end + 1])) if end < len(words) else None
            if millions and millions >= 10**6 and total is not None and total < 1000:
                total, end = total * millions, end + 1
            # After "forty-five thousand" the hundreds may follow; after "twenty" no more of it.
            if total is None or total % 1000:
                return end, total

    def _finished(self, words: Sequence[str], end: int, number: int) -> tuple[int, str]:
        text = _figures(number, self._language)
        digits = ""
        if words[end : end + 1] == [self._reading.point]:
            stop = end + 1
            while stop < len(words):
                digit = _table(self._language).get(_key(words[stop : stop + 1]))
                if digit is None or digit > 9:
                    break
                digits, stop = f"{digits}{digit}", stop + 1
            if digits:
                end, text = stop, f"{text}{self._reading.decimal}{digits}"
        percent = [form.split() for form in self._reading.percent]
        for form in percent:
            if list(words[end : end + len(form)]) == form:
                return end + len(form), f"{text} %"
        return end, text


def _figures(number: int, language: str) -> str:
    if number < 10_000:
        return str(number)
    separator = {**_GROUPING, **_SPACED_GROUPS}.get(language, ".")
    return f"{number:,}".replace(",", separator)


def _worth(key: str, language: str) -> int | None:
    table = _table(language)
    if key in table or len(key) > _LONGEST_COMPOUND:
        return table.get(key)
    # "Fünfundvierzigtausend" and what follows it are one word in the Dutch and Finnish way.
    for cut in range(len(key) - 1, 4, -1):
        thousands, rest = table.get(key[:cut], 0), table.get(key[cut:], 0)
        if thousands >= 10_000 and thousands % 1000 == 0 and 0 < rest < 1000:
            return thousands + rest
    return None


def _room(total: int) -> int:
    """What may still be added to `total`: less than its lowest unit."""
    zeros = len(str(total)) - len(str(total).rstrip("0"))
    return int(10**zeros)


def _key(words: Sequence[str]) -> str:
    # How compounds are parted is a matter of taste in most of these languages.
    text = unicodedata.normalize("NFC", "".join(words))
    return re.sub(r"[\s\-'’]", "", text)


@cache
def _table(language: str) -> dict[str, int]:
    """Every number to 9,999, the thousands to 999,000 and the millions by how they are said."""
    table: dict[str, int] = {}
    for number in (*range(1000), *range(1000, 1_000_000, 1000), *range(10**6, 10**7, 10**6)):
        words = _said(number, language)
        table.setdefault(_key(words), number)
        if number >= 10**6 and len(words) > 1:
            # The form that the word "million" takes after this number.
            table.setdefault(_key(words[-1:]), 10**6)
    one = _key(_said(1, language))
    for number in (*range(100, 200), 1000):
        # "Hundre" is said as often as "ett hundre".
        table.setdefault(_key(_said(number, language)).removeprefix(one), number)
    table |= _four_digits(table, language)
    if language == "da":
        table |= {key.replace("tusinde", "tusind"): number for key, number in table.items()}
    return table


def _four_digits(table: dict[str, int], language: str) -> dict[str, int]:
    # Put together: saying each of nine thousand numbers would take a second.
    small = [(key, number) for key, number in table.items() if number < 1000]
    thousands = [(key, number) for key, number in table.items() if number in range(1000, 10_000)]
    joined = _key(_said(2012, language))
    link = joined.removeprefix(_key(_said(2000, language))).removesuffix(_key(_said(12, language)))
    return {
        f"{head}{between}{tail}": first + last
        for head, first in thousands
        for tail, last in small
        if last
        for between in {"", link}
    }


def _said(number: int, language: str) -> list[str]:
    import num2words

    spoken = str(num2words.num2words(number, lang=READINGS[language].code))
    return spoken.lower().replace(",", "").split()


@cache
def _firsts(language: str) -> frozenset[str]:
    """How number words begin, to pass over all others without a search."""
    keys = [key for key, number in _table(language).items() if number < 10**6]
    return frozenset(key[:size] for key in keys for size in (1, 2, 3))
