"""Patterns of what is to be written, as people give them, compiled to one automaton.

A pattern looks like what it writes: `JO:\\d00`. Its letters and figures have to be said, its
punctuation need not be. `\\d` is a figure; `\\l`, `\\u` and `\\a` are a letter written small, large
or as it came; `[5-7]` is one of several; `(AB|CD)?` is a phrase that may be left out (`+` and `*`
repeat one); `{spoken>written}` is words that are written as something else, or as nothing.

The automaton has no counters, so its size is that of the patterns, and `Search` runs all its
threads side by side (Thompson 1968) up to a number of steps: no pattern takes long.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MAX_LENGTH = 500
MAX_STATES = 20_000
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
                    chars.setdefault(_fold(chr(code)), chr(code))
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
        symbols = [Symbol({_fold(char): char}, drops=True) for char in words]
        return Series((*symbols, *((Emit(written),) if written else ())))


def literal(char: str) -> Node:
    """A sign as it stands in a pattern."""
    if char.isspace():
        return Emit(" ")
    if unicodedata.category(char)[0] == "M":
        return Emit(char)
    return Symbol({_fold(char): char}, silent=not char.isalnum() and char not in _SAID)


def _in_order(first: str, last: str) -> bool:
    kinds = [str.isdigit, str.islower, str.isupper]
    same = any(kind(first) and kind(last) for kind in kinds)
    return same and 0 <= ord(last) - ord(first) <= 100


def _fold(char: str) -> str:
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


# What a thread has written: a chain from its last piece to its first.
Chain = tuple["Chain | None", str] | None


@dataclass(frozen=True, slots=True)
class Edge:
    """What stands between two places of a text: from its first place to `to`, `signs` are said.

    `spelled`: they are single letters or a code, which `\\a` and its like may stand for.
    """

    to: int
    signs: str
    spelled: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern (by its number) was said from `start` to `end`, and `text` is to be written."""

    start: int
    end: int
    pattern: int
    text: str


class Automaton:
    """Many patterns in one; a state is a symbol with the state behind it, or a step aside."""

    def __init__(self) -> None:
        self._symbols: list[Symbol | None] = []
        self._emits: list[str] = []
        self._next: list[tuple[int, ...]] = []
        self._starts: list[int] = []
        self._ends: dict[int, int] = {}
        self._begun: dict[int, Chain] | None = None
        self._first: dict[tuple[str, bool], list[tuple[int, Chain]]] = {}

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, node: Node) -> None:
        """Adds a pattern. Raises PatternError when all together are too large."""
        before = len(self._symbols)
        end = self._state()
        start = self._compile(node, end)
        if len(self._symbols) > MAX_STATES:
            del self._symbols[before:], self._emits[before:], self._next[before:]
            raise PatternError("the patterns together are too large")
        self._ends[end] = len(self._starts)
        self._starts.append(start)
        self._begun = None
        self._first.clear()

    def _state(self, symbol: Symbol | None = None, emit: str = "", *to: int) -> int:
        self._symbols.append(symbol)
        self._emits.append(emit)
        self._next.append(to)
        return len(self._symbols) - 1

    def _compile(self, node: Node, then: int) -> int:
        match node:
            case Symbol():
                state = self._state(node, "", then)
                if not node.silent:
                    return state
                (char,) = node.written.values()
                return self._state(None, "", state, self._state(None, char, then))
            case Emit():
                return self._state(None, node.text, then)
            case Series():
                for part in reversed(node.parts):
                    then = self._compile(part, then)
                return then
            case Choice():
                return self._state(None, "", *[self._compile(o, then) for o in node.options])
            case Repeat():
                if node.mark == "?":
                    return self._state(None, "", self._compile(node.part, then), then)
                again = self._state()
                start = self._compile(node.part, again)
                self._next[again] = (start, then)
                return start if node.mark == "+" else self._state(None, "", start, then)

    def follow(self, state: int, chain: Chain, into: dict[int, Chain]) -> None:
        """Adds the states that are reached without a word to `into`, the preferred first."""
        stack = [(state, chain)]
        while stack:
            at, written = stack.pop()
            if at in into:
                continue
            # Steps aside are kept too, so that none is taken twice.
            into[at] = written
            if self._symbols[at] is None:
                emitted = self._emits[at]
                after = (written, emitted) if emitted else written
                stack += [(to, after) for to in reversed(self._next[at])]

    def begin(self, sign: str, spelled: bool) -> list[tuple[int, Chain]]:
        """The states behind the first sign of a text."""
        if self._begun is None:
            begun: dict[int, Chain] = {}
            for start in self._starts:
                self.follow(start, None, begun)
            # Whole at once: other threads look at it.
            self._begun = begun
        key = (sign, spelled)
        if key not in self._first:
            if len(self._first) > 4096:
                self._first.clear()
            self._first[key] = self.step(self._begun, sign, spelled)
        return self._first[key]

    def step(
        self, threads: Mapping[int, Chain], sign: str, spelled: bool
    ) -> list[tuple[int, Chain]]:
        """The states behind one more sign, without the steps that follow."""
        found = []
        for state, written in threads.items():
            symbol = self._symbols[state]
            if symbol is not None:
                text = _written(symbol, sign, spelled)
                if text is not None:
                    found.append((self._next[state][0], (written, text) if text else written))
        return found

    def ended(self, threads: Mapping[int, Chain]) -> tuple[int, Chain] | None:
        """The first pattern that ends here, and what it has written."""
        found = [(self._ends[state], threads[state]) for state in threads if state in self._ends]
        return min(found, key=lambda item: item[0], default=None)


