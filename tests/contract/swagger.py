"""The published swagger files: schemas to hold answers against, and requests to send."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from jsonschema import Draft4Validator, FormatChecker

from scriba.resources.versions import Version

FOLDER = Path(__file__).parents[1] / "data" / "swagger"

_FORMATS = FormatChecker(formats=())
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@_FORMATS.checks("date-time")
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or _MOMENT.fullmatch(value) is not None


@_FORMATS.checks("uri")
def _is_address(value: object) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return parts is None or bool(parts.scheme and parts.netloc)


@_FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@dataclass(frozen=True)
class Example:
    """A published request: its operation, its parameters by name, and the statuses it may get."""

    name: str
    method: str
    path: str
    parameters: Mapping[str, Any]
    where: Mapping[str, str]
    statuses: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.name})"

    def of(self, place: str) -> dict[str, Any]:
        """The parameters in the query, the path, the body ..."""
        return {
            name: value for name, value in self.parameters.items() if self.where.get(name) == place
        }


class Swagger:
    """The document of a version, with objects closed: a field that it does not name is an error."""

    def __init__(self, version: Version) -> None:
        self.version = version
        path = FOLDER / version.value / "speechtotext.json"
        self._document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        definitions = self._document["definitions"]
        self._definitions = {name: self._closed(item) for name, item in definitions.items()}

    def operations(self) -> Iterator[tuple[str, str]]:
        """Method and path of every operation."""
        for path, item in self._document["paths"].items():
            for method in item:
                yield method.upper(), path

    def check(self, answer: httpx.Response, method: str, path: str) -> Any:
        """Hold an answer's status, headers and body against the document; the body."""
        operation = self._document["paths"][path][method.lower()]
        responses = operation["responses"]
        response = responses.get(str(answer.status_code))
        if response is None:
            assert answer.status_code >= 400, f"{method} {path}: {answer.status_code}"
            response = responses["default"]
        if "Location" in response.get("headers", {}):
            assert _is_address(answer.headers["Location"])
        if "schema" not in response:
            assert answer.content == b"", f"{method} {path} answers {answer.text[:200]}"
            return None
        assert answer.headers["Content-Type"].startswith("application/json")
        body = answer.json()
        self.validate(body, response["schema"])
        return body

    def validate(self, body: Any, schema: Mapping[str, Any]) -> None:
        """Raise ValidationError where a value is not as a schema says."""
        whole = {**schema, "definitions": self._definitions}
        Draft4Validator(whole, format_checker=_FORMATS).validate(body)

    def examples(self) -> Iterator[Example]:
        """The published requests whose files we have."""
        for path, item in self._document["paths"].items():
            for method, operation in item.items():
                where = dict(map(self._place, operation.get("parameters", [])))
                for named in operation.get("x-ms-examples", {}).values():
                    name = named["$ref"].rpartition("/")[2]
                    file = FOLDER / self.version.value / "examples" / name
                    if not file.exists():
                        continue
                    example = json.loads(file.read_text(encoding="utf-8"))
                    yield Example(
                        name.removesuffix(".json"),
                        method.upper(),
                        path,
                        example["parameters"],
                        where,
                        tuple(map(int, example["responses"])),
                    )

    def _place(self, parameter: Mapping[str, Any]) -> tuple[str, str]:
        if "$ref" in parameter:
            parameter = self._document["parameters"][parameter["$ref"].rpartition("/")[2]]
        return parameter["name"], parameter["in"]

    def _closed(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """A definition with what it inherits written out, so that it can be closed."""
        closed = dict(definition)
        properties: dict[str, Any] = {}
        for part in closed.pop("allOf", []):
            base = self._document["definitions"][part["$ref"].rpartition("/")[2]]
            properties |= self._closed(base).get("properties", {})
        properties |= closed.get("properties", {})
        if properties:
            closed["properties"] = properties
            closed.setdefault("additionalProperties", False)
        return closed


@cache
def swagger(version: Version) -> Swagger:
    """The document of a version."""
    return Swagger(version)
