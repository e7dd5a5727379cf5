"""Patterns of what is to be written, as people give them, read into trees.

A pattern looks like what it writes: `JO:\\d00`. Its letters and figures have to be said, its
punctuation need not be. `\\d` is a figure; `\\l`, `\\u` and `\\a` are a letter written small, large
or as it came; `[5-7]` is one of several; `(AB|CD)?` is a phrase that may be left out (`+` and `*`
repeat one); `{spoken>written}` is words that are written as something else, or as nothing.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_LENGTH = 500
_DEEPEST = 20
# Signs that are always said; other marks ("-", ":", ".") may be silent.
_SAID = frozenset("$€£¥%&+=@°")
_CLASSES = "dlua"
_ESCAPED = "\\(){}|+?*[]>"


class PatternError(ValueError):
    """A pattern that cannot be understood; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One sign to be said: `written` says how each of the signs it may be is written.

    Without `written` it is any figure ("d") or any letter ("l", "u", "a": small, large, as it
    came). `silent`: it may also be left unsaid, and is written all the same. `drops`: it is said
    and not written.
    """

    written: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    silent: bool = False
    drops: bool = False


@dataclass(frozen=True, slots=True)
class Emit:
    """Something that is written and not said."""

    text: str


@dataclass(frozen=True, slots=True)
class Series:
    """Parts one after another."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    options: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A phrase that may be left out ("?"), be repeated ("+"), or both ("*")."""

    part: "Node"
    mark: str


Node = Symbol | Emit | Series | Choice | Repeat


def parse(text: str) -> Node:
    """A pattern as a tree. Raises PatternError."""
    if len(text) > MAX_LENGTH:
        raise PatternError(f"a pattern has at most {MAX_LENGTH} characters")
    node = _Parser(text).whole()
    if not _least(node)[0]:
        raise PatternError("the pattern holds nothing that has to be said")
    if not _least(node)[1]:
        raise PatternError("the pattern may write no letter and no figure")
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> Node:
        node = self._choice(0)
        if self._at < len(self._text):
            raise self._error(f"{self._text[self._at]!r} has nothing to close")
        return node

    def _error(self, what: str) -> PatternError:
        return PatternError(f"{what} at {self._at + 1}")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _choice(self, depth: int) -> Node:
        options = [self._sequence(depth)]
        while self._peek() == "|":
            if not depth:
                raise self._error('"|" stands within parentheses only')
            self._at += 1
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while (char := self._peek()) and char not in "|)":
            self._at += 1
            match char:
                case "(":
                    parts.append(self._phrase(depth + 1))
                case "[":
                    parts.append(self._class())
                case "{":
                    parts.append(self._replacement())
                case "\\":
                    parts.append(self._escape())
                case "?" | "+" | "*":
                    self._at -= 1
                    raise self._error(f'{char!r} stands behind a "(phrase)" only; write \\{char}')
                case "]" | "}":
                    self._at -= 1
                    raise self._error(f"{char!r} has nothing to close")
                case _:
                    parts.append(literal(char))
        return Series(tuple(parts))

    def _phrase(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self._error(f"more than {_DEEPEST} parentheses within each other")
        node = self._choice(depth)
        if self._peek() != ")":
            raise self._error('a "(" is not closed')
        self._at += 1
        if (mark := self._peek()) and mark in "?+*":
            self._at += 1
            return Repeat(node, mark)
        return node

    def _escape(self) -> Node:
        char = self._peek()
        self._at += 1
        if char and char in _CLASSES:
            return Symbol(kind=char)
        if char and char in _ESCAPED:
            return literal(char)
        self._at -= 1
        raise self._error(f'"\\{char}" is not known')

    def _class(self) -> Node:
        chars: dict[str, str] = {}
        while (char := self._peek()) != "]":
            if not char:
                raise self._error('a "[" is not closed')
            self._at += 1
            if char == "\\":
                char = self._peek()
                self._at += 1
            if not char.isalnum():
                raise self._error("letters and figures only may stand in [...]")
            last = char
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2].isalnum():
                last = self._text[self._at + 1]
                self._at += 2
                if not _in_order(char, last):
                    raise self._error(f'"{char}-{last}" is no range of letters or figures')
            for code in range(ord(char), ord(last) + 1):
                if chr(code).isalnum():
                    chars.setdefault(fold(chr(code)), chr(code))
        self._at += 1
        if not chars:
            raise self._error("[] stands for nothing")
        return Symbol(chars)

    def _replacement(self) -> Node:
        said, written, part = "", "", 0
        while (char := self._peek()) != "}":
            if not char or char == "{":
                raise self._error('a "{" is not closed')
            self._at += 1
            if char == "\\":
                char = self._peek()
                self._at += 1
            elif char == ">":
                part += 1
                continue
            if part == 0:
                said += char
            else:
                written += char
        self._at += 1
        if part > 1:
            raise self._error("more than one > within {...}")
        words = [char for char in said if char.isalnum() or char in _SAID]
        if not words:
            raise self._error("{...} holds nothing that is said")
        symbols = [Symbol({fold(char): char}, drops=True) for char in words]
        return Series((*symbols, *((Emit(written),) if written else ())))


def literal(char: str) -> Node:
    """A sign as it stands in a pattern."""
    if char.isspace():
        return Emit(" ")
    if unicodedata.category(char)[0] == "M":
        return Emit(char)
    return Symbol({fold(char): char}, silent=not char.isalnum() and char not in _SAID)


def _in_order(first: str, last: str) -> bool:
    kinds = [str.isdigit, str.islower, str.isupper]
    same = any(kind(first) and kind(last) for kind in kinds)
    return same and 0 <= ord(last) - ord(first) <= 100


def fold(char: str) -> str:
    """A sign in small letters, where that is one sign."""
    small = char.lower()
    return small if len(small) == 1 else char


def _least(node: Node) -> tuple[int, int]:
    """The least that is said, and the least number of letters and figures written."""
    match node:
        case Symbol():
            written = all(map(str.isalnum, node.written.values()))
            return int(not node.silent), int(written and not node.drops)
        case Emit():
            return 0, sum(map(str.isalnum, node.text))
        case Series():
            parts = [_least(part) for part in node.parts]
            return sum(said for said, _ in parts), sum(written for _, written in parts)
        case Choice():
            parts = [_least(part) for part in node.options]
            return min(said for said, _ in parts), min(written for _, written in parts)
        case Repeat():
            return _least(node.part) if node.mark == "+" else (0, 0)
