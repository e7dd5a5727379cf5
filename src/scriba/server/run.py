"""Listen, serve, and stop without losing a request."""

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from scriba.errors import CannotListen
from scriba.server.app import create_app
from scriba.server.interfaces import ServerSettings, Speech
from scriba.server.logs import configure_logs
from scriba.server.protocol import BoundedProtocol
from scriba.storage import Store

_BACKLOG = 2048
_MOST_CONNECTIONS = 1000
_KEEP_ALIVE_SECONDS = 75


def run(
    settings: ServerSettings,
    recognizer: Speech,
    store: Store,
    *,
    on_started: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then let running requests finish; returns when all is done.

    `on_started` is called with the address (`http://HOST:PORT`) once connections are accepted.
    Raises CannotListen. Recogniser and store stay open: they are the caller's to close.
    """
    configure_logs(settings.log_level)
    listener = _listen(settings.host, settings.port)
    address = _address(settings.host, listener)

    def draining() -> bool:
        return server.should_exit

    config = uvicorn.Config(
        create_app(settings, recognizer, store, draining=draining),
        http=BoundedProtocol,
        ws="none",
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
    server = _Server(config, address, on_started)
    with listener:
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Tells when it has started, and ends a drained process with exit code 0."""

    def __init__(
        self, config: uvicorn.Config, address: str, on_started: Callable[[str], None] | None
    ) -> None:
        super().__init__(config)
        self._address = address
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self._on_started is not None:
            self._on_started(self._address)

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


def _address(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"http://{shown}:{port}"
