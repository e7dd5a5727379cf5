"""The application: which address leads where."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route, WebSocketRoute
from starlette.types import Scope
from starlette.websockets import WebSocket

from scriba.errors import JobsError, ScribaError
from scriba.net.outgoing import open_client, open_sources
from scriba.pronunciation.assessment import Assess
from scriba.resources.base_model import BaseModels
from scriba.resources.versions import BASE
from scriba.server import base_models, custom_speech, fast, healthstatus, transcriptions, webhooks
from scriba.server.assessments import Assessments
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
from scriba.server.fast_service import FastService
from scriba.server.files import PATH as CONTENT
from scriba.server.files import Contents
from scriba.server.health import Health
from scriba.server.home import Home
from scriba.server.interfaces import (
    Captions,
    Diarize,
    JobQueue,
    ModelPool,
    ServerSettings,
    Speech,
)
from scriba.server.limits import Limiter
from scriba.server.log_writer import LogWriter
from scriba.server.management import Management
from scriba.server.metrics import Metrics
from scriba.server.model_receive import PATH as COPIES
from scriba.server.model_receive import Receiving
from scriba.server.model_use import ModelUse
from scriba.server.observe import Observe
from scriba.server.openapi import OpenApi
from scriba.server.operation import Operation
from scriba.server.recognition import MODES, PATH, ShortAudio
from scriba.server.sdk.metrics import SdkMetrics
from scriba.server.sdk.routes import MODES as SDK_MODES
from scriba.server.sdk.routes import SpeechSockets
from scriba.server.sdk.session import Parts
from scriba.server.sdk.sessions import Sessions, drain_seconds
from scriba.server.services import Services
from scriba.server.tokens import Tokens
from scriba.speech import model_cache
from scriba.storage import Entities, Files, Inputs, Resources, Store
from scriba.storage.blobs import BlobsOf, storage_url
from scriba.storage.links import Links
from scriba.storage.logs import Logs
from scriba.storage.workers import Workers

# Decoding is short work on a core each; more threads would only take turns.
_DECODERS = 4
# The same for the streams of Speech SDKs, and finding speech in them.
_INTAKES = 4
# Handlers of the management API mostly wait for the database or the file storage.
_HANDLERS = 16

OPERATIONS = [
    *transcriptions.OPERATIONS,
    *fast.OPERATIONS,
    *webhooks.OPERATIONS,
    *base_models.OPERATIONS,
    *custom_speech.OPERATIONS,
    *healthstatus.OPERATIONS,
]
"""All operations of the management API."""

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What scripts in browsers may read of an answer beside its body.
_EXPOSED = [
    *("X-RequestId", "Retry-After", "X-Scriba-Note", "Location", "Operation-Location"),
    *("api-supported-versions", "x-ms-error-code", "Content-Disposition", "Content-Range", "ETag"),
]

Endpoint = Callable[[Request], Awaitable[Response]]
SocketEndpoint = Callable[[WebSocket], Awaitable[None]]


def create_app(
    settings: ServerSettings,
    recognizer: Speech,
    store: Store,
    *,
    pool: ModelPool | None = None,
    jobs: JobQueue | None = None,
    blobs: BlobsOf | None = None,
    diarize: Diarize | None = None,
    captions: Captions | None = None,
    assessor: Assess | None = None,
    base: str | None = None,
    draining: Callable[[], bool] = lambda: False,
    operations: Sequence[Operation] = OPERATIONS,
) -> Starlette:
    """The ASGI application over a recogniser and a store, both of which stay the caller's.

    `pool` has the models beside the recogniser's; without it there are none. Without `jobs` another
    process does the durable work; without `blobs` files are kept where the settings say; without
    `diarize`, `captions` and `assessor` there is none of these. `base` is the id in the catalogue
    of the base model of a recogniser that runs a trained one. `draining` says that the server is
    about to stop, which `/ready` then tells.
    """
    resources = Resources(store)
    tokens = Tokens(store.secret.derive("access tokens"))
    authenticator = Authenticator(resources, tokens, settings.trust_forwarded)
    metrics = Metrics(recognizer.model_name)
    if pool is not None:
        metrics.watch(pool)
    decoders = ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode")
    threads = ThreadPoolExecutor(_HANDLERS, thread_name_prefix="management")
    blobs = blobs or BlobsOf(store, storage_url(settings.storage, settings.data_dir))
    health = Health(
        recognizer,
        store,
        authenticator,
        draining,
        metrics.seconds_since_success,
        storage=_storage_check(blobs),
        jobs=jobs.check if jobs is not None else _workers_check(Workers(store)),
    )
    client = open_client(settings)
    models = BaseModels(
        recognizer.model_name,
        present=lambda model: pool is not None and model_cache.present(model, settings.model_dir),
        below=base,
    )
    use = ModelUse(recognizer, pool, Entities(store), models)
    fast_service = FastService(use, settings, open_sources(settings, client).fetch, diarize)
    limits = Limiter()
    links, files = Links(store.secret), Files(store)
    logs = LogWriter(
        Logs(store, blobs),
        metrics,
        lambda caller: limits.room(caller, lambda: files.stored_bytes(caller.resource_id)),
        folder=fast_service.folder,
    )
    services = Services(
        settings=settings,
        store=store,
        speech=recognizer,
        authenticator=authenticator,
        limits=limits,
        metrics=metrics,
        health=health,
        jobs=jobs,
        base_models=models,
        entities=Entities(store),
        files=files,
        inputs=Inputs(store),
        blobs=blobs,
        links=links,
        fast=fast_service,
        threads=threads,
    )
    management = Management(services, operations)
    receiving = Receiving(services)
    contents = Contents(
        links, files, Logs(store, blobs), blobs, models, settings.model_dir, threads, captions
    )
    home = Home(
        recognizer.model_name,
        f"{settings.host}:{settings.port}",
        health.problem,
        settings.trust_forwarded,
    )
    assessments = Assessments(assessor, metrics)
    short_audio = ShortAudio(
        use,
        authenticator,
        metrics,
        decoders,
        body_timeout=settings.body_timeout,
        logs=logs,
        assessments=assessments,
        limiter=limits,
    )
    openapi = OpenApi()
    intakes = ThreadPoolExecutor(_INTAKES, thread_name_prefix="intake")
    sessions = Sessions(settings.max_sessions, drain_seconds(settings.drain_timeout))
    sockets = SpeechSockets(
        Parts(
            use,
            limits,
            logs,
            SdkMetrics(metrics),
            sessions,
            intakes,
            settings.idle_timeout,
            assessments,
        ),
        authenticator,
    )

    routes: list[BaseRoute] = [
        _route(PATH.replace("{mode}", mode), short_audio.post, "POST") for mode in MODES
    ] + [
        _route("/sts/v1.0/issueToken", IssueToken(authenticator, tokens).post, "POST"),
        _route("/cognitiveservices/v1", _no_speech_synthesis, "POST"),
        _route("/", home.get),
        _route("/ready", health.ready),
        _route("/status", health.status),
        _route("/healthz", health.healthz),
        _route("/metrics", metrics.get),
        _route("/swagger", openapi.get),
        _route(CONTENT, contents.get),
        _route(COPIES, receiving.serve, "GET", "POST"),
        _route(BASE, management.serve, *_METHODS),
        _route(BASE + "/{path:path}", management.serve, *_METHODS),
        *(_SocketRoute(path, sockets.serve) for path in SDK_MODES),
        WebSocketRoute("/{path:path}", sockets.missing),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        fast_service.close()
        assessments.close()
        for executor in (decoders, threads, intakes):
            executor.shutdown(wait=False)
        await asyncio.to_thread(logs.close)
        client.close()

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
    app.state.sessions = sessions
    return app


def _storage_check(blobs: BlobsOf) -> Callable[[], None]:
    # No resource has this name, so the storage of the service itself is asked.
    return lambda: blobs("").check()


def _workers_check(workers: Workers) -> Callable[[], None]:
    def check() -> None:
        if not workers.any_alive():
            raise JobsError("no worker runs; start `scriba worker`")

    return check


class _Route(Route):
    """A route that takes its path in any case and tells the exchange that it matched.

    It answers for its path alone, so that another method is refused and not asked for a key by the
    management API, which takes all that lies below its own path.
    """

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match is not Match.NONE:
            exchange_of(scope).route = self.path
            match = Match.FULL
        return match, child


class _SocketRoute(WebSocketRoute):
    """The same for WebSockets."""

    def __init__(self, path: str, endpoint: SocketEndpoint) -> None:
        super().__init__(path, endpoint)
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match is not Match.NONE:
            exchange_of(scope).route = self.path
        return match, child


def _route(path: str, endpoint: Endpoint, *methods: str) -> Route:
    return _Route(path, endpoint, methods=methods or ("GET",))


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
            allow_methods=["HEAD", *_METHODS],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
            max_age=600,
        )
    ]
