"""Reading JSON from outside: bounded, strict about types, and with every complaint at once."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from scriba.server.errors import ApiError, Complaints

MAX_DEPTH = 32
_LONGEST_URL = 16_384
# More digits than any number here has, and far fewer than Python would be slow with.
_MOST_DIGITS = 400

# Neither can be stored by every database, and no text that people write holds them.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DIGITS = re.compile(r"\d{1,9}", re.ASCII)

T = TypeVar("T")


def parse_json(data: bytes) -> Any:
    """The value of a JSON text; raises ApiError 400 where it is not one, or is too deep."""
    if not data.strip():
        raise ApiError(400, "The request has no body; send JSON.", inner_code="EmptyRequest")
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
        )
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    except RecursionError:
        raise _malformed(f"it is nested deeper than {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        # Some of these messages end in 'at' themselves.
        what = error.msg.removesuffix(" at")
        raise _malformed(f"{what} at line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise _malformed(str(error)) from None
    _check(value)
    return value


def _malformed(reason: str) -> ApiError:
    return ApiError(
        400, f"The body is not valid JSON: {reason}.", inner_code="InvalidRequestBodyFormat"
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"the field {name[:80]!r} is given twice")
            seen.add(name)
    return found


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has {len(digits)} digits, and {_MOST_DIGITS} are allowed")
    return int(digits)


def _check(value: Any) -> None:
    # With each value the name of the field that it is of.
    level: list[tuple[str, Any]] = [("", value)]
    for _ in range(MAX_DEPTH):
        below: list[tuple[str, Any]] = []
        for name, item in level:
            if isinstance(item, str):
                if _UNSTORABLE.search(item):
                    where = f"the field {name[:80]!r}" if name else "a text"
                    raise _malformed(f"{where} holds a NUL or half of a surrogate pair")
            elif isinstance(item, dict):
                below.extend(("", each) for each in item)
                below.extend(item.items())
            elif isinstance(item, list):
                below.extend((name, each) for each in item)
        if not below:
            return
        level = below
    raise _malformed(f"it is nested deeper than {MAX_DEPTH} levels")


def storable(text: str) -> bool:
    """Whether every database can hold this text."""
    return not _UNSTORABLE.search(text)


class Fields:
    """An object of a body: typed fields by name, upper and lower case alike as Azure reads them.

    What is wrong is added to `complaints`, and the field then reads as absent; null reads as
    absent, too. `where` is the object's own path, "" for the body itself.
    """

    def __init__(self, value: Any, complaints: Complaints, where: str = "") -> None:
        self.complaints = complaints
        self.where = where
        self._values: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._read: set[str] = set()
        if not isinstance(value, Mapping):
            self.complain(
                f"{where or 'The body'} must be a JSON object", "InvalidRequestBodyFormat"
            )
            if not where:
                # That fields are missing says no more then.
                complaints.check()
            return
        for name, item in value.items():
            lowered = name.lower()
            if lowered in self._values:
                self.complain(f"the field {self.path(name)} is given twice")
            self._values[lowered] = item
            self._names[lowered] = name

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def path(self, name: str) -> str:
        """The full path of a field, for messages."""
        return f"{self.where}.{name}" if self.where else name

    def complain(self, message: str, code: str = "InvalidPayload", name: str | None = None) -> None:
        """Add a complaint about this object or its field `name`; `message` without a full stop."""
        target = self.path(name) if name else self.where or None
        first = message.split(" ", 1)[0]
        if first.isalpha() and first.islower():
            # A word; the names of fields stay as they are written.
            message = message[:1].upper() + message[1:]
        self.complaints.add(code, f"{message}.", target)

    def raw(self, name: str) -> Any:
        """The value as it came, None where it is absent."""
        self._read.add(name.lower())
        return self._values.get(name.lower())

    def is_null(self, name: str) -> bool:
        """Whether the field is there and null, which a merge patch takes for 'remove'."""
        return name in self and self._values[name.lower()] is None

    def text(
        self,
        name: str,
        *,
        required: bool = False,
        most: int = 4096,
        least: int = 0,
        code: str = "InvalidPayload",
    ) -> str | None:
        """A string of `least` to `most` characters."""
        value = self._typed(name, str, "a string")
        if value is None:
            if required and not self._wrong(name):
                self.complain(f"the field {self.path(name)} is required", code, name)
            return None
        if len(value) < least or (required and not value.strip()):
            self.complain(f"the field {self.path(name)} must not be empty", code, name)
            return None
        if len(value) > most:
            self.complain(
                f"the field {self.path(name)} is longer than {most} characters", code, name
            )
            return None
        return str(value)

    def flag(self, name: str) -> bool | None:
        """true or false, also as a string, as forms and environment variables make it."""
        value = self.raw(name)
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        found: bool | None = self._typed(name, bool, "true or false")
        return found

    def integer(self, name: str, least: int, most: int, code: str = "InvalidPayload") -> int | None:
        """A whole number between two bounds, which are included; also as a string of digits."""
        value = self.raw(name)
        if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.complain(
                f"the field {self.path(name)} must be a whole number from {least} to {most}",
                code,
                name,
            )
            return None
        return value

    def choice(self, name: str, table: Mapping[str, T]) -> T | None:
        """One of the names of `table`, in any case; what stands for it there."""
        value = self._typed(name, str, "a string")
        if value is None:
            return None
        found = {key.lower(): item for key, item in table.items()}
        if value.lower() in found:
            return found[value.lower()]
        self.complain(f"the field {self.path(name)} must be one of: {', '.join(table)}", name=name)
        return None

    def items(self, name: str, kind: type[T], word: str, most: int) -> list[T] | None:
        """A list of at most `most` values of one type."""
        value = self._typed(name, list, f"a list of {word}")
        if value is None:
            return None
        if len(value) > most:
            self.complain(f"the field {self.path(name)} holds more than {most} {word}", name=name)
            return None
        wrong = [
            i
            for i, item in enumerate(value)
            if not isinstance(item, kind) or isinstance(item, bool)
        ]
        for i in wrong:
            each = f"{name}[{i}]"
            self.complain(
                f"the field {self.path(name)} must be a list of {word}; "
                f"{self.path(each)} is of another type",
                name=each,
            )
        return None if wrong else list(value)

    def object(self, name: str) -> "Fields | None":
        """An object within."""
        value = self._typed(name, dict, "an object")
        return None if value is None else Fields(value, self.complaints, self.path(name))

    def texts(self, name: str, *, entries: int, key: int, value: int) -> dict[str, str] | None:
        """An object of strings, with bounds for its entries, their names and their values."""
        found = self._typed(name, dict, "an object of strings")
        if found is None:
            return None
        path = self.path(name)
        if len(found) > entries:
            self.complain(f"the field {path} holds more than {entries} entries", name=name)
            return None
        for each, text in found.items():
            if not isinstance(text, str):
                self.complain(f"the value of {path}.{each[:80]} must be a string", name=name)
            elif not each or len(each) > key or len(text) > value:
                self.complain(
                    f"the field {path} takes names of 1 to {key} and values of at most {value} "
                    f"characters; {each[:80]!r} has others",
                    name=name,
                )
            else:
                continue
            return None
        return dict(found)

    def names(self) -> list[str]:
        """The names of all fields, as they were written."""
        return list(self._names.values())

    def peek(self, name: str) -> Any:
        """The value as it came, without counting as asked for."""
        return self._values.get(name.lower())

    def ignored(self, silent: Collection[str]) -> list[str]:
        """The paths of fields that hold something and were never asked for, fit for a header.

        `silent` are names in lower case that clients send back as they read them.
        """
        return [
            re.sub(r"[^\w.@-]", "?", self.path(name)[:60], flags=re.ASCII)
            for name in self.unread()
            if name.lower() not in silent and self.peek(name) not in (None, False)
        ]

    def unread(self) -> Iterator[str]:
        """The names that were never asked for, as they were written."""
        return (self._names[name] for name in self._values if name not in self._read)

    def _typed(self, name: str, kind: type, words: str) -> Any:
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, kind):
            self.complain(f"the field {self.path(name)} must be {words}", name=name)
            return None
        return value

    def _wrong(self, name: str) -> bool:
        return self._values.get(name.lower()) is not None


def url_problem(url: str, schemes: tuple[str, ...] = ("https", "http")) -> str | None:
    """Why this is not an absolute address of one of these schemes, None when it is."""
    if len(url) > _LONGEST_URL:
        return f"is longer than {_LONGEST_URL} characters"
    if any(ord(character) <= 32 or ord(character) == 127 for character in url.strip()):
        return "holds a blank or a control character"
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a valid address"
    if parts.scheme.lower() not in schemes or (not host and parts.scheme.lower() != "file"):
        shown = " or ".join(f"{scheme}://" for scheme in schemes)
        return f"must be an absolute address that begins with {shown}"
    return None
