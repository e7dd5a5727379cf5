"""Copies of own models: to another resource of this service, or to another Scriba host."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from scriba.errors import EntityNotFound, ResourceNotFound
from scriba.resources.entity import Entity, Kind, Problem, Status, new_id, now
from scriba.resources.file import FileKind
from scriba.resources.filters import Comparison
from scriba.resources.model import CopiedFrom, ModelSpec
from scriba.resources.resource import Resource
from scriba.resources.versions import Version
from scriba.server.entity_files import content_url
from scriba.server.errors import ApiError
from scriba.server.models import OWN_MODELS, trained
from scriba.server.operation import Call, Operation, answer
from scriba.server.schemas import model_copy as shapes
from scriba.server.schemas.shapes import Place
from scriba.server.services import Services
from scriba.server.tokens import Caller
from scriba.speech.bundle import MOST_FILES
from scriba.storage.entities import Changes
from scriba.storage.resources import Resources

GOOD_FOR = timedelta(hours=24)
"""How long an authorization is good, and the links to the files that another host is sent."""

_KEPT = timedelta(days=30)


def copy_to(call: Call) -> Response:
    """`POST /models/{id}:copyto`: to the resource of a key, which has to be of this service."""
    key = shapes.read_key(call.body)
    model = trained(call)
    target = Resources(call.services.store).authenticate(key)
    if target is None:
        raise ApiError(
            400,
            "targetSubscriptionKey is not the key of a resource of this service; to another host "
            "models are copied with :authorizecopy and :copy.",
            inner_code="InvalidSubscription",
            target="targetSubscriptionKey",
        )
    check_room(call.services, target)
    made = _copy_of(call, model, target, new_id())
    call.services.entities.create(made)
    _submitted(call.services, made)
    return OWN_MODELS.created(call, made)


def authorize(call: Call) -> Response:
    """`POST /models:authorizecopy`: called on the target, for one model of the source."""
    source = shapes.read_source(call.body)
    target = Resources(call.services.store).by_id(call.caller.resource_id)
    at = now()
    entity = replace(
        _entity(call.services, call, Kind.AUTHORIZATION, {"source": source}),
        resource_id=target.id,
        expires=at + GOOD_FOR,
    )
    call.services.entities.create(entity)
    return answer(shapes.authorization(Place(call.host, call.version), entity, target))


def copy(call: Call) -> Response:
    """`POST /models/{id}:copy`: called on the source, with what the target answered."""
    given = shapes.read_authorization(call.body)
    model = trained(call)
    services = call.services
    source = Resources(services.store).by_id(call.caller.resource_id)
    if not shapes.is_of(given.source, source):
        raise ApiError(
            400,
            f"sourceResourceId is {given.source[:200]!r}; the key is of "
            f"{shapes.resource_id(source)!r}.",
            inner_code="InvalidSourceAzureResourceId",
            target="sourceResourceId",
        )
    if given.expires <= now():
        raise _expired()
    found = authorization_of(services, given.id)
    operation = (
        _to_another_host(call, model, given)
        if found is None
        else _to_this_service(call, model, found, source)
    )
    services.entities.create(operation)
    if found is None and services.jobs is not None:
        services.jobs.submit(operation)
    body = _written(call, operation)
    return answer(body, 202, {"Operation-Location": body["self"], "Retry-After": "1"})


def get_operation(call: Call) -> Response:
    """`GET /operations/models/copy/{id}`."""
    try:
        entity = call.services.entities.get(Kind.COPY, call.id(), call.caller.resource_id)
    except EntityNotFound:
        raise ApiError(404, "There is no operation of this id.") from None
    body = _written(call, entity)
    ended = Status(body["status"]).ended
    return answer(body, headers={} if ended else {"Retry-After": "1"})


def authorization_of(services: Services, id: str) -> Entity | None:
    """The authorization of this id that is still good, of whichever resource."""
    try:
        found = services.entities.get(Kind.AUTHORIZATION, str(uuid.UUID(id)))
    except (EntityNotFound, ValueError):
        return None
    if found.expires is None or found.expires <= now():
        raise _expired()
    return found


def copy_id(authorization: Entity) -> str:
    """The id of the model that an authorization makes: one, however often it is asked for."""
    return str(uuid.uuid5(uuid.UUID(authorization.id), Kind.MODEL.value))


def check_room(services: Services, target: Resource) -> None:
    """Raise ApiError 429 where the target may keep nothing more."""
    caller = Caller(target.id, target.name, target.region, frozenset(), target.limits)
    services.limits.room(caller, lambda: services.files.stored_bytes(target.id))


def _to_this_service(call: Call, model: Entity, found: Entity, source: Resource) -> Entity:
    services = call.services
    if not shapes.is_of(found.spec["source"], source):
        raise ApiError(
            403, "This authorization is for models of another resource.", inner_code="Forbidden"
        )
    try:
        target = Resources(services.store).by_id(found.resource_id)
    except ResourceNotFound:
        raise _expired() from None
    made = admitted(services, found, _copy_of(call, model, target, copy_id(found)))
    spec = {"model": model.id, "copy": made.id, "target": target.id}
    # The new model's work is the operation's: it has none of its own.
    entity = _entity(services, call, Kind.COPY, spec, Status.SUCCEEDED)
    return replace(entity, expires=entity.created + _KEPT)


def _to_another_host(call: Call, model: Entity, given: shapes.Authorization) -> Entity:
    services = call.services
    spec = ModelSpec.from_json(model.spec)
    base = services.base_models.get(spec.root)
    blobs = services.blobs(model.resource_id)
    only = Comparison("kind", "eq", FileKind.MODEL_BUNDLE.value)
    files = services.files.list(model.id, top=MOST_FILES + 1, where=only)
    sent = {
        "displayName": model.display_name,
        "description": model.description,
        "customProperties": model.custom_properties,
        "locale": model.locale,
        "base": base.model.id if base is not None else "",
        "weight": spec.weight,
        "model": model.id,
        "files": [
            {"name": file.name, "url": content_url(call, blobs, file, GOOD_FOR)} for file in files
        ],
    }
    asked = {
        "model": model.id,
        "endpoint": given.endpoint,
        "authorization": given.id,
        "sent": sent,
    }
    return _entity(services, call, Kind.COPY, asked)


def admitted(services: Services, authorization: Entity, asked: Entity) -> Entity:
    """The copy that an authorization is good for: `asked`, or what it has made of the same model.

    One that failed begins again, with what is asked now: a broken transfer does not use an
    authorization up. Raises ApiError 409 for a copy of another model, 429 where there is no room.
    """
    try:
        found = services.entities.get(Kind.MODEL, asked.id)
    except EntityNotFound:
        try:
            target = Resources(services.store).by_id(asked.resource_id)
        except ResourceNotFound:
            raise ApiError(404, "The resource of this authorization is gone.") from None
        check_room(services, target)
        if services.entities.create_authorized(asked, authorization.id):
            return _submitted(services, asked)
        try:
            # Another request was quicker.
            found = services.entities.get(Kind.MODEL, asked.id)
        except EntityNotFound:
            raise ApiError(
                409,
                "This authorization has been used, and the model that was copied with it was "
                "deleted; ask the target for another.",
            ) from None
    if _source(found) != _source(asked):
        raise ApiError(
            409,
            f"This authorization has been used to copy the model {_source(found)[0]}, and is good "
            "for no other; ask the target for another.",
        )
    return _again(services, found, asked) if found.status is Status.FAILED else found


def _source(copied: Entity) -> tuple[str, str | None]:
    source = ModelSpec.from_json(copied.spec).copied_from
    return ("", None) if source is None else (source.model_id, source.resource_id)


def _again(services: Services, failed: Entity, asked: Entity) -> Entity:
    """Begin a copy anew that has failed; the links to its files are those that are asked now."""

    def change(old: Entity) -> Changes:
        return {"spec": asked.spec} if old.status is Status.FAILED else {}

    try:
        entities, id = services.entities, failed.id
        entities.edit(Kind.MODEL, id, failed.resource_id, change)
        entities.advance(id, Status.NOT_STARTED, was=(Status.FAILED,), result={})
        return _submitted(services, entities.get(Kind.MODEL, id))
    except EntityNotFound:
        raise ApiError(
            409, "The model that was copied with this authorization was deleted; ask for another."
        ) from None


def _submitted(services: Services, model: Entity) -> Entity:
    if services.jobs is not None:
        services.jobs.submit(model)
    return model


def _copy_of(call: Call, model: Entity, target: Resource, id: str) -> Entity:
    """A new model of the target's that is a copy, not kept yet; a job takes the files over."""
    old = ModelSpec.from_json(model.spec)
    spec = ModelSpec(
        old.root,
        old.root,
        weight=old.weight,
        copied_from=CopiedFrom(model.id, model.resource_id),
    )
    at = now()
    return replace(
        model,
        id=id,
        resource_id=target.id,
        version=call.version.value,
        host=call.host,
        status=Status.NOT_STARTED,
        created=at,
        last_action=at,
        spec=spec.to_json(),
        result={},
        error=None,
        expires=None,
    )


