"""Transcriptions: create, list, read, change, delete, and their files."""

import math
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from scriba.errors import BlobError, EntityNotFound
from scriba.net.redact import without_secrets
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.transcription import TranscriptionSpec
from scriba.resources.versions import Version
from scriba.server.entity_files import entity_file, entity_files
from scriba.server.errors import ApiError
from scriba.server.filters import ENTITIES
from scriba.server.operation import Call, Operation, answer
from scriba.server.paging import page_of, paginated, readable
from scriba.server.schemas import shapes
from scriba.server.schemas.references import References
from scriba.server.schemas.transcription import TranscriptionReader
from scriba.server.schemas.update import read_update
from scriba.storage.inputs import Inputs

_SUBMIT = frozenset(version for version in Version if not version.in_path)
_CREATE = frozenset(version for version in Version if version.in_path)
_AT_WORK = (Status.NOT_STARTED, Status.RUNNING)
_SOONEST, _LATEST = 1, 60
_STORAGE_RETRY = "10"


def create(call: Call) -> Response:
    """`POST /transcriptions`, and `POST /transcriptions:submit` of newer versions."""
    services = call.services
    schemes = ["https", "http"]
    for entry in services.settings.allowed_sources.split(","):
        if entry.strip():
            schemes.append("s3" if entry.strip().startswith("s3://") else "file")
    owner = call.caller.resource_id
    references = References(services.base_models, services.entities, owner, call.version)
    reader = TranscriptionReader(
        call.version, services.base_models, tuple(dict.fromkeys(schemes)), references
    )
    asked = reader.read(call.body)
    for note in asked.notes:
        call.note(note)
    services.limits.job(
        call.caller, len(asked.spec.content_urls), lambda: services.files.stored_bytes(owner)
    )
    at = now()
    entity = Entity(
        id=new_id(),
        resource_id=call.caller.resource_id,
        kind=Kind.TRANSCRIPTION,
        version=call.version.value,
        host=call.host,
        display_name=asked.display_name,
        locale=asked.locale,
        status=Status.NOT_STARTED,
        created=at,
        last_action=at,
        description=asked.description,
        custom_properties=asked.custom_properties,
        spec=asked.spec.to_json(),
    )
    services.entities.create(entity)
    if services.jobs is not None:
        services.jobs.submit(entity)
    body = _written(call, entity)
    return answer(body, 201, {"Location": body["self"], **_retry(call, entity)})


def get_all(call: Call) -> Response:
    """`GET /transcriptions`."""
    page = page_of(call, ENTITIES)
    where = readable(call, page.where)

    def fetch(skip: int, top: int) -> list[Entity]:
        return call.services.entities.list(
            Kind.TRANSCRIPTION, call.caller.resource_id, skip=skip, top=top, where=where
        )

    return paginated(call, page, ["transcriptions"], fetch, lambda each: _written(call, each))


def get(call: Call) -> Response:
    """`GET /transcriptions/{id}`."""
    entity = _entity(call)
    return answer(_written(call, entity), headers=_retry(call, entity))


def update(call: Call) -> Response:
    """`PATCH /transcriptions/{id}`."""
    entity = _entity(call)
    changes = read_update(call, entity, _written(call, entity))
    if changes:
        entity = call.services.entities.update(
            Kind.TRANSCRIPTION, entity.id, entity.resource_id, **changes
        )
    return answer(_written(call, entity), headers=_retry(call, entity))


