"""Evaluations: two models on one dataset, as a job."""

from typing import Any

from starlette.responses import Response

from scriba.resources.entity import Entity, Kind
from scriba.server.groups import Group
from scriba.server.operation import Call, Operation
from scriba.server.schemas import evaluation as shapes
from scriba.server.schemas.shapes import Place


def create(call: Call) -> Response:
    """`POST /evaluations`."""
    services = call.services
    named, spec = shapes.read_new(call.body, call.version, EVALUATIONS.references(call))
    owner = call.caller.resource_id
    services.limits.room(call.caller, lambda: services.files.stored_bytes(owner))
    entity = EVALUATIONS.new(call, named, spec.to_json())
    services.entities.create(entity)
    if services.jobs is not None:
        services.jobs.submit(entity)
    return EVALUATIONS.created(call, entity)


def _write(call: Call, entity: Entity) -> dict[str, Any]:
    return shapes.evaluation(Place(call.host, call.version), entity, call.services.base_models)


EVALUATIONS = Group(Kind.EVALUATION, _write)

OPERATIONS = [
    Operation("Evaluations_Create", "POST", "/evaluations", create, body="json"),
    *EVALUATIONS.operations("Evaluations"),
]