def _written(symbol: Symbol, sign: str, spelled: bool) -> str | None:
    """What a symbol writes for a sign; None where it does not stand for it."""
    match symbol.kind:
        case "":
            text = symbol.written.get(_fold(sign))
            return "" if symbol.drops and text is not None else text
        case "d":
            return sign if sign in "0123456789" else None
        case _ if not spelled or not sign.isalpha():
            return None
        case "l":
            return sign.lower()
        case "u":
            return sign.upper()
        case _:
            return sign


class Search:
    """Looks for the patterns in a text of places and edges, within a number of steps in all."""

    def __init__(self, automaton: Automaton, edges: Sequence[Sequence[Edge]], steps: int) -> None:
        self._automaton = automaton
        self._edges = edges
        self._steps = steps

    def longest(self, start: int, ends: frozenset[int], bars: frozenset[int]) -> Match | None:
        """The longest match from `start` to one of `ends` that goes over none of `bars`."""
        places: dict[int, dict[int, Chain]] = {}
        best: Match | None = None
        at = start
        while at < len(self._edges) and (at == start or places) and self._steps > 0:
            threads = places.pop(at, None)
            if at == start or (threads and at not in bars):
                for edge in self._edges[at]:
                    found = self._along(edge, threads, first=at == start)
                    if found:
                        into = places.setdefault(edge.to, {})
                        for state, written in found.items():
                            into.setdefault(state, written)
            at += 1
            if at in places and at in ends:
                ended = self._automaton.ended(places[at])
                if ended:
                    text = " ".join(_text(ended[1]).split())
                    best = Match(start, at, ended[0], text)
        # A search that was given up may have missed a longer one.
        return best if self._steps > 0 else None

    def _along(
        self, edge: Edge, threads: dict[int, Chain] | None, *, first: bool
    ) -> dict[int, Chain]:
        current = threads or {}
        for at, sign in enumerate(edge.signs):
            if first and at == 0:
                found = self._automaton.begin(sign, edge.spelled)
            else:
                self._steps -= len(current)
                found = self._automaton.step(current, sign, edge.spelled)
            current = {}
            for state, written in found:
                self._automaton.follow(state, written, current)
            self._steps -= len(current) + 1
            if not current or self._steps <= 0:
                return {}
        return current


def _text(chain: Chain) -> str:
    pieces = []
    while chain is not None:
        chain, piece = chain
        pieces.append(piece)
    return "".join(reversed(pieces))
