"""The display form with dictated punctuation, and without the recogniser's own."""

import re
from collections.abc import Sequence
from dataclasses import replace

from scriba.speech.forms.dictation import BREAKS, OPENING, SENTENCE_ENDS, Mark, dictated
from scriba.speech.forms.groups import Group, Punctuation

_MARKS = '.,;:!?…—–"“”‘’«»„()[]{}¿¡、。，．！？；：「」『』।؟،؛'
_OWN = ".,;:!?…—–"
_INSIDE = re.compile(r"(?<!\d)[.,:]|[.,:](?!\d)|[;!?…—–\"“”「」『』（）()、。，．！？；：]")


def punctuate(
    groups: Sequence[Group], locale: str, punctuation: Punctuation, *, unspaced: bool = False
) -> list[Group]:
    """The groups with their display words punctuated as asked for.

    "automatic" leaves the recogniser's marks; "none" takes them away together with the capitals
    that only begin a sentence; "dictated" has those marks alone that are said (`dictation`);
    "dictatedAndAutomatic" has both. The other forms keep the words that were said.
    """
    marks: list[Mark] = []
    if punctuation in ("dictated", "dictatedAndAutomatic") and not unspaced:
        marks = dictated(groups, locale, asked=punctuation == "dictated")
    shown = [list(group.display) for group in groups]
    if punctuation in ("none", "dictated"):
        if unspaced:
            shown = [[text for word in words if (text := _INSIDE.sub("", word))] for words in shown]
        else:
            shown = _bare(groups, start=punctuation == "none")
    _put(shown, marks, groups)
    return [replace(g, display=tuple(words)) for g, words in zip(groups, shown, strict=True)]


def _bare(groups: Sequence[Group], *, start: bool) -> list[list[str]]:
    """Display words without marks; `start`: the first word loses its capital as well."""
    names = _names(groups)
    done: list[list[str]] = []
    begins = start
    for group in groups:
        kept = []
        for word in group.display:
            text = _stripped(word)
            if text:
                kept.append(_small(text, names) if begins and not _short(group) else text)
                begins = False
        begins = begins or _ends_sentence(group)
        done.append(kept)
    return done


def _ends_sentence(group: Group) -> bool:
    """Whether a group closes a sentence; the dot of an abbreviation does not."""
    if not group.display or not _closes(group.display[-1]):
        return False
    return not (_short(group) and group.display[-1].endswith("."))


def _short(group: Group) -> bool:
    """Whether a group is an abbreviation, such as "Dr."."""
    return group.itn != group.lexical and not any(map(str.isdigit, "".join(group.itn)))


def _stripped(word: str) -> str:
    lead = len(word) - len(word.lstrip(_MARKS))
    if word[lead - 1 : lead] == "." and word[lead : lead + 1].isdigit():
        lead -= 1
    text = word[lead:].rstrip(_MARKS)
    # "U.S." has no dots left, then, "3.5" keeps its own.
    if "." in text and all(len(part) == 1 and part.isalpha() for part in text.split(".")):
        text = text.replace(".", "")
    return text


def _closes(word: str) -> bool:
    return word.rstrip("\"'”’»)]")[-1:] in tuple(".?!…")


def _names(groups: Sequence[Group]) -> set[str]:
    """The words that have a capital within a sentence: those keep it at a beginning as well."""
    found = set()
    begins = True
    for group in groups:
        for word in group.display:
            text = _stripped(word)
            if text and not begins and text[0].isupper():
                found.add(text)
            begins = begins and not text
        begins = begins or _ends_sentence(group)
    return found


def _small(text: str, names: set[str]) -> str:
    """A word without the capital that only begins a sentence."""
    plain = text[1:].islower() or (len(text) == 1 and text != "I")
    pronoun = text.replace("’", "'").startswith("I'")
    if not plain or text in names or pronoun or any(char.isdigit() for char in text):
        return text
    return text[0].lower() + text[1:]


def _capital(text: str) -> str:
    at = next((i for i, char in enumerate(text) if char.isalnum()), 0)
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def _put(shown: list[list[str]], marks: Sequence[Mark], groups: Sequence[Group]) -> None:
    """Write the marks to the words beside them, in place of the words that say them."""
    names = _names(groups)
    for mark in marks:
        said = [word for words in shown[mark.first : mark.last] for word in words]
        for words in shown[mark.first : mark.last]:
            words.clear()
        before = next((words for words in reversed(shown[: mark.first]) if words), None)
        after = next((words for words in shown[mark.last :] if words), None)
        ended = any(map(_closes, said)) or (before is not None and _closes(before[-1]))
        if mark.text in OPENING:
            if after is not None:
                after[0] = mark.text + after[0]
            continue
        if before is None:
            if mark.text not in BREAKS:
                shown[mark.first].append(mark.text)
        elif mark.text in BREAKS:
            before[-1] = before[-1].rstrip("\n") + mark.text
        else:
            before[-1] = before[-1].rstrip(_OWN) + mark.text
        if after is None:
            continue
        if mark.text in SENTENCE_ENDS:
            after[0] = _capital(after[0])
        elif ended:
            # The recogniser took the pause for the end of a sentence.
            bare = _stripped(after[0])
            after[0] = after[0].replace(bare, _small(bare, names), 1)
