"""The management API, `/speechtotext/...`: finds version and operation, lets in, calls."""

import inspect
import re
from collections.abc import Iterable
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from scriba.resources.versions import BASE, Version
from scriba.server.body import arriving
from scriba.server.errors import TRANSCRIBE, ApiError
from scriba.server.exchange import exchange_of
from scriba.server.hosts import called_address
from scriba.server.operation import Call, Operation
from scriba.server.reading import parse_json
from scriba.server.schemas.shapes import known_code
from scriba.server.services import Services
from scriba.server.tokens import MANAGEMENT

MAX_BODY = 1 << 20

_BODY_SECONDS = 60.0
_API_VERSION = "api-version"
_NAMED_VERSION = re.compile(r"v\d[\w.-]*", re.IGNORECASE | re.ASCII)
_JSON_TYPES = re.compile(r"application/(?:json|[\w.+-]+\+json)", re.IGNORECASE | re.ASCII)
_KNOWN = ", ".join(Version)
# Previews of v3.2 are taken for v3.2 itself, whose answers hold all that theirs did.
_PREVIEWS = re.compile(r"v3\.2-preview\.[12]", re.IGNORECASE | re.ASCII)


class Management:
    """All operations behind one address; every path below `/speechtotext` comes here."""

    def __init__(self, services: Services, operations: Iterable[Operation]) -> None:
        self._services = services
        self._operations = [(operation, _pattern(operation.path)) for operation in operations]
        # `/transcriptions/locales` goes before `/transcriptions/{id}`.
        self._operations.sort(key=lambda pair: pair[0].path.count("{"))

    async def serve(self, request: Request) -> Response:
        """Answer a request; raises ApiError, which says no more than the version's codes allow."""
        exchange, settings = exchange_of(request.scope), self._services.settings
        exchange.notes["api-supported-versions"] = _KNOWN
        version: Version | None = None
        try:
            problem: ApiError | None = None
            operation: Operation | None = None
            params: dict[str, str] = {}
            try:
                query = _query(request)
                # Not `request.url`: there an encoded question mark would end the path.
                version, path = _version(request.scope["path"], query)
                operation, params = self._find(request.method, path, version)
            except ApiError as error:
                problem = error
            scope = operation.scope if operation else MANAGEMENT
            caller = await self._services.authenticator.caller(request, scope)
            if problem is not None:
                raise problem
            assert operation is not None
            assert version is not None
            exchange.route = BASE + operation.path
            self._services.limits.check(caller, operation.limit)
            call = Call(
                request=request,
                services=self._services,
                version=version,
                caller=caller,
                host=called_address(
                    request, settings.trust_forwarded, f"{settings.host}:{settings.port}"
                ),
                params=params,
                query=query,
            )
            if operation.body == "json":
                call.body = parse_json(await _json_body(request))
            return await _handle(operation, call)
        except ApiError as error:
            if request.url.path.lower().endswith(TRANSCRIBE):
                # Clients of its older versions know its codes, which only the newest one lists.
                raise
            raise known_code(error, version) from None

    def _find(self, method: str, path: str, version: Version) -> tuple[Operation, dict[str, str]]:
        method = "GET" if method == "HEAD" else method
        found = [
            (operation, match.groupdict())
            for operation, pattern in self._operations
            if (match := pattern.fullmatch(path))
        ]
        for operation, params in found:
            if operation.method == method and version in operation.versions:
                return operation, params
        here = [operation for operation, _ in found if version in operation.versions]
        if here:
            methods = {operation.method for operation in here}
            allowed = sorted(methods | ({"HEAD"} if "GET" in methods else set()))
            raise ApiError(
                405,
                f"This address does not take the method {method[:20]}; "
                f"it takes {', '.join(allowed)}.",
                {"Allow": ", ".join(allowed)},
            )
        others = {each for operation, _ in found for each in operation.versions}
        if others:
            raise ApiError(
                404,
                f"This operation is not part of version {version}; it is part of "
                f"{', '.join(sorted(others))}.",
            )
        raise ApiError(404, "There is nothing at this address. GET /swagger lists what there is.")


async def _handle(operation: Operation, call: Call) -> Response:
    if inspect.iscoroutinefunction(operation.handler):
        return cast("Response", await operation.handler(call))
    return cast("Response", await call.thread(operation.handler, call))


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    text = "".join(
        re.escape(part) if i % 2 == 0 else f"(?P<{part}>[^/:]+)" for i, part in enumerate(parts)
    )
    return re.compile(text, re.IGNORECASE)


def _query(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        name = name.lower()
        if found.get(name, value) != value:
            raise ApiError(
                400,
                f"The query parameter '{name[:80]}' is given twice with two values.",
                inner_code="InvalidParameterValue",
                target=name[:80],
            )
        found[name] = value
    return found


def _version(path: str, query: dict[str, str]) -> tuple[Version, str]:
    """The version, and the path below it; raises ApiError 400 naming the known ones."""
    rest = path[len(BASE) :]
    first, _, below = rest.lstrip("/").partition("/")
    given = query.get(_API_VERSION)
    if _NAMED_VERSION.fullmatch(first):
        version = Version.parse(first)
        if _PREVIEWS.fullmatch(first):
            # Only the previews had this; v3.2 itself does without.
            version = Version.V3_1 if below.lower() == "healthstatus" else Version.V3_2
        if version is None:
            raise _unknown(first)
        if given is not None and Version.parse(given) is not version:
            raise ApiError(
                400,
                f"The path names version {version} and the query another: leave out api-version.",
                inner_code="InvalidParameterValue",
                target=_API_VERSION,
            )
        return version, f"/{below}"
    if given is None or not given.strip():
        raise ApiError(
            400,
            "The version is missing: add ?api-version=... or put v3.0, v3.1 or v3.2 after "
            f"{BASE} in the path. Known versions: {_KNOWN}.",
            inner_code="InvalidParameterValue",
            target=_API_VERSION,
        )
    version = Version.parse(given)
    if version is None:
        raise _unknown(given)
    if version.in_path:
        raise ApiError(
            400,
            f"Version {version} stands in the path: {BASE}/{version}/... Known versions: {_KNOWN}.",
            inner_code="InvalidParameterValue",
            target=_API_VERSION,
        )
    return version, rest or "/"


def _unknown(name: str) -> ApiError:
    return ApiError(
        400,
        f"There is no version {name[:40]!r}. Known versions: {_KNOWN}.",
        inner_code="InvalidParameterValue",
        target=_API_VERSION,
    )


async def _json_body(request: Request) -> bytes:
    media = request.headers.get("content-type", "").split(";")[0].strip()
    if media and not _JSON_TYPES.fullmatch(media):
        raise ApiError(
            415, f"Send JSON, with Content-Type: application/json; this says {media[:80]!r}."
        )
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ApiError(415, "Send the JSON as it is, without a Content-Encoding.")
    pieces = [
        piece
        async for piece in arriving(
            request.receive,
            idle_seconds=_BODY_SECONDS,
            total_seconds=_BODY_SECONDS,
            max_bytes=MAX_BODY,
        )
    ]
    return b"".join(pieces)
