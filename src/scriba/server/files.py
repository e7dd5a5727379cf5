"""`/speechtotext/content/...`: contents behind signed addresses, whole or in parts, for anyone."""

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from scriba.errors import BlobNotFound, FileNotKnown
from scriba.resources.base_model import BaseModels
from scriba.resources.file import FileKind
from scriba.server.entity_files import CONTENT
from scriba.server.errors import ApiError
from scriba.server.interfaces import Captions
from scriba.server.models import MODELS
from scriba.storage.blobs import BlobsOf
from scriba.storage.files import Files
from scriba.storage.links import Links
from scriba.storage.logs import FOLDER, Logs

FORMS = {
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "rttm": "text/plain; charset=utf-8",
}

_STEP = 1 << 20
_MAX_RESULT = 64 << 20
_CONVERSIONS = 2
"""Results that are put in another form at once: each may take many times its size in memory."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII | re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9._ ()-]", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Content:
    """A content that may be sent: what it is called, and its bytes from and up to a place."""

    name: str
    media_type: str
    size: int
    tag: str
    read: Callable[[int, int], Iterator[bytes]]


class Contents:
    """Serves files of entities and of models to whoever has a link that is still good."""

    def __init__(
        self,
        links: Links,
        files: Files,
        logs: Logs,
        blobs: BlobsOf,
        base_models: BaseModels,
        model_dir: Path,
        threads: ThreadPoolExecutor,
        captions: Captions | None,
    ) -> None:
        self._links = links
        self._files = files
        self._logs = logs
        self._blobs = blobs
        self._base_models = base_models
        self._model_dir = model_dir
        self._threads = threads
        self._captions = captions
        # Waited for on the event loop, where it takes no thread from other requests.
        self._converting = asyncio.Semaphore(_CONVERSIONS)

    async def get(self, request: Request) -> Response:
        """`GET` and `HEAD`; ranges are served, several at once are not and get the whole."""
        owner, entity, name = (request.path_params[each] for each in ("owner", "entity", "file"))
        query = dict(request.query_params)
        problem = self._links.check(f"{owner}/{entity}/{name}", query)
        if problem is not None:
            raise ApiError(403, problem)
        form = query.get("as", "").lower()
        if form and form not in FORMS:
            raise ApiError(
                400,
                f"The query parameter 'as' must be one of: {', '.join(FORMS)}.",
                inner_code="InvalidParameterValue",
                target="as",
            )
        loop = asyncio.get_running_loop()
        async with self._converting if form else nullcontext():
            content = await loop.run_in_executor(
                self._threads, self._find, owner, entity, name, form
            )
        # On a thread as well: a storage elsewhere is asked before the first byte.
        return await loop.run_in_executor(self._threads, _answer, request, content)

    def _find(self, owner: str, entity: str, name: str, form: str) -> Content:
        try:
            if owner == MODELS:
                return self._of_model(entity, name)
            if entity == FOLDER:
                return self._of_log(owner, name)
            return self._of_entity(owner, entity, name, form)
        except (FileNotKnown, BlobNotFound, FileNotFoundError):
            raise ApiError(404, "The file has been removed.") from None

    def _of_entity(self, owner: str, entity: str, name: str, form: str) -> Content:
        file = self._files.get(entity, name)
        blobs = self._blobs(owner)
        size = blobs.size(file.blob)
        tag = f"{file.id}-{int(file.created.timestamp() * 1e6):x}"

        def read(start: int, length: int) -> Iterator[bytes]:
            return blobs.read(file.blob, start, length)

        content = Content(file.name, file.content_type, size, tag, read)
        if not form:
            return content
        if file.kind is not FileKind.TRANSCRIPTION or self._captions is None:
            raise ApiError(
                400,
                "The query parameter 'as' is for results of transcriptions; this is a file of the "
                f"kind {file.kind}.",
                inner_code="InvalidParameterValue",
                target="as",
            )
        if size > _MAX_RESULT:
            raise ApiError(422, "This result is too large to be put in another form.")
        text = self._captions(b"".join(read(0, size)), form).encode()
        stem = file.name.removesuffix(".json")
        return Content(
            f"{stem}.{form}",
            FORMS[form],
            len(text),
            f"{tag}-{form}",
            lambda start, length: iter([text[start : start + length]]),
        )

    def _of_log(self, owner: str, name: str) -> Content:
        log = self._logs.find(owner, name)
        blobs = self._blobs(owner)
        media_type = "audio/wav" if log.kind is FileKind.AUDIO else "application/json"

        def read(start: int, length: int) -> Iterator[bytes]:
            return blobs.read(log.blob, start, length)

        return Content(log.name, media_type, blobs.size(log.blob), log.name, read)

    def _of_model(self, id: str, name: str) -> Content:
        base = self._base_models.get(id)
        known = None
        if base is not None:
            known = next((file for file in base.model.files if file.name == name), None)
        if base is None or known is None:
            raise FileNotFoundError(name)
        path = base.model.folder(self._model_dir) / known.name
        size = path.stat().st_size

        def read(start: int, length: int) -> Iterator[bytes]:
            with path.open("rb") as file:
                file.seek(start)
                left = length
                while left > 0 and (block := file.read(min(_STEP, left))):
                    left -= len(block)
                    yield block

        return Content(known.name, "application/octet-stream", size, known.sha256, read)


PATH = CONTENT + "/{owner}/{entity}/{file}"


def _answer(request: Request, content: Content) -> Response:
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": disposition(content.name),
        "Content-Type": content.media_type,
        "ETag": f'"{content.tag}"',
    }
    if request.headers.get("if-none-match") in (headers["ETag"], "*"):
        return Response(status_code=304, headers=headers)
    begin, end, status = 0, content.size, 200
    span = _span(request, content.size, headers["ETag"])
    if span is not None:
        begin, end = span
        if begin >= end:
            raise ApiError(
                416,
                f"The file holds {content.size} bytes; the range asks for none of them.",
                {"Content-Range": f"bytes */{content.size}"},
            )
        status = 206
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{content.size}"
    headers["Content-Length"] = str(end - begin)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(content.read(begin, end - begin), status, headers)


def _span(request: Request, size: int, tag: str) -> tuple[int, int] | None:
    """The first byte and the one after the last that are asked for; None for all."""
    match = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    if request.headers.get("if-range", tag) != tag:
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1 if last else size)


def disposition(name: str) -> str:
    """The header that makes a browser keep a file under `name`, without its folders."""
    name = name.replace("\\", "/").rpartition("/")[2] or "file"
    plain = _UNSAFE.sub("_", name)
    header = f'attachment; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
