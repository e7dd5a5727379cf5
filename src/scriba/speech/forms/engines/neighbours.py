"""Written numbers read out together with the word after them: "5 km", "8 h 30", "1 hora"."""

import re

from scriba.speech.forms.engines.contacts import LONGEST_SPAN
from scriba.speech.forms.engines.readings import Reading, reading_for
from scriba.speech.forms.engines.saying import number_words, ordinal_words
from scriba.speech.forms.engines.vocabulary import VOCABULARIES
from scriba.speech.forms.engines.written import (
    FEMININE_NOUNS,
    amount_words,
    measure_words,
    time_words,
    unified,
)
from scriba.speech.forms.english.roman import from_roman
from scriba.speech.forms.english.words import word_set

_ROMAN = re.compile(r"([IVXLC]{2,})(e|ème)?")
_MONEY_NAMES = frozenset({"pes", "dól", "dol", "eur", "rea"})


def read_phrase(text: str, language: str, point_decimals: bool = False) -> list[str] | None:
    """The words of a number and the word after it where both are said otherwise: "8 h 30", "5 km".

    Amounts with cents too ("19,99 Euro"). None for a number that any other word follows.
    """
    reading = reading_for(language, point_decimals)
    # German nouns have a capital: "1 Stunde", but "drücken Sie die 1 für".
    noun = language != "de" or text.rpartition(" ")[2][:1].isupper()
    text = unified(text)
    if reading is None or len(text) > LONGEST_SPAN:
        return None
    number, _, word = text.rpartition(" ")
    spoken = _priced(number, word, reading, language)
    if spoken is None and any(reading.hours):
        spoken = time_words(text, reading, language)
    if spoken is None:
        spoken = measure_words(text, reading, language)
    if spoken is None and noun and word not in _NO_NOUNS:
        spoken = _agreeing(number, word, language)
    return spoken.split() if spoken else None


def _priced(number: str, word: str, reading: Reading, language: str) -> str | None:
    """An amount that the next word belongs to: "19,99 Euro", "$100 pesos", "R$ 2,5 milhões"."""
    vocabulary = VOCABULARIES.get(language)
    for sign, names in reading.currencies.items():
        small = sign.lower()
        if word == small:
            return amount_words(f"{number} {word}", reading, language)
        if word in names and re.search(r"[.,]\d\d$", number):
            return amount_words(f"{number.removeprefix(small)} {small}", reading, language)
        if not number.startswith(small):
            continue
        if word[:3] in _MONEY_NAMES:
            # "$100 pesos" is said once; the word knows better whose dollar it is.
            said = amount_words(number, reading, language) or ""
            return " ".join(word if one in names else one for one in said.split()) or None
        if vocabulary and vocabulary.scales.fullmatch(word):
            said = amount_words(number.removeprefix(small).strip(), reading, language) or ""
            link = "de " if language in ("es", "fr", "it", "pt") and word[:3] != "mil" else ""
            link = "de " if language != "de" and re.match("mil+[hij]|mill?[ió]", word) else link
            return f"{said} {word} {link}{names[2]}" if said else None
    return None


# What follows a number without being counted: "presione 1 para".
_NO_NOUNS = word_set(
    "para por si y o u e de del la el las los le les lo con sin que en a al más menos es son fue "
    "era hasta desde ya no como per se di da dal dalla della su che ma non più meno è sono fino "
    "sulla nella alla ou do dos das com sem em no na nas nos ao à às mais foi até pour et ou"
)
_FEMININE_ENDINGS = {
    "es": ("ción", "ciones", "sión", "siones", "dad", "dades"),
    "it": ("zione", "sione", "tà", "tù"),
    "pt": ("ção", "ções", "são", "sões", "dade", "dades"),
}
_MASCULINE = word_set(
    "día días problema problemas programa programas mapa mapas tema temas idioma idiomas sistema "
    "sistemas dia dias clima poeta planeta planetas"
)


def _agreeing(number: str, word: str, language: str) -> str | None:
    """The forms of one and two that hang on the gender of the noun after them."""
    if not word.isalpha() or not number.isdecimal():
        return None
    feminine = word in FEMININE_NOUNS or word.removesuffix("s") in FEMININE_NOUNS
    if language in ("es", "it", "pt"):
        endings = ("a", "as", *_FEMININE_ENDINGS[language])
        feminine = feminine or (word.endswith(endings) and word not in _MASCULINE)
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
    return [ordinal_words(int(digits), language) + ending]


def read_roman(text: str, language: str) -> list[str] | None:
    """A Roman numeral of centuries and kings in words; None where it may be letters."""
    found = _ROMAN.fullmatch(text)
    number = from_roman(found[1]) if found else None
    if found is None or number is None or number > 39 or language not in _ROMAN_SPOKEN:
        return None
    if found[2] or (language == "it") or (language in ("es", "pt") and number < 11):
        return ordinal_words(number, language).split() if found[2] or language != "fr" else None
    return number_words(str(number), language).split() if not found[2] else None


_ROMAN_SPOKEN = frozenset({"es", "fr", "it", "pt"})
