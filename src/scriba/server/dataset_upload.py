"""`POST /datasets/upload`: a dataset as a form, of which clients of older versions are fond."""

import contextlib
import json
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

from starlette.responses import Response

from scriba.resources.dataset import MAX_BLOCK, MAX_BYTES
from scriba.resources.entity import Entity
from scriba.server.body import arriving
from scriba.server.datasets import DATASETS, VERSIONS_WITH_FORMS, create_uploaded
from scriba.server.errors import ApiError
from scriba.server.multipart import BadForm, FormReader, Part, Wanted
from scriba.server.operation import Call, Operation
from scriba.storage.blocks import Blocks

_TEXTS = ("project", "displayName", "description", "locale", "kind", "customProperties", "email")
_TEXT_BYTES = 1 << 16
_BESIDE_BYTES = 4 << 20
_TOTAL_SECONDS = 4 * 3600.0
_RETRY_SECONDS = "5"
_AT_ONCE = threading.BoundedSemaphore(8)
"""Forms that are taken at once: each may take some GiB of the disk."""


async def upload(call: Call) -> Response:
    """Take the form to disk as it comes, then keep it as blocks and let the import begin."""
    if not _AT_ONCE.acquire(blocking=False):
        raise ApiError(
            429,
            "As many uploads as this server takes are under way; try again shortly.",
            {"Retry-After": _RETRY_SECONDS},
        )
    form: FormReader | None = None
    try:
        form = _form(call)
        parts = await _receive(call, form)
        entity = await call.thread(_create, call, parts)
        return DATASETS.created(call, entity)
    except BadForm as error:
        raise ApiError(error.status, error.message, target=error.target) from error
    except OSError as error:
        raise ApiError(
            503, f"The form cannot be kept: {error.strerror or error}. Try again later."
        ) from error
    finally:
        _AT_ONCE.release()
        if form is not None:
            await call.thread(form.close)


def _form(call: Call) -> FormReader:
    wanted = {name: Wanted(_TEXT_BYTES) for name in _TEXTS}
    wanted["data"] = Wanted(max(MAX_BYTES.values()), to_disk=True)
    folder = call.services.settings.data_dir / "incoming"
    return FormReader(call.request.headers.get("content-type", ""), wanted, folder)


async def _receive(call: Call, form: FormReader) -> dict[str, Part]:
    async for data in arriving(
        call.request.receive,
        idle_seconds=call.services.settings.body_timeout,
        total_seconds=_TOTAL_SECONDS,
        max_bytes=max(MAX_BYTES.values()) + _BESIDE_BYTES,
    ):
        await call.thread(form.feed, data)
    return await call.thread(form.finish)


def _create(call: Call, parts: dict[str, Part]) -> Entity:
    if "data" not in parts or not parts["data"].size:
        raise ApiError(
            400,
            "The form has no file: send it as the part 'data'.",
            inner_code="EmptyRequest",
            target="data",
        )
    data = parts["data"]

    def keep(entity: Entity) -> Entity:
        blocks = Blocks(call.services.store, call.services.blobs)
        names = []
        for name, block in _blocks_of(data.file):
            blocks.put(entity, name, block)
            names.append(name)
        return blocks.commit(entity, [("Latest", name) for name in names])

    return create_uploaded(call, _body(parts), data.size, keep)


def _blocks_of(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    file.seek(0)
    number = 0
    while block := file.read(MAX_BLOCK):
        yield f"{number:08d}", block
        number += 1


def _body(parts: dict[str, Part]) -> dict[str, Any]:
    """The form's texts as the JSON of a create."""
    body: dict[str, Any] = {}
    for name in _TEXTS:
        if name in parts:
            body[name] = _text(name, parts[name]) or None
    if (email := body.pop("email", None)) is not None:
        body["properties"] = {"email": email}
    if body.get("project") is not None:
        body["project"] = {"self": body["project"]}
    if body.get("customProperties") is not None:
        with contextlib.suppress(ValueError):
            # What is no JSON is told by whoever reads the body.
            body["customProperties"] = json.loads(body["customProperties"])
    return body


def _text(name: str, part: Part) -> str:
    try:
        return part.read().decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ApiError(
            400, f"The part '{name}' is not UTF-8.", inner_code="InvalidPayload", target=name
        ) from None


OPERATIONS = [
    Operation("Datasets_Upload", "POST", "/datasets/upload", upload, VERSIONS_WITH_FORMS),
]
