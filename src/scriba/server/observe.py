"""Every request gets an id, a line in the log and a place in the metrics."""

import logging
import time
from contextvars import ContextVar

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scriba.server.errors import error_answer, internal_error
from scriba.server.exchange import Exchange, begin_exchange
from scriba.server.metrics import Metrics

log = logging.getLogger("scriba.server")

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET_ROUTES = frozenset({"/metrics", "/healthz", "/ready"})


class Observe:
    """ASGI middleware, around the whole application.

    It also evens out the path (`normalise`) and turns an error that nobody expected into a 500
    whose details stay in the log. Query strings are never logged: some clients put a key there.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "websocket":
            await self._connection(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _begun(scope)
        began = time.perf_counter()
        status = 0

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(raw=list(message.get("headers", [])))
                headers["X-RequestId"] = exchange.request_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
                for name, value in exchange.notes.items():
                    headers[name] = value
                message = {**message, "headers": headers.raw}
            await send(message)

        self._metrics.in_progress.inc()
        try:
            await self._app(scope, receive, watched_send)
        except Exception:
            log.exception("unexpected error")
            if status:
                raise
            answer = error_answer(Request(scope), internal_error())
            await answer(scope, receive, watched_send)
        finally:
            self._metrics.in_progress.dec()
            self._count(scope, exchange, status or 499, time.perf_counter() - began)

    async def _connection(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket, which may last for hours: its time is in the log only."""
        exchange = _begun(scope)
        began = time.perf_counter()
        status = 0

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        finally:
            self._metrics.requests.labels(exchange.route, "WEBSOCKET", str(status or 499)).inc()
            seconds = time.perf_counter() - began
            log.info("WEBSOCKET %s %d %.0f s", _shown(scope["path"]), status or 499, seconds)

    def _count(self, scope: Scope, exchange: Exchange, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._metrics.requests.labels(exchange.route, method, str(status)).inc()
        self._metrics.request_seconds.labels(exchange.route).observe(seconds)
        level = logging.DEBUG if exchange.route in _QUIET_ROUTES else logging.INFO
        log.log(level, "%s %s %d %.0f ms", method, _shown(scope["path"]), status, seconds * 1000)


def _begun(scope: Scope) -> Exchange:
    """The exchange of a request that begins, which goes on by its own path and id."""
    exchange = begin_exchange(scope)
    scope["path"], exchange.host_prefix = normalise(scope["path"])
    request_id.set(exchange.request_id)
    return exchange


def _shown(path: str) -> str:
    return path.encode("unicode_escape").decode("ascii")[:200]


def normalise(path: str) -> tuple[str, str | None]:
    """The path without empty segments and trailing slash, and the host name that was before it.

    A first segment ending in `.microsoft.com` is what some clients make of a region setting that
    holds our address; it is taken off.
    """
    segments = [segment for segment in path.split("/") if segment]
    prefix = None
    if segments and segments[0].lower().endswith(".microsoft.com"):
        prefix = segments.pop(0)
    return "/" + "/".join(segments), prefix
