"""Entities for tests of the storage."""

from datetime import UTC, datetime
from typing import Any

from scriba.resources.entity import Entity, Kind, Status, new_id
from scriba.resources.file import File, FileKind, blob_path, file_id

START = datetime(2026, 2, 1, 11, 0, 0, 250_000, UTC)


def entity(resource_id: str, **values: Any) -> Entity:
    """An entity of a resource, with `values` in place of what is made up."""
    return Entity(
        **{
            "id": new_id(),
            "resource_id": resource_id,
            "kind": Kind.TRANSCRIPTION,
            "version": "v3.2",
            "host": "http://localhost:8080",
            "display_name": "a test",
            "locale": "en-US",
            "status": Status.NOT_STARTED,
            "created": START,
            "last_action": START,
            **values,
        }
    )


def file(of: Entity, name: str = "report.json", **values: Any) -> File:
    """A file of an entity."""
    id = file_id(of.id, name)
    return File(
        **{
            "id": id,
            "entity_id": of.id,
            "name": name,
            "kind": FileKind.TRANSCRIPTION_REPORT,
            "size": 12,
            "created": START,
            "blob": blob_path(of.resource_id, of.id, id),
            "content_type": "application/json",
            **values,
        }
    )
