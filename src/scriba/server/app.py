"""The application: which address leads where."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from scriba.errors import ScribaError
from scriba.server.auth import Authenticator, IssueToken
from scriba.server.body import UnreadBody
from scriba.server.errors import (
    ApiError,
    ClientGone,
    on_api_error,
    on_client_gone,
    on_http_error,
    on_scriba_error,
)
from scriba.server.exchange import exchange_of
from scriba.server.health import Health
from scriba.server.home import Home
from scriba.server.interfaces import ServerSettings, Speech
from scriba.server.metrics import Metrics
from scriba.server.observe import Observe
from scriba.server.openapi import OpenApi
from scriba.server.recognition import MODES, PATH, ShortAudio
from scriba.server.tokens import Tokens
from scriba.storage import Resources, Store

# Decoding is short work on a core each; more threads would only take turns.
_DECODERS = 4

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    settings: ServerSettings,
    recognizer: Speech,
    store: Store,
    *,
    draining: Callable[[], bool] = lambda: False,
) -> Starlette:
    """The ASGI application over a recogniser and a store, both of which stay the caller's.

    `draining` says that the server is about to stop, which `/ready` then tells.
    """
    resources = Resources(store)
    tokens = Tokens(store.secret.derive("access tokens"))
    authenticator = Authenticator(resources, tokens, settings.trust_forwarded)
    metrics = Metrics(recognizer.model_name)
    pool = ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode")
    health = Health(recognizer, store, authenticator, draining, metrics.seconds_since_success)
    home = Home(
        recognizer.model_name,
        f"{settings.host}:{settings.port}",
        health.problem,
        settings.trust_forwarded,
    )
    short_audio = ShortAudio(
        recognizer, authenticator, metrics, pool, body_timeout=settings.body_timeout
    )
    openapi = OpenApi()

    routes = [_route(PATH.replace("{mode}", mode), short_audio.post, "POST") for mode in MODES] + [
        _route("/sts/v1.0/issueToken", IssueToken(authenticator, tokens).post, "POST"),
        _route("/cognitiveservices/v1", _no_speech_synthesis, "POST"),
        _route("/", home.get),
        _route("/ready", health.ready),
        _route("/status", health.status),
        _route("/healthz", health.healthz),
        _route("/metrics", metrics.get),
        _route("/swagger", openapi.get),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        pool.shutdown(wait=False)

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[
            Middleware(UnreadBody),
            Middleware(Observe, metrics=metrics),
            *_cors(settings.cors_origins),
        ],
        exception_handlers={
            ApiError: on_api_error,
            ClientGone: on_client_gone,
            ScribaError: on_scriba_error,
            HTTPException: on_http_error,
        },
    )
    app.router.redirect_slashes = False
    return app


class _Route(Route):
    """A route that takes its path in any case and tells the exchange that it matched."""

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match is not Match.NONE:
            exchange_of(scope).route = self.path
        return match, child


def _route(path: str, endpoint: Endpoint, method: str = "GET") -> Route:
    return _Route(path, endpoint, methods=[method])


async def _no_speech_synthesis(_: Request) -> Response:
    raise ApiError(
        404, "Scriba does not speak: it turns speech into text, and has no text to speech."
    )


def _cors(origins: str) -> list[Middleware]:
    allowed = [origin.strip().rstrip("/") for origin in origins.split(",") if origin.strip()]
    if not allowed:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=allowed,
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["*"],
            expose_headers=["X-RequestId", "Retry-After", "X-Scriba-Note"],
            max_age=600,
        )
    ]
