"""Profanity in the masked ITN and the display: masked, removed, tagged, or left."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from scriba.speech.forms.groups import Forms, Group, Profanity
from scriba.speech.forms.tokens import pieces, token
from scriba.speech.language import is_unspaced

if TYPE_CHECKING:
    from scriba.speech.forms.profanity import ProfanityList

_STARRED = re.compile(r"[^\W\d_]+\*{2,}[^\W\d_]*")
_SENTENCE_END = ".?!…。？！"
_CLOSING = "\"'”’»)]}"
_OPENING = "\"'“‘«([{¿¡"


@lru_cache(maxsize=256)
def _list_for(locale: str) -> ProfanityList:
    # The lists are read when a locale is first used, not when the library is imported.
    from scriba.speech.forms.profanity import profanity_for

    return profanity_for(locale)


def _spans(word: str, listed: ProfanityList, unspaced: bool) -> list[tuple[int, int]]:
    """Where profanity stands in a word with its punctuation."""
    if unspaced:
        return list(listed.spans(word))
    item = token(word)
    core = item.core
    start = len(item.lead)
    if "*" in core:
        # The recogniser masked it itself: "f***ing".
        return [(start, start + len(core))] if _STARRED.fullmatch(core) else []
    if not core:
        return []
    if listed.matches(core) or ("-" in core and listed.matches(core.replace("-", ""))):
        return [(start, start + len(core))]
    found = []
    if not core.isalnum():
        at = 0
        for text, glue in pieces(core):
            if listed.matches(text):
                found.append((start + at, start + at + len(text)))
            at += len(text) + len(glue)
    return found


def _masked(word: str, spans: Sequence[tuple[int, int]]) -> str:
    letters = list(word)
    for first, last in spans:
        for at in range(first, min(last, len(letters))):
            if letters[at].isalnum() or letters[at] == "'":
                letters[at] = "*"
    return "".join(letters)


def _tagged(word: str, spans: Sequence[tuple[int, int]]) -> str:
    parts, at = [], 0
    for first, last in spans:
        parts += [word[at:first], "<profanity>", word[first:last], "</profanity>"]
        at = last
    return "".join(parts) + word[at:]


def _remaining(word: str, spans: Sequence[tuple[int, int]]) -> str:
    """The letters of a word that removal leaves, without its punctuation at the gap."""
    kept, at = "", 0
    for first, last in spans:
        kept, at = kept + word[at:first], last
        if kept.endswith("-") and word[at : at + 1] == "-":
            at += 1
    return kept + word[at:]


class _Remover:
    """Display words with profanity taken out and the punctuation around the gap made good."""

    def __init__(self) -> None:
        self.words: list[list[str]] = []
        self.capital = False
        self.opening = ""
        # The words whose last got a removed word's full stop, and what it was before.
        self.ended: tuple[list[str], str] | None = None

    def _last(self) -> list[str] | None:
        return next((words for words in reversed(self.words) if words), None)

    def _at_start(self) -> bool:
        last = self._last()
        return last is None or last[-1].rstrip(_CLOSING)[-1:] in _SENTENCE_END

    def keep(self, word: str) -> None:
        """A word that stays."""
        word = self.opening + word
        self.opening = ""
        if self.ended and word[:1].islower():
            # "I said, "..."! and left": the sentence went on after the mark.
            words, before = self.ended
            words[-1] = before
        self.ended = None
        if self.capital and self._at_start():
            lead = len(word) - len(word.lstrip(_OPENING))
            word = word[:lead] + _capital(word[lead:])
        self.capital = False
        self.words[-1].append(word)

    def drop(self, word: str) -> None:
        """A word that goes: what it opened, closed or ended is handed to its neighbours."""
        item = token(word)
        if self._at_start():
            self.capital = True
        self.opening += "".join(char for char in item.lead if char in _OPENING)
        trail = item.trail or (item.lead if not item.core else "")
        if "..." in trail or "…" in trail:
            self._trail_off()
        for char in trail:
            if char in _CLOSING and self.opening and self.opening[-1] in _OPENING:
                self.opening = self.opening[:-1]
                continue
            self._append(char)

    def _trail_off(self) -> None:
        last = self._last()
        if last is not None and last[-1][-1:] not in _SENTENCE_END:
            last[-1] = last[-1].rstrip(",;:") + "..."

    def _append(self, char: str) -> None:
        last = self._last()
        if last is None or char == "-":
            return
        word = last[-1]
        end = word.rstrip(_CLOSING)
        if end[-1:] in _SENTENCE_END:
            return
        if char in _CLOSING or char in _SENTENCE_END:
            if char in _SENTENCE_END:
                self.ended = last, word
            last[-1] = word.rstrip(",;:") + char
        elif char in ",;:" and word[-1:] not in ",;:":
            last[-1] = word + char


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:] if len(word[:1].upper()) == 1 else word


def _first_capital(words: list[list[str]]) -> None:
    """A capital for the first word of the text, unless it is an address or a name such as iPod."""
    for group in words:
        for index, word in enumerate(group):
            if "*" in word or word.startswith(("...", "…")):
                return
            item = token(word)
            if not item.core:
                continue
            first = item.core[0]
            cased = first.islower() and (ord(first) < 0x590 or 0x1E00 <= ord(first) < 0x2000)
            plain = item.core.replace("-", "").replace("'", "").replace("\u2019", "").isalpha()
            if cased and plain and item.core.islower():
                group[index] = item.lead + _capital(item.core) + item.trail
            return


Spans = list[tuple[int, int]]


def _found(
    words: Sequence[str],
    listed: ProfanityList,
    unspaced: bool,
    also: Callable[[Sequence[str]], list[Spans]] | None,
) -> list[Spans]:
    """Where profanity stands in each of the words of a text."""
    found = [_spans(word, listed, unspaced) for word in words]
    if also is None:
        return found
    return [_united(one, other) for one, other in zip(found, also(words), strict=True)]


def _united(one: Spans, other: Spans) -> Spans:
    done: Spans = []
    for first, last in sorted(one + other):
        if done and first < done[-1][1]:
            done[-1] = done[-1][0], max(done[-1][1], last)
        else:
            done.append((first, last))
    return done


def mask(
    groups: Sequence[Group],
    locale: str,
    profanity: Profanity,
    *,
    capital: bool = True,
    also: Callable[[Sequence[str]], list[Spans]] | None = None,
) -> Forms:
    """The four forms of `groups`, their profanity treated as `profanity` says.

    The display begins with a `capital`. `also` finds more profanity in the words of a text: spans
    of characters for each word.
    """
    listed = _list_for(locale)
    unspaced = is_unspaced(locale)
    shown: list[list[str]]
    masked: list[str] = []
    itn = [word for group in groups for word in group.itn]
    in_itn: list[Spans] = []
    in_shown: list[list[Spans]] = []
    if profanity != "raw":
        in_itn = _found(itn, listed, unspaced, also)
        flat = _found([word for g in groups for word in g.display], listed, unspaced, also)
        each = iter(flat)
        in_shown = [list(islice(each, len(group.display))) for group in groups]
    if profanity in ("raw", "tags"):
        shown = [list(group.display) for group in groups]
        masked = itn
    elif profanity == "masked":
        shown = [
            [_masked(word, spans) for word, spans in zip(group.display, found, strict=True)]
            for group, found in zip(groups, in_shown, strict=True)
        ]
        masked = [_masked(word, spans) for word, spans in zip(itn, in_itn, strict=True)]
    else:
        remover = _Remover()
        for group, found in zip(groups, in_shown, strict=True):
            remover.words.append([])
            for word, spans in zip(group.display, found, strict=True):
                left = _remaining(word, spans) if spans else word
                if spans and not unspaced and not token(left).core.strip("-"):
                    remover.drop(word)
                elif left.strip("-"):
                    remover.keep(left.strip("-") if spans else word)
        for word, spans in zip(itn, in_itn, strict=True):
            left = _remaining(word, spans).strip("-")
            if left.removesuffix("'s"):
                masked.append(left)
        shown = remover.words
        if not masked:
            shown = [[] for _ in groups]
    if capital:
        _first_capital(shown)
    if profanity == "tags":
        # Last, for the first capital may be within a tag.
        shown = [
            [_tagged(word, spans) for word, spans in zip(words, found, strict=True)]
            for words, found in zip(shown, in_shown, strict=True)
        ]
        masked = [_tagged(word, spans) for word, spans in zip(itn, in_itn, strict=True)]
    finished = tuple(
        Group(group.source, group.lexical, group.itn, tuple(words))
        for group, words in zip(groups, shown, strict=True)
    )
    return Forms(
        lexical=" ".join(word for group in groups for word in group.lexical),
        itn=" ".join(word for group in groups for word in group.itn),
        masked_itn=" ".join(masked),
        # A dictated new line parts words as a space does.
        display=" ".join(word for words in shown for word in words).replace("\n ", "\n"),
        groups=finished,
    )
