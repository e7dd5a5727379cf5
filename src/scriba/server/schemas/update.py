"""Reading a PATCH of an entity: what may change, as a merge patch (RFC 7396) or as plain JSON."""

from collections.abc import Mapping
from typing import Any

from scriba.resources.entity import Entity
from scriba.server.errors import Complaints
from scriba.server.operation import Call
from scriba.server.reading import Fields
from scriba.server.schemas.transcription import (
    CUSTOM_PROPERTIES,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
)

_MERGE_PATCH = "application/merge-patch+json"
_CHANGEABLE = ("displayName", "description", "customProperties")


def read_update(
    call: Call,
    entity: Entity,
    current: Mapping[str, Any],
    complaints: Complaints | None = None,
) -> dict[str, Any]:
    """The changes for `Entities.update`; raises ApiError 400 with all that is wrong.

    That is also what is in `complaints` already.

    null removes a field. `customProperties` is merged where the body is a merge patch, and
    replaced where it is plain JSON. A field that cannot change may be sent as it is in `current`,
    so that a client can send back what it read.
    """
    complaints = Complaints() if complaints is None else complaints
    fields = Fields(call.body, complaints)
    changes: dict[str, Any] = {}
    if fields.is_null("displayName"):
        fields.complain("displayName cannot be removed", "UnsupportedDelta", "displayName")
    elif "displayName" in fields:
        changes["display_name"] = fields.text(
            "displayName", required=True, least=1, most=LONGEST_NAME
        )
    if "description" in fields:
        changes["description"] = fields.text("description", most=LONGEST_DESCRIPTION)
    if "customProperties" in fields:
        merge = call.request.headers.get("content-type", "").lower().startswith(_MERGE_PATCH)
        changes["custom_properties"] = _custom(fields, entity if merge else None, complaints)
    if isinstance(fields.raw("project"), Mapping):
        fields.complain(
            "there is no project of this id: projects are not available yet",
            "InvalidProject",
            "project",
        )
    for name in fields.names():
        known = next((each for each in current if each.lower() == name.lower()), None)
        if known is None or known in _CHANGEABLE or fields.raw(name) == current[known]:
            continue
        fields.complain(
            f"the field {name} cannot be changed; {', '.join(_CHANGEABLE)} can",
            "UnsupportedDelta",
            name,
        )
    complaints.check()
    return changes


def _custom(fields: Fields, merged_with: Entity | None, complaints: Complaints) -> dict[str, str]:
    value = fields.raw("customProperties")
    if merged_with is not None and isinstance(value, Mapping):
        merged = {**merged_with.custom_properties, **value}
        value = {name: text for name, text in merged.items() if text is not None}
        fields = Fields({"customProperties": value}, complaints)
    return fields.texts("customProperties", **CUSTOM_PROPERTIES) or {}
