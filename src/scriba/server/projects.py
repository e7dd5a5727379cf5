"""Projects: names for a locale that datasets, models and what is made of them can refer to."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.filters import Comparison
from scriba.resources.project import MEMBERS
from scriba.resources.versions import PLURALS, Version
from scriba.server.filters import Filterable
from scriba.server.groups import Group
from scriba.server.operation import Call, Operation
from scriba.server.reading import Fields
from scriba.server.schemas import project as shapes
from scriba.server.schemas.references import References
from scriba.server.schemas.shapes import SHAPES, Place

_FILTERABLE = Filterable(texts=("displayName", "description", "locale"), times=("createdDateTime",))
_NEWEST = Filterable(texts=(*_FILTERABLE.texts, "foundryProjectName"), times=_FILTERABLE.times)
_VERSIONS = frozenset(version for version in Version if SHAPES[version].projects)


def create(call: Call) -> Response:
    """`POST /projects`."""
    named, spec = shapes.read_new(call.body, call.version, _PROJECTS.references(call))
    entity = _PROJECTS.new(call, named, spec.to_json(), Status.SUCCEEDED)
    call.services.entities.create(entity)
    return _PROJECTS.created(call, entity)


def _write(call: Call, entity: Entity) -> dict[str, Any]:
    counts = {}
    if SHAPES[call.version].project_counts:
        counts = {
            kind: call.services.entities.count(kind, entity.resource_id, where=_of(entity.id))
            for kind in MEMBERS
        }
    return shapes.project(Place(call.host, call.version), entity, counts)


def _revise(call: Call, entity: Entity, fields: Fields, _: References) -> Mapping[str, Any]:
    return shapes.revise(entity, fields, call.version)


def _kept(call: Call, entity: Entity) -> str | None:
    held = {
        PLURALS[kind]: call.services.entities.count(kind, entity.resource_id, where=_of(entity.id))
        for kind in MEMBERS
    }
    shown = ", ".join(f"{count} {name}" for name, count in held.items() if count)
    if not shown:
        return None
    return f"The project holds {shown}; delete these first, or PATCH their project to another."


def _of(id: str) -> Comparison:
    return Comparison("project", "eq", id)


def _filterable(version: Version) -> Filterable:
    return _NEWEST if version >= Version.V2025_10 else _FILTERABLE


_PROJECTS = Group(
    Kind.PROJECT,
    _write,
    _filterable,
    own=frozenset({"foundryprojectname"}),
    revise=_revise,
    kept=_kept,
)


def _members(of: Group) -> Callable[[Call], Response]:
    """`GET /projects/{id}/KIND`."""

    def get_members(call: Call) -> Response:
        entity = _PROJECTS.entity(call)
        return of.page(call, [PLURALS[Kind.PROJECT], entity.id, of.plural], _of(entity.id))

    return get_members


def operations(groups: Mapping[Kind, Group]) -> list[Operation]:
    """The rows of the API, with the lists of members that there are groups for."""
    rows = [
        Operation("Projects_Create", "POST", "/projects", create, _VERSIONS, body="json"),
        *_PROJECTS.operations("Projects", _VERSIONS, files=None),
    ]
    for kind in MEMBERS:
        if kind in groups:
            name = f"Projects_List{PLURALS[kind].capitalize()}"
            path = f"/projects/{{id}}/{PLURALS[kind]}"
            rows.append(Operation(name, "GET", path, _members(groups[kind]), _VERSIONS))
    return rows
