"""Reading a PATCH of an entity: what may change, as a merge patch (RFC 7396) or as plain JSON."""

from collections.abc import Mapping
from typing import Any

from scriba.resources.entity import Entity
from scriba.server.errors import Complaints
from scriba.server.operation import Call
from scriba.server.reading import Fields
from scriba.server.schemas.common import (
    CUSTOM_PROPERTIES,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
)

_MERGE_PATCH = "application/merge-patch+json"
_CHANGEABLE = ("displayName", "description", "customProperties")
_CHANGEABLE_NAMES = frozenset(each.lower() for each in _CHANGEABLE)
# What a request for something new may say and no answer repeats.
_SAID_ONCE = frozenset({"contenturls", "contentcontainerurl", "contenturl", "dataset"})


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
    so that a client can send back what it read; one that is no field at all is noted.
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
    settled = {each.lower(): each for each in current}
    for name in fields.names():
        lowered = name.lower()
        if lowered in settled and fields.raw(name) == current[settled[lowered]]:
            continue
        if (lowered in settled or lowered in _SAID_ONCE) and lowered not in _CHANGEABLE_NAMES:
            fields.complain(
                f"the field {name[:80]} cannot be changed; {', '.join(_CHANGEABLE)} can",
                "UnsupportedDelta",
                name[:80],
            )
    complaints.check()
    if ignored := fields.ignored(_CHANGEABLE_NAMES):
        call.note(f"ignored, as they are not part of the API: {', '.join(ignored[:8])}")
    return changes


def _custom(fields: Fields, merged_with: Entity | None, complaints: Complaints) -> dict[str, str]:
    value = fields.raw("customProperties")
    if merged_with is not None and isinstance(value, Mapping):
        merged = {**merged_with.custom_properties, **value}
        value = {name: text for name, text in merged.items() if text is not None}
        fields = Fields({"customProperties": value}, complaints)
    return fields.texts("customProperties", **CUSTOM_PROPERTIES) or {}
