"""Wordings that a model replaces or calls profanity: whole words, in any case, longest first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from scriba.speech.forms.groups import Group
from scriba.speech.forms.tokens import APOSTROPHES, token

_SENTENCE_ENDS = frozenset(".?!…。？！")
_CLOSING = "\"'”’»)]}"


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    """A word without its punctuation and case; a mark by itself as it stands."""
    return (token(word).core or word).translate(APOSTROPHES).casefold()


class Wordings:
    """Wordings of one or more words, each with what belongs to it."""

    def __init__(self, entries: Iterable[tuple[str, str]], *, unspaced: bool) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._by_text: dict[str, str] = {}
        self._search: re.Pattern[str] | None = None
        for old, new in entries:
            words = tuple(map(_folded, old.split()))
            if unspaced:
                self._by_text["".join(words)] = new
            else:
                self._by_first.setdefault(words[0], []).append((words, new))
        for options in self._by_first.values():
            options.sort(key=lambda option: len(option[0]), reverse=True)
        if self._by_text:
            # Literal texts only: the search takes time in proportion to text and wordings.
            longest = sorted(self._by_text, key=len, reverse=True)
            self._search = re.compile("|".join(map(re.escape, longest)), re.IGNORECASE)

    def __bool__(self) -> bool:
        return bool(self._by_first or self._by_text)

    def at(self, words: Sequence[str], start: int) -> tuple[int, str] | None:
        """Where the longest wording from `start` ends, and what belongs to it."""
        for wording, new in self._by_first.get(_folded(words[start]), ()):
            end = start + len(wording)
            found = tuple(map(_folded, words[start:end]))
            # A wording does not go on in the next sentence.
            if found == wording and not any(map(_ends_sentence, words[start : end - 1])):
                return end, new
        return None

    def spans(self, word: str) -> list[tuple[int, int]]:
        """Where wordings stand in a word of a script without spaces."""
        return [found.span() for found in self._search.finditer(word)] if self._search else []

    def replaced(self, word: str) -> str:
        """A word of a script without spaces with each wording replaced."""
        if self._search is None:
            return word
        return self._search.sub(self._new, word)

    def _new(self, found: re.Match[str]) -> str:
        return self._by_text.get(found[0].casefold(), found[0])

    def marked(self, words: Sequence[str]) -> list[bool]:
        """Which words are part of a wording."""
        marks = [False] * len(words)
        at = 0
        while at < len(words):
            found = self.at(words, at)
            if found:
                marks[at : found[0]] = [True] * (found[0] - at)
            at = found[0] if found else at + 1
        return marks


def _ends_sentence(word: str) -> bool:
    return word.rstrip(_CLOSING)[-1:] in _SENTENCE_ENDS and len(token(word).core) > 1


def rewrite(groups: Sequence[Group], wordings: Wordings, *, capitals: bool) -> list[Group]:
    """The groups with the wordings of their display replaced.

    Punctuation around a wording stays. With `capitals`, what begins a sentence begins with one,
    unless it has capitals of its own.
    """
    flat = [(at, word) for at, group in enumerate(groups) for word in group.display]
    words = [word for _, word in flat]
    owners = [at for at, _ in flat]
    done: list[Group] = []
    shown: list[str] = []
    at = index = 0
    while index < len(groups):
        last = index
        while at < len(words) and owners[at] <= last:
            found = wordings.at(words, at)
            if found is None:
                shown.append(words[at])
                at += 1
                continue
            end, new = found
            begins = not at or _ends_sentence(words[at - 1])
            shown += _reworded(new, words[at], words[end - 1], capital=capitals and begins)
            last, at = max(last, owners[end - 1]), end
        done.append(_joined(groups[index : last + 1], tuple(shown)))
        shown, index = [], last + 1
    return done


def _reworded(new: str, first: str, last: str, *, capital: bool) -> list[str]:
    lead, trail = token(first).lead, token(last).trail
    head, *rest = new.split()
    if capital and head.islower() and head.isalpha():
        head = head[0].upper() + head[1:]
    text = " ".join([head, *rest])
    if trail.startswith(text[-1]) and not text[-1].isalnum():
        trail = trail[1:]
    return f"{lead}{text}{trail}".split()


def _joined(groups: Sequence[Group], shown: tuple[str, ...]) -> Group:
    if len(groups) == 1:
        return replace(groups[0], display=shown)
    return Group(
        (groups[0].source[0], groups[-1].source[1]),
        tuple(word for group in groups for word in group.lexical),
        tuple(word for group in groups for word in group.itn),
        shown,
    )


def rewrite_unspaced(groups: Sequence[Group], wordings: Wordings) -> list[Group]:
    """The same for scripts without spaces."""
    return [
        replace(group, display=tuple(map(wordings.replaced, group.display))) for group in groups
    ]
