"""Webhooks and their deliveries in JSON: what is read, and what is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.versions import Version, entity_url
from scriba.resources.webhook import CHALLENGE, EVENTS, WebhookSpec
from scriba.server.errors import Complaints
from scriba.server.reading import Fields, url_problem
from scriba.server.schemas.common import (
    CUSTOM_PROPERTIES,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
)
from scriba.server.schemas.shapes import Place, common, moment
from scriba.storage.deliveries import Delivery, Try

MASK = "********"
"""Stands for a secret in answers; sent back, it means the secret that is there."""

_LONGEST_SECRET = 1024
_EVENTS = {event.lower(): event for event in EVENTS}
_MASKED = f"webUrl holds {MASK} in place of a password; give the password"


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What a request for a webhook asks for; webhooks are of no locale."""

    display_name: str
    description: str | None
    custom_properties: dict[str, str]
    spec: WebhookSpec
    locale: None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What a PATCH gives: None where a part is not given, an empty secret to remove it."""

    web_url: str | None
    events: dict[str, bool | None] | None
    secret: str | None


def read_webhook(body: Any) -> NewWebhook:
    """Read the parsed body of a create; raises ApiError 400 with all that is wrong."""
    complaints = Complaints()
    fields = Fields(body, complaints)
    name = fields.text("displayName", required=True, least=1, most=LONGEST_NAME)
    description = fields.text("description", most=LONGEST_DESCRIPTION)
    custom = fields.texts("customProperties", **CUSTOM_PROPERTIES)
    web_url = _web_url(fields, required=True)
    if web_url is not None and with_password(web_url, None) is None:
        fields.complain(_MASKED, "InvalidCallbackUri", "webUrl")
    if "events" not in fields or fields.is_null("events"):
        fields.complain("the field events is required", name="events")
    events = _events(fields)
    secret = _secret(fields.object("properties"))
    complaints.check()
    assert name is not None
    assert web_url is not None
    found = {event: bool(value) for event, value in (events or {}).items()}
    return NewWebhook(name, description, custom or {}, WebhookSpec(web_url, found, secret or None))


def read_given(body: Any, merge: bool, old_url: str, complaints: Complaints) -> Given:
    """Read what a PATCH gives of a webhook's own fields; what is wrong goes to `complaints`.

    A `webUrl` whose password is masked means that of `old_url`, on the same host. In plain JSON
    `properties` without a secret removes it; in a merge patch it does not.
    """
    fields = Fields(body, complaints)
    web_url = _web_url(fields, required=False)
    if web_url is not None and with_password(web_url, old_url) is None:
        fields.complain(_MASKED, "InvalidCallbackUri", "webUrl")
    elif web_url is not None:
        web_url = with_password(web_url, old_url)
    if fields.is_null("webUrl"):
        fields.complain("webUrl cannot be removed", "UnsupportedDelta", "webUrl")
    if fields.is_null("events"):
        fields.complain("events cannot be removed", "UnsupportedDelta", "events")
    events = _events(fields)
    secret: str | None = None
    if fields.is_null("properties"):
        secret = ""
    elif (properties := fields.object("properties")) is not None:
        secret = _secret(properties)
        if properties.is_null("secret") or ("secret" not in properties and not merge):
            secret = ""
        elif secret == MASK:
            secret = None
    return Given(web_url, events, secret)


def _web_url(fields: Fields, *, required: bool) -> str | None:
    code = "InvalidCallbackUri"
    text = fields.text("webUrl", required=required, least=1, most=4096, code=code)
    if text is None:
        return None
    text = text.strip()
    problem = url_problem(text)
    if problem is not None:
        fields.complain(f"webUrl {problem}", code, "webUrl")
        return None
    return text


def shown_url(web_url: str) -> str:
    """The address with a mask in place of its password."""
    netloc = urlsplit(web_url).netloc
    user, at, host = netloc.rpartition("@")
    name, _, password = user.partition(":")
    if not at or not password:
        return web_url
    return web_url.replace(netloc, f"{name}:{MASK}@{host}", 1)


def with_password(web_url: str, old_url: str | None) -> str | None:
    """The address with the password that a mask stands for; None where there is none to take.

    A password is taken from an address of the same scheme, user and host only, so that no other
    host is ever sent it.
    """
    netloc = urlsplit(web_url).netloc
    if netloc.rpartition("@")[0].partition(":")[2] != MASK:
        return web_url
    if old_url is None:
        return None
    old, new = urlsplit(old_url), urlsplit(web_url)
    if old.scheme != new.scheme or urlsplit(shown_url(old_url)).netloc != netloc:
        return None
    return web_url.replace(netloc, old.netloc, 1)


def _events(fields: Fields) -> dict[str, bool | None] | None:
    given = fields.object("events")
    if given is None:
        return None
    found: dict[str, bool | None] = {}
    for name in given.unread():
        event = _EVENTS.get(name.lower())
        if event is None:
            given.complain(
                f"there is no event {name[:80]!r}; there are {', '.join(EVENTS)}",
                "InvalidWebHookEventKind",
                name[:80],
            )
        elif given.is_null(name):
            found[event] = None
        elif (value := given.flag(name)) is not None:
            found[event] = value
    return found


def _secret(properties: Fields | None) -> str | None:
    if properties is None:
        return None
    return properties.text("secret", most=_LONGEST_SECRET)


def webhook(place: Place, hook: Entity) -> dict[str, Any]:
    """A webhook; its secret is never shown, only that there is one."""
    spec = WebhookSpec.from_json(hook.spec)
    properties: dict[str, Any] = {"apiVersion": hook.version}
    if spec.secret:
        properties["secret"] = MASK
    if hook.error is not None:
        properties["error"] = {"code": hook.error.code, "message": hook.error.message}
    return {
        "self": entity_url(place.host, place.version, Kind.WEBHOOK, hook.id),
        "webUrl": shown_url(spec.web_url),
        "links": {"ping": _action(place, hook, "ping"), "test": _action(place, hook, "test")},
        "properties": properties,
        "events": dict(spec.events),
        **common(hook),
    }


def _action(place: Place, hook: Entity, name: str) -> str:
    if place.version is Version.V3_0:
        return entity_url(place.host, place.version, Kind.WEBHOOK, hook.id, name)
    return entity_url(place.host, place.version, Kind.WEBHOOK, f"{hook.id}:{name}")


_STATUSES: Mapping[str, Status] = {
    "pending": Status.NOT_STARTED,
    "succeeded": Status.SUCCEEDED,
    "failed": Status.FAILED,
}


def delivery(place: Place, found: Delivery, tries: Sequence[Try], hook: Status) -> dict[str, Any]:
    """A delivery with its last tries, of a webhook of this status. Beyond Azure."""
    here = (place.host, place.version, Kind.WEBHOOK, found.webhook_id, "deliveries")
    status = _STATUSES[found.status]
    if status is Status.NOT_STARTED and found.tries:
        status = Status.RUNNING
    body: dict[str, Any] = {
        "self": entity_url(*here, found.id),
        "links": {"replay": entity_url(*here, f"{found.id}:replay")},
        "event": found.event,
        "status": status.value,
        "createdDateTime": moment(found.created),
    }
    if status.ended and found.finished is not None:
        body["lastActionDateTime"] = moment(found.finished)
    elif hook is Status.SUCCEEDED or found.event == CHALLENGE:
        # Before the challenge has passed nothing else is sent, and nobody knows when it will.
        body["nextTryDateTime"] = moment(found.due)
    payload = found.payload["body"]
    if "invocationId" in payload:
        body["invocationId"] = payload["invocationId"]
    if found.entity_id is not None:
        body["entity"] = {"self": payload.get("self")}
    body["triesCount"] = found.tries
    body["tries"] = [_try(each) for each in tries]
    return body


def _try(each: Try) -> dict[str, Any]:
    body: dict[str, Any] = {
        "startedDateTime": moment(each.started),
        "durationMilliseconds": round(each.seconds * 1000),
    }
    if each.status is not None:
        body["statusCode"] = each.status
    if each.error is not None:
        body["error"] = each.error
    return body
