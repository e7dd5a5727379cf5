"""Transcriptions: create, list, read, change, delete, and their files."""

import math
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.transcription import TranscriptionSpec
from scriba.resources.versions import Version
from scriba.server.groups import Group, schemes
from scriba.server.operation import Call, Operation, answer
from scriba.server.schemas import shapes
from scriba.server.schemas.transcription import TranscriptionReader
from scriba.storage.inputs import Inputs

_SUBMIT = frozenset(version for version in Version if not version.in_path)
_CREATE = frozenset(version for version in Version if version.in_path)
_SOONEST, _LATEST = 1, 60


def create(call: Call) -> Response:
    """`POST /transcriptions`, and `POST /transcriptions:submit` of newer versions."""
    services = call.services
    references = TRANSCRIPTIONS.references(call)
    reader = TranscriptionReader(call.version, services.base_models, schemes(call), references)
    asked = reader.read(call.body)
    owner = call.caller.resource_id
    services.limits.job(
        call.caller, len(asked.spec.content_urls), lambda: services.files.stored_bytes(owner)
    )
    entity = TRANSCRIPTIONS.new(call, asked, asked.spec.to_json())
    services.entities.create(entity)
    if services.jobs is not None:
        services.jobs.submit(entity)
    return TRANSCRIPTIONS.created(call, entity)


def locales(call: Call) -> Response:
    """`GET /transcriptions/locales`."""
    tags = call.services.base_models.locales()
    return answer(shapes.transcription_locales(call.version, tags))


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
    worked = (at - entity.last_action).total_seconds()
    # Until one is done nothing is known but that it takes longer than it has: a long recording
    # is not asked after each second for hours.
    seconds = worked / done * left if done else worked / 4
    return max(_SOONEST, min(_LATEST, math.ceil(seconds)))


TRANSCRIPTIONS = Group(Kind.TRANSCRIPTION, _written, retry=_retry)

OPERATIONS = [
    Operation("Transcriptions_Create", "POST", "/transcriptions", create, _CREATE, body="json"),
    Operation(
        "Transcriptions_Submit", "POST", "/transcriptions:submit", create, _SUBMIT, body="json"
    ),
    Operation("Transcriptions_ListSupportedLocales", "GET", "/transcriptions/locales", locales),
    *TRANSCRIPTIONS.operations("Transcriptions", locales=False),
]
