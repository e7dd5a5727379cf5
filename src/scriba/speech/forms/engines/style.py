"""How readers of a locale expect numbers, money and times to be written."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scriba.speech.forms.engines.vocabulary import Vocabulary

# Spanish and German where the point parts the decimals.
POINT_DECIMALS = frozenset(
    f"es-{region}" for region in ("DO", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV", "US")
) | {"de-CH", "it-CH"}

# Where "$" is the sign of the peso.
PESOS = frozenset(f"es-{region}" for region in ("AR", "CL", "CO", "CU", "DO", "MX", "UY"))

# Spanish where the sign of the dollar or peso stands before the amount.
_SIGN_FIRST = frozenset(
    f"es-{region}"
    for region in (
        "AR BO CL CO CR CU DO EC GT HN MX NI PA PE PR PY SV US UY VE".split()  # noqa: SIM905
    )
)

_GROUPING = {"de": ".", "es": ".", "fr": " ", "id": ".", "it": ".", "pt": ".", "tr": ".", "vi": "."}

_MONEY = re.compile(r"(-?)((?:[A-Z]{1,3})?[€$£¥₩₽₹₧]) ?(-?[\d.,]+)((?: \w+)?)")
_TIME_UNITS = re.compile(r"(-?[\d.,]+) (?:h|min|s)")
_FRENCH_TIME_UNITS = re.compile(r"(-?[\d.,]+) (?:min|s)")
_LONG_NUMBER = re.compile(r"(?<![\d.,:/@])\d{5,}(?![\d.:/@])")
_WRITTEN = re.compile(r".*\d.*|\S+@\S+\.\S+|(?:\S+\.)?\w[\w-]*\.[a-z]{2,}(?:/\S*)?|[IVXLC]{2,}e?")

_GERMAN_MONTHS = {
    "Jan": "Januar",
    "Feb": "Februar",
    "Mär": "März",
    "Apr": "April",
    "Mai": "Mai",
    "Jun": "Juni",
    "Jul": "Juli",
    "Aug": "August",
    "Sep": "September",
    "Sept": "September",
    "Okt": "Oktober",
    "Nov": "November",
    "Dez": "Dezember",
}

# What follows an amount in the money of another country: "diez pesos mexicanos".
_FOREIGN = re.compile(
    r"(?:mexican|argentin|chilen|colombian|uruguay|cuban|dominican|canadiens"
    r"|australian|american|suíç|suiz|suiss|estadounidens|sterling|esterlin)\w*"
)

_FIRST = frozenset(
    [
        "midi",
        "minuit",
        "premier",
        "première",
        "premiers",
        "premières",
        "primeiro",
        "primero",
        "primo",
    ]
)
_ROUND = frozenset(["hundert", "tausend", "cent", "mille", "mil", "cien", "cem", "cento", "seribu"])
_POUND = frozenset({"pf", "li"})
# "A quarter of an hour" is no sum.
_HOURS = frozenset({"d'heure", "d'heures", "stunde", "stunden"})
_DOLLAR = frozenset({"dól", "dol"})
_SUPERSCRIPTS = str.maketrans("ᵉʳˢᵈⁿᵐ", "ersdnm")


@dataclass(frozen=True, slots=True)
class Place:
    """Words that are to be written otherwise, and the one or two that follow them."""

    words: Sequence[str]
    following: Sequence[str]

    @property
    def next(self) -> str:
        return self.following[0] if self.following else ""


def acceptable(place: Place, text: str, vocabulary: Vocabulary) -> bool:
    """Whether `text` may stand in this place: it must write a number, an address or a numeral.

    Grammars abbreviate titles ("Mᵐᵉ"), write "a second" as "1 s" and turn articles into figures;
    what holds no word that can only mean a number stays as spoken.
    """
    if re.search(r"(?:^| )[.,]", text):
        # The grammar cut a number in two: "€23,03 ,5 %".
        return False
    if not _WRITTEN.fullmatch(text) or ("/" in text and place.next in _HOURS):
        return False
    if not any(character.isdigit() for character in text):
        return True
    if len(place.words) == 1 and _idle(place, text, vocabulary):
        return False
    if any(vocabulary.is_number(word) for word in place.words):
        return True
    counted = vocabulary.scales.fullmatch(place.next) or _dated(place, vocabulary)
    return bool(counted) or text.endswith("%") or "€" in text or place.words[-1][:3] in _DOLLAR


def _idle(place: Place, text: str, vocabulary: Vocabulary) -> bool:
    """Whether one word is said without counting: "mille mercis", "le premier étage", "midi"."""
    (word,) = place.words
    if place.next in vocabulary.thanks and word in _ROUND:
        return True
    if word in _FIRST:
        return not _dated(place, vocabulary)
    return "/" in text


def _dated(place: Place, vocabulary: Vocabulary) -> bool:
    return any(word in vocabulary.months for word in place.following[:2])


def styled(place: Place, text: str, tag: str, vocabulary: Vocabulary) -> str:
    """`text`, which the grammar of the language wrote in `place`, as readers in `tag` write it."""
    language = tag.split("-")[0]
    if language in _STYLES:
        text = _STYLES[language](text)
    text = _restored_units(place.words, text, language)
    text = _placed_currency(place, text, tag)
    if any(vocabulary.scales.fullmatch(word) for word in place.words):
        separator = "," if tag in POINT_DECIMALS else _GROUPING.get(language, "")
        text = _LONG_NUMBER.sub(lambda found: _grouped(found[0], separator), text)
    return text


def _grouped(digits: str, separator: str) -> str:
    return f"{int(digits):,}".replace(",", separator) if separator else digits


def _restored_units(words: Sequence[str], text: str, language: str) -> str:
    # "2 h" is a time of day in French and nothing one would write for "two hours" elsewhere.
    pattern = _FRENCH_TIME_UNITS if language == "fr" else _TIME_UNITS
    found = pattern.fullmatch(text)
    return f"{found[1]} {words[-1]}" if found and len(words) > 1 else text


def _placed_currency(place: Place, text: str, tag: str) -> str:
    if text.endswith(" £"):
        return f"{text[:-2]} {place.words[-1]}"
    found = _MONEY.fullmatch(text)
    if not found:
        return text
    sign, symbol, amount, scale = found.groups()
    if (symbol == "£" and place.words[-1][:2] in _POUND) or _FOREIGN.fullmatch(place.next):
        # The pound is a weight too; and of "ten Mexican pesos" the sign would say half.
        return f"{sign}{amount}{scale} {place.words[-1]}"
    if tag in POINT_DECIMALS and re.fullmatch(r"\d+,\d\d", amount):
        text = text.replace(",", ".")
        amount = amount.replace(",", ".")
    if symbol == "€" and scale and not tag.startswith("de-"):
        return f"{sign}{amount}{scale} de {place.words[-1]}"
    if tag.startswith("de-") or tag == "pt-PT" or symbol == "€":
        return f"{sign}{amount}{scale} {symbol}"
    if tag.startswith("es-") and tag not in _SIGN_FIRST:
        return f"{sign}{amount}{scale} {symbol}"
    return text


def _german(text: str) -> str:
    if "00:" not in text:
        text = re.sub(r"(?<![\d:])0(\d:\d\d(?::\d\d)?)(?= Uhr)", r"\1", text)
    text = re.sub(r"\b[mb]illi\w+", lambda found: found[0].capitalize(), text)
    for short, month in _GERMAN_MONTHS.items():
        text = re.sub(rf"(\d)\.? {short}\.?(?!\w)", rf"\1. {month}", text)
        text = re.sub(rf"^{short}\.(?= )", month, text)
    return text


def _french(text: str) -> str:
    # Plain letters, as people type them and as recognisers write them.
    return text.translate(_SUPERSCRIPTS)


def _italian(text: str) -> str:
    return re.sub(r"\b(\d{1,2})\.(\d\d)\b(?![.\d])", r"\1:\2", text)


def _portuguese(text: str) -> str:
    return "1º" if text == "01" else re.sub(r"(?<=\d) %", "%", text)


_STYLES: dict[str, Callable[[str], str]] = {
    "de": _german,
    "fr": _french,
    "it": _italian,
    "pt": _portuguese,
}
