"""Datasets by blocks: sent in any order, again where the line broke off, then put together."""

import uuid
from pathlib import Path

from starlette.responses import Response

from scriba.resources.dataset import MAX_BLOCK, DatasetSpec
from scriba.resources.entity import Entity
from scriba.resources.versions import Version
from scriba.server.body import arriving
from scriba.server.datasets import DATASETS
from scriba.server.errors import ApiError
from scriba.server.operation import Call, Operation, answer
from scriba.server.schemas import dataset as shapes
from scriba.server.schemas.shapes import SHAPES
from scriba.storage.blocks import Blocks

_TOTAL_SECONDS = 1800.0
_VERSIONS = frozenset(version for version in Version if SHAPES[version].blocks)


def get_blocks(call: Call) -> Response:
    """`GET /datasets/{id}/blocks`."""
    return answer(shapes.blocks(_blocks(call).list(_dataset(call).id)))


async def put_block(call: Call) -> Response:
    """`PUT /datasets/{id}/blocks?blockid=...`: a block of at most 8 MiB, in place of an older one.

    It goes to disk as it comes, so that many at once take no memory.
    """
    name = shapes.read_block_id(call.query.get("blockid"))
    entity = await call.thread(_dataset, call)
    settings = call.services.settings
    draft = settings.data_dir / "incoming" / f"{uuid.uuid4()}.part"
    try:
        await call.thread(draft.parent.mkdir, 0o777, True, True)
        size = 0
        async for data in arriving(
            call.request.receive,
            idle_seconds=settings.body_timeout,
            total_seconds=_TOTAL_SECONDS,
            max_bytes=MAX_BLOCK,
        ):
            size += len(data)
            await call.thread(_append, draft, data)
        if not size:
            raise ApiError(400, "The block is empty.", inner_code="EmptyRequest")
        await call.thread(_keep, call, entity, name, draft, size)
    except OSError as error:
        raise ApiError(
            503, f"The block cannot be kept: {error.strerror or error}. Try again later."
        ) from error
    finally:
        await call.thread(draft.unlink, True)
    return Response(status_code=201)


def commit(call: Call) -> Response:
    """`POST /datasets/{id}/blocks:commit`: the import begins; to say it again changes nothing."""
    wanted = shapes.read_block_list(call.body)
    entity = _blocks(call).commit(_dataset(call), wanted)
    if call.services.jobs is not None:
        call.services.jobs.submit(entity)
    return Response(status_code=200)


def _keep(call: Call, entity: Entity, name: str, draft: Path, size: int) -> None:
    services = call.services
    stored = services.files.stored_bytes
    services.limits.room(call.caller, lambda: stored(entity.resource_id), size)
    _blocks(call).put(entity, name, draft)


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def _dataset(call: Call) -> Entity:
    entity = DATASETS.entity(call)
    if DatasetSpec.from_json(entity.spec).source != "blocks":
        raise ApiError(
            409,
            "This dataset takes no blocks: make one without contentUrl for that.",
            inner_code="InvalidPrerequisite",
        )
    return entity


def _blocks(call: Call) -> Blocks:
    return Blocks(call.services.store, call.services.blobs)


_PATH = "/datasets/{id}/blocks"

OPERATIONS = [
    Operation("Datasets_GetBlocks", "GET", _PATH, get_blocks, _VERSIONS),
    Operation("Datasets_UploadBlock", "PUT", _PATH, put_block, _VERSIONS),
    Operation("Datasets_CommitBlocks", "POST", f"{_PATH}:commit", commit, _VERSIONS, body="json"),
]
