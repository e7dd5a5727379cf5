"""Short audio: `POST /speech/recognition/{mode}/cognitiveservices/v1`."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scriba.errors import (
    AudioError,
    AudioTooLong,
    NothingToRead,
    QueueFull,
    ReferenceTooLong,
    ScribaError,
    UnsupportedLocale,
)
from scriba.pronunciation.assessment import Assess, Assessment
from scriba.pronunciation.reading import Reading
from scriba.server.assessments import Assessments
from scriba.server.auth import Authenticator
from scriba.server.body import arriving, gone
from scriba.server.errors import ApiError, ClientGone
from scriba.server.exchange import exchange_of
from scriba.server.interfaces import Speech, Stream
from scriba.server.limits import Limiter
from scriba.server.log_writer import LogWriter, Owner
from scriba.server.metrics import Metrics
from scriba.server.model_use import Deployment, ModelUse
from scriba.server.schemas import assessed, pronunciation
from scriba.server.schemas.pronunciation import AssessmentRequest
from scriba.server.schemas.recognition import answer
from scriba.server.schemas.short_audio import Asked, parse_query
from scriba.server.tape import Tape
from scriba.server.tokens import Caller
from scriba.speech import AudioDecoder, combine
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase, Recognition, Status

log = logging.getLogger("scriba.server")

MODES = ("conversation", "interactive", "dictation")
PATH = "/speech/recognition/{mode}/cognitiveservices/v1"
MAX_BYTES = 256 << 20

# A minute of speech over a slow line takes several times as long as it lasts.
_BODY_TIMEOUTS = 20
_RESULT_SECONDS = 300.0
_JSON = "application/json; charset=utf-8"

T = TypeVar("T")


def _announced(request: Request) -> int:
    """The length that the head announces, 0 where it announces none."""
    try:
        return int(request.headers.get("content-length", "0"))
    except ValueError:
        return 0


class _Session:
    """One body on its way: bytes to samples to the recogniser. Its methods run on a thread.

    With `keep` the samples are still there in the end.
    """

    def __init__(self, stream: Stream, tape: Tape | None, seconds: float, *, keep: bool) -> None:
        self._stream = stream
        self._tape = tape
        self._kept: list[Samples] | None = [] if keep else None
        self._decoder = AudioDecoder(max_seconds=seconds)
        # The event loop may give up while a thread is still decoding.
        self._lock = threading.Lock()
        self._closed = False

    def feed(self, data: bytes) -> None:
        with self._lock:
            if not self._closed:
                self._take(self._decoder.feed(data))

    def finish(self) -> "Future[Recognition]":
        with self._lock:
            self._take(self._decoder.finish())
            return self._stream.finish()

    def _take(self, samples: Samples) -> None:
        if samples.size:
            self._stream.feed(samples)
            if self._tape is not None:
                self._tape.add(samples)
            if self._kept is not None:
                self._kept.append(samples)

    @property
    def audio(self) -> Samples:
        """The samples that were kept."""
        return np.concatenate(self._kept or [np.zeros(0, np.float32)])

    def close(self) -> None:
        self._stream.cancel()
        with self._lock:
            self._closed = True
            self._decoder.close()


class ShortAudio:
    """The endpoint. Everything that can be refused is refused before the body is read."""

    def __init__(
        self,
        models: ModelUse,
        authenticator: Authenticator,
        metrics: Metrics,
        pool: ThreadPoolExecutor,
        *,
        body_timeout: float,
        logs: LogWriter,
        assessments: Assessments,
        limiter: Limiter | None = None,
    ) -> None:
        self._models = models
        self._assessments = assessments
        self._logs = logs
        self._authenticator = authenticator
        self._metrics = metrics
        self._pool = pool
        self._body_timeout = body_timeout
        self._limiter = limiter or Limiter()

    async def post(self, request: Request) -> Response:
        """Recognise the body."""
        caller = await self._authenticator.caller(request)
        if _announced(request) > MAX_BYTES:
            raise ApiError(400, f"The body is larger than {MAX_BYTES >> 20} MiB.")
        asked = parse_query(request.query_params.multi_items())
        assessment = pronunciation.of_header(request.headers.getlist(pronunciation.HEADER))
        if assessment is not None:
            self._assessments.check(asked.language)
            # Scores have no place in a simple answer.
            asked = replace(asked, format="detailed", assessment=assessment)
        try:
            with ExitStack() as held:
                held.enter_context(self._limiter.recognition(caller))
                if assessment is not None:
                    held.enter_context(self._assessments.place())
                return await self._serve(request, asked, caller)
        except (ApiError, ClientGone, AudioError, QueueFull, UnsupportedLocale) as error:
            self._count_refusal(error)
            raise
        except Exception as error:
            return self._failed(error)

    async def _serve(self, request: Request, asked: Asked, caller: Caller) -> Response:
        at = datetime.now(UTC)
        deployment = None
        if asked.cid is not None:
            # Not on the decoders' threads, which others' audio may keep busy.
            deployment = await asyncio.to_thread(
                self._models.deployment, asked.cid, caller.resource_id, asked.language
            )
        tape = self._tape(request, asked, deployment)
        try:
            lent = await self._models.lease(deployment.model if deployment else None)
            try:
                content = await self._recognise(request, asked, lent.speech, tape)
            finally:
                lent.release()
        except BaseException:
            if tape is not None:
                tape.close()
            raise
        if tape is not None:
            endpoint_id = deployment.endpoint_id if deployment else None
            self._logs.put(Owner(caller, endpoint_id, asked.language), at, tape, content)
        return JSONResponse(content, media_type=_JSON)

    def _tape(self, request: Request, asked: Asked, deployment: Deployment | None) -> Tape | None:
        """What the audio is kept on; of an endpoint the endpoint decides, and not the request."""
        if deployment is None:
            return self._logs.tape() if asked.store_audio else None
        if deployment.logging:
            return self._logs.tape()
        if asked.store_audio:
            exchange_of(request.scope).notes["X-Scriba-Note"] = (
                "storeAudio has no effect: the endpoint's own setting decides, and it is off"
            )
        return None

    async def _recognise(
        self, request: Request, asked: Asked, speech: Speech, tape: Tape | None
    ) -> dict[str, Any]:
        # A place in the queue comes first: without one there is no use in sending audio.
        assess = asked.assessment is not None
        stream = speech.stream(language=asked.language, profanity=asked.profanity, words=assess)
        session = _Session(stream, tape, asked.seconds, keep=assess)
        try:
            async for data in arriving(
                request.receive,
                idle_seconds=self._body_timeout,
                total_seconds=self._body_timeout * _BODY_TIMEOUTS,
                max_bytes=MAX_BYTES,
            ):
                await self._thread(session.feed, data)
            last_byte = time.perf_counter()
            pending = await self._thread(session.finish)
            recognition = await _result(pending, request)
            phrase = await self._thread(_phrase, recognition)
            scored = None
            if recognition.status in (Status.SUCCESS, Status.NO_MATCH):
                scored = await self._assess(session, phrase, asked.assessment, request)
            content = await self._thread(_content, recognition, phrase, asked, scored)
        finally:
            # On a thread, for it waits for a decoder that may be at work; `cancel` is idempotent.
            try:
                self._pool.submit(session.close)
            except RuntimeError:  # the pool is closed: the server is going down
                session.close()
        self._metrics.recognised(recognition, time.perf_counter() - last_byte)
        return content

    async def _assess(
        self,
        session: _Session,
        phrase: Phrase | None,
        asked: AssessmentRequest | None,
        request: Request,
    ) -> Assessment | None:
        if asked is None or (phrase is None and not asked.options.reference):
            return None
        heard = phrase.best.lexical_words if phrase is not None else ()
        reading = Reading(asked.options)

        def work(assessor: Assess) -> Assessment | None:
            return reading.assess(assessor, session.audio, heard, last=True)

        try:
            return await _result(self._assessments.start(work), request)
        except (NothingToRead, ReferenceTooLong) as error:
            raise ApiError(400, f"{pronunciation.HEADER}.ReferenceText: {error}") from error

    def _count_refusal(self, error: Exception) -> None:
        if isinstance(error, ApiError) and error.status == 429:
            self._metrics.rejected.labels("limit").inc()
        elif isinstance(error, QueueFull):
            self._metrics.rejected.labels("queue_full").inc()
        elif isinstance(error, AudioTooLong):
            self._metrics.rejected.labels("too_long").inc()
        elif isinstance(error, AudioError):
            self._metrics.rejected.labels("bad_audio").inc()
        elif isinstance(error, ClientGone):
            log.info("the client left: %s", error)

    def _failed(self, error: Exception) -> Response:
        self._metrics.recognitions.labels("Error").inc()
        log.error("the recogniser failed", exc_info=error)
        reason = str(error) if isinstance(error, ScribaError) else "it met an internal error."
        return JSONResponse(
            {"RecognitionStatus": "Error", "Message": f"The recogniser could not go on: {reason}"},
            500,
            media_type=_JSON,
        )

    async def _thread(self, call: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call, *arguments)


async def _result(pending: "Future[T]", request: Request) -> T:
    """Wait for the result; raises ClientGone as soon as nobody waits for it any more."""
    result = asyncio.wrap_future(pending)
    leaving = asyncio.ensure_future(gone(request.receive))
    waiting: set[asyncio.Future[Any]] = {result, leaving}
    try:
        await asyncio.wait(waiting, timeout=_RESULT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if result.cancelled():
            raise ApiError(503, "The recogniser is shutting down; try again later.")
        if result.done():
            return result.result()
        if leaving.done():
            raise ClientGone("before the result was ready")
        raise ApiError(503, "The recogniser took too long; try again later.")
    finally:
        for each in waiting:
            each.cancel()
        await asyncio.gather(leaving, return_exceptions=True)


def _phrase(recognition: Recognition) -> Phrase | None:
    """All that was said, None where that is nothing."""
    if recognition.status is Status.SUCCESS and recognition.phrases:
        return combine(recognition)
    return None


def _content(
    recognition: Recognition, phrase: Phrase | None, asked: Asked, scored: Assessment | None
) -> dict[str, Any]:
    if asked.assessment is None:
        return answer(recognition, phrase, asked.format)
    if scored is None:
        # Words were heard that the audio does not bear out.
        return answer(recognition, None, asked.format)
    if phrase is None:
        # The recogniser made nothing of it, and it fits the reference.
        phrase = assessed.as_read(scored)
        recognition = replace(recognition, status=Status.SUCCESS)
    told = assessed.Assessed(scored, asked.assessment)
    content = answer(recognition, told.around(phrase), asked.format)
    if "NBest" in content:
        best, *others = content.pop("NBest")
        content |= assessed.signal(told)
        content["NBest"] = [{**best, **assessed.flat(told)}, *others]
    return content
