"""Access tokens: made from a resource, checked without a database."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt

from scriba.resources import Resource
from scriba.resources.limits import Limits

LIFETIME_SECONDS = 600

SPEECH = "speechservices"
MANAGEMENT = "speechservicesmanagement"
SCOPES = (SPEECH, MANAGEMENT)

_ISSUER = "scriba"
_ALGORITHM = "HS256"
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: a resource, with what its key or token is good for, and its limits."""

    resource_id: str
    name: str
    region: str | None
    scopes: frozenset[str]
    limits: Limits | None = None


class InvalidToken(Exception):
    """The token was not issued here, was changed, or has expired; the message says which."""


class Tokens:
    """Issues and checks JSON Web Tokens signed with HMAC-SHA256 (RFC 7519).

    `clock` gives seconds since 1970.
    """

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._clock = clock

    def issue(self, resource: Resource, scope: str = SPEECH) -> str:
        """A token good for ten minutes."""
        now = int(self._clock())
        claims: dict[str, Any] = {
            "iss": _ISSUER,
            "sub": resource.id,
            "name": resource.name,
            "region": resource.region,
            "scope": scope,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        }
        if resource.limits is not None:
            claims["limits"] = resource.limits.to_json()
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def check(self, token: str) -> Caller:
        """The caller that a token stands for; raises InvalidToken."""
        if len(token) > _LONGEST:
            raise InvalidToken("it is too long")
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                # The times are checked below, against the same clock that wrote them.
                options={
                    "require": ["exp", "iat", "sub", "scope"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            expires, scope, region = claims["exp"], claims["scope"], claims.get("region")
            name = str(claims.get("name", ""))
            limits = Limits.from_json(claims.get("limits"))
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
            raise InvalidToken("it was not issued by this server or was changed") from error
        if not isinstance(expires, int) or self._clock() >= expires:
            raise InvalidToken("it has expired; tokens are valid for 10 minutes")
        granted = frozenset({SPEECH, str(scope)})
        return Caller(
            str(claims["sub"]), name, None if region is None else str(region), granted, limits
        )
