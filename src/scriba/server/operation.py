"""An operation of the management API, and a call of it."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scriba.resources.versions import Version
from scriba.server.errors import ApiError
from scriba.server.exchange import exchange_of
from scriba.server.services import Services
from scriba.server.tokens import MANAGEMENT, Caller

JSON = "application/json; charset=utf-8"

T = TypeVar("T")


@dataclass(slots=True)
class Call:
    """A call that has been let in: who, what, in which version, and what everything runs on.

    `params` are the parts of the path, `query` the parameters by their names in lower case,
    `body` the parsed JSON of an operation that takes one. `host` is the scheme and host that the
    client called; all links are built from it.
    """

    request: Request
    services: Services
    version: Version
    caller: Caller
    host: str
    params: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def id(self, name: str = "id") -> str:
        """A part of the path that is a UUID, in lower case; raises ApiError 404 for other text."""
        try:
            return str(uuid.UUID(self.params[name]))
        except ValueError:
            raise ApiError(
                404, f"There is nothing of the id {self.params[name][:80]!r}: ids are UUIDs."
            ) from None

    def note(self, text: str) -> None:
        """Tell the client something beside the answer, in the header X-Scriba-Note."""
        notes = exchange_of(self.request.scope).notes
        before = notes.get("X-Scriba-Note")
        notes["X-Scriba-Note"] = f"{before}; {text}" if before else text

    async def thread(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run what blocks on a thread of the service."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.services.threads, work, *arguments)


Handler = Callable[[Call], Response] | Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the API: a method and a path in some versions, and what answers.

    `path` begins after `/speechtotext[/VERSION]`. A handler that is a plain function runs on a
    thread and may block; one that is a coroutine function must not. `body` says what management
    reads before it calls: a JSON value, or nothing (the handler reads, or there is no body).
    `limit` names the kind of limit that counts the call.
    """

    name: str
    method: str
    path: str
    handler: Handler
    versions: frozenset[Version] = frozenset(Version)
    body: Literal["none", "json"] = "none"
    limit: str = "management"
    scope: str = MANAGEMENT


def answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return JSONResponse(content, status, headers, media_type=JSON)
