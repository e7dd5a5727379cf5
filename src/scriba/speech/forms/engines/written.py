"""Reading written numbers out: "23 €" is said "dreiundzwanzig euro"."""

import re
import threading
from collections.abc import Callable
from functools import lru_cache

from scriba.speech.forms.engines.readings import READINGS, Plural, Reading, reading_for
from scriba.speech.forms.engines.units import unit
from scriba.speech.forms.engines.vocabulary import VOCABULARIES
from scriba.speech.forms.english.lexicon import TOP_LEVEL
from scriba.speech.forms.english.roman import from_roman
from scriba.speech.forms.english.words import word_set

# Nobody reads a longer run of digits as one number.
_LONGEST_NUMBER = 12
_LONGEST_SPAN = 64
_PHONE = re.compile(r"(\+?)(\d{1,4}(?: \d{1,8})+)", re.ASCII)
_MAIL = re.compile(r"[\w.+-]+@[\w.-]+")

_saying = threading.Lock()

_TIME = re.compile(r"(\d{1,2})(?:[:.]|\s?h\s?)(\d\d)(?:\s?(?:uhr|h|uur))?", re.IGNORECASE)
_HOUR = re.compile(r"(\d{1,2})\s?(?:h|uhr|uur)", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_SITE = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)+([a-z]{2,8})(?:/[\w/.-]*)?", re.ASCII)
_ORDINAL = re.compile(r"(\d{1,6})(\.|\.?º|\.?ª|er|re|e|ème|°)")
_ORDINAL_ENDINGS = {
    "de": frozenset({"."}),
    "fr": frozenset({"er", "re", "e", "ème", "º", "°"}),
    "it": frozenset({"º", "ª", "°"}),
    "pt": frozenset({"º", "ª", ".º", ".ª", "°"}),
}
_DECADE = re.compile(r"(\d{2,4})er")
_MEASURE = re.compile(r"([-+]?\d[\d., ]*?)\s?(°\s?[a-z]?|[a-z]+[²³]?(?:/h)?)")
_ROMAN = re.compile(r"([IVXLC]{2,})(e|ème)?")
_SITE_NAMES = {
    "de": {"/": "slash", "-": "minus", "_": "unterstrich"},
    "es": {"/": "barra", "-": "guion", "_": "guion bajo"},
    "fr": {"/": "slash", "-": "tiret", "_": "tiret bas"},
    "it": {"/": "barra", "-": "trattino", "_": "trattino basso"},
    "pt": {"/": "barra", "-": "hífen", "_": "sublinhado"},
}


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
    if text.endswith(".") and text.replace(".", "").isalpha():
        return reading.abbreviations[text].split() if text in reading.abbreviations else None
    if is_address(text):
        return _address(text, language)
    if not any(character.isdecimal() for character in text):
        return None
    for attempt in (_telephone, _range, _amount, _time, _date, _ordinal, _decade, _measure):
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


def is_address(text: str) -> bool:
    """Whether a core is an e-mail or web address."""
    if "@" in text:
        return _MAIL.fullmatch(text) is not None
    site = _SITE.fullmatch(text.lower()) if "." in text else None
    if site is None:
        return False
    return site[1] in TOP_LEVEL or text.lower().startswith(("www.", "http"))


def _address(text: str, language: str) -> list[str] | None:
    vocabulary = VOCABULARIES.get(language)
    if vocabulary is None or len(text) > _LONGEST_SPAN:
        return None
    names = {
        "@": sorted(vocabulary.at)[0],
        ".": sorted(vocabulary.dot)[0],
        **_SITE_NAMES.get(language, {}),
    }
    text = re.sub(r"^(https?://)?www\.", "w w w.", text).removeprefix("https://").rstrip("/")
    words: list[str] = []
    for part in re.findall(r"\d+|[^\W\d_]+|[\W_]", text.removeprefix("http://")):
        if part.isdecimal():
            words += _said(part, language).split()
        else:
            words += [part] if part.isalpha() else names.get(part, "").split()
    return words


