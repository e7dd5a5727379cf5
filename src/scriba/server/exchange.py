"""What the parts of the server tell each other about one request."""

import re
import uuid
from dataclasses import dataclass, field

from starlette.types import Scope

_KEY = "scriba.exchange"
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ID_HEADERS = (b"x-requestid", b"x-request-id", b"x-ms-client-request-id", b"x-connectionid")


@dataclass(slots=True)
class Exchange:
    """One request: its id, the route that took it, and what became of it."""

    request_id: str
    route: str = "unmatched"
    host_prefix: str | None = None
    notes: dict[str, str] = field(default_factory=dict)


def begin_exchange(scope: Scope) -> Exchange:
    """Attach a new exchange to a request; an id that the client gave is kept if it is harmless."""
    given = dict(scope["headers"])
    named = (given.get(name, b"") for name in _ID_HEADERS)
    found = next((value for value in named if _GIVEN_ID.fullmatch(value)), None)
    exchange = Exchange(found.decode() if found else uuid.uuid4().hex)
    scope[_KEY] = exchange
    return exchange


def exchange_of(scope: Scope) -> Exchange:
    """The exchange that `begin_exchange` attached."""
    exchange = scope[_KEY]
    assert isinstance(exchange, Exchange)
    return exchange
