"""Listen, serve, and stop without losing a request."""

import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypedDict, Unpack

import uvicorn
from starlette.applications import Starlette

from scriba.errors import CannotListen, TlsError
from scriba.pronunciation.assessment import Assess
from scriba.server.app import create_app
from scriba.server.interfaces import (
    Captions,
    Diarize,
    JobQueue,
    ModelPool,
    ServerSettings,
    Speech,
)
from scriba.server.logs import configure_logs
from scriba.server.protocol import BoundedProtocol
from scriba.server.sdk.sessions import Sessions
from scriba.server.websocket import MAX_MESSAGE_BYTES, PING_SECONDS, BoundedWebSocket
from scriba.storage import Store
from scriba.storage.blobs import BlobsOf

_BACKLOG = 2048
_MOST_CONNECTIONS = 1000
_KEEP_ALIVE_SECONDS = 75


class Parts(TypedDict, total=False):
    """What a server may be given beside recogniser and store; see `create_app`."""

    pool: ModelPool | None
    jobs: JobQueue | None
    blobs: BlobsOf | None
    diarize: Diarize | None
    captions: Captions | None
    assessor: Assess | None
    base: str | None


def run(
    settings: ServerSettings,
    recognizer: Speech,
    store: Store,
    *,
    on_started: Callable[[str], None] | None = None,
    **parts: Unpack[Parts],
) -> None:
    """Serve until SIGTERM or SIGINT, then let running requests finish; returns when all is done.

    `on_started` is called with the address (`http://HOST:PORT`, `https` with a certificate) once
    connections are accepted; `parts` are those of `create_app`. Raises CannotListen, TlsError.
    Recogniser and store stay open: they are the caller's to close.
    """
    configure_logs(settings.log_level)
    Server(settings, recognizer, store, on_started=on_started, **parts).run()


class Server(uvicorn.Server):
    """A server that listens from the start, tells when it accepts, and drains when told to stop.

    `should_exit = True` stops it from another thread; `address` is where it listens.
    """

    def __init__(
        self,
        settings: ServerSettings,
        recognizer: Speech,
        store: Store,
        *,
        on_started: Callable[[str], None] | None = None,
        **parts: Unpack[Parts],
    ) -> None:
        app = create_app(settings, recognizer, store, draining=lambda: self.should_exit, **parts)
        _check_certificate(settings)
        super().__init__(_config(app, settings))
        self._sessions: Sessions = app.state.sessions
        self._on_started = on_started
        self._listener = _listen(settings.host, settings.port)
        self.address = _address(settings, self._listener)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop."""
        with self._listener:
            super().run(sockets=sockets or [self._listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self._on_started is not None:
            self._on_started(self.address)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._sessions.draining.set()
        await super().shutdown(sockets=sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own raises the signal again after draining, which ends the process as killed.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        handled = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._on_signal) for number in handled}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)


def _config(app: Starlette, settings: ServerSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws=BoundedWebSocket,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        # What is small on the line could be huge in memory.
        ws_per_message_deflate=False,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        ssl_keyfile_password="",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Whom to trust is decided by our own setting, in one place.
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(settings.drain_timeout)),
        limit_concurrency=_MOST_CONNECTIONS,
        backlog=_BACKLOG,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise CannotListen(f"{host}:{port}: {error.strerror or error}") from error
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Listening now, not later: a port that another server holds must fail here.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotListen(
            f"{host}:{port}: {error.strerror or error}; choose another with --host and --port"
        ) from error
    listener.setblocking(False)
    return listener


def _address(settings: ServerSettings, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    host = settings.host
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    scheme = "http" if settings.tls_cert is None else "https"
    return f"{scheme}://{shown}:{port}"


def _check_certificate(settings: ServerSettings) -> None:
    """Raise TlsError where the certificate or its key cannot be used."""
    certificate, key = settings.tls_cert, settings.tls_key
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        missing = "--tls-key" if key is None else "--tls-cert"
        raise TlsError(f"{missing} is missing; both are needed")
    for flag, path in (("--tls-cert", certificate), ("--tls-key", key)):
        try:
            path.read_bytes()
        except OSError as error:
            raise TlsError(f"{flag} {path}: {error.strerror or error}") from error
    try:
        # With a password, for OpenSSL would ask the terminal for that of an encrypted key.
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            certificate, key, password=""
        )
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise TlsError(
            f"{certificate} and {key}: {reason}; both must be PEM, the key unencrypted and the "
            "certificate's own"
        ) from error