def _telephone(text: str, reading: Reading, language: str) -> str | None:
    """A telephone number in groups: pairs are said as numbers, longer groups digit by digit."""
    found = _PHONE.fullmatch(text)
    if not found or language not in VOCABULARIES:
        return None
    groups = found[2].split(" ")
    size = sum(map(len, groups))
    thousands = all(len(group) == 3 for group in groups[1:]) and len(groups[0]) < 4
    mobile = language == "es" and size == 9 and groups[0][0] in "679" and groups[-1] != "000"
    told = bool(found[1]) or groups[0][0] == "0" or len(groups) > 2 or len(groups[-1]) > 4
    if not found[1] and any(len(group) == 1 for group in groups[1:]):
        return None
    if not 8 <= size <= 15 or not told or (thousands and not found[1] and not mobile):
        return None
    words = [reading.signs.get("+", "plus")] if found[1] else []
    for group in groups:
        whole = len(group) == 2 and group[0] != "0"
        words += [_number(group, language)] if whole else [_number(one, language) for one in group]
    return " ".join(words)


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
    low, high = (_amount(side.strip(), reading, language) for side in found.groups())
    return f"{low} {_BETWEEN[language]} {high}" if low and high else None


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
            alone = reading.cent if any(reading.cent) else _CENTS.get((language, sign))
            if not whole.strip("0") and alone:
                small = int(decimals.ljust(2, "0"))
                return f"{prefix}{_number(str(small), language)} {_counted(alone, small)}"
            cents = f" {reading.cents} {cents}"
        amount = _BEFORE_NOUNS.get(language, {}).get(whole) or _said(whole, language)
        return f"{prefix}{amount} {name}{cents}"
    spoken = prefix + _said(whole, language)
    if language == "de" and not sign and re.fullmatch("1[1-9][0-9][0-9]", text):
        # Years are counted in hundreds: "neunzehnhundertneunzig".
        rest = _number(text[2:].lstrip("0"), language) if text[2:] != "00" else ""
        return f"{_number(text[:2], language)}hundert{rest}"
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
    if not found or found[2] not in _ORDINAL_ENDINGS.get(language, ()):
        return None
    return _ORDINALS[language](_ordinal_number(int(found[1]), language), text)


def _decade(text: str, reading: Reading, language: str) -> str | None:
    """ "80er" is said "achtziger"; only German writes decades so."""
    found = _DECADE.fullmatch(text)
    return f"{_number(found[1], language)}er" if found and language == "de" else None


def _measure(text: str, reading: Reading, language: str) -> str | None:
    found = _MEASURE.fullmatch(text)
    names = unit(found[2], language) if found else None
    number = _amount(found[1].strip(), reading, language) if found and names else None
    if found is None or names is None or number is None:
        return None
    digits = found[1].strip().lstrip("+-")
    if digits == "1":
        first = _ONE.get(language, (number, number))[names[0] in _FEMININE]
        number = number.removesuffix(_number("1", language)) + first
    return f"{number} {names[digits != '1']}"


_ONE = {
    "de": ("ein", "eine"),
    "es": ("un", "una"),
    "fr": ("un", "une"),
    "it": ("un", "una"),
    "pt": ("um", "uma"),
}


_MONEY_NAMES = frozenset({"pes", "dól", "dol", "eur", "rea"})


def read_phrase(text: str, language: str, point_decimals: bool = False) -> list[str] | None:
    """The words of a number and the word after it where both are said otherwise: "8 h 30", "5 km".

    Amounts with cents too ("19,99 Euro"). None for a number that any other word follows.
    """
    reading = reading_for(language, point_decimals)
    text = _unified(text)
    if reading is None or len(text) > _LONGEST_SPAN:
        return None
    number, _, word = text.rpartition(" ")
    spoken = _priced(number, word, reading, language)
    if spoken is None and any(reading.hours):
        spoken = _time(text, reading, language)
    if spoken is None:
        spoken = _measure(text, reading, language) or _agreeing(number, word, language)
    return spoken.split() if spoken else None


