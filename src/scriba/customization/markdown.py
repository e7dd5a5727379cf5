"""Structured text: sentences with lists of what may stand in their places, and a lexicon.

// a comment
@ list food =
- pizza
@ speech:phoneticlexicon
- pizza/P IY T S AH
# Orders
- I would like a {@food}
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal

from scriba.customization.imported import Findings
from scriba.customization.kinds import MAX_BYTES, DatasetKind
from scriba.customization.texts import Line, Problem, has_words, lines, sentence_problem
from scriba.errors import DatasetError

MAX_LISTS = 20
MAX_ITEMS = 35_000
MAX_LEXICON = 15_000
MAX_PRONUNCIATIONS = 2
_LONGEST_LINE = 20_000
_LONGEST_ITEM = 1_000

_LIST = re.compile(r"@\s*list\s+([^\s=]+)\s*=?\s*", re.IGNORECASE)
_LEXICON = re.compile(r"@\s*speech\s*:\s*phoneticlexicon\s*=?\s*", re.IGNORECASE)
_SECTION = re.compile(r"#+\s*([A-Za-z0-9_]+)\s*")
_NAME = re.compile(r"\w[\w.\-]{0,99}")
_REFERENCE = re.compile(r"\{\s*@\s*([^\s{}@]+)\s*\}")
_COMMENT = re.compile(r"(?:^|\s)//.*")

Kind = Literal["list", "item", "lexicon", "entry", "section", "sentence", "problem"]


@dataclass(frozen=True, slots=True)
class Part:
    """One line of structured text: what it is, and its text (of a list or section: the name).

    `owner` is the list that an item belongs to; `phones` is the pronunciation of an entry.
    """

    number: int
    kind: Kind
    text: str
    owner: str = ""
    phones: str = ""
    problem: Problem | None = None


@dataclass(frozen=True)
class Structured:
    """Structured text as a whole: its lists and its lexicon. `sentences` reads the rest."""

    path: Path
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lexicon: tuple[tuple[str, str], ...] = ()

    def sentences(self) -> Iterator[tuple[str, ...]]:
        """Each sentence in pieces: words, and at odd places the names of lists.

        "I would like a {@food} please" is ("I would like a ", "food", " please").
        """
        for part in _read(self.path):
            if part.kind == "sentence":
                pieces = _REFERENCE.split(part.text)
                yield tuple(
                    piece.casefold() if at % 2 else piece for at, piece in enumerate(pieces)
                )


def load(path: Path) -> Structured:
    """The lists and lexicon of a file that `accept` wrote."""
    lists: dict[str, list[str]] = {}
    lexicon: list[tuple[str, str]] = []
    for part in _read(path):
        if part.kind == "list":
            lists.setdefault(part.text.casefold(), [])
        elif part.kind == "item":
            lists[part.owner].append(part.text)
        elif part.kind == "entry":
            lexicon.append((part.text, part.phones))
    return Structured(path, {name: tuple(items) for name, items in lists.items()}, tuple(lexicon))


def _read(path: Path, check: Callable[[], None] = lambda: None) -> Iterator[Part]:
    yield from parts(
        lines(
            path,
            name="the file",
            max_bytes=MAX_BYTES[DatasetKind.LANGUAGE_MARKDOWN],
            longest=_LONGEST_LINE,
            check=check,
        )
    )


def parts(source: Iterator[Line]) -> Iterator[Part]:
    """What each line is by itself; references are not looked up. Comments are left out."""
    inside: Kind | Literal["bad", ""] = ""
    owner = ""
    for line in source:
        if line.problem:
            yield Part(line.number, "problem", "", problem=line.problem)
            continue
        text = _COMMENT.sub("", line.text).replace("\t", " ").strip()
        if not text:
            continue
        if text.startswith(("@", "#")):
            part = _heading(line.number, text)
            # What follows a heading that is not understood belongs to nothing.
            inside = "bad" if part.kind == "problem" else part.kind
            owner = part.text.casefold() if part.kind == "list" else ""
            yield part
        elif text.startswith("-"):
            yield _element(line.number, text[1:].strip(), inside, owner)
        else:
            reason = 'the line begins with none of "@", "#", "-" and "//"'
            yield _wrong(line.number, "UnknownLine", reason)


def _heading(number: int, text: str) -> Part:
    if text.startswith("#"):
        if found := _SECTION.fullmatch(text):
            return Part(number, "section", found[1])
        reason = "the heading of a section has letters A to Z, digits and underscores only"
        return _wrong(number, "InvalidSection", reason)
    if _LEXICON.fullmatch(text):
        return Part(number, "lexicon", "")
    found = _LIST.fullmatch(text)
    if found and _NAME.fullmatch(found[1]):
        return Part(number, "list", found[1])
    reason = 'expected "@ list NAME =" or "@ speech:phoneticlexicon"'
    return _wrong(number, "InvalidHeading", reason)


def _element(number: int, text: str, inside: str, owner: str) -> Part:
    if not text:
        return _wrong(number, "EmptyElement", 'nothing behind the "-"')
    if inside == "list":
        if not has_words(text):
            return _wrong(number, "NoWords", "the item holds no word")
        if "{" in text or "}" in text:
            return _wrong(number, "InvalidItem", "an item of a list cannot refer to a list")
        if len(text) > _LONGEST_ITEM:
            return _wrong(number, "TooLong", f"an item has at most {_LONGEST_ITEM:,} characters")
        return Part(number, "item", text, owner)
    if inside == "lexicon":
        word, slash, phones = text.rpartition("/")
        word, phones = word.strip(), phones.strip()
        if not slash or not has_words(word) or not has_words(phones):
            return _wrong(number, "InvalidEntry", 'expected "- word/phones"')
        return Part(number, "entry", word, phones=phones)
    if inside == "section":
        return Part(number, "sentence", text)
    reason = "its heading was not understood" if inside == "bad" else "no heading stands above it"
    return _wrong(number, "NoHeading", reason)


def _wrong(number: int, code: str, reason: str) -> Part:
    return Part(number, "problem", "", problem=Problem(code, reason))


def accept(source: Path, target: Path, findings: Findings, check: Callable[[], None]) -> None:
    """Writes what can be used to `target`; items, entries and sentences count as lines.

    Raises DatasetError for more lists than are accepted.
    """
    # A list may be defined below the sentence that names it.
    lists: dict[str, int] = {}
    filled: set[str] = set()
    for part in _read(source, check):
        if part.kind == "item":
            filled.add(part.owner)
        elif part.kind == "list":
            lists.setdefault(part.text.casefold(), 0)
            if len(lists) > MAX_LISTS:
                reason = f"line {part.number}: more than {MAX_LISTS} lists"
                raise DatasetError(reason, code="QuotaViolation")
    acceptor = _Acceptor(lists, filled)
    with open(target, "w", encoding="utf-8", newline="\n") as out:
        for part in _read(source, check):
            problem = part.problem or acceptor.problem(part)
            if problem:
                findings.reject("", part.number, problem.code, problem.reason)
                continue
            if part.kind in ("item", "entry", "sentence"):
                findings.accepted += 1
            out.write(_written(part) + "\n")


def _written(part: Part) -> str:
    match part.kind:
        case "list":
            return f"@ list {part.text} ="
        case "lexicon":
            return "@ speech:phoneticlexicon"
        case "section":
            return f"# {part.text}"
        case "entry":
            return f"- {part.text}/{part.phones}"
        case _:
            return f"- {part.text}"


class _Acceptor:
    """What is wrong with a part in view of those before it."""

    def __init__(self, lists: dict[str, int], filled: set[str]) -> None:
        self._items = lists
        self._filled = filled
        self._pronunciations: dict[str, set[str]] = {}
        self._entries = 0

    def problem(self, part: Part) -> Problem | None:
        match part.kind:
            case "item":
                return self._item(part)
            case "entry":
                return self._entry(part)
            case "sentence":
                return self._sentence(part)
            case _:
                return None

    def _item(self, part: Part) -> Problem | None:
        if self._items[part.owner] >= MAX_ITEMS:
            return Problem("TooManyItems", f"a list has at most {MAX_ITEMS:,} items")
        self._items[part.owner] += 1
        return None

    def _entry(self, part: Part) -> Problem | None:
        known = self._pronunciations.get(part.text.casefold(), set())
        if part.phones in known:
            return Problem("Duplicate", "the word has this pronunciation already")
        if len(known) >= MAX_PRONUNCIATIONS:
            reason = f"a word has at most {MAX_PRONUNCIATIONS} pronunciations"
            return Problem("TooManyPronunciations", reason)
        if self._entries >= MAX_LEXICON:
            return Problem("TooManyEntries", f"the lexicon has at most {MAX_LEXICON:,} entries")
        self._pronunciations[part.text.casefold()] = known | {part.phones}
        self._entries += 1
        return None

    def _sentence(self, part: Part) -> Problem | None:
        names = [name.casefold() for name in _REFERENCE.findall(part.text)]
        for name in names:
            if name not in self._items:
                return Problem("UnknownList", f'there is no list "{name[:60]}"')
            if name not in self._filled:
                return Problem("EmptyList", f'the list "{name[:60]}" has no items')
        bare = _REFERENCE.sub(" x ", part.text)
        if "{" in bare or "}" in bare:
            return Problem("InvalidReference", "a list is named as {@name}")
        # A list stands for words, and each time for others.
        fresh = count()
        return sentence_problem(_REFERENCE.sub(lambda _: f" x{next(fresh)} ", part.text))
