"""One connection of a Speech SDK: its turns, one after the other, until it ends."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from scriba.errors import AudioError, ProtocolError, QueueFull, ScribaError, UnsupportedLocale
from scriba.server.assessments import Assessments
from scriba.server.errors import ApiError
from scriba.server.limits import Limiter
from scriba.server.log_writer import LogWriter
from scriba.server.model_use import ModelUse
from scriba.server.sdk.asked import Asked
from scriba.server.sdk.context import Query, mode_hint, read
from scriba.server.sdk.framing import Message, parse
from scriba.server.sdk.intake import Intake
from scriba.server.sdk.metrics import SdkMetrics
from scriba.server.sdk.opening import PhraseLog, opened
from scriba.server.sdk.outbox import ClientLeft, ClientTooSlow, Outbox
from scriba.server.sdk.sessions import Sessions
from scriba.server.sdk.turn import FAILED, Told, Turn
from scriba.server.tokens import Caller
from scriba.speech.live_options import Mode
from scriba.speech.resample import Samples

log = logging.getLogger("scriba.server")

MAX_REASON_BYTES = 123

_UNREADABLE = 1007
"""The one close code after which every client tells its user the reason, and does not try again."""
_NORMAL = 1000
_GOING_AWAY = 1001

_INTERNAL = "The service met an internal error; its log says why."

_SEND_SECONDS = 30.0
_RESULT_SECONDS = 300.0
_REMEMBERED_TURNS = 64

TELL_SECONDS = 0.3
"""Before a refusal: in a browser the client loses a reason that comes before it listens."""

_STAY_SECONDS = 1.0
"""That a connection outlives its turn while the service stops: JavaScript's client forgets what it
has not read yet when the connection ends, and waits for the turn's end for ever."""
_SMALL_BYTES = 16 << 10
_MOST_CONFIG_BYTES = 64 << 10

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """What all connections share."""

    models: ModelUse
    limiter: Limiter
    logs: LogWriter
    metrics: SdkMetrics
    sessions: Sessions
    threads: Executor
    idle_seconds: float
    assessments: Assessments


