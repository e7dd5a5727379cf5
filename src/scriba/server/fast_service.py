"""Fast transcription: forms to disk, a bounded number of recordings at work, and away again."""

import asyncio
import contextlib
import threading
import time
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

from starlette.requests import Request

from scriba.errors import AudioError, NetworkError, UnsupportedLocale
from scriba.server.body import arriving, gone
from scriba.server.errors import ApiError, ClientGone, Complaints
from scriba.server.fast_errors import form_error, no_room, too_large, without_audio, work_error
from scriba.server.interfaces import Diarize, ServerSettings
from scriba.server.model_use import ModelUse
from scriba.server.multipart import BadForm, FormReader, Wanted
from scriba.server.schemas.definition import Definition, parse_definition
from scriba.server.transcriber import Transcriber, Transcript

MAX_DEFINITION_BYTES = 1 << 20

# What a form may hold beside the audio: the definition, parts that nobody asked for, boundaries.
_BESIDE_BYTES = 4 << 20
# An hour for a slow line by default; the silence in between is bounded as well.
_BODY_TIMEOUTS = 120
_RETRY_SECONDS = "5"
_UPLOADS = 4
_FETCHES = 8
_AT_WORK = 8
"""Recordings that are transcribed at once; each holds at most some 30 MB in memory."""
_FETCH_SECONDS = 300.0
"""How long an `audioUrl` may take in all: it holds one of few threads while a client waits."""
_LEFT_OVER_SECONDS = 86400.0

T = TypeVar("T")


class Fetch(Protocol):
    """Writes what an address holds to a file; raises NetworkError. `net.sources.Sources.fetch`."""

    def __call__(
        self,
        address: str,
        to: Path,
        *,
        max_bytes: int,
        total: float,
        stopping: Callable[[], bool],
    ) -> object: ...


