"""Copies of models in JSON: authorizations, operations, and what one host tells another."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scriba.resources.entity import Entity, Kind, Problem, Status
from scriba.resources.resource import Resource
from scriba.resources.versions import PLURALS, Version, url
from scriba.server.errors import Complaints
from scriba.server.reading import Fields, url_problem
from scriba.server.schemas.common import (
    CUSTOM_PROPERTIES,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
)
from scriba.server.schemas.shapes import Place, moment

_MOST_FILES = 16
_LONGEST_URL = 16_384


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a target gave out, as the source is told it: `endpoint` is where its API is."""

    id: str
    endpoint: str
    source: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A model that another host sends: `base` is the id in the catalogue, `files` name and URL."""

    display_name: str
    description: str | None
    custom_properties: dict[str, str]
    locale: str
    base: str
    weight: int
    model: str
    files: tuple[dict[str, str], ...]


def resource_id(resource: Resource) -> str:
    """What stands for a resource where Azure has a path of its own."""
    return f"/scriba/accounts/{resource.name}"


def is_of(text: str, resource: Resource) -> bool:
    """Whether the id of a resource, as a client wrote it, means this one: by name or by id."""
    last = text.strip().rstrip("/").rpartition("/")[2].lower()
    return last in (resource.name.lower(), resource.id)


def read_key(body: Any) -> str:
    """The key of the resource that a model is copied to; raises ApiError 400."""
    complaints = Complaints()
    key = Fields(body, complaints).text("targetSubscriptionKey", required=True, most=256)
    complaints.check()
    assert key is not None
    return key.strip()


def read_source(body: Any) -> str:
    """The resource that a model is to be copied from; raises ApiError 400."""
    complaints = Complaints()
    code = "InvalidSourceAzureResourceId"
    text = Fields(body, complaints).text("sourceResourceId", required=True, most=1024, code=code)
    complaints.check()
    assert text is not None
    return text.strip()


def authorization(place: Place, entity: Entity, target: Resource) -> dict[str, Any]:
    """An authorization: who holds it may copy one model to the target until it expires."""
    assert entity.expires is not None
    return {
        "targetResourceRegion": target.region or "local",
        "targetResourceId": resource_id(target),
        "targetResourceEndpoint": url(place.host, place.version, PLURALS[Kind.MODEL]),
        "sourceResourceId": entity.spec["source"],
        "expirationDateTime": moment(entity.expires),
        "id": entity.id,
    }


def read_authorization(body: Any) -> Authorization:
    """Read what the target answered; raises ApiError 400 with all that is wrong."""
    complaints = Complaints()
    fields = Fields(body, complaints)
    id = fields.text("id", required=True, most=200)
    endpoint = fields.text("targetResourceEndpoint", required=True, most=2048)
    source = fields.text("sourceResourceId", required=True, most=1024)
    for name in ("targetResourceId", "targetResourceRegion"):
        fields.text(name, required=True, most=1024)
    text = fields.text("expirationDateTime", required=True, most=64)
    if endpoint is not None and (problem := url_problem(endpoint)) is not None:
        fields.complain(f"targetResourceEndpoint {problem}", name="targetResourceEndpoint")
    expires = _time(text)
    if text is not None and expires is None:
        fields.complain(
            "expirationDateTime must be a time such as 2026-02-01T11:00:00Z",
            name="expirationDateTime",
        )
    complaints.check()
    assert id is not None
    assert endpoint is not None
    assert source is not None
    assert expires is not None
    return Authorization(id.strip().lower(), endpoint.strip(), source.strip(), expires)


def _time(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat((text or "").strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def operation(
    place: Place, entity: Entity, status: Status, link: str | None, error: Problem | None
) -> dict[str, Any]:
    """The operation that copies a model; `link` leads to the new one."""
    body: dict[str, Any] = {
        "self": place.entity(Kind.COPY, entity.id),
        "createdDateTime": moment(entity.created),
        "lastActionDateTime": moment(entity.last_action),
        "status": status.value,
        "id": entity.id,
    }
    if link is not None and status is Status.SUCCEEDED:
        body["result"] = {"link": link}
    if error is not None and status is Status.FAILED:
        body["error"] = {"code": error.code, "message": error.message}
    return body


def read_sent(body: Any) -> Sent:
    """Read what another host sends of a model; raises ApiError 400 with all that is wrong."""
    complaints = Complaints()
    fields = Fields(body, complaints)
    name = fields.text("displayName", required=True, least=1, most=LONGEST_NAME)
    description = fields.text("description", most=LONGEST_DESCRIPTION)
    custom = fields.texts("customProperties", **CUSTOM_PROPERTIES)
    tag = fields.text("locale", required=True, most=64)
    base = fields.text("base", required=True, most=64)
    model = fields.text("model", required=True, most=64)
    weight = fields.integer("weight", 1, 100)
    files = []
    for i, each in enumerate(fields.items("files", dict, "files", _MOST_FILES) or []):
        inner = Fields(each, complaints, f"files[{i}]")
        called = inner.text("name", required=True, most=128)
        address = inner.text("url", required=True, most=_LONGEST_URL)
        if address is not None and (problem := url_problem(address)) is not None:
            inner.complain(f"{inner.path('url')} {problem}", name="url")
        files.append({"name": called or "", "url": address or ""})
    if not files and not complaints:
        fields.complain("the model has no files", name="files")
    complaints.check()
    assert name is not None
    assert tag is not None
    assert base is not None
    assert model is not None
    return Sent(name, description, custom or {}, tag, base, weight or 30, model, tuple(files))


def newest(version: str) -> Version:
    """The version of this name; the newest where it is not known any more."""
    return Version.parse(version) or Version.V2025_10