def _priced(number: str, word: str, reading: Reading, language: str) -> str | None:
    """An amount that the next word belongs to: "19,99 Euro", "$100 pesos", "R$ 2,5 milhões"."""
    vocabulary = VOCABULARIES.get(language)
    for sign, names in reading.currencies.items():
        small = sign.lower()
        if word == small:
            return _amount(f"{number} {word}", reading, language)
        if word in names and re.search(r"[.,]\d\d$", number):
            return _amount(f"{number.removeprefix(small)} {small}", reading, language)
        if not number.startswith(small):
            continue
        if word[:3] in _MONEY_NAMES:
            # "$100 pesos" is said once; the word knows better whose dollar it is.
            said = _amount(number, reading, language) or ""
            return " ".join(word if one in names else one for one in said.split()) or None
        if vocabulary and vocabulary.scales.fullmatch(word):
            said = _amount(number.removeprefix(small).strip(), reading, language) or ""
            link = "de " if language in ("es", "fr", "it", "pt") and word[:3] != "mil" else ""
            link = "de " if language != "de" and re.match("mil+[hij]|mill?[ió]", word) else link
            return f"{said} {word} {link}{names[2]}" if said else None
    return None


# Nouns of time that are feminine, beside what the ending tells.
_FEMININE = word_set(
    "heure minute seconde semaine année journée fois personne page voiture fille femme chance "
    "stunde sekunde woche person frau million milliarde tonne stimme seite nacht stadt vez "
    "hora semana persona pessoa"
)
_MASCULINE = word_set(
    "día días problema problemas programa programas mapa mapas tema temas idioma idiomas sistema "
    "sistemas dia dias clima poeta planeta planetas"
)


def _agreeing(number: str, word: str, language: str) -> str | None:
    """The forms of one and two that hang on the gender of the noun after them."""
    if not word.isalpha() or not number.isdecimal():
        return None
    feminine = word in _FEMININE or word.removesuffix("s") in _FEMININE
    if language in ("es", "it", "pt"):
        feminine = feminine or (word.endswith(("a", "as")) and word not in _MASCULINE)
    elif language == "de":
        feminine = feminine or word.endswith(("ung", "heit", "keit", "ion", "tät"))
    if language == "it" and number == "1" and feminine and word[0] in "aeiou":
        return f"un'{word}"
    said = _GENDERED.get(language, {}).get(int(number) if len(number) < 4 else 0)
    return f"{said[feminine]} {word}" if said and number[0] != "0" else None


_GENDERED = {
    "de": {1: ("ein", "eine")},
    "fr": {1: ("un", "une"), 21: ("vingt et un", "vingt et une")},
    "es": {
        1: ("un", "una"),
        21: ("veintiún", "veintiuna"),
        31: ("treinta y un", "treinta y una"),
        200: ("doscientos", "doscientas"),
        500: ("quinientos", "quinientas"),
    },
    "it": {1: ("un", "una")},
    "pt": {
        1: ("um", "uma"),
        2: ("dois", "duas"),
        21: ("vinte e um", "vinte e uma"),
        22: ("vinte e dois", "vinte e duas"),
        200: ("duzentos", "duzentas"),
        500: ("quinhentos", "quinhentas"),
    },
}


def read_ordinal(digits: str, language: str, ending: str = "") -> list[str] | None:
    """An ordinal ("25.") in words; `ending` is that of a German one: n after "am", r at first."""
    if not digits.isdecimal() or len(digits) > 4:
        return None
    return [_ordinal_number(int(digits), language) + ending]


def read_roman(text: str, language: str) -> list[str] | None:
    """A Roman numeral of centuries and kings in words; None where it may be letters."""
    found = _ROMAN.fullmatch(text)
    number = from_roman(found[1]) if found else None
    if found is None or number is None or number > 39 or language not in _ROMAN_SPOKEN:
        return None
    if found[2] or (language == "it") or (language in ("es", "pt") and number < 11):
        return _ordinal_number(number, language).split() if found[2] or language != "fr" else None
    return _number(str(number), language).split() if not found[2] else None


_ROMAN_SPOKEN = frozenset({"es", "fr", "it", "pt"})


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