class FastService:
    """Takes the form of a request to disk, has it transcribed, and removes it again.

    `fetch` gets the recording of an `audioUrl`, `diarize` tells speakers apart; where one is None,
    what needs it is refused.
    """

    def __init__(
        self,
        models: ModelUse,
        settings: ServerSettings,
        fetch: Fetch | None = None,
        diarize: Diarize | None = None,
    ) -> None:
        self._models = models
        self._fetch = fetch
        self._diarize = diarize
        self.folder = settings.data_dir / "incoming"
        self._max_bytes = settings.max_upload_bytes
        self._body_timeout = settings.body_timeout
        self._fetch_seconds = min(_FETCH_SECONDS, settings.download_timeout)
        self._seats = settings.max_fast
        self._taken = 0
        self._lock = threading.Lock()
        self._uploads = ThreadPoolExecutor(_UPLOADS, thread_name_prefix="upload")
        self._fetching = ThreadPoolExecutor(_FETCHES, thread_name_prefix="fetch")
        self._at_work = ThreadPoolExecutor(_AT_WORK, thread_name_prefix="fast")
        _sweep(self.folder)

    def close(self) -> None:
        """Begin nothing more."""
        for pool in (self._fetching, self._at_work):
            pool.shutdown(wait=False, cancel_futures=True)
        self._uploads.shutdown(wait=False)

    async def transcribe(
        self, request: Request, resource_id: str, *, audio_url: bool
    ) -> tuple[Definition, Transcript]:
        """Transcribe the form that a request of a resource brings.

        `audio_url`: whether it may bring an address. Raises ApiError, ClientGone as soon as the
        client has left, and what the recogniser raises where it fails.
        """
        self._sit()
        held = ExitStack()
        busy: Future[Any] | None = None
        try:
            form = self._form(request)
            held.callback(form.close)
            parts = await self._receive(request, form)
            definition = await self._upload(_definition, parts, audio_url)
            file: BinaryIO | None = parts["audio"].file if "audio" in parts else None
            if file is None and definition.audio_url is None:
                raise without_audio(audio_url)
            models = await self._upload(self._check, definition, file is None, resource_id)
            if file is None:
                left = threading.Event()
                fetching = self._fetching.submit(
                    self._fetched, definition.audio_url or "", held, left.is_set
                )
                busy = fetching
                file = await _while_there(request, fetching, left.set)
            speech = await self._models.speech(models, definition.locales, held)
            transcriber = Transcriber(speech, definition, self._diarize)
            busy = self._at_work.submit(transcriber.run, file)
            return definition, await _while_there(request, busy, transcriber.stop)
        finally:
            # A thread may outlive this request; what it holds is given back when it is done.
            if busy is None:
                self._leave(held)
            else:
                busy.add_done_callback(lambda _: self._leave(held))

    def _sit(self) -> None:
        """Take one of the places for requests; raises ApiError 429."""
        with self._lock:
            if self._taken >= self._seats:
                raise ApiError(
                    429,
                    f"{self._taken} fast transcriptions are being sent, waiting or at work, which "
                    "is as many as this server takes; try again shortly.",
                    {"Retry-After": _RETRY_SECONDS},
                )
            self._taken += 1

    def _leave(self, held: ExitStack) -> None:
        with self._lock:
            self._taken -= 1
        # Removing a large file takes a moment, which is not the event loop's.
        try:
            self._uploads.submit(held.close)
        except RuntimeError:  # the pool is closed: the server is going down
            held.close()

    def _form(self, request: Request) -> FormReader:
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._max_bytes + _BESIDE_BYTES:
            raise too_large(self._max_bytes)
        wanted = {
            "audio": Wanted(self._max_bytes, to_disk=True),
            "definition": Wanted(MAX_DEFINITION_BYTES),
        }
        try:
            return FormReader(request.headers.get("content-type", ""), wanted, self.folder)
        except BadForm as error:
            raise form_error(error) from error

    async def _receive(self, request: Request, form: FormReader) -> dict[str, Any]:
        try:
            async for data in arriving(
                request.receive,
                idle_seconds=self._body_timeout,
                total_seconds=self._body_timeout * _BODY_TIMEOUTS,
                max_bytes=self._max_bytes + _BESIDE_BYTES,
            ):
                await self._upload(form.feed, data)
            return await self._upload(form.finish)
        except BadForm as error:
            raise form_error(error) from error
        except OSError as error:
            raise no_room(error) from error

    def _check(self, definition: Definition, fetched: bool, resource_id: str) -> dict[str, str]:
        """The ids of the models by locale; raises ApiError for what this server has not got."""
        complaints = Complaints()
        if fetched and self._fetch is None:
            complaints.add(
                "InvalidRecordingsUri",
                "This server fetches no recordings: send it as the part 'audio'.",
                "definition.audioUrl",
            )
        if definition.diarization is not None and self._diarize is None:
            complaints.add(
                "InvalidParameterValue",
                "This server cannot tell speakers apart: leave out 'diarization'.",
                "definition.diarization",
            )
        models = {}
        for tag, address in definition.models.items():
            id = address.split("?")[0].rstrip("/").rpartition("/")[2].lower()
            problem = self._models.problem(id, resource_id)
            locale = self._models.locale(id, resource_id)
            if problem is None and locale != tag:
                problem = f"the model {id} is for {locale}"
            if problem is not None:
                complaints.add(
                    "InvalidModel",
                    f"'models' names {address[:200]!r} for {tag}, and {problem}. Leave it out for "
                    "the default.",
                    "definition.models",
                )
            models[tag] = id
        complaints.check()
        return models

    def _fetched(self, address: str, held: ExitStack, stopping: Callable[[], bool]) -> BinaryIO:
        """The recording at an address, on a thread; closed and removed with what is `held`."""
        assert self._fetch is not None
        path = self.folder / f"{uuid.uuid4()}.part"
        held.callback(path.unlink, missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._fetch(
            address,
            path,
            max_bytes=self._max_bytes,
            total=self._fetch_seconds,
            stopping=stopping,
        )
        return held.enter_context(path.open("rb"))

    def _upload(self, call: Callable[..., T], *arguments: Any) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._uploads, call, *arguments)


async def _while_there(request: Request, work: "Future[T]", stop: Callable[[], None]) -> T:
    """Wait for the work; when the client leaves or the server goes down it is told to stop."""
    result = asyncio.wrap_future(work)
    leaving = asyncio.ensure_future(gone(request.receive))
    waiting: set[asyncio.Future[Any]] = {result, leaving}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not result.done():
            raise ClientGone("before the transcription was ready")
        return result.result()
    except (asyncio.CancelledError, CancelledError):
        if result.cancelled():
            raise ApiError(503, "The recogniser is shutting down; try again later.") from None
        raise
    except (AudioError, UnsupportedLocale, NetworkError, OSError) as error:
        raise work_error(error) from error
    finally:
        stop()
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _definition(parts: dict[str, Any], audio_url: bool) -> Definition:
    data = parts["definition"].read() if "definition" in parts else b""
    return parse_definition(data, audio_url=audio_url)


def _sweep(folder: Path) -> None:
    """Remove what a process that was killed left of fetched recordings."""
    before = time.time() - _LEFT_OVER_SECONDS
    for path in folder.glob("*.part"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()
