"""What a webhook is: its events, which entities it hears of, what it is sent. No I/O.

Source: the published swagger files (WebHooks_Create, _Update, _Ping, _Test) and the receiver of
Microsoft's batch samples, which fixes header names, signature and payload.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.versions import Version, entity_url

EVENT_HEADER = "X-MicrosoftSpeechServices-Event"
SIGNATURE_HEADER = "X-MicrosoftSpeechServices-Signature"

PING = "ping"
CHALLENGE = "challenge"
_MOMENTS = ("Creation", "Processing", "Completion", "Deletion")
_KINDS = (Kind.DATASET, Kind.MODEL, Kind.EVALUATION, Kind.TRANSCRIPTION, Kind.ENDPOINT)
EVENTS = (*(kind.value + moment for kind in _KINDS for moment in _MOMENTS), PING, CHALLENGE)
"""All 22 events, the same in every version."""

_STATUSES: Mapping[str, frozenset[Status]] = {
    "Creation": frozenset(Status),
    "Processing": frozenset({Status.RUNNING, Status.SUCCEEDED, Status.FAILED}),
    "Completion": frozenset({Status.SUCCEEDED, Status.FAILED}),
}


@dataclass(frozen=True, slots=True)
class WebhookSpec:
    """A webhook as asked for: an address, the events as given, and the secret to sign with.

    The secret is None where calls are not to be signed; it is never shown.
    """

    web_url: str
    events: Mapping[str, bool] = field(default_factory=dict)
    secret: str | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values, as `Entity.spec` holds it."""
        return {"web_url": self.web_url, "events": dict(self.events), "secret": self.secret}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "WebhookSpec":
        """The spec of a stored webhook."""
        return cls(value["web_url"], dict(value.get("events", {})), value.get("secret"))

    def wants(self, event: str) -> bool:
        """Whether this event was registered."""
        return bool(self.events.get(event))


def hears(hook: Version, entity: Version) -> bool:
    """Whether a webhook made in one version is told of an entity made in another.

    Published: hooks of v3.0 get nothing of entities made by newer versions.
    """
    return hook is not Version.V3_0 or entity is Version.V3_0


def notification(hook: Version, entity: Entity, invocation: str) -> dict[str, str]:
    """What a webhook is sent of an entity; `invocation` is the same whenever it is sent again.

    The link is of the hook's version, except for a newer entity, which that could not open.
    """
    version = max(hook, Version(entity.version))
    return {
        "self": entity_url(entity.host, version, entity.kind, entity.id),
        "invocationId": invocation,
    }


def event_kinds(spec: WebhookSpec) -> list[tuple[str, Kind, frozenset[Status]]]:
    """The registered events that an existing entity can be an example of.

    Each with the kind of the entity and the statuses in which the event has happened to it.
    """
    return [
        (kind.value + moment, kind, statuses)
        for kind in _KINDS
        for moment, statuses in _STATUSES.items()
        if spec.wants(kind.value + moment)
    ]


def challenge_url(web_url: str, token: str) -> str:
    """The address to send a challenge to."""
    parts = urlsplit(web_url)
    query = "&".join(item for item in (parts.query, f"validationToken={token}") if item)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def body_of(content: Mapping[str, Any]) -> bytes:
    """A payload as it is sent and signed."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(event: str, body: bytes, spec: WebhookSpec, token: str | None) -> dict[str, str]:
    """The headers of a call: of a challenge the token is signed, of anything else the body."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        EVENT_HEADER: event[:1].upper() + event[1:],
    }
    if spec.secret:
        signed = body if token is None else token.encode()
        digest = hmac.new(spec.secret.encode(), signed, hashlib.sha256).digest()
        headers[SIGNATURE_HEADER] = base64.b64encode(digest).decode("ascii")
    return headers
