"""Webhooks: create, list, read, change, delete, ping, test; what was sent and how that went."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from scriba.errors import EntityNotFound
from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.versions import Version
from scriba.resources.webhook import CHALLENGE, PING, WebhookSpec
from scriba.server.errors import ApiError, Complaints
from scriba.server.filters import WEBHOOKS, Filterable
from scriba.server.groups import Group
from scriba.server.operation import Call, Operation, answer
from scriba.server.paging import page_of, paginated, retry_after
from scriba.server.schemas import webhook as shapes
from scriba.server.schemas.shapes import Place
from scriba.server.schemas.update import read_update
from scriba.storage.deliveries import Delivery, Outbox
from scriba.storage.webhooks import Webhooks

_MERGE_PATCH = "application/merge-patch+json"
_OWN = frozenset({"weburl", "events", "properties"})
_V3_0 = frozenset({Version.V3_0})
_NEWER = frozenset(Version) - _V3_0


def create(call: Call) -> Response:
    """`POST /webhooks`; its address is challenged in the background."""
    asked = shapes.read_webhook(call.body)
    hook = _HOOKS.new(call, asked, asked.spec.to_json())
    Webhooks(call.services.store).create(hook)
    return _HOOKS.created(call, hook)


def update(call: Call) -> Response:
    """`PATCH /webhooks/{id}`; a new webUrl is challenged before it gets events."""
    hook = _HOOKS.entity(call)
    merge = call.request.headers.get("content-type", "").lower().startswith(_MERGE_PATCH)
    complaints = Complaints()
    given = shapes.read_given(call.body, merge, hook.spec["web_url"], complaints)
    body = call.body if isinstance(call.body, dict) else {}
    others = {name: value for name, value in body.items() if name.lower() not in _OWN}
    rest = replace(call, body=others)

    def edit(old: Entity) -> dict[str, Any]:
        changes = read_update(rest, old, _written(call, old), complaints)
        spec = _changed(WebhookSpec.from_json(old.spec), given, merge).to_json()
        return changes if spec == old.spec else {**changes, "spec": spec}

    try:
        changed = Webhooks(call.services.store).change(
            hook.id, hook.resource_id, edit, challenge=given.web_url is not None
        )
    except EntityNotFound:
        raise _HOOKS.absent() from None
    return answer(_written(call, changed), headers=retry_after([changed]))


def _changed(spec: WebhookSpec, given: shapes.Given, merge: bool) -> WebhookSpec:
    events: Mapping[str, bool | None] = spec.events
    if given.events is not None:
        events = {**spec.events, **given.events} if merge else given.events
    return WebhookSpec(
        web_url=given.web_url or spec.web_url,
        events={event: value for event, value in events.items() if value is not None},
        secret=spec.secret if given.secret is None else given.secret or None,
    )


def delete(call: Call) -> Response:
    """`DELETE /webhooks/{id}`; one that is not there is no error."""
    try:
        hook = _HOOKS.entity(call)
    except ApiError as error:
        if error.status != 404:
            raise
    else:
        call.services.entities.delete(Kind.WEBHOOK, hook.id, hook.resource_id)
    return Response(status_code=204)


def ping(call: Call) -> Response:
    """`POST /webhooks/{id}:ping`: sends the webhook itself, as a GET shows it."""
    hook = _passed(_HOOKS.entity(call))
    version = Version.parse(hook.version) or call.version
    body = shapes.webhook(Place(hook.host, version), hook)
    try:
        Outbox(call.services.store).add(hook, PING, body)
    except EntityNotFound:
        raise _HOOKS.absent() from None
    return Response(status_code=202)


def test(call: Call) -> Response:
    """`POST /webhooks/{id}:test`: sends the last entity of each registered event again."""
    hook = _passed(_HOOKS.entity(call))
    try:
        sent = Webhooks(call.services.store).test(hook)
    except EntityNotFound:
        raise _HOOKS.absent() from None
    return Response(status_code=202 if sent else 204)


def get_deliveries(call: Call) -> Response:
    """`GET /webhooks/{id}/deliveries`, newest first. Beyond Azure."""
    hook = _HOOKS.entity(call)
    if "filter" in call.query:
        raise ApiError(
            400, "Deliveries cannot be filtered.", inner_code="UnsupportedFilter", target="filter"
        )
    page = page_of(call, Filterable())
    outbox = Outbox(call.services.store)
    place = Place(call.host, call.version)

    def fetch(skip: int, top: int) -> list[dict[str, Any]]:
        found = outbox.list(hook.id, skip, top)
        tries = outbox.tries([each.id for each in found])
        return [shapes.delivery(place, each, tries[each.id], hook.status) for each in found]

    path = ["webhooks", hook.id, "deliveries"]
    return paginated(call, page, path, fetch, lambda each: each)


def get_delivery(call: Call) -> Response:
    """`GET /webhooks/{id}/deliveries/{deliveryId}`. Beyond Azure."""
    outbox, hook = Outbox(call.services.store), _HOOKS.entity(call)
    found = _delivery(call, outbox, hook)
    return answer(_delivered(call, outbox, found, hook, 500))


def replay(call: Call) -> Response:
    """`POST /webhooks/{id}/deliveries/{deliveryId}:replay`: sends it again. Beyond Azure."""
    outbox, hook = Outbox(call.services.store), _HOOKS.entity(call)
    found = _delivery(call, outbox, hook)
    if found.event == CHALLENGE:
        raise ApiError(
            409,
            "A challenge is not sent again: its token counts once. PATCH the webUrl for a new one.",
            inner_code="InvalidPrerequisite",
        )
    _passed(hook)
    try:
        again = outbox.replay(found)
    except EntityNotFound:
        raise _HOOKS.absent() from None
    body = _delivered(call, outbox, again, hook, 1)
    return answer(body, 202, {"Location": body["self"]})


def _delivered(
    call: Call, outbox: Outbox, found: Delivery, hook: Entity, most: int
) -> dict[str, Any]:
    tries = outbox.tries([found.id], most)[found.id]
    return shapes.delivery(Place(call.host, call.version), found, tries, hook.status)


def _delivery(call: Call, outbox: Outbox, hook: Entity) -> Delivery:
    try:
        return outbox.get(hook.id, str(uuid.UUID(call.id("deliveryId"))))
    except EntityNotFound:
        raise ApiError(404, "This webhook has no delivery of this id.") from None


def _passed(hook: Entity) -> Entity:
    """The webhook, which has passed its challenge; raises ApiError 409.

    Nothing is sent to an address that has not, so to take a call for it would promise too much.
    """
    if hook.status is Status.SUCCEEDED:
        return hook
    if hook.status is Status.FAILED:
        why = hook.error.message if hook.error else "PATCH its webUrl to challenge it again."
        message = f"Nothing is sent to this webhook. {why}"
    else:
        message = "The webhook has not passed its challenge yet, and nothing is sent before."
        if hook.error is not None:
            message += f" {hook.error.message}"
    raise ApiError(409, message, retry_after([hook]), inner_code="InvalidPrerequisite")


def _written(call: Call, hook: Entity) -> dict[str, Any]:
    return shapes.webhook(Place(call.host, call.version), hook)


_HOOKS = Group(Kind.WEBHOOK, _written, lambda _: WEBHOOKS)

_DELIVERY = "/webhooks/{id}/deliveries/{deliveryId}"

OPERATIONS = [
    Operation("WebHooks_List", "GET", "/webhooks", _HOOKS.get_all),
    Operation("WebHooks_Create", "POST", "/webhooks", create, body="json"),
    Operation("WebHooks_Get", "GET", "/webhooks/{id}", _HOOKS.get),
    Operation("WebHooks_Update", "PATCH", "/webhooks/{id}", update, body="json"),
    Operation("WebHooks_Delete", "DELETE", "/webhooks/{id}", delete),
    Operation("PingHook", "POST", "/webhooks/{id}/ping", ping, _V3_0),
    Operation("TestHook", "POST", "/webhooks/{id}/test", test, _V3_0),
    Operation("WebHooks_Ping", "POST", "/webhooks/{id}:ping", ping, _NEWER),
    Operation("WebHooks_Test", "POST", "/webhooks/{id}:test", test, _NEWER),
    Operation("WebHooks_ListDeliveries", "GET", "/webhooks/{id}/deliveries", get_deliveries),
    Operation("WebHooks_GetDelivery", "GET", _DELIVERY, get_delivery),
    Operation("WebHooks_ReplayDelivery", "POST", f"{_DELIVERY}:replay", replay),
]
