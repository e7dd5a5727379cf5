"""Endpoints: a model behind an id that stays when the model is changed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from scriba.errors import EntityNotFound
from scriba.resources.endpoint import EndpointSpec
from scriba.resources.entity import Entity, Kind, Status
from scriba.server.groups import Group
from scriba.server.operation import Call, Operation, answer
from scriba.server.reading import Fields
from scriba.server.schemas import endpoint as shapes
from scriba.server.schemas.references import References
from scriba.server.schemas.shapes import Place


def create(call: Call) -> Response:
    """`POST /endpoints`; it can be used at once, for models are loaded when they are asked for."""
    named, spec = shapes.read_new(call.body, call.version, ENDPOINTS.references(call))
    if spec.model is None:
        spec = replace(spec, model=_default(call, named.locale))
    entity = ENDPOINTS.new(call, named, spec.to_json(), Status.SUCCEEDED)
    if spec.time_to_live is not None:
        entity = replace(entity, expires=entity.created + timedelta(seconds=spec.time_to_live))
    call.services.entities.create(entity)
    return ENDPOINTS.created(call, entity)


def _switch(suspended: bool) -> Callable[[Call], Response]:
    def switch(call: Call) -> Response:
        """`POST /endpoints/{id}:suspend` and `:resume`: the id stays. Beyond Azure."""
        found = ENDPOINTS.entity(call)
        try:
            entity = call.services.entities.edit(
                Kind.ENDPOINT,
                found.id,
                found.resource_id,
                lambda old: {"spec": {**old.spec, "suspended": suspended}},
            )
        except EntityNotFound:
            raise ENDPOINTS.absent() from None
        return answer(_write(call, entity))

    return switch


def _write(call: Call, entity: Entity) -> dict[str, Any]:
    body = shapes.endpoint(Place(call.host, call.version), entity, call.services.base_models)
    if EndpointSpec.from_json(entity.spec).suspended:
        call.note(f"the endpoint {entity.id} is suspended")
    return body


def _revise(
    call: Call, entity: Entity, fields: Fields, references: References
) -> Mapping[str, Any]:
    found = shapes.revise(entity, fields, references, call.version)
    if "model" in found and found["model"] is None and not fields.complaints:
        found["model"] = _default(call, entity.locale)
    return found


def _default(call: Call, locale: str | None) -> str | None:
    """The base model of a locale where none is named; None for what the service itself runs."""
    models = call.services.base_models
    default = models.default(locale or "")
    return default.id if default is not None and models.usable(default) else None


ENDPOINTS = Group(Kind.ENDPOINT, _write, own=frozenset({"model", "properties"}), revise=_revise)

OPERATIONS = [
    Operation("Endpoints_Create", "POST", "/endpoints", create, body="json"),
    *ENDPOINTS.operations("Endpoints", files=None),
    Operation("Endpoints_Suspend", "POST", "/endpoints/{id}:suspend", _switch(True)),
    Operation("Endpoints_Resume", "POST", "/endpoints/{id}:resume", _switch(False)),
]
