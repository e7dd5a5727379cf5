"""Logs: audio and results that an endpoint kept, or base models for a resource and a locale."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from scriba.errors import FileNotKnown, UnsupportedLocale
from scriba.resources.entity import Kind
from scriba.resources.versions import PLURALS, Version, url
from scriba.server.endpoints import ENDPOINTS
from scriba.server.entity_files import CONTENT, DEFAULT_LIFETIME, lifetime_name, link_lifetime
from scriba.server.errors import ApiError
from scriba.server.operation import Call, Operation, answer
from scriba.server.paging import DEFAULT_TOP, MAX_TOP, next_link
from scriba.server.schemas.shapes import SHAPES, Place, log
from scriba.speech.language import locale
from scriba.storage.logs import FOLDER, InvalidToken, Log, Logs

_VERSIONS = frozenset(version for version in Version if SHAPES[version].classic)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,70}\.(?:wav|json)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Whose logs: of an endpoint, or of base models for a locale; `path` leads to them."""

    resource_id: str
    endpoint_id: str | None
    locale: str | None
    path: Sequence[str]

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        return self.resource_id, self.endpoint_id, self.locale


def get_logs(call: Call) -> Response:
    """`GET .../files/logs`: oldest first, in pages that `skipToken` leads through."""
    shelf, logs = _shelf(call), _logs(call)
    lifetime = link_lifetime(call)
    top = _top(call)
    try:
        found, token = logs.list(*shelf.key, token=call.query.get("skiptoken") or None, top=top)
    except InvalidToken:
        raise ApiError(
            400,
            "The query parameter 'skipToken' is not one that a page of this list gave.",
            inner_code="InvalidSkipTokenForLogs",
            target="skipToken",
        ) from None
    body: dict[str, Any] = {"values": [_written(call, shelf, each, lifetime) for each in found]}
    if token is not None:
        asked = {"top": str(top), "skipToken": token}
        name = lifetime_name(call)
        if name.lower() in call.query:
            asked[name] = call.query[name.lower()]
        body["@nextLink"] = next_link(call, shelf.path, asked)
    return answer(body)


def get_log(call: Call) -> Response:
    """`GET .../files/logs/{logId}`."""
    shelf = _shelf(call)
    lifetime = link_lifetime(call)
    try:
        found = _logs(call).get(*shelf.key, _log_id(call))
    except FileNotKnown:
        raise ApiError(404, "There is no log of this id here.") from None
    return answer(_written(call, shelf, found, lifetime))


def delete_log(call: Call) -> Response:
    """`DELETE .../files/logs/{logId}`; one that is not there is no error."""
    _logs(call).delete(*_shelf(call).key, _log_id(call))
    return Response(status_code=204)


def delete_logs(call: Call) -> Response:
    """`DELETE .../files/logs`: up to the end of the day `endDate`, or all.

    They are gone from the lists at once, and from the storage soon after.
    """
    shelf = _shelf(call)
    _logs(call).delete_until(*shelf.key, _end_date(call))
    return Response(status_code=202)


def _shelf(call: Call) -> _Shelf:
    plural, owner = PLURALS[Kind.ENDPOINT], call.caller.resource_id
    if "locale" not in call.params:
        entity = ENDPOINTS.entity(call)
        return _Shelf(owner, entity.id, None, (plural, entity.id, "files", "logs"))
    try:
        tag = locale(call.params["locale"]).tag
    except UnsupportedLocale as error:
        raise ApiError(
            404, f"There are no logs of this locale: {error}.", inner_code="InvalidLocale"
        ) from None
    return _Shelf(owner, None, tag, (plural, "base", tag, "files", "logs"))


def _logs(call: Call) -> Logs:
    return Logs(call.services.store, call.services.blobs)


def _log_id(call: Call) -> str:
    name = call.params["logId"]
    if not _NAME.fullmatch(name):
        raise ApiError(
            404,
            f"There is no log of the id {name[:80]!r}: ids are names of files, as the list shows.",
            inner_code="InvalidLogId",
        )
    return name


def _top(call: Call) -> int:
    text = call.query.get("top", "").strip()
    if not text:
        return DEFAULT_TOP
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) >= 1):
        raise ApiError(
            400,
            "The query parameter 'top' must be a whole number of at least 1.",
            inner_code="InvalidTopForLogs",
            target="top",
        )
    return min(int(text), MAX_TOP)


def _end_date(call: Call) -> date | None:
    text = call.query.get("enddate", "").strip()
    if not text:
        return None
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        day = date.fromisoformat(text)
        # The day after it must exist, too.
        return min(day, date.max - timedelta(days=2))
    except ValueError:
        raise ApiError(
            400,
            f"The query parameter 'endDate' must be a day such as 2026-02-01; {text[:40]!r} is "
            "not.",
            inner_code="InvalidLogDate",
            target="endDate",
        ) from None


def _written(call: Call, shelf: _Shelf, found: Log, lifetime: timedelta | None) -> dict[str, Any]:
    place = Place(call.host, call.version)
    here = url(call.host, call.version, *shelf.path, found.name)
    return log(place, found, here, _content_url(call, found, lifetime))


def _content_url(call: Call, found: Log, lifetime: timedelta | None) -> str:
    blobs = call.services.blobs(found.resource_id)
    own = blobs.signed_url(found.blob, lifetime or DEFAULT_LIFETIME)
    if own is not None:
        return own.partition("?")[0] if lifetime is None else own
    blob = f"{found.resource_id}/{FOLDER}/{found.name}"
    expires = datetime.now(UTC) + (lifetime or DEFAULT_LIFETIME)
    return f"{call.host}{CONTENT}/{blob}?{urlencode(call.services.links.sign(blob, expires))}"


def _rows() -> list[Operation]:
    rows = []
    for path, one, many in (
        ("/endpoints/{id}/files/logs", "Log", "Logs"),
        ("/endpoints/base/{locale}/files/logs", "BaseModelLog", "BaseModelLogs"),
    ):
        single = f"{path}/{{logId}}"
        rows += [
            Operation(f"Endpoints_List{many}", "GET", path, get_logs, _VERSIONS),
            Operation(f"Endpoints_Delete{many}", "DELETE", path, delete_logs, _VERSIONS),
            Operation(f"Endpoints_Get{one}", "GET", single, get_log, _VERSIONS),
            Operation(f"Endpoints_Delete{one}", "DELETE", single, delete_log, _VERSIONS),
        ]
    return rows


OPERATIONS = _rows()
