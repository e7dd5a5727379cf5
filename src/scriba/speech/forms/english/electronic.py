"""Spoken e-mail addresses, web addresses and dotted numbers."""

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.english.lexicon import FUNCTION_WORDS, TOP_LEVEL
from scriba.speech.forms.english.numbers import NUMBER_WORDS
from scriba.speech.forms.english.quantities import run_of_digits
from scriba.speech.forms.english.scan import Scan
from scriba.speech.forms.english.words import word_set

_DASHES = {"dash": "-", "hyphen": "-", "underscore": "_", "minus": "-"}
_JOINTS = {**_DASHES, "dot": ".", "period": "."}
_SEPARATORS = frozenset((*_JOINTS, "at", "slash", "colon"))
# Words that stand before "at" or a host without being part of an address.
_NOT_NAMES = (FUNCTION_WORDS - {"a", "i"}) | word_set(
    "email mail website site page visit go look looking online available found find reach "
    "contact address live located point"
)


# Words in one address: spoken letter by letter they are many, but not without end.
_LONGEST = 80


def _spelled(scan: Scan, at: int, end: int) -> tuple[str, int]:
    """Single letters and digits from `at`, next index."""
    text = ""
    while at < end:
        word = scan.words[at]
        if len(word) == 1 and word.isalnum() and not (word == "o" and text[-1:].isdigit()):
            text, at = text + word, at + 1
            continue
        figures, after = run_of_digits(scan, at, end)
        if not figures:
            break
        text, at = text + figures, after
    return text, at


def _label(scan: Scan, start: int, end: int, first: bool = False) -> tuple[str, int] | None:
    """One part of an address from `start`: letters, a word, digits; parts joined by dashes."""
    text, at = _spelled(scan, start, end)
    letters = at - start
    if at < end:
        word = scan.words[at]
        plain = word not in _SEPARATORS and word not in NUMBER_WORDS and len(word) > 1
        dashed = at + 1 < end and scan.words[at + 1] in _DASHES
        usable = word not in _NOT_NAMES or dashed
        allowed = not first or (usable and (letters == 0 or text not in ("a", "i")))
        if plain and allowed and word.replace("-", "").isalnum():
            text, at = text + word, at + 1
            more, at = _spelled(scan, at, end)
            text += more
    if not text:
        return None
    if at + 1 < end and scan.words[at] in _DASHES:
        rest = _label(scan, at + 1, end)
        if rest:
            return text + _DASHES[scan.words[at]] + rest[0], rest[1]
    return text, at


def _dotted(scan: Scan, start: int, end: int, first: bool = False) -> tuple[list[str], int]:
    """Labels joined by "dot" from `start`, next index."""
    labels: list[str] = []
    at = start
    while True:
        label = _label(scan, at, end, first and not labels)
        if label is None:
            return labels, at - 1 if labels else start
        labels.append(label[0])
        at = label[1]
        if at + 1 >= end or scan.words[at] not in ("dot", "period"):
            return labels, at
        at += 1


def _is_host(scan: Scan, labels: list[str], end: int) -> bool:
    if len(labels) < 2:
        return False
    top = labels[-1]
    spelled = len(top) > 1 and len(scan.words[end - 1]) == 1 and top.isalpha()
    return top in TOP_LEVEL or spelled


def _host(scan: Scan, start: int, end: int, first: bool) -> tuple[str, int] | None:
    labels, at = _dotted(scan, start, end, first)
    # A word after the top level ("dot com today") must not be swallowed as part of it.
    return (".".join(labels), at) if _is_host(scan, labels, at) else None


def _scheme(scan: Scan, start: int, end: int) -> tuple[str, int]:
    words = scan.words
    for spelled in (["https"], ["http"], list("https"), list("http")):
        at = start + len(spelled)
        tail = words[at : at + 3]
        if words[start:at] == spelled and tail == ["colon", "slash", "slash"] and at + 3 < end:
            return f"{''.join(spelled)}://", at + 3
    return "", start


def _path(scan: Scan, at: int, end: int) -> tuple[str, int]:
    text = ""
    while at < end and scan.words[at] == "slash":
        part, after = _dotted(scan, at + 1, end)
        if not part:
            break
        text, at = f"{text}/{'.'.join(part)}", after
    return text, at


def address(scan: Scan, start: int) -> list[Replacement] | None:
    """An e-mail or web address that begins at word `start`."""
    end = min(scan.limit[start], start + _LONGEST)
    scheme, at = _scheme(scan, start, end)
    if not scheme:
        local, after = _dotted(scan, start, end, first=True)
        if local and after + 1 < end and scan.words[after] == "at":
            host = _host(scan, after + 1, end, first=False)
            if host:
                return [Replacement(start, host[1], f"{'.'.join(local)}@{host[0]}")]
    found = _host(scan, at, end, first=not scheme)
    if found is None:
        return None
    path, after = _path(scan, found[1], end)
    return [Replacement(start, after, scheme + found[0] + path)]


def dotted_number(scan: Scan, start: int) -> list[Replacement] | None:
    """An internet address or version at `start`: "one dot two dot three"."""
    end = min(scan.limit[start], start + _LONGEST)
    parts: list[str] = []
    at = start
    while True:
        figures, after = run_of_digits(scan, at, end)
        if not figures and parts and at < end and scan.words[at] in ("o", "oh"):
            figures, after = "0", at + 1
        if not figures:
            return None
        parts.append(figures)
        at = after
        if at + 1 >= end or scan.words[at] not in ("dot", "point"):
            break
        at += 1
    if len(parts) < 2 or (len(parts) == 2 and "dot" not in scan.words[start:at]):
        return None
    return [Replacement(start, at, ".".join(parts))]
