"""Wordings that a model replaces or calls profanity: whole words, in any case, longest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from scriba.speech.forms.groups import Group
from scriba.speech.forms.tokens import APOSTROPHES, rewritten, shown

_SENTENCE_ENDS = frozenset(".?!…。？！")
_CLOSING = "\"'”’»)]}"


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    """A word without its punctuation and case; a mark by itself as it stands."""
    return (shown(word).core or word).translate(APOSTROPHES).casefold()


@dataclass(slots=True)
class _Node:
    """A beginning of wordings; `new` belongs to the wording that ends here."""

    further: "dict[str, _Node]" = field(default_factory=dict)
    new: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A wording from `start` to `end`, and what belongs to it."""

    start: int
    end: int
    new: str


class Wordings:
    """Wordings and what belongs to each, found in one walk through a tree from each place.

    They are of words; with `unspaced`, of the signs of a script without spaces.
    """

    def __init__(self, entries: Iterable[tuple[str, str]], *, unspaced: bool) -> None:
        self._root = _Node()
        for old, new in entries:
            words = [_folded(word) for word in old.split()]
            node = self._root
            for part in list("".join(words)) if unspaced else words:
                node = node.further.setdefault(part, _Node())
            node.new = new

    def find(self, words: Sequence[str]) -> list[Found]:
        """The wordings in the words of a display, none within another or over a sentence's end."""
        folded = [_folded(word) for word in words]
        return self._walk(folded, [_ends_sentence(word) for word in words])

    def find_in(self, text: str) -> list[Found]:
        """The wordings in a text of a script without spaces."""
        folded = [small if len(small := sign.casefold()) == 1 else sign for sign in text]
        return self._walk(folded, [False] * len(folded))

    def _walk(self, parts: Sequence[str], barred: Sequence[bool]) -> list[Found]:
        found: list[Found] = []
        at = 0
        while at < len(parts):
            longest = self._longest(parts, barred, at)
            if longest:
                found.append(longest)
            at = longest.end if longest else at + 1
        return found

    def _longest(self, parts: Sequence[str], barred: Sequence[bool], start: int) -> Found | None:
        node, best = self._root, None
        for at in range(start, len(parts)):
            following = node.further.get(parts[at])
            if following is None or (at > start and barred[at - 1]):
                break
            node = following
            if node.new is not None:
                best = Found(start, at + 1, node.new)
        return best


def _ends_sentence(word: str) -> bool:
    if word.endswith("\n"):
        return True
    return word.rstrip(_CLOSING)[-1:] in _SENTENCE_ENDS and len(shown(word).core) > 1


def rewrite(groups: Sequence[Group], wordings: Wordings, *, capitals: bool) -> list[Group]:
    """The groups with the wordings of their display replaced.

    Punctuation around a wording stays. With `capitals`, what begins a sentence begins with one,
    unless it has capitals of its own.
    """
    flat = [(at, word) for at, group in enumerate(groups) for word in group.display]
    words = [word for _, word in flat]
    owners = [at for at, _ in flat]
    starts = {found.start: found for found in wordings.find(words)}
    done: list[Group] = []
    done_words: list[str] = []
    at = index = 0
    while index < len(groups):
        last = index
        while at < len(words) and owners[at] <= last:
            found = starts.get(at)
            if found is None:
                done_words.append(words[at])
                at += 1
                continue
            begins = capitals and (not at or _ends_sentence(words[at - 1]))
            done_words += _reworded(found.new, words[at : found.end], capital=begins)
            last, at = max(last, owners[found.end - 1]), found.end
        done.append(_joined(groups[index : last + 1], tuple(done_words)))
        done_words, index = [], last + 1
    return done


def _reworded(new: str, words: Sequence[str], *, capital: bool) -> tuple[str, ...]:
    head, *rest = new.split()
    if capital and head.islower() and head.isalpha():
        head = head[0].upper() + head[1:]
    return rewritten(words, " ".join([head, *rest]))


def _joined(groups: Sequence[Group], display: tuple[str, ...]) -> Group:
    if len(groups) == 1:
        return replace(groups[0], display=display)
    return Group(
        (groups[0].source[0], groups[-1].source[1]),
        tuple(word for group in groups for word in group.lexical),
        tuple(word for group in groups for word in group.itn),
        display,
    )


def rewrite_unspaced(groups: Sequence[Group], wordings: Wordings) -> list[Group]:
    """The same for scripts without spaces."""
    return [
        replace(group, display=tuple(_replaced(word, wordings) for word in group.display))
        for group in groups
    ]


def _replaced(text: str, wordings: Wordings) -> str:
    done, at = "", 0
    for found in wordings.find_in(text):
        done += text[at : found.start] + found.new
        at = found.end
    return done + text[at:]
