"""Patterns as one automaton, and the search for them in what was said.

The automaton has no counters, so its size is that of the patterns. A search runs all its threads
side by side (Thompson 1968) and ends after a number of steps: no pattern takes long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scriba.speech.forms.patterns import (
    Choice,
    Emit,
    Node,
    PatternError,
    Repeat,
    Series,
    Symbol,
    fold,
)

MAX_STATES = 20_000
"""States of all patterns together."""

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
        found = self._first.get(key)
        if found is None:
            if len(self._first) > 4096:
                self._first.clear()
            # Not looked up again: another thread may have cleared it.
            found = self._first[key] = self.step(self._begun, sign, spelled)
        return found

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
            text = symbol.written.get(fold(sign))
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
