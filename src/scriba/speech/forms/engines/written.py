"""Reading written numbers out: "23 €" is said "dreiundzwanzig euro"."""

import re
from collections.abc import Callable

from scriba.speech.forms.engines.contacts import (
    LONGEST_SPAN,
    address_words,
    is_address,
    telephone,
)
from scriba.speech.forms.engines.readings import READINGS, Plural, Reading, reading_for
from scriba.speech.forms.engines.saying import figure_words, number_words, ordinal_words
from scriba.speech.forms.engines.units import unit
from scriba.speech.forms.engines.vocabulary import VOCABULARIES
from scriba.speech.forms.english.words import word_set

_TIME = re.compile(r"(\d{1,2})(?:[:.]|\s?h\s?)(\d\d)(?:\s?(?:uhr|h|uur))?", re.IGNORECASE)
_HOUR = re.compile(r"(\d{1,2})\s?(?:h|uhr|uur)", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_ORDINAL = re.compile(r"(\d{1,6})(\.|\.?º|\.?ª|er|re|e|ème|°)")
_ORDINAL_ENDINGS = {
    "de": frozenset({"."}),
    "fr": frozenset({"er", "re", "e", "ème", "º", "°"}),
    "it": frozenset({"º", "ª", "°"}),
    "pt": frozenset({"º", "ª", ".º", ".ª", "°"}),
}
_DECADE = re.compile(r"(\d{2,4})er")
_MEASURE = re.compile(r"([-+]?\d[\d., ]*?)\s?(°\s?[a-z]?|[a-z]+[²³]?(?:/h)?)")


def read_out(span: str, language: str, point_decimals: bool = False) -> list[str] | None:
    """The spoken lower-case words of a written number, amount, time, date, sign or address.

    `point_decimals`: the point parts the decimals, as in Mexico. None where the span is said as it
    is written or the language has no reading (see READINGS).
    """
    reading = reading_for(language, point_decimals)
    text = unified(span)
    if reading is None or not text:
        return None
    if text in reading.signs:
        return reading.signs[text].split()
    if text == "%":
        return reading.percent[2].split()
    for sign, names in reading.currencies.items():
        if text == sign.lower():
            return names[2].split()
    if text.endswith(".") and text.replace(".", "").isalpha():
        return reading.abbreviations[text].split() if text in reading.abbreviations else None
    if is_address(text):
        return address_words(text, language)
    if not any(character.isdecimal() for character in text):
        return None
    for attempt in _ATTEMPTS:
        if words := attempt(text, reading, language):
            return words.split()
    return None


def read_pieces(span: str, language: str) -> list[str] | None:
    """The spoken words of a span that is no number as a whole ("b12", "1990er"), piece by piece."""
    text = unified(span)
    if language not in READINGS or len(text) > LONGEST_SPAN:
        return None
    if not any(character.isdecimal() for character in text):
        return None
    pieces = re.findall(r"[0-9]+|[^\W\d_]+", text)
    return " ".join(
        figure_words(one, language) if one.isdecimal() else one for one in pieces
    ).split()


def unified(span: str) -> str:
    """A span with plain spaces and hyphens, lower case, without punctuation behind it."""
    text = re.sub(r"\s+", " ", span.strip().strip(",;!?")).lower()
    return text.replace("\u2212", "-").replace("\u2013", "-")


_BETWEEN = {"de": "bis", "es": "a", "fr": "à", "it": "a", "pt": "a", "nl": "tot"}


def _range(text: str, reading: Reading, language: str) -> str | None:
    """Two numbers with a dash between: "10-15" is said "zehn bis fünfzehn"."""
    found = re.fullmatch(r"(\d[\d.,]*)\s?-\s?(\d[\d.,]*\s?\D?)", text)
    if not found or language not in _BETWEEN or "." in found[1] + found[2]:
        return None
    sides = [re.sub(r"\D.*", "", side) for side in found.groups()]
    if any(len(side) > 1 and side[0] == "0" for side in sides):
        return None
    if any(len(side) > 3 and not 1000 <= int(side) <= 2100 for side in sides):
        return None
    low, high = (amount_words(side.strip(), reading, language) for side in found.groups())
    return f"{low} {_BETWEEN[language]} {high}" if low and high else None


def amount_words(text: str, reading: Reading, language: str) -> str | None:
    """A number, percentage or sum of money in words."""
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
            cents = figure_words(decimals.lstrip("0"), language)
            cents = f"{cents} {_counted(reading.cent, int(decimals))}"
            alone = reading.cent if any(reading.cent) else _CENTS.get((language, sign))
            if not whole.strip("0") and alone:
                small = int(decimals.ljust(2, "0"))
                return f"{prefix}{number_words(str(small), language)} {_counted(alone, small)}"
            cents = f" {reading.cents} {cents}"
        amount = _BEFORE_NOUNS.get(language, {}).get(whole) or figure_words(whole, language)
        return f"{prefix}{amount} {name}{cents}"
    spoken = prefix + figure_words(whole, language)
    if language == "de" and not sign and re.fullmatch("1[1-9][0-9][0-9]", text):
        # Years are counted in hundreds: "neunzehnhundertneunzig".
        rest = number_words(text[2:].lstrip("0"), language) if text[2:] != "00" else ""
        return f"{number_words(text[:2], language)}hundert{rest}"
    if decimals:
        spoken = prefix + _decimals(whole, decimals, reading, language)
    if sign != "%":
        return spoken
    if language == "tr":
        return f"{reading.percent[0]} {spoken}"
    counted = reading.percent[1] if decimals else _counted(reading.percent, int(whole[-9:]))
    return f"{spoken} {counted}"


# Said where there is nothing but them: "0,20 €".
_CENTS: dict[tuple[str, str | None], Plural] = {
    ("de", "€"): ("cent", "cent", "cent"),
    ("de", "$"): ("cent", "cent", "cent"),
    ("es", "€"): ("céntimo", "céntimos", "céntimos"),
    ("es", "$"): ("centavo", "centavos", "centavos"),
    ("fr", "€"): ("centime", "centimes", "centimes"),
    ("fr", "$"): ("cent", "cents", "cents"),
    ("it", "€"): ("centesimo", "centesimi", "centesimi"),
}
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
        return number_words(f"{whole}.{decimals}", language)
    if language in _DECIMALS_AS_NUMBER and decimals[0] != "0" and len(decimals) <= 3:
        return f"{figure_words(whole, language)} {reading.point} {number_words(decimals, language)}"
    digits = " ".join(number_words(digit, language) for digit in decimals)
    return f"{figure_words(whole, language)} {reading.point} {digits}"


def time_words(text: str, reading: Reading, language: str) -> str | None:
    """A time of day in words."""
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
    said = _HOURS.get(language, {}).get(hour) or number_words(str(hour), language)
    spoken = f"{said} {_counted(reading.hours, hour) if named else ''}"
    if minute:
        counted = _counted(reading.minutes, minute)
        spoken += f" {reading.between} {number_words(str(minute), language)} {counted}"
    return spoken


def _date(text: str, reading: Reading, language: str) -> str | None:
    found = _DATE.fullmatch(text)
    vocabulary = VOCABULARIES.get(language)
    months = [name for name in vocabulary.months if name not in _SECOND_NAMES] if vocabulary else []
    if not found or len(months) != 12 or not 1 <= int(found[2]) <= 12 or not int(found[1]) <= 31:
        return None
    day = number_words(found[1], language)
    if language == "de":
        day = f"{ordinal_words(int(found[1]), language)}r"
    parts = [day, months[int(found[2]) - 1], number_words(found[3], language)]
    return f" {reading.of} ".join(parts)


_SECOND_NAMES = frozenset({"jänner", "setiembre"})


def _ordinal(text: str, reading: Reading, language: str) -> str | None:
    found = _ORDINAL.fullmatch(text)
    if not found or found[2] not in _ORDINAL_ENDINGS.get(language, ()):
        return None
    return _ORDINALS[language](ordinal_words(int(found[1]), language), text)


def _decade(text: str, reading: Reading, language: str) -> str | None:
    """ "80er" is said "achtziger"; only German writes decades so."""
    found = _DECADE.fullmatch(text)
    return f"{number_words(found[1], language)}er" if found and language == "de" else None


def measure_words(text: str, reading: Reading, language: str) -> str | None:
    """A number with its unit in words: 5km, -5 °C."""
    found = _MEASURE.fullmatch(text)
    names = unit(found[2], language) if found else None
    number = amount_words(found[1].strip(), reading, language) if found and names else None
    if found is None or names is None or number is None:
        return None
    digits = found[1].strip().lstrip("+-")
    if digits == "1":
        first = _ONE.get(language, (number, number))[names[0] in FEMININE_NOUNS]
        number = number.removesuffix(number_words("1", language)) + first
    return f"{number} {names[digits != '1']}"


_ONE = {
    "de": ("ein", "eine"),
    "es": ("un", "una"),
    "fr": ("un", "une"),
    "it": ("un", "una"),
    "pt": ("um", "uma"),
}
# Nouns of time that are feminine, beside what the ending tells.
FEMININE_NOUNS = word_set(
    "heure minute seconde semaine année journée fois personne page voiture fille femme chance "
    "stunde sekunde woche person frau million milliarde tonne stimme seite nacht stadt vez "
    "hora semana persona pessoa"
)


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


_ATTEMPTS: tuple[Callable[[str, Reading, str], str | None], ...] = (
    telephone,
    _range,
    amount_words,
    time_words,
    _date,
    _ordinal,
    _decade,
    measure_words,
)
