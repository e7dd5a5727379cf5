"""Addresses, symbols and mixed letters and figures as words."""

import re

from scriba.speech.forms.english import amounts
from scriba.speech.forms.english.lexicon import SYMBOLS, TOP_LEVEL
from scriba.speech.forms.english.numbers import spell, spell_block, spell_digits

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.ASCII)
_WEB = re.compile(
    r"(https?://)?((?:[\w-]+\.)+([A-Za-z]{2,8}))(?::\d+)?((?:[/?#]\S*)?)",
    re.ASCII | re.IGNORECASE,
)
_ELECTRONIC_PARTS = re.compile(r"[^\W\d_]+|\d+|[\W_]")
_ELECTRONIC_NAMES = {
    ".": "dot", "@": "at", "/": "slash", ":": "colon", "-": "dash", "_": "underscore", "?":
    "question mark", "=": "equals", "&": "and", "#": "hash", "%": "percent", "+": "plus", "~":
    "tilde",
}  # fmt: skip
_SPELLED = frozenset(("www", "http", "https"))
_PARTS = re.compile(r"(?:\d+(?:,\d{3})+|\d+)(?:\.\d+)?|[^\W\d_]+(?:['\u2019][^\W\d_]+)?|[\W_]")
_LINES = re.compile(r"(\d{3,4})([pi])", re.ASCII)
_SLASHED = re.compile(r"[^\W\d_]+(?:/[^\W\d_]+)+")
_SAID_PLAIN = frozenset(("and/or", "he/she", "she/he", "his/her", "him/her", "s/he", "tcp/ip"))
_MARKS = "".join(SYMBOLS)


def _digits(text: str) -> list[str]:
    if len(text) == 4 and text.endswith("000"):
        return spell(int(text))
    return spell_digits(text)


def electronic(core: str) -> list[str] | None:
    """An e-mail or web address in words; None when `core` is neither."""
    if "." not in core:
        return None
    if not (_EMAIL.fullmatch(core) and core.isascii()):
        found = _WEB.fullmatch(core)
        if not found:
            return None
        scheme, host, top, _ = found.groups()
        known = top in TOP_LEVEL or (top.isupper() and host.isupper() and top.lower() in TOP_LEVEL)
        if not (scheme or known or host.lower().startswith("www.")):
            return None
    words: list[str] = []
    for part in _ELECTRONIC_PARTS.findall(core.lower()):
        if part in _SPELLED:
            words += part
        elif part.isdigit():
            words += _digits(part) if part.isascii() else [part]
        elif part[0].isalpha():
            words.append(part)
        else:
            words += _ELECTRONIC_NAMES.get(part, "").split()
    return words


def marks(core: str) -> list[str] | None:
    """A core with symbols that are said: "&", "AT&T", "#mytext", "@name", "upgrade/update"."""
    if core in SYMBOLS:
        return SYMBOLS[core].split()
    if _SLASHED.fullmatch(core):
        initials = all(len(part) == 1 for part in core.split("/"))
        said = " " if initials or core.lower() in _SAID_PLAIN else " slash "
        return core.lower().replace("/", said).split()
    if core[0] == "#" and core[1:].isalnum():
        return ["hashtag", core[1:].lower()]
    if core[-1] == "#" and core[:-1].isalpha():
        return [core[:-1].lower(), "sharp"]
    if not any(char in _MARKS for char in core):
        return None
    words: list[str] = []
    for part in _PARTS.findall(core):
        if part[0].isalnum():
            short = core[0].isupper() and "&" in core and len(part) <= 2 and part.isupper()
            words += list(part.lower()) if short else [part.lower().replace("\u2019", "'")]
        else:
            words += SYMBOLS.get(part, "").split()
    return words or None


def _figures(text: str, whole: str) -> list[str]:
    """Figures inside a name: "C24", "ab9453", "covid-19"."""
    bare = text.replace(",", "")
    coded = not text.startswith("0") and (len(bare) < 3 or (len(bare) == 3 and "-" in whole))
    if "." in text or "," in text or coded or (bare.endswith("00") and len(bare) < 5):
        return amounts.figures(text, counted=True) or []
    return spell_digits(bare)


def parts(core: str) -> list[str] | None:
    """A core of letters, figures and symbols, part by part."""
    if core.lower() in ("401k", "401(k", "401(k)"):
        return ["four", "oh", "one", "k"]
    if found := _LINES.fullmatch(core):
        return [*spell_block(found[1]), found[2]]
    words: list[str] = []
    equation = "=" in core
    for part in _PARTS.findall(core):
        if part[0].isdigit() and part.isascii():
            words += _figures(part, core)
        elif part[0].isalnum():
            words.append(part.lower().replace("\u2019", "'"))
        elif part in "-−" and equation:
            words.append("minus")
        elif part == "/" and not core[0].isdigit():
            words.append("slash")
        else:
            words += SYMBOLS.get(part, "").split()
    return words or None
