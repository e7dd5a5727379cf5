"""JSON of clients read without regard to case, with a reason where a value cannot be used."""

import math
from collections.abc import Mapping
from typing import Any, TypeVar

from scriba.server.errors import ApiError
from scriba.server.reading import parse_json

T = TypeVar("T")

_BOOLEANS = {"true": True, "false": False}


class Members:
    """An object of a message. What is absent or null reads as None, unknown members are ignored.

    `where` is the path of the object, for messages. Raises ApiError 400.
    """

    def __init__(self, value: Any, where: str) -> None:
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise wrong(where, "must be a JSON object")
        self.where = where
        self._values = {str(name).lower(): each for name, each in value.items()}

    @classmethod
    def of_json(cls, data: bytes, where: str) -> "Members":
        """The object that a message's body is; an empty body is an empty one."""
        if not data.strip():
            return cls({}, where)
        try:
            return cls(parse_json(data), where)
        except ApiError as error:
            message = error.message.replace("The body", where)
            raise ApiError(400, message) from None

    def __contains__(self, name: str) -> bool:
        return self._values.get(name.lower()) is not None

    def value(self, name: str) -> Any:
        """A member as it is."""
        return self._values.get(name.lower())

    def object(self, name: str) -> "Members":
        """A member that is an object; empty where it is absent."""
        return Members(self.value(name), f"{self.where}.{name}")

    def text(self, name: str) -> str | None:
        """A member that is a text, without spaces around it; None where that is empty."""
        value = self.value(name)
        if value is not None and not isinstance(value, str):
            raise wrong(f"{self.where}.{name}", "must be a string")
        return (value or "").strip() or None

    def one_of(self, name: str, values: Mapping[str, T]) -> T | None:
        """A member that is one of `values`, whose names are in lower case."""
        return chosen(self.text(name), values, f"{self.where}.{name}")

    def number(self, name: str, least: float, most: float) -> float | None:
        """A number from `least` to `most`, or one in a string."""
        return number(self.value(name), least, most, f"{self.where}.{name}")

    def flag(self, name: str) -> bool | None:
        """True or false, or either in a string."""
        value = self.value(name)
        if value is None or isinstance(value, bool):
            return value
        if not isinstance(value, str):
            raise wrong(f"{self.where}.{name}", "must be true or false")
        return chosen(value, _BOOLEANS, f"{self.where}.{name}")

    def list(self, name: str, most: int) -> list[Any]:
        """A member that is a list of up to `most`; empty where it is absent."""
        value = self.value(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise wrong(f"{self.where}.{name}", "must be a list")
        if len(value) > most:
            raise wrong(f"{self.where}.{name}", f"may have {most} entries, and has {len(value)}")
        return value


def chosen(value: str | None, values: Mapping[str, T], where: str) -> T | None:
    """The one of `values` that a text names; None without a text."""
    if value is None or not value.strip():
        return None
    try:
        return values[value.strip().lower()]
    except KeyError:
        raise wrong(where, f"must be one of: {', '.join(values)}") from None


def number(value: Any, least: float, most: float, where: str) -> float | None:
    """A number from `least` to `most`, or one in a string; None for nothing."""
    if value is None or value == "":
        return None
    found = math.nan
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            found = float(value)
        except (ValueError, OverflowError):
            found = math.nan
    if not least <= found <= most:
        raise wrong(where, f"must be a number from {least:g} to {most:g}")
    return found


def wrong(where: str, what: str) -> ApiError:
    """The refusal of a value."""
    return ApiError(400, f"{where} {what}.")
