"""Projects in JSON: what is read, and what is answered."""

from collections.abc import Mapping
from typing import Any

from scriba.resources.entity import Entity, Kind
from scriba.resources.project import MEMBERS, ProjectSpec
from scriba.resources.versions import PLURALS, Version
from scriba.server.reading import Fields
from scriba.server.schemas.common import LONGEST_NAME, Named, Reader
from scriba.server.schemas.references import References
from scriba.server.schemas.shapes import Place, common

_FOUNDRY = "foundryProjectName"


def read_new(body: Any, version: Version, references: References) -> tuple[Named, ProjectSpec]:
    """Read the parsed body of a create; raises ApiError 400 with all that is wrong."""
    reader = Reader(body, version, references)
    foundry = None
    if version >= Version.V2025_10:
        foundry = reader.fields.text(_FOUNDRY, least=1, most=LONGEST_NAME)
    else:
        reader.elsewhere(_FOUNDRY, "2025-10-15")
    return reader.named(silent={"project"}), ProjectSpec(foundry)


def revise(entity: Entity, fields: Fields, version: Version) -> dict[str, Any]:
    """What a PATCH changes in the spec."""
    if version < Version.V2025_10 or _FOUNDRY not in fields:
        return {}
    return {"foundry_project_name": fields.text(_FOUNDRY, least=1, most=LONGEST_NAME)}


def project(place: Place, entity: Entity, counts: Mapping[Kind, int]) -> dict[str, Any]:
    """A project; `counts` of its members are shown where the version has them."""
    body: dict[str, Any] = {
        "self": place.entity(Kind.PROJECT, entity.id),
        "links": {
            PLURALS[kind]: place.entity(Kind.PROJECT, entity.id, PLURALS[kind]) for kind in MEMBERS
        },
    }
    if place.shape.project_counts:
        body["properties"] = {f"{kind.value}Count": counts[kind] for kind in MEMBERS}
    body |= common(entity)
    # Nothing is done for a project, so it has no status.
    del body["status"], body["lastActionDateTime"]
    foundry = ProjectSpec.from_json(entity.spec).foundry_project_name
    if foundry is not None and place.version >= Version.V2025_10:
        body[_FOUNDRY] = foundry
    return body
