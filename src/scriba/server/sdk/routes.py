"""Where Speech SDKs connect: one handler for all paths, which lets them in or says why not."""

import asyncio
from contextlib import ExitStack
from typing import Any

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from scriba.errors import ProtocolError, ScribaError
from scriba.server.auth import Authenticator, only_in_query
from scriba.server.errors import ApiError
from scriba.server.exchange import exchange_of
from scriba.server.sdk.context import Query
from scriba.server.sdk.framing import parse
from scriba.server.sdk.session import TELL_SECONDS, Parts, Session, shortened
from scriba.server.tokens import Caller
from scriba.server.websocket import GONE
from scriba.speech.live_options import Mode

MODES: dict[str, Mode | None] = {
    "/speech/recognition/interactive/cognitiveservices/v1": "interactive",
    "/speech/recognition/conversation/cognitiveservices/v1": "conversation",
    "/speech/recognition/dictation/cognitiveservices/v1": "dictation",
    "/stt/speech/universal/v2": None,
    "/speech/universal/v2": None,
}
"""The paths, and the mode that each stands for; None: speech.context says it."""

_PROTOCOL = "USP"
_UNREADABLE = 1007
_REFUSAL_SECONDS = 10.0
_REFUSAL_MESSAGES = 16
_MOST_REFUSALS = 64
"""Clients without good credentials that may be listened to at once."""


class SpeechSockets:
    """Accepts connections. What can be refused is refused before one is accepted.

    A client that has its credentials in the query only is a browser, whose user never learns why an
    upgrade was refused. So it is accepted, and told as it begins.
    """

    def __init__(self, parts: Parts, authenticator: Authenticator) -> None:
        self._parts = parts
        self._authenticator = authenticator
        self._refusals = 0

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection to its end."""
        with ExitStack() as held:
            try:
                caller = await self._let_in(socket, held)
            except ApiError as error:
                refusal = error
            except ScribaError as error:
                refusal = ApiError(503, str(error))
            else:
                await self._session(socket, caller, held)
                return
        await self._refuse(socket, refusal)

    async def _let_in(self, socket: WebSocket, held: ExitStack) -> Caller:
        held.enter_context(self._parts.sessions.connection())
        caller = await self._authenticator.caller(socket, query=True)
        held.enter_context(self._parts.sessions.of(caller))
        self._parts.limiter.check_recognition(caller)
        return caller

    async def _session(self, socket: WebSocket, caller: Caller, held: ExitStack) -> None:
        await _accept(socket)
        self._parts.metrics.connections.inc()
        held.callback(self._parts.metrics.connections.dec)
        query = Query(socket.query_params.multi_items())
        mode = MODES.get(exchange_of(socket.scope).route)
        gone = socket.scope.get("extensions", {}).get(GONE, _here)
        receive, send = socket._receive, socket._send
        await Session(caller, query, mode, self._parts, receive, send, gone).run()

    async def missing(self, socket: WebSocket) -> None:
        """Answer a path that nothing is at."""
        paths = ", ".join(MODES)
        await _deny(socket, ApiError(404, f"There is no WebSocket at this address; try {paths}."))

    async def _refuse(self, socket: WebSocket, error: ApiError) -> None:
        if error.status == 429:
            self._parts.metrics.refused("limit")
        if not only_in_query(socket) or self._refusals >= _MOST_REFUSALS:
            await _deny(socket, error)
            return
        self._refusals += 1
        try:
            await _accept(socket)
            await asyncio.wait_for(_until_it_begins(socket), _REFUSAL_SECONDS)
            await asyncio.sleep(TELL_SECONDS)
            await socket.close(_UNREADABLE, shortened(error.message))
        except (WebSocketDisconnect, TimeoutError, ProtocolError):
            return
        finally:
            self._refusals -= 1


def _here() -> bool:
    return False


async def _accept(socket: WebSocket) -> None:
    await socket.receive()
    chosen = _PROTOCOL if _PROTOCOL in socket.scope.get("subprotocols", ()) else None
    await socket.accept(subprotocol=chosen)


async def _until_it_begins(socket: WebSocket) -> None:
    """Wait for the first speech.context: JavaScript does not listen before."""
    for _ in range(_REFUSAL_MESSAGES):
        event: Any = await socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1006))
        text, data = event.get("text"), event.get("bytes")
        if parse(text if text is not None else data or b"").path == "speech.context":
            return


async def _deny(socket: WebSocket, error: ApiError) -> None:
    headers = dict(error.headers)
    if error.status in (429, 503):
        headers.setdefault("Retry-After", "2")
    await socket.send_denial_response(
        JSONResponse({"Message": error.message}, error.status, headers)
    )
