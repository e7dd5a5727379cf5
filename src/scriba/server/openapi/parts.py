"""Pieces that descriptions of operations are made of."""

from typing import Any

JSON = "application/json"
KEY_OR_TOKEN: list[dict[str, list[str]]] = [{"key": []}, {"token": []}]

RETRY = {
    "Retry-After": {
        "description": "Seconds to wait before trying again.",
        "schema": {"type": "integer"},
    }
}


def query(
    name: str, schema: dict[str, Any], description: str = "", *, required: bool = False
) -> dict[str, Any]:
    """A parameter of the query; a schema with `enum` is one of texts."""
    if "enum" in schema:
        schema = {"type": "string", **schema}
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description or "Upper and lower case count alike.",
        "schema": schema,
    }


def body(
    description: str, schema: dict[str, Any], headers: dict[str, Any] | None = None
) -> dict[str, Any]:
    """An answer with a JSON body."""
    answer: dict[str, Any] = {"description": description, "content": {JSON: {"schema": schema}}}
    if headers:
        answer["headers"] = headers
    return answer


def message(description: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    """An error of short audio."""
    return body(description, ref("Message"), headers)


def problem(description: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    """An error in the plain shape."""
    return body(description, ref("Problem"), headers)


def ref(name: str) -> dict[str, Any]:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }
