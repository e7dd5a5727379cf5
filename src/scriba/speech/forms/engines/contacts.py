"""Written telephone numbers, e-mail and web addresses read out."""

import re

from scriba.speech.forms.engines.readings import Reading
from scriba.speech.forms.engines.saying import figure_words, number_words
from scriba.speech.forms.engines.vocabulary import VOCABULARIES
from scriba.speech.forms.english.lexicon import TOP_LEVEL

LONGEST_SPAN = 64
_MAIL = re.compile(r"[\w.+-]+@[\w.-]+")
_PHONE = re.compile(r"(\+?)(\d{1,4}(?: \d{1,8})+)", re.ASCII)
_SITE = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)+([a-z]{2,8})(?:/[\w/.-]*)?", re.ASCII)
_SITE_NAMES = {
    "de": {"/": "slash", "-": "minus", "_": "unterstrich"},
    "es": {"/": "barra", "-": "guion", "_": "guion bajo"},
    "fr": {"/": "slash", "-": "tiret", "_": "tiret bas"},
    "it": {"/": "barra", "-": "trattino", "_": "trattino basso"},
    "pt": {"/": "barra", "-": "hífen", "_": "sublinhado"},
}


def is_address(text: str) -> bool:
    """Whether a core is an e-mail or web address."""
    if "@" in text:
        return _MAIL.fullmatch(text) is not None
    site = _SITE.fullmatch(text.lower()) if "." in text else None
    if site is None:
        return False
    return site[1] in TOP_LEVEL or text.lower().startswith(("www.", "http"))


def address_words(text: str, language: str) -> list[str] | None:
    """An e-mail or web address in words, None in a language whose "dot" is not known."""
    vocabulary = VOCABULARIES.get(language)
    if vocabulary is None or len(text) > LONGEST_SPAN:
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
            words += figure_words(part, language).split()
        else:
            words += [part] if part.isalpha() else names.get(part, "").split()
    return words


def telephone(text: str, reading: Reading, language: str) -> str | None:
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
        words += [number_words(part, language) for part in ([group] if whole else group)]
    return " ".join(words)
