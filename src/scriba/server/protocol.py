"""HTTP/1.1 on a socket: uvicorn's protocol, with the limits that it leaves to a proxy."""

import asyncio
import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD_SECONDS = 30.0
_HEAD_BYTES = 64 << 10
# A body sent byte by byte in chunks is mostly framing: five bytes each, more with extensions.
_FRAMING_PER_BYTE = 16

_H2C = re.compile(rb"\r\nupgrade(?=:[ \t]*h2c[ \t]*\r\n)", re.IGNORECASE)


class BoundedProtocol(HttpToolsProtocol):
    """Bounds what uvicorn does not: the size and time of a request's head, and chunk framing.

    It also declines an offer of HTTP/2 over plain TCP, which Java's client makes with its first
    request: the parser would take the body that follows for HTTP/2.
    """

    _raw_bytes = 0
    _body_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None
    _in_head = True

    def connection_made(self, transport: Any) -> None:
        """Start waiting for the first request."""
        super().connection_made(transport)
        # uvicorn's own line holds the query, where some clients put a key, and it is written
        # whenever any logger listens.
        self.access_log = False
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes, unless nearly all of them so far were head, framing or trailers."""
        self._raw_bytes += len(data)
        if self._in_head:
            head, blank, rest = data.partition(b"\r\n\r\n")
            data = _H2C.sub(b"\r\nx-declined", head + blank) + rest
        super().data_received(data)
        allowed = _HEAD_BYTES + self._body_bytes * _FRAMING_PER_BYTE
        overhead = self._raw_bytes - self._body_bytes
        if overhead > allowed and not self.transport.is_closing():
            if self.cycle is None or self.cycle.response_complete:
                self.send_400_response("The head of the request is too large.")
            else:
                self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head = True
        self._raw_bytes = 0
        self._body_bytes = 0
        if self._head_timer is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of the body is here."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of the request is here."""
        self._in_head = True
        super().on_message_complete()

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._head_is_late)

    def _head_is_late(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
