"""Datasets: from an address, by a form or by blocks, and the files that their import makes."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from scriba.resources.dataset import MAX_BYTES
from scriba.resources.entity import Entity, Kind, Status, now
from scriba.resources.evaluation import EvaluationSpec
from scriba.resources.model import ModelSpec
from scriba.resources.transcription import TranscriptionSpec
from scriba.resources.versions import Version
from scriba.server.errors import ApiError
from scriba.server.filters import ENTITIES, Filterable
from scriba.server.groups import Group, schemes, user_of
from scriba.server.operation import Call, Operation, answer
from scriba.server.paging import retry_after
from scriba.server.schemas import dataset as shapes
from scriba.server.schemas.shapes import SHAPES, Place
from scriba.storage.blocks import KEPT

VERSIONS_WITH_FORMS = frozenset(version for version in Version if version.in_path)


def create(call: Call) -> Response:
    """`POST /datasets`: to be fetched, or to be sent in blocks where it has no contentUrl."""
    named, spec = shapes.read_new(call.body, call.version, DATASETS.references(call), schemes(call))
    _check_limits(call)
    entity = DATASETS.new(call, named, spec.to_json())
    if spec.waits:
        entity = replace(entity, expires=entity.created + KEPT)
    call.services.entities.create(entity)
    if not spec.waits and call.services.jobs is not None:
        call.services.jobs.submit(entity)
    return DATASETS.created(call, entity)


def create_uploaded(call: Call, body: Any, size: int, keep: Callable[[Entity], Entity]) -> Entity:
    """A dataset of `size` bytes that `keep` stores and commits; where that fails it is gone."""
    services = call.services
    named, spec = shapes.read_new(body, call.version, DATASETS.references(call))
    most = MAX_BYTES[spec.kind]
    if size > most:
        raise ApiError(
            400,
            f"A dataset of the kind {spec.kind} may hold {most} bytes; this is {size}.",
            inner_code="QuotaViolation",
            target="data",
        )
    _check_limits(call, size)
    entity = DATASETS.new(call, named, spec.to_json())
    # Should the process be killed while it keeps the file, what is there goes by itself.
    entity = replace(entity, expires=now() + KEPT)
    services.entities.create(entity)
    try:
        entity = keep(entity)
    except BaseException:
        services.blobs(entity.resource_id).delete_prefix(f"{entity.resource_id}/{entity.id}")
        services.entities.delete(Kind.DATASET, entity.id, entity.resource_id)
        raise
    if services.jobs is not None:
        services.jobs.submit(entity)
    return entity


def _check_limits(call: Call, size: int = 0) -> None:
    services, owner = call.services, call.caller.resource_id
    services.limits.dataset(call.caller, lambda: services.entities.count(Kind.DATASET, owner))
    services.limits.room(call.caller, lambda: services.files.stored_bytes(owner), size)


def _write(call: Call, entity: Entity) -> dict[str, Any]:
    return shapes.dataset(Place(call.host, call.version), entity)


def _retry(_: Call, entity: Entity) -> dict[str, str]:
    # What waits for the client's blocks need not be asked for.
    return {} if shapes.waits(entity) else retry_after([entity])


def _busy(entity: Entity) -> Collection[Status]:
    if shapes.waits(entity):
        return (Status.RUNNING,)
    return (Status.NOT_STARTED, Status.RUNNING)


def _kept(call: Call, entity: Entity) -> str | None:
    user = user_of(call, entity.id, (Kind.MODEL, Kind.EVALUATION, Kind.TRANSCRIPTION), _datasets_of)
    if user is None:
        return None
    return (
        f"The dataset is in use by the {user.kind} {user.id}, which is {user.status}; delete it "
        "when that has ended."
    )


def _datasets_of(entity: Entity) -> Collection[str | None]:
    if entity.kind is Kind.MODEL:
        return ModelSpec.from_json(entity.spec).datasets
    if entity.kind is Kind.EVALUATION:
        return (EvaluationSpec.from_json(entity.spec).dataset,)
    return (TranscriptionSpec.from_json(entity.spec).dataset,)


def _filterable(version: Version) -> Filterable:
    kinds = tuple(kind.value for kind in SHAPES[version].dataset_kinds)
    return Filterable(ENTITIES.texts, ENTITIES.times, {**ENTITIES.names, "kind": kinds})


def locales(call: Call) -> Response:
    """`GET /datasets/locales`: all kinds of datasets are taken for all locales."""
    shape = SHAPES[call.version]
    tags = sorted(call.services.base_models.locales())
    return answer(shapes.dataset_locales(shape.dataset_kinds, tags, shape.operations_apart))


DATASETS = Group(Kind.DATASET, _write, _filterable, retry=_retry, kept=_kept, busy=_busy)

OPERATIONS = [
    Operation("Datasets_Create", "POST", "/datasets", create, body="json"),
    Operation("Datasets_ListSupportedLocales", "GET", "/datasets/locales", locales),
    *DATASETS.operations("Datasets", locales=False),
]
