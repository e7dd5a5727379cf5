"""WebSocket on a socket: uvicorn's protocol, with the limits that it leaves to others."""

import asyncio
import select
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

GONE = "scriba.gone"
"""The extension of a connection's scope that tells whether its client is gone, also while nothing
is read from it, when a server learns of that in no other way."""

MAX_MESSAGE_BYTES = 512 << 10
PING_SECONDS = 30.0

_MOST_FRAGMENTS = 1024
_MOST_WAITING = 4096
_MOST_UNSENT = 4 << 20
_LINGER_SECONDS = 10.0
_BAD_HEAD = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 44\r\nconnection: close\r\n\r\nThe head of the request is too large or bad."
)


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Bounds what uvicorn does not: what a client makes wait, here and on its way out.

    A connection is not closed because a pong is late while nothing is read from it, and not at once
    when the server stops: the application ends it when its work is done.
    """

    _fragments = 0

    def data_received(self, data: bytes) -> None:
        """Take bytes."""
        super().data_received(data)
        if self.disconnected:
            return
        if not self.handshake_initiated:
            # The head is complete when this protocol gets it, so it was refused.
            self.transport.write(_BAD_HEAD)
            self.transport.close()
        elif self.queue.qsize() > _MOST_WAITING:
            self._fail(1008, "too many messages at once")
        elif self.transport.get_write_buffer_size() > _MOST_UNSENT:
            # Nobody reads the answers, to pings for example.
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if not self.disconnected:
            super().connection_lost(exc)

    def handle_connect(self, event: Request) -> None:
        """Begin with a connection."""
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, Any] = {**(self.scope["extensions"] or {}), GONE: self.gone}
            self.scope["extensions"] = extensions

    def gone(self) -> bool:
        """Whether the client has closed its side, or all is over."""
        if self.disconnected or self.transport.is_closing():
            return True
        half_closed = getattr(select, "POLLRDHUP", 0)
        descriptor: int = self.transport.get_extra_info("socket").fileno()
        if not half_closed or descriptor < 0:
            return descriptor < 0
        poller = select.poll()
        poller.register(descriptor, half_closed)
        return bool(poller.poll(0))

    def handle_cont(self, event: Frame) -> None:
        """Take a piece of a message."""
        self._fragments += 1
        if self._fragments > _MOST_FRAGMENTS:
            self._fail(1009, "a message in too many fragments")
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """Pass on a message that is whole."""
        self._fragments = 0
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self._fail(1007, "a text message is not UTF-8")
                return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """End a connection whose bytes are no WebSocket frames."""
        if self.conn.close_sent is None:
            # Before the handshake is answered there is nobody to tell.
            self.transport.close()
            return
        super().handle_parser_exception()
        self._abort_later()

    def keepalive_timeout(self) -> None:
        """The pong is late."""
        if self.read_paused:
            # It may be there and not be read: what was sent before it waits for the engine.
            self.pong_timer = self.loop.call_later(PING_SECONDS, self.keepalive_timeout)
            return
        super().keepalive_timeout()
        self._abort_later()

    async def send(self, message: Any) -> None:
        """Pass on what the application says."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            # A refusal is an answer, too, and no error of the application.
            self.handshake_complete = True

    def shutdown(self) -> None:
        """The server stops. Whoever serves this connection knows, and ends it."""
        if not self.handshake_initiated:
            self.transport.close()

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        """The application is done with the connection."""
        super().on_task_complete(task)
        self._abort_later()

    def _fail(self, code: int, reason: str) -> None:
        self.conn.fail(code, reason)
        self.handle_parser_exception()

    def _abort_later(self) -> None:
        # A transport that is closed waits for a client that does not read, without end.
        def abort(transport: Any = self.transport) -> None:
            if not self.disconnected:
                transport.abort()

        self.loop.call_later(_LINGER_SECONDS, abort)
