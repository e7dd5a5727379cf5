"""The `filter` of lists: from its text to a tree, with bounds, and a place for each complaint."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NoReturn, cast

from scriba.errors import UnsupportedLocale
from scriba.resources.entity import Status
from scriba.resources.file import SHOWN
from scriba.resources.filters import And, Comparison, Condition, Not, Operator, Or
from scriba.server.errors import ApiError
from scriba.server.reading import storable
from scriba.speech.language import locale

MAX_LENGTH = 4096
MAX_DEPTH = 20
MAX_COMPARISONS = 50

_EQUALITY = ("eq", "ne")
_ORDER = ("eq", "ne", "gt", "ge", "lt", "le")
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<bracket>[()])"
    r"|(?P<date>\d{4}-\d\d-\d\d[0-9T:.Z+-]*)|(?P<word>[A-Za-z@_][A-Za-z0-9@_./]*))",
    re.ASCII,
)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_ZEROS = re.compile(r"(?<=-)0+(?=\d\d(?!\d))", re.ASCII)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Filterable:
    """The properties that a list can be filtered by: texts, times, and names out of a list."""

    texts: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, word: str) -> str | None:
        """The property of this name in any case."""
        known = (*self.texts, *self.times, *self.names)
        return next((name for name in known if name.lower() == word.lower()), None)

    def __str__(self) -> str:
        return ", ".join((*self.texts, *self.times, *self.names))


_STATUSES = tuple(Status)
ENTITIES = Filterable(
    texts=("displayName", "description", "locale"),
    times=("createdDateTime", "lastActionDateTime"),
    names={"status": _STATUSES},
)
"""Transcriptions, models, evaluations and endpoints."""

WEBHOOKS = Filterable(
    texts=("displayName", "description", "webUrl"),
    times=("createdDateTime", "lastActionDateTime"),
    names={"status": _STATUSES},
)
FILES = Filterable(texts=("name",), times=("createdDateTime",), names={"kind": SHOWN})


def parse_filter(text: str, allowed: Filterable) -> Condition:
    """The tree of a filter; raises ApiError 400 UnsupportedFilter with the position.

    Conditions on times are made for times as they are shown, in whole seconds.
    """
    if len(text) > MAX_LENGTH:
        raise _unsupported(f"it is longer than {MAX_LENGTH} characters")
    if not storable(text):
        raise _unsupported("it holds a character that no text has")
    return _Parser(text, allowed).parse()


def matches(condition: Condition, values: Mapping[str, str | datetime | None]) -> bool:
    """Whether `values`, by property, satisfy a condition; what is absent equals nothing."""
    if isinstance(condition, And):
        return all(matches(part, values) for part in condition.parts)
    if isinstance(condition, Or):
        return any(matches(part, values) for part in condition.parts)
    if isinstance(condition, Not):
        return not matches(condition.part, values)
    value = values.get(condition.property)
    if condition.operator == "eq":
        return value == condition.value
    if condition.operator == "ne":
        return value != condition.value
    if not isinstance(value, datetime) or not isinstance(condition.value, datetime):
        return False
    if condition.operator in ("gt", "ge"):
        return value > condition.value or (condition.operator == "ge" and value == condition.value)
    return value < condition.value or (condition.operator == "le" and value == condition.value)


def _unsupported(reason: str) -> ApiError:
    return ApiError(
        400,
        f"The filter cannot be used: {reason}.",
        inner_code="UnsupportedFilter",
        target="filter",
    )


class _Parser:
    """Recursive descent: or, and, not, brackets, comparisons; each binds tighter than the last."""

    def __init__(self, text: str, allowed: Filterable) -> None:
        self._text = text
        self._allowed = allowed
        self._at = 0
        self._began = 0
        self._kind = ""
        self._piece = ""
        self._depth = 0
        self._comparisons = 0

    def parse(self) -> Condition:
        self._next()
        if not self._kind:
            self._fail("a comparison such as status eq 'Running' is expected")
        condition = self._or()
        if self._kind:
            self._fail("'and', 'or' or the end is expected")
        return condition

    def _next(self) -> None:
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            rest = self._text[self._at :]
            self._began = self._at + len(rest) - len(rest.lstrip())
            self._kind = self._piece = ""
            if rest.strip():
                quoted = self._text[self._began] == "'"
                self._piece = self._text[self._began : self._began + 20]
                self._fail("the closing quote is missing" if quoted else "this is not understood")
            return
        self._kind = match.lastgroup or ""
        self._piece = match[self._kind]
        self._began, self._at = match.start(self._kind), match.end()

    def _word(self) -> str:
        return self._piece.lower() if self._kind == "word" else ""

    def _fail(self, expected: str) -> NoReturn:
        found = f"found {self._piece[:40]!r}" if self._piece else "found its end"
        raise _unsupported(f"at position {self._began + 1} {expected}, {found}")

    def _or(self) -> Condition:
        parts = [self._and()]
        while self._word() == "or":
            self._next()
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Condition:
        parts = [self._unary()]
        while self._word() == "and":
            self._next()
            parts.append(self._unary())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _unary(self) -> Condition:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _unsupported(f"it is nested deeper than {MAX_DEPTH} levels")
        try:
            if self._word() == "not":
                self._next()
                return Not(self._unary())
            if self._piece == "(":
                self._next()
                inner = self._or()
                if self._piece != ")":
                    self._fail("')' is expected")
                self._next()
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Condition:
        self._comparisons += 1
        if self._comparisons > MAX_COMPARISONS:
            raise _unsupported(f"it has more than {MAX_COMPARISONS} comparisons")
        name = self._allowed.find(self._piece) if self._kind == "word" else None
        if name is None:
            self._fail(f"one of these properties is expected: {self._allowed}")
        self._next()
        operators = _ORDER if name in self._allowed.times else _EQUALITY
        if self._word() not in operators:
            self._fail(f"{name} takes the operators {', '.join(operators)}")
        operator = cast("Operator", self._word())
        self._next()
        if name in self._allowed.times:
            return self._time(name, operator)
        if self._kind != "text":
            self._fail("a text in single quotes is expected")
        value = self._piece[1:-1].replace("''", "'")
        if name in self._allowed.names:
            values = self._allowed.names[name]
            known = {each.lower(): each for each in values}
            if value.lower() not in known:
                self._fail(f"{name} is one of {', '.join(values)}")
            value = str(known[value.lower()])
        if name == "locale":
            value = _tag(value)
        self._next()
        return Comparison(name, operator, value)

    def _time(self, name: str, operator: Operator) -> Condition:
        text = self._piece[1:-1] if self._kind == "text" else self._piece
        value = _moment(text) if self._kind in ("date", "text") else None
        if value is None:
            self._fail("a time such as 2026-02-01T11:00:00Z is expected")
        self._next()
        whole = value.replace(microsecond=0)
        after = whole + _SECOND
        # Times are kept finer than they are shown, and a filter is about what is shown.
        if operator in ("gt", "le"):
            return Comparison(name, "ge" if operator == "gt" else "lt", after)
        if operator in ("ge", "lt"):
            return Comparison(name, operator, whole if value == whole else after)
        same = And(
            (Comparison(name, "ge", whole), Comparison(name, "lt", after))
            if value == whole
            else (Comparison(name, "ge", whole), Comparison(name, "lt", whole))
        )
        return same if operator == "eq" else Not(same)


def _tag(value: str) -> str:
    try:
        return locale(value).tag
    except UnsupportedLocale:
        return value


def _moment(text: str) -> datetime | None:
    # A published example writes the 11th as 011.
    text = _ZEROS.sub("", text)
    if not _DATE.fullmatch(text):
        return None
    try:
        value = datetime.fromisoformat(text)
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        # Room for the second after it, which comparisons are made with.
        return value if value.year < 9999 else None
    except (ValueError, OverflowError):
        return None
