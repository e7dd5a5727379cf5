"""Files of an entity: their lists, and the signed addresses of their contents."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from scriba.errors import FileNotKnown
from scriba.resources.entity import Entity
from scriba.resources.file import File, FileKind
from scriba.resources.filters import And, Comparison, Condition
from scriba.resources.versions import BASE
from scriba.server.errors import ApiError
from scriba.server.filters import FILES
from scriba.server.operation import Call, answer
from scriba.server.paging import page_of, paginated
from scriba.server.schemas import shapes
from scriba.storage.blobs import Blobs

CONTENT = f"{BASE}/content"

DEFAULT_LIFETIME = timedelta(hours=12)
_LONGEST = timedelta(days=31)
_LIFETIMES = ("sasValidityInSeconds", "sasLifetimeMinutes")


def entity_files(call: Call, entity: Entity, headers: dict[str, str]) -> Response:
    """A page of an entity's files."""
    page = page_of(call, FILES)
    lifetime = link_lifetime(call)

    shown: Condition = Comparison("kind", "ne", FileKind.MODEL_BUNDLE.value)
    where = shown if page.where is None else And((page.where, shown))

    def fetch(skip: int, top: int) -> list[File]:
        return call.services.files.list(entity.id, skip=skip, top=top, where=where)

    path = [*shapes.path_of(entity), "files"]
    return paginated(
        call,
        page,
        path,
        fetch,
        _writer(call, entity, lifetime),
        headers,
        keep=[lifetime_name(call)],
    )


def entity_file(call: Call, entity: Entity) -> Response:
    """One file of an entity."""
    lifetime = link_lifetime(call)
    try:
        file = call.services.files.get(entity.id, call.id("fileId"))
        if file.kind is FileKind.MODEL_BUNDLE:
            raise FileNotKnown
    except FileNotKnown:
        raise ApiError(404, f"This {entity.kind} has no file of this id.") from None
    return answer(_writer(call, entity, lifetime)(file))


def lifetime_name(call: Call) -> str:
    """What the version calls the lifetime of links."""
    seconds, minutes = _LIFETIMES
    return minutes if shapes.SHAPES[call.version].milliseconds else seconds


def link_lifetime(call: Call, *, required: bool = False) -> timedelta | None:
    """How long links are to work, 12 hours where it is not said; raises ApiError 400.

    None is asked for by 0 seconds: an address without a signature, where the resource has a
    storage of its own that the client has other ways into.
    """
    name = lifetime_name(call)
    for other in _LIFETIMES:
        if other != name and other.lower() in call.query:
            # To pass over it would give links of another lifetime than was asked for.
            raise _bad(
                other,
                f"The query parameter '{other}' is not part of version {call.version}; use {name}.",
            )
    text = call.query.get(name.lower(), "").strip()
    minutes = name == _LIFETIMES[1]
    if not text:
        if required:
            raise _bad(name, f"The query parameter '{name}' is required.")
        return DEFAULT_LIFETIME
    unit = timedelta(minutes=1) if minutes else timedelta(seconds=1)
    most = _LONGEST // unit
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= most):
        raise _bad(name, f"The query parameter '{name}' must be a whole number from 1 to {most}.")
    own = call.services.blobs.owns(call.caller.resource_id)
    if int(text) == 0:
        if own and not minutes:
            return None
        raise _bad(
            name,
            f"The query parameter '{name}' must be at least 1: addresses without a signature are "
            "only for resources that have a storage of their own.",
        )
    return int(text) * unit


def _bad(name: str, message: str) -> ApiError:
    return ApiError(400, message, inner_code="InvalidSasValidityDuration", target=name)


def _writer(
    call: Call, entity: Entity, lifetime: timedelta | None
) -> Callable[[File], dict[str, Any]]:
    place = shapes.Place(call.host, call.version)
    blobs = call.services.blobs(entity.resource_id)
    return lambda file: shapes.file(place, file, entity, content_url(call, blobs, file, lifetime))


def content_url(call: Call, blobs: Blobs, file: File, lifetime: timedelta | None) -> str:
    """Where the content of a file may be fetched without a key, for as long as `lifetime`."""
    stored = file.properties.get("url")
    if isinstance(stored, str):
        # It lies in the client's own container, whose signature is the client's to keep.
        return stored.partition("?")[0]
    own = blobs.signed_url(file.blob, lifetime or DEFAULT_LIFETIME)
    if own is not None:
        return own.partition("?")[0] if lifetime is None else own
    query = call.services.links.sign(file.blob, datetime.now(UTC) + (lifetime or DEFAULT_LIFETIME))
    return f"{call.host}{CONTENT}/{file.blob}?{urlencode(query)}"