class Closed(Exception):
    """The connection is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = shortened(reason)


class Session:
    """An accepted connection. `receive` and `send` are those of ASGI, `mode` what its path says.

    `gone` tells whether the client has left, which `receive` does not while audio waits. `run`
    serves the connection to its end; it is closed then, or the client has left.
    """

    def __init__(
        self,
        caller: Caller,
        query: Query,
        mode: Mode | None,
        parts: Parts,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Event], Awaitable[None]],
        gone: Callable[[], bool],
    ) -> None:
        self._caller = caller
        self._query = query
        self._mode = mode
        self._parts = parts
        self._receive = receive
        self._send = send
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._outbox = Outbox(self._send_text, _SEND_SECONDS)
        self._wake = asyncio.Event()
        self._hint: Mode | None = None
        self._turn: Turn | None = None
        self._held = ExitStack()
        self._past: deque[str] = deque(maxlen=_REMEMBERED_TURNS)
        self._active_at = self._loop.time()
        self._ended_at = 0.0
        self._drain_until: float | None = None
        self._stays_until = 0.0

    async def run(self) -> None:
        """Serve the connection; raises what nobody expected."""
        writing = asyncio.ensure_future(self._outbox.run())
        reading = asyncio.ensure_future(self._read())
        try:
            await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                # Only a client that left or does not read ends the writing.
                writing.result()
            closed = await self._end_of(reading)
            self._outbox.close()
            await writing
            if closed.code == _UNREADABLE:
                await asyncio.sleep(TELL_SECONDS)
            await self._close(closed)
        except ClientLeft as left:
            log.debug("the client left: %s", left)
        except ClientTooSlow as slow:
            log.info("the client is let go: %s", slow)
        finally:
            self._outbox.drop()
            for task in (writing, reading):
                task.cancel()
            await asyncio.gather(writing, reading, return_exceptions=True)
            await self._let_go()

    async def _end_of(self, reading: "asyncio.Future[None]") -> Closed:
        """Why the connection is to be closed; raises ClientLeft."""
        try:
            await reading
        except ClientLeft:
            raise
        except Closed as closed:
            return closed
        except Exception:
            log.exception("a connection failed")
            if self._turn is not None:
                self._turn.fail(FAILED, _INTERNAL)
        return Closed(_UNREADABLE, _INTERNAL)

    async def _send_text(self, text: str) -> None:
        try:
            await self._send({"type": "websocket.send", "text": text})
        except Exception as error:
            # Servers have their own errors for this, and Starlette one more.
            raise ClientLeft("before it had all messages") from error

    async def _close(self, closed: Closed) -> None:
        message = {"type": "websocket.close", "code": closed.code, "reason": closed.reason}
        try:
            await asyncio.wait_for(self._send(message), _SEND_SECONDS)
        except Exception as error:
            raise ClientLeft("before it was told why") from error

    async def _read(self) -> None:
        receiving: asyncio.Future[Any] | None = None
        waking = asyncio.ensure_future(self._wake_up())
        try:
            while True:
                if receiving is None:
                    receiving = asyncio.ensure_future(self._receive())
                await asyncio.wait(
                    {receiving, waking},
                    timeout=self._patience(),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if waking.done():
                    waking = asyncio.ensure_future(self._wake_up())
                if receiving.done():
                    event, receiving = receiving.result(), None
                    await self._take(event)
                await self._look_around()
        finally:
            for task in (waking, receiving):
                if task is not None:
                    task.cancel()

    async def _wake_up(self) -> None:
        """Return when something happened that is no message: a turn is over, the server stops."""
        draining = asyncio.ensure_future(self._parts.sessions.draining.wait())
        woken = asyncio.ensure_future(self._wake.wait())
        waited = {woken} if self._drain_until is not None else {woken, draining}
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            self._wake.clear()
        finally:
            draining.cancel()
            woken.cancel()

    def _patience(self) -> float:
        """Seconds until something is to be done although nothing happens."""
        times = [self._deadline()]
        if self._drain_until is not None:
            if self._turn is None:
                times.append(self._stays_until)
            elif not self._turn.ended:
                times.append(self._drain_until)
        return max(0.0, min(times) - self._loop.time())

    def _deadline(self) -> float:
        if self._turn is not None and self._turn.ended:
            return self._ended_at + _RESULT_SECONDS
        return self._active_at + self._parts.idle_seconds

    async def _look_around(self) -> None:
        """End what is over: a turn, the connection."""
        turn = self._turn
        now = self._loop.time()
        if turn is not None and turn.over:
            await self._let_go()
            turn = None
            self._active_at = now
            self._stays_until = now + _STAY_SECONDS
        if self._parts.sessions.draining.is_set():
            if self._drain_until is None:
                self._drain_until = now + self._parts.sessions.drain_seconds
            if turn is None:
                if now >= self._stays_until:
                    raise Closed(_GOING_AWAY, "The service is shutting down.")
                return
            if now >= self._drain_until and not turn.ended:
                # All that came is told and acknowledged, so the client goes on elsewhere from here.
                await self._finish(turn)
        if now < self._deadline():
            return
        if turn is None:
            raise Closed(_NORMAL, f"Nothing was asked for {self._parts.idle_seconds:g} s.")
        if turn.ended:
            turn.fail(FAILED, "The recogniser took too long; try again later.")
        else:
            raise Closed(_UNREADABLE, f"No audio came for {self._parts.idle_seconds:g} s.")

    async def _take(self, event: Event) -> None:
        if event["type"] == "websocket.disconnect":
            raise ClientLeft(f"with code {event.get('code')}")
        text, data = event.get("text"), event.get("bytes")
        try:
            message = parse(text if text is not None else data or b"")
            match message.path:
                case "speech.config":
                    self._configure(message)
                case "speech.context":
                    await self._open(message)
                case "audio":
                    await self._audio(message)
        except ProtocolError as error:
            raise self._refused("bad_message", error) from error
        except ApiError as error:
            raise self._refused("bad_request", error) from error

    def _configure(self, message: Message) -> None:
        if len(message.body) > _MOST_CONFIG_BYTES:
            raise ProtocolError(f"speech.config has more than {_MOST_CONFIG_BYTES >> 10} KiB")
        self._hint = mode_hint(message.body)

    def _refused(self, why: str, error: Exception) -> Closed:
        self._parts.metrics.refused(why)
        return Closed(_UNREADABLE, str(error))

    async def _open(self, message: Message) -> None:
        """Begin a turn."""
        if message.request_id is None:
            raise ProtocolError("speech.context has no X-RequestId")
        if self._turn is not None:
            if self._turn.request_id == message.request_id:
                return
            self._turn.abandon()
            await self._let_go()
        asked = await self._asked(message.body)
        self._active_at = self._loop.time()
        refused: tuple[str, str] | None = None
        intake: Intake | None = None
        try:
            self._held.enter_context(self._parts.limiter.recognition(self._caller))
            found = await opened(asked, self._caller, self._parts.models, self._held)
            if asked.assessment is not None:
                self._parts.assessments.check(spoken(found.asked))
            asked = found.asked
            keep = PhraseLog(found, self._caller, self._parts.logs, self._held)
            turn = self._made(message.request_id, found.asked, Told(keep.phrase, self._wake.set))
            if asked.assessment is not None:
                turn.assess(asked.assessment, self._parts.assessments, keep.holding())
            live = found.speech.live(asked.live_options(), turn.listen)
            intake = Intake(live, keep.reel.add if keep.reel is not None else _unheard)
        except UnsupportedLocale as error:
            raise ApiError(400, str(error)) from error
        except (ApiError, ScribaError) as error:
            refused = self._refusal(error)
        except Exception:
            log.exception("a turn could not begin")
            refused = FAILED, _INTERNAL
        if refused is not None:
            turn = self._made(message.request_id, asked, Told(_unkept, self._wake.set))
        self._turn = turn
        turn.start(intake)
        if refused is not None:
            turn.fail(*refused)

    async def _asked(self, body: bytes) -> Asked:
        """What a speech.context asks for; a large one is read on a thread, so that others go on."""
        hint = self._hint or self._mode
        if len(body) <= _SMALL_BYTES:
            return read(self._query, hint, body)
        threads = self._parts.threads
        return await self._loop.run_in_executor(threads, read, self._query, hint, body)

    def _refusal(self, error: Exception) -> tuple[str, str]:
        """Status and reason of a turn that cannot begin now; raises what will never work."""
        status = error.status if isinstance(error, ApiError) else 503
        if isinstance(error, QueueFull):
            status = 429
        if status == 429:
            limited = isinstance(error, ApiError)
            self._parts.metrics.refused("limit" if limited else "queue_full")
            return "TooManyRequests", str(error)
        if isinstance(error, ApiError) and status < 500:
            raise error
        log.error("%s", error)
        return FAILED, str(error)

    def _made(self, request_id: str, asked: Asked, told: Told) -> Turn:
        parts = self._parts
        return Turn(request_id, asked, self._outbox, parts.metrics, parts.threads, told, self._gone)

    async def _audio(self, message: Message) -> None:
        turn = self._turn
        id = message.request_id
        if id is None:
            raise ProtocolError("audio has no X-RequestId")
        if turn is None and message.body and id not in self._past:
            # A client that has nothing to say about its turn may begin with the audio.
            await self._open(Message("speech.context", id, b""))
            turn = self._turn
        if turn is None or id != turn.request_id:
            # What still came for a turn that is over.
            return
        if message.body:
            self._active_at = self._loop.time()
            try:
                await turn.feed(message.body)
            except AudioError as error:
                raise self._refused("bad_audio", error) from error
            self._active_at = self._loop.time()
        else:
            await self._finish(turn)

    async def _finish(self, turn: Turn) -> None:
        try:
            await turn.finish()
        except AudioError as error:
            raise self._refused("bad_audio", error) from error
        self._ended_at = self._loop.time()

    async def _let_go(self) -> None:
        """Give back what the turn held."""
        turn, self._turn = self._turn, None
        held, self._held = self._held, ExitStack()
        try:
            if turn is not None:
                self._past.append(turn.request_id)
                turn.leave()
                # It may wait for a thread that is at work with the turn's audio.
                await asyncio.shield(self._loop.run_in_executor(None, turn.close))
        finally:
            held.close()


def shortened(reason: str) -> str:
    """A reason that a close frame can hold."""
    data = reason.encode("utf-8", "replace")
    if len(data) <= MAX_REASON_BYTES:
        return reason
    return data[: MAX_REASON_BYTES - 3].decode("utf-8", "ignore") + "..."


def spoken(asked: Asked) -> str | None:
    """The one language that a turn can be in; None where there are several."""
    if asked.open_range or len(asked.candidates) > 1:
        return None
    return asked.candidates[0] if asked.candidates else asked.language


def _unheard(_: Samples) -> None:
    pass


def _unkept(_: Any, __: dict[str, Any]) -> None:
    pass
