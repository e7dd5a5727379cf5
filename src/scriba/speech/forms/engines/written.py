"""Reading written numbers out: "23 €" is said "dreiundzwanzig euro"."""

import re
import threading
from collections.abc import Callable
from functools import lru_cache

from scriba.speech.forms.engines.readings import READINGS, Plural, Reading, reading_for
from scriba.speech.forms.engines.vocabulary import VOCABULARIES

# Nobody reads a longer run of digits as one number.
_LONGEST_NUMBER = 12
_LONGEST_SPAN = 64

_saying = threading.Lock()

_TIME = re.compile(r"(\d{1,2})(?:[:.]|\s?h\s?)(\d\d)(?:\s?(?:uhr|h|uur))?", re.IGNORECASE)
_HOUR = re.compile(r"(\d{1,2})\s?(?:h|uhr|uur)", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_SITE = re.compile(r"(?:https?://)?www\.[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/?")
_ORDINAL = re.compile(r"(\d{1,6})(?:\.|\.?º|\.?ª|er|re|e|ème|°)")


def read_out(span: str, language: str, point_decimals: bool = False) -> list[str] | None:
    """The spoken lower-case words of a written number, amount, time, date, sign or address.

    `point_decimals`: the point parts the decimals, as in Mexico. None where the span is said as it
    is written or the language has no reading (see READINGS).
    """
    reading = reading_for(language, point_decimals)
    text = _unified(span)
    if reading is None or not text:
        return None
    if text in reading.signs:
        return reading.signs[text].split()
    if text == "%":
        return reading.percent[2].split()
    for sign, names in reading.currencies.items():
        if text == sign.lower():
            return names[2].split()
    if text.endswith(".") and text[:-1].isalpha():
        return reading.abbreviations[text].split() if text in reading.abbreviations else None
    if "@" in text or _SITE.fullmatch(text):
        return _address(text, language)
    if not any(character.isdecimal() for character in text):
        return None
    for attempt in (_amount, _time, _date, _ordinal):
        if words := attempt(text, reading, language):
            return words.split()
    return None


def read_pieces(span: str, language: str) -> list[str] | None:
    """The spoken words of a span that is no number as a whole ("b12", "1990er"), piece by piece."""
    text = _unified(span)
    if language not in READINGS or len(text) > _LONGEST_SPAN:
        return None
    if not any(character.isdecimal() for character in text):
        return None
    pieces = re.findall(r"[0-9]+|[^\W\d_]+", text)
    return " ".join(_said(one, language) if one.isdecimal() else one for one in pieces).split()


def _unified(span: str) -> str:
    text = re.sub(r"\s+", " ", span.strip().strip(",;!?")).lower()
    return text.replace("\u2212", "-").replace("\u2013", "-")


def _address(text: str, language: str) -> list[str] | None:
    vocabulary = VOCABULARIES.get(language)
    mail = re.fullmatch(r"[\w.+-]+@[\w.-]+", text)
    if vocabulary is None or len(text) > _LONGEST_SPAN or not (mail or _SITE.fullmatch(text)):
        return None
    at, dot = sorted(vocabulary.at)[0], sorted(vocabulary.dot)[0]
    text = re.sub(r"^(https?://)?www\.", "w w w.", text).rstrip("/")
    text = text.replace("@", f" {at} ").replace(".", f" {dot} ")
    text = re.sub(r"\d+", lambda found: f" {_said(found[0], language)} ", text)
    return re.findall(r"[^\W_]+(?:-[^\W_]+)*", text)


def _amount(text: str, reading: Reading, language: str) -> str | None:
    signs = "|".join(re.escape(sign.lower()) for sign in reading.currencies) or "(?!)"
    found = re.fullmatch(rf"([-+]?)(%|{signs})?\s?(\d[\d., ']*?)\s?(%|{signs})?", text)
    if not found:
        return None
    minus, before, digits, after = found.groups()
    parts = _parsed(digits.strip(), reading.decimal)
    if parts is None or (before and after):
        return None
    if (before or after) not in {None, "%"} and len(parts[1]) not in {0, 2}:
        return None
    whole, decimals = parts
    if whole[0] == "0" and decimals and whole != "0":
        return None
    prefix = f"{reading.minus} " if minus == "-" else ""
    sign = before or after
    names = {written.lower(): forms for written, forms in reading.currencies.items()}
    if sign in names:
        name = _counted(names[sign], int(whole[-9:]))
        cents = ""
        if decimals.strip("0"):
            cents = (
                f"{_said(decimals.lstrip('0'), language)} {_counted(reading.cent, int(decimals))}"
            )
            if not whole.strip("0") and any(reading.cent):
                return prefix + cents
            cents = f" {reading.cents} {cents}"
        amount = _BEFORE_NOUNS.get(language, {}).get(whole) or _said(whole, language)
        return f"{prefix}{amount} {name}{cents}"
    spoken = prefix + _said(whole, language)
    if decimals:
        spoken = prefix + _decimals(whole, decimals, reading, language)
    if sign != "%":
        return spoken
    if language == "tr":
        return f"{reading.percent[0]} {spoken}"
    counted = reading.percent[1] if decimals else _counted(reading.percent, int(whole[-9:]))
    return f"{spoken} {counted}"


# "3,14" is "tre virgola quattordici" there.
_DECIMALS_AS_NUMBER = frozenset({"fr", "it"})

_HOURS = {
    "de": {1: "ein"},
    "es": {1: "una", 21: "veintiuna"},
    "fr": {1: "une", 21: "vingt et une"},
    "it": {1: "una"},
    "pt": {1: "uma", 2: "duas", 21: "vinte e uma", 22: "vinte e duas"},
}
_BEFORE_NOUNS = {
    "de": {"1": "ein"},
    "es": {"1": "un", "21": "veintiún", "31": "treinta y un"},
    "it": {"1": "un"},
}


def _decimals(whole: str, decimals: str, reading: Reading, language: str) -> str:
    if not reading.point:
        # Russian counts tenths and hundredths, which num2words knows how to say.
        return _number(f"{whole}.{decimals}", language)
    if language in _DECIMALS_AS_NUMBER and decimals[0] != "0" and len(decimals) <= 3:
        return f"{_said(whole, language)} {reading.point} {_number(decimals, language)}"
    digits = " ".join(_number(digit, language) for digit in decimals)
    return f"{_said(whole, language)} {reading.point} {digits}"


def _time(text: str, reading: Reading, language: str) -> str | None:
    found = _TIME.fullmatch(text)
    if not found and (whole := _HOUR.fullmatch(text)) and any(reading.hours):
        found = whole
    if not found or int(found[1]) > 24 or ("." in text and language not in {"de", "it"}):
        return None
    hour, minute = int(found[1]), int(found[2]) if found.re is _TIME else 0
    if minute > 59:
        return None
    # After a bare "8:30" the word for the clock is written out: "8:30 Uhr".
    named = not reading.clock or re.search(r"[a-z]", text)
    said = _HOURS.get(language, {}).get(hour) or _number(str(hour), language)
    spoken = f"{said} {_counted(reading.hours, hour) if named else ''}"
    if minute:
        counted = _counted(reading.minutes, minute)
        spoken += f" {reading.between} {_number(str(minute), language)} {counted}"
    return spoken


def _date(text: str, reading: Reading, language: str) -> str | None:
    found = _DATE.fullmatch(text)
    vocabulary = VOCABULARIES.get(language)
    months = [name for name in vocabulary.months if name not in _SECOND_NAMES] if vocabulary else []
    if not found or len(months) != 12 or not 1 <= int(found[2]) <= 12 or not int(found[1]) <= 31:
        return None
    day = _number(found[1], language)
    if language == "de":
        day = f"{_ordinal_number(int(found[1]), language)}r"
    parts = [day, months[int(found[2]) - 1], _number(found[3], language)]
    return f" {reading.of} ".join(parts)


_SECOND_NAMES = frozenset({"jänner", "setiembre"})


def _ordinal(text: str, reading: Reading, language: str) -> str | None:
    found = _ORDINAL.fullmatch(text)
    if not found or language not in _ORDINALS:
        return None
    if text.endswith(".") and language != "de":
        return None
    return _ORDINALS[language](_ordinal_number(int(found[1]), language), text)


def _feminine(word: str, text: str) -> str:
    return re.sub(r"o\b", "a", word) if text.endswith("ª") else word


# The ending of a German ordinal hangs on its case; a date after "am" is the most frequent one.
_ORDINALS: dict[str, Callable[[str, str], str]] = {
    "de": lambda word, text: f"{word}n",
    "fr": lambda word, text: "première" if text == "1re" else word,
    "it": _feminine,
    "pt": _feminine,
}


def _counted(forms: Plural, number: int) -> str:
    if number == 1:
        return forms[0]
    if forms[1] == forms[2]:
        return forms[1]
    last, teen = number % 10, number // 10 % 10 == 1
    if last == 1 and not teen and number > 20:
        return forms[0]
    return forms[1] if 2 <= last <= 4 and not teen else forms[2]


def _parsed(digits: str, decimal: str) -> tuple[str, str] | None:
    """The whole and decimal digits of a number whose groups of three may be parted."""
    grouping = "." if decimal == "," else ","
    found = re.fullmatch(
        rf"(\d{{1,3}}(?:[{re.escape(grouping)} ']\d{{3}})+|\d+)(?:{re.escape(decimal)}(\d+))?",
        digits,
    )
    if found:
        return re.sub(r"\D", "", found[1]), found[2] or ""
    if "," in digits and "." in digits and decimal != digits[max(map(digits.rfind, ",."))]:
        # "1,500.50": of the two signs the last one can only be the decimal.
        return _parsed(digits, grouping)
    # "3.5" with the sign of another language can only be meant one way.
    found = re.fullmatch(r"(\d+)[.,](\d{1,2})", digits)
    return (found[1], found[2]) if found else None


def _said(digits: str, language: str) -> str:
    if len(digits) > 1 and (digits[0] == "0" or len(digits) > _LONGEST_NUMBER):
        return " ".join(_number(digit, language) for digit in digits)
    return _number(digits, language)


@lru_cache(maxsize=8192)
def _number(digits: str, language: str) -> str:
    import num2words

    number = float(digits) if "." in digits else int(digits)
    # Its converters keep the precision of a decimal on themselves.
    with _saying:
        spoken = str(num2words.num2words(number, lang=READINGS[language].code)).lower()
    return _SPELLING.get(language, str)(spoken.replace(",", ""))


@lru_cache(maxsize=1024)
def _ordinal_number(number: int, language: str) -> str:
    import num2words

    code = READINGS[language].code
    return str(num2words.num2words(number, lang=code, to="ordinal")).lower()


_TURKISH = re.compile(
    "sıfır|bir|iki|üç|dört|beş|altı|yedi|sekiz|dokuz|on|yirmi|otuz|kırk|elli|altmış|yetmiş|"
    "seksen|doksan|yüz|bin|milyon|milyar"
)

# Where num2words spells otherwise than people do.
_SPELLING: dict[str, Callable[[str], str]] = {
    "da": lambda word: re.sub(r"(?<=\w)tusinde\b", " tusind", word),
    "it": lambda word: re.sub(r"(?<=\w)tre\b", "tré", word),
    "tr": lambda word: " ".join(_longest_turkish(word)),
    "nl": lambda word: "een" if word == "één" else word,
}


def _longest_turkish(word: str) -> list[str]:
    return _TURKISH.findall(word.replace(" ", "")) or [word]