def _entity(
    services: Services,
    call: Call,
    kind: Kind,
    spec: Mapping[str, Any],
    status: Status = Status.NOT_STARTED,
) -> Entity:
    at = now()
    return Entity(
        id=new_id(),
        resource_id=call.caller.resource_id,
        kind=kind,
        version=call.version.value,
        host=call.host,
        display_name=kind.value,
        locale=None,
        status=status,
        created=at,
        last_action=at,
        spec=dict(spec),
    )


def _written(call: Call, entity: Entity) -> dict[str, Any]:
    place = Place(call.host, call.version)
    status, link, error = entity.status, entity.result.get("link"), entity.error
    if "copy" in entity.spec:
        link = place.entity(Kind.MODEL, entity.spec["copy"])
        try:
            made = call.services.entities.get(Kind.MODEL, entity.spec["copy"])
            status, error = made.status, made.error
        except EntityNotFound:
            status, error = Status.FAILED, Problem("NotFound", "The new model was deleted.")
    return shapes.operation(place, entity, status, link, error)


def _expired() -> ApiError:
    return ApiError(
        400,
        "The authorization has expired; ask the target for another.",
        inner_code="ModelCopyAuthorizationExpired",
        target="expirationDateTime",
    )


_V3_0 = frozenset({Version.V3_0})
_V3_1 = frozenset({Version.V3_1})
_NEWER = frozenset(Version) - _V3_0 - _V3_1

OPERATIONS = [
    Operation("CopyModelToSubscription", "POST", "/models/{id}/copyto", copy_to, _V3_0, "json"),
    Operation("Models_CopyTo", "POST", "/models/{id}:copyto", copy_to, _V3_1, "json"),
    Operation("Models_AuthorizeCopy", "POST", "/models:authorizecopy", authorize, _NEWER, "json"),
    Operation("Models_Copy", "POST", "/models/{id}:copy", copy, _NEWER, "json"),
    Operation(
        "Operations_GetModelCopy", "GET", "/operations/models/copy/{id}", get_operation, _NEWER
    ),
]
