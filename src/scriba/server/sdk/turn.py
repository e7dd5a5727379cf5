"""One turn of a connection: audio in, hypotheses and phrases out."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from scriba.errors import NothingToRead, ReferenceTooLong, ScribaError
from scriba.server.assessments import Assessments
from scriba.server.schemas.assessed import Assessed
from scriba.server.schemas.pronunciation import AssessmentRequest
from scriba.server.sdk import messages
from scriba.server.sdk.asked import Asked
from scriba.server.sdk.assessing import Assessing, Scored
from scriba.server.sdk.framing import text_frame
from scriba.server.sdk.intake import Intake
from scriba.server.sdk.metrics import SdkMetrics
from scriba.server.sdk.outbox import ClientLeft, Outbox
from scriba.server.tape import Reel
from scriba.speech.live_events import Draft, Ended, Event, Failed, Final, Finished, Started
from scriba.speech.results import Status

log = logging.getLogger("scriba.server")

FAILED = "Error"
"""The `RecognitionStatus` after which clients try again a few times, and then say what it was."""

_BAD_REQUEST = "BadRequest"

_PIECE_BYTES = 64 << 10
"""That are decoded in one go, so that a large message does not keep a thread from others."""

_BEHIND_SECONDS = 20.0
_ENDING_SECONDS = 0.3
_LOOK_SECONDS = 0.2
_CATCH_UP_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Told:
    """What listens to a turn: `phrase` to what was recognised, `over` when nothing more comes."""

    phrase: Callable[[Final, dict[str, Any]], None]
    over: Callable[[], None]


class Turn:
    """The messages of one request id. Used on the event loop; audio is decoded on `threads`.

    `start` comes first. A turn is over when `turn.end` is in the outbox.
    """

    def __init__(
        self,
        request_id: str,
        asked: Asked,
        outbox: Outbox,
        metrics: SdkMetrics,
        threads: Executor,
        told: Told,
        gone: Callable[[], bool],
    ) -> None:
        self.request_id = request_id
        self.asked = asked
        self.over = False
        self.ended = False
        """Whether all audio is here."""
        self._outbox = outbox
        self._metrics = metrics
        self._threads = threads
        self._told = told
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._intake: Intake | None = None
        self._assessing: Assessing | None = None
        self._said_start = False
        self._said_phrase = False
        self._last_end: float | None = None
        self._began: float | None = None
        """Where the phrase begins of which no hypothesis is out."""
        self._counted = 0.0
        self._moved = asyncio.Event()
        self._ending: asyncio.TimerHandle | None = None
        """Set when all is said and only the turn's end is left."""

    def start(self, intake: Intake | None) -> None:
        """Say that the turn begins; without an `intake` it is refused next."""
        self._intake = intake
        self._metrics.turns_open.inc()
        self._say("turn.start", messages.turn_start())

    def assess(self, request: AssessmentRequest, assessments: Assessments, reel: Reel) -> None:
        """Assess the phrases before they are told; before `start`. `reel` has the audio."""
        self._assessing = Assessing(
            request,
            assessments,
            reel,
            self._take,
            lambda: self.ended,
            once=self.asked.mode == "interactive",
            continues=self.asked.continues,
        )

    def listen(self, event: Event) -> None:
        """Take an event of the recogniser's, from any thread."""
        # Without a loop the server is gone, and so is the client.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._hear, event)

    def _hear(self, event: Event) -> None:
        self._moved.set()
        if self._assessing is not None:
            self._assessing.take(event)
        else:
            self._take(event)

    async def feed(self, data: bytes) -> None:
        """Take audio, and wait while too much of it has no result.

        Raises AudioError, and ClientLeft where nobody waits for the results any more.
        """
        assert self._intake is not None
        if self.over or self.ended or self._ending is not None:
            return
        for at in range(0, len(data), _PIECE_BYTES):
            self._check_client()
            await self._thread(self._intake.feed, data[at : at + _PIECE_BYTES])
            self._count_audio()
            await self._catch_up(self._intake)

    async def _catch_up(self, intake: Intake) -> None:
        """Wait until the recogniser and the client are no longer far behind."""
        until = self._loop.time() + _CATCH_UP_SECONDS
        while not self.over and (self._behind(intake) > _BEHIND_SECONDS or self._outbox.full):
            self._check_client()
            self._moved.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._moved.wait()
            await self._thread(intake.look)
            if self._loop.time() > until:
                self.fail(FAILED, "The recogniser does not keep up; try again later.")

    def _behind(self, intake: Intake) -> float:
        return intake.behind + (self._assessing.behind if self._assessing is not None else 0.0)

    def _check_client(self) -> None:
        if self._gone():
            raise ClientLeft("while its audio waited")

    async def finish(self) -> None:
        """No more audio comes; raises AudioError."""
        assert self._intake is not None
        if self.over or self.ended:
            return
        self.ended = True
        if self._ending is not None:
            self._end("done")
            return
        await self._thread(self._intake.finish)
        self._count_audio()

    def fail(self, status: str, text: str) -> None:
        """End the turn with a status that says why."""
        if not self.over:
            self._say("speech.phrase", messages.failure(status, 0.0, text))
            self._end(status)

    def abandon(self) -> None:
        """End the turn without a result: the client went on to another."""
        if not self.over:
            self._end("abandoned")

    def leave(self) -> None:
        """Say nothing more: nobody listens."""
        if not self.over:
            self._count_end("disconnected")

    def close(self) -> None:
        """Let go of the recogniser; on a thread, for it waits for what another is doing."""
        if self._intake is not None:
            self._intake.close()

    def _take(self, event: Event | Scored) -> None:
        self._moved.set()
        if self.over:
            return
        match event:
            case Started(offset):
                self._began = offset
                if not self._said_start:
                    self._said_start = True
                    self._say("speech.startDetected", messages.detected(offset))
            case Draft():
                self._hypothesis(event)
            case Ended(offset):
                first, self._last_end = self._last_end is None, offset
                if first and self.asked.mode == "interactive":
                    self._say("speech.endDetected", messages.detected(offset))
            case Final():
                self._phrase(event)
            case Scored(final, assessed):
                self._phrase(final, assessed)
            case Finished(seconds):
                self._finished(seconds)
            case Failed(NothingToRead() | ReferenceTooLong() as error):
                self.fail(_BAD_REQUEST, str(error))
            case Failed(error):
                log.error("the recogniser failed", exc_info=error)
                reason = str(error) if isinstance(error, ScribaError) else "an internal error."
                self.fail(FAILED, f"The recogniser could not go on: {reason}")

    def _hypothesis(self, draft: Draft) -> None:
        if self._began is not None:
            since = self._since(self._began)
            if since is not None:
                self._metrics.first_hypothesis_seconds.observe(since)
            self._began = None
        self._say("speech.hypothesis", messages.hypothesis(draft, self.asked), draft=True)

    def _phrase(self, final: Final, assessed: Assessed | None = None) -> None:
        body = messages.phrase(final, self.asked, assessed)
        self._said_phrase = True
        self._say("speech.phrase", body)
        lag = self._since(final.end) if final.status is Status.SUCCESS else None
        self._metrics.phrase(body["RecognitionStatus"], lag)
        self._told.phrase(final, body)

    def _finished(self, seconds: float) -> None:
        if self.asked.mode == "interactive":
            if not self._said_phrase:
                # Without a phrase the native client waits for one for ever.
                silence = Final(Status.INITIAL_SILENCE, seconds, seconds)
                self._say("speech.phrase", messages.phrase(silence, self.asked))
            if not self.ended:
                # The native client stumbles over a turn's end that comes before its audio's, which
                # it sends as soon as it has the phrase. Others wait for the turn's end.
                self._ending = self._loop.call_later(_ENDING_SECONDS, self._end, "done")
                return
        else:
            if self._last_end is not None:
                self._say("speech.endDetected", messages.detected(self._last_end))
            heard = max(seconds, self._intake.seconds if self._intake is not None else 0.0)
            self._say("speech.phrase", messages.acknowledgement(heard))
        self._end("done")

    def _end(self, outcome: str) -> None:
        self._say("turn.end", {})
        self._count_end(outcome)
        self._told.over()

    def _count_end(self, outcome: str) -> None:
        self.over = True
        if self._assessing is not None:
            self._assessing.close()
        if self._ending is not None:
            self._ending.cancel()
        self._metrics.turns.labels(self.asked.mode, outcome).inc()
        self._metrics.turns_open.dec()

    def _since(self, seconds: float) -> float | None:
        return self._intake.arrivals.since(seconds) if self._intake is not None else None

    def _count_audio(self) -> None:
        assert self._intake is not None
        seconds = self._intake.seconds
        self._metrics.audio_seconds.inc(max(0.0, seconds - self._counted))
        self._counted = seconds

    def _say(self, path: str, body: dict[str, Any], *, draft: bool = False) -> None:
        self._outbox.put(text_frame(path, self.request_id, body), draft=draft)

    async def _thread(self, call: Callable[..., None], *arguments: Any) -> None:
        await self._loop.run_in_executor(self._threads, call, *arguments)
