"""Who may call: a subscription key or a bearer token, in the region that the host names."""

import asyncio
from collections.abc import Iterable

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response

from scriba.errors import StorageError
from scriba.resources import Resource
from scriba.server.errors import ApiError
from scriba.server.hosts import called_region
from scriba.server.tokens import MANAGEMENT, SCOPES, SPEECH, Caller, InvalidToken, Tokens
from scriba.storage import Resources

KEY_HEADER = "Ocp-Apim-Subscription-Key"
_LOOK_UP_SECONDS = 20.0
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


class Authenticator:
    """Checks the credentials of a request; decided before any of its body is read."""

    def __init__(self, resources: Resources, tokens: Tokens, trust_forwarded: bool) -> None:
        self._resources = resources
        self._tokens = tokens
        self._trust_forwarded = trust_forwarded

    async def caller(
        self, connection: HTTPConnection, scope: str = SPEECH, *, query: bool = False
    ) -> Caller:
        """Who is calling; raises ApiError 403 without credentials and 401 with wrong ones.

        A key goes before a token where both are sent. A key is good for every scope. With `query`
        they may stand in the query, where browsers put them for a WebSocket; headers go before it.
        """
        key, authorization = _sent(connection.headers.items())
        if query and not key and not authorization:
            key, authorization = _sent(connection.query_params.multi_items())
        if key:
            resource = await self._resource(key)
            caller = Caller(
                resource.id, resource.name, resource.region, frozenset(SCOPES), resource.limits
            )
        elif authorization:
            caller = self._bearer(authorization)
        else:
            raise ApiError(
                403,
                f"Missing credentials: send a subscription key in the header {KEY_HEADER}, "
                "or a token as 'Authorization: Bearer ...'.",
            )
        self._check_region(connection, caller.region)
        if scope not in caller.scopes:
            raise ApiError(
                401, f"The token is not valid here: issue one with ?scope={scope}.", _CHALLENGE
            )
        return caller

    async def resource(self, connection: HTTPConnection) -> Resource:
        """The resource whose key was sent; a token does not do."""
        key = connection.headers.get(KEY_HEADER, "").strip()
        if not key:
            if connection.headers.get("Authorization"):
                raise ApiError(
                    401, f"A token is only issued for a key: send the header {KEY_HEADER}."
                )
            raise ApiError(403, f"Missing subscription key: send the header {KEY_HEADER}.")
        resource = await self._resource(key)
        self._check_region(connection, resource.region)
        return resource

    async def _resource(self, key: str) -> Resource:
        look_up = asyncio.to_thread(self._resources.authenticate, key)
        try:
            resource = await asyncio.wait_for(look_up, _LOOK_UP_SECONDS)
        except TimeoutError:
            raise StorageError("it did not answer in time") from None
        if resource is None:
            raise ApiError(401, "Access denied: the subscription key is not valid.", _CHALLENGE)
        return resource

    def _bearer(self, authorization: str) -> Caller:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise ApiError(
                401, "Access denied: 'Authorization' must be 'Bearer' and a token.", _CHALLENGE
            )
        try:
            return self._tokens.check(token.strip())
        except InvalidToken as error:
            raise ApiError(
                401,
                f"Access denied: the token is not valid, {error}.",
                {"WWW-Authenticate": 'Bearer error="invalid_token"'},
            ) from error

    def _check_region(self, connection: HTTPConnection, region: str | None) -> None:
        called = called_region(connection, self._trust_forwarded)
        if region is not None and called is not None and called != region:
            raise ApiError(
                401,
                "Access denied: the subscription key or token is of another region than "
                f"the host name's, {called}.",
                _CHALLENGE,
            )


def only_in_query(connection: HTTPConnection) -> bool:
    """Whether credentials stand in the query and not in the headers, be they good or not."""
    names = {name.lower() for name in connection.query_params}
    asked = not names.isdisjoint((KEY_HEADER.lower(), "authorization"))
    return asked and not any(_sent(connection.headers.items()))


def _sent(items: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Key and authorization; names count without regard to case, the first of several wins."""
    found: dict[str, str] = {}
    for name, value in items:
        found.setdefault(name.lower(), value.strip())
    return found.get(KEY_HEADER.lower(), ""), found.get("authorization", "")


class IssueToken:
    """`POST /sts/v1.0/issueToken`: a key in, a JWT as plain text out; the body is not looked at."""

    def __init__(self, authenticator: Authenticator, tokens: Tokens) -> None:
        self._authenticator = authenticator
        self._tokens = tokens

    async def post(self, request: Request) -> Response:
        """Answer the token."""
        resource = await self._authenticator.resource(request)
        asked = {name.lower(): value for name, value in request.query_params.items()}
        scope = asked.get("scope", SPEECH).lower()
        if scope not in SCOPES:
            raise ApiError(400, f"Unknown scope; the scopes are {SPEECH} and {MANAGEMENT}.")
        return PlainTextResponse(self._tokens.issue(resource, scope))