def delete(call: Call) -> Response:
    """`DELETE /transcriptions/{id}`; one that is not there is no error, one at work is."""
    services = call.services
    resource_id = call.caller.resource_id
    try:
        entity = _entity(call)
    except ApiError as error:
        if error.status == 404:
            return Response(status_code=204)
        raise
    if entity.status in _AT_WORK:
        raise _at_work(call, entity)
    try:
        # Blobs first: rows without blobs can be removed again, blobs without rows never are.
        services.blobs(resource_id).delete_prefix(f"{resource_id}/{entity.id}")
    except BlobError as error:
        raise ApiError(
            503,
            "The transcription stays, as its files cannot be removed now; delete it again later. "
            f"{without_secrets(str(error))}.",
            {"Retry-After": _STORAGE_RETRY},
            inner_code="InaccessibleCustomerStorage",
        ) from error
    gone = services.entities.delete(Kind.TRANSCRIPTION, entity.id, resource_id, unless=_AT_WORK)
    if not gone:
        try:
            entity = _entity(call)
        except ApiError as error:
            if error.status == 404:
                return Response(status_code=204)
            raise
        raise _at_work(call, entity)
    return Response(status_code=204)


def _at_work(call: Call, entity: Entity) -> ApiError:
    return ApiError(
        409,
        f"The transcription is {entity.status}; it can be deleted once it has succeeded or failed.",
        _retry(call, entity),
        inner_code="DeleteNotAllowed",
    )


def get_files(call: Call) -> Response:
    """`GET /transcriptions/{id}/files`."""
    entity = _entity(call)
    return entity_files(call, entity, _retry(call, entity))


def get_file(call: Call) -> Response:
    """`GET /transcriptions/{id}/files/{fileId}`."""
    return entity_file(call, _entity(call))


def locales(call: Call) -> Response:
    """`GET /transcriptions/locales`."""
    tags = call.services.base_models.locales()
    return answer(shapes.transcription_locales(call.version, tags))


def _entity(call: Call) -> Entity:
    try:
        entity = call.services.entities.get(Kind.TRANSCRIPTION, call.id(), call.caller.resource_id)
    except EntityNotFound:
        raise ApiError(404, "There is no transcription of this id.") from None
    made = Version.parse(entity.version)
    if made is not None and made > call.version:
        raise ApiError(
            400,
            f"Version {call.version} of the API cannot access this transcription: it was made "
            f"with {made}, which is the oldest that can.",
            inner_code="InvalidParameterValue",
            target="api-version",
        )
    return entity


def _written(call: Call, entity: Entity) -> dict[str, Any]:
    spec = TranscriptionSpec.from_json(entity.spec)
    place = shapes.Place(call.host, call.version)
    return shapes.transcription(place, entity, spec.model or spec.asked.get("model"))


def _retry(call: Call, entity: Entity) -> dict[str, str]:
    """When to ask again: by the recordings that are left and the time that the others took."""
    if entity.status.ended:
        return {}
    return {"Retry-After": str(seconds_left(call.services.inputs, entity, datetime.now(UTC)))}


def seconds_left(inputs: Inputs, entity: Entity, at: datetime) -> int:
    """An estimate of the work left, in seconds from 1 to 60."""
    if entity.status is Status.NOT_STARTED:
        return _SOONEST
    counts = inputs.counts(entity.id)
    done = sum(counts[status] for status in Status if status.ended)
    left = counts.total() - done
    if not done:
        return _SOONEST
    each = (at - entity.last_action).total_seconds() / done
    return max(_SOONEST, min(_LATEST, math.ceil(each * left)))


OPERATIONS = [
    Operation("Transcriptions_Create", "POST", "/transcriptions", create, _CREATE, body="json"),
    Operation(
        "Transcriptions_Submit", "POST", "/transcriptions:submit", create, _SUBMIT, body="json"
    ),
    Operation("Transcriptions_List", "GET", "/transcriptions", get_all),
    Operation("Transcriptions_ListSupportedLocales", "GET", "/transcriptions/locales", locales),
    Operation("Transcriptions_Get", "GET", "/transcriptions/{id}", get),
    Operation("Transcriptions_Update", "PATCH", "/transcriptions/{id}", update, body="json"),
    Operation("Transcriptions_Delete", "DELETE", "/transcriptions/{id}", delete),
    Operation("Transcriptions_ListFiles", "GET", "/transcriptions/{id}/files", get_files),
    Operation("Transcriptions_GetFile", "GET", "/transcriptions/{id}/files/{fileId}", get_file),
]
