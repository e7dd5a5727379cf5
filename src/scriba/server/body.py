"""Request bodies: read with limits while they arrive, or left unread without a reset."""

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scriba.server.errors import ApiError, ClientGone

_SMALL = 64 << 10
_LINGER_SECONDS = 5.0
_LINGER_IDLE_SECONDS = 1.0
_LINGER_BYTES = 32 << 20


async def arriving(
    receive: Receive, *, idle_seconds: float, total_seconds: float, max_bytes: int
) -> AsyncIterator[bytes]:
    """The body in the pieces that have come in since the last one was asked for.

    Raises ApiError 408 after `idle_seconds` without a byte or `total_seconds` in all, ApiError 400
    beyond `max_bytes`, and ClientGone when the connection closes before the body is complete.
    """
    deadline = time.monotonic() + total_seconds
    total = 0
    while True:
        wait = min(idle_seconds, deadline - time.monotonic())
        try:
            message = await asyncio.wait_for(receive(), max(0.0, wait))
        except TimeoutError:
            raise ApiError(
                408,
                f"The body stopped: nothing came for {idle_seconds:g} s, "
                f"or it took more than {total_seconds:g} s in all.",
            ) from None
        if message["type"] == "http.disconnect":
            raise ClientGone(f"after {total} bytes")
        data: bytes = message.get("body", b"")
        total += len(data)
        if total > max_bytes:
            raise ApiError(400, f"The body is larger than {max_bytes >> 20} MiB.")
        if data:
            yield data
        if not message.get("more_body", False):
            return


async def gone(receive: Receive) -> None:
    """Return when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


class UnreadBody:
    """ASGI middleware: lets an answer reach a client that is still sending.

    Closing a connection with unread data resets it, and the client may lose the answer it was just
    given. So an answer that comes before a large body has been read says `Connection: close`, and
    the rest is thrown away for a bounded time and amount before the connection is closed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or not _large_body(scope):
            await self._app(scope, receive, send)
            return
        ended = False
        linger = False

        async def watched_receive() -> Message:
            nonlocal ended
            message = await receive()
            ended = ended or not message.get("more_body", False)
            return message

        async def watched_send(message: Message) -> None:
            nonlocal linger
            if message["type"] == "http.response.start" and not ended:
                linger = True
                headers = [
                    (name, value)
                    for name, value in message.get("headers", [])
                    if name.lower() != b"connection"
                ]
                message = {**message, "headers": [*headers, (b"connection", b"close")]}
            if (
                linger
                and message["type"] == "http.response.body"
                and not message.get("more_body", False)
            ):
                await send({**message, "more_body": True})
                await _discard(watched_receive)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            await send(message)

        await self._app(scope, watched_receive, watched_send)


def _large_body(scope: Scope) -> bool:
    """Whether a body is announced that is not surely small."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers or b"expect" in headers:
        return True
    try:
        return int(headers.get(b"content-length", b"0")) > _SMALL
    except ValueError:
        return True


async def _discard(receive: Receive) -> None:
    deadline = time.monotonic() + _LINGER_SECONDS
    left = _LINGER_BYTES
    while left > 0:
        wait = min(_LINGER_IDLE_SECONDS, deadline - time.monotonic())
        try:
            message = await asyncio.wait_for(receive(), max(0.0, wait))
        except TimeoutError:
            return
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
        left -= len(message.get("body", b""))
