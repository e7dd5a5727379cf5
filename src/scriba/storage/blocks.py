"""What clients upload for a dataset: blocks, sent in any order and again, then put together."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scriba.errors import AlreadyCommitted, BlockNotFound, DatasetTooLarge, InvalidBlock
from scriba.resources.dataset import MAX_BLOCKS, MAX_BYTES, DatasetSpec
from scriba.resources.entity import Entity, Kind, now
from scriba.storage.blobs import BlobsOf
from scriba.storage.entities import find
from scriba.storage.store import Store, upsert
from scriba.storage.tables import blocks as table
from scriba.storage.tables import entities

BlockKind = Literal["Committed", "Uncommitted", "Latest"]

KEPT = timedelta(days=7)
"""How long a dataset waits for its blocks to be committed, from its creation."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block: the client's name for it (base64), and its bytes; `blob` None once removed."""

    name: str
    size: int
    committed: bool
    blob: str | None


class Blocks:
    """The blocks of a store's datasets. A file that came as a form is one committed block."""

    def __init__(self, store: Store, blobs: BlobsOf) -> None:
        self._store = store
        self._blobs = blobs

    def put(self, dataset: Entity, name: str, data: bytes | Path) -> None:
        """Keep an uncommitted block, in place of one of the same name.

        Raises AlreadyCommitted, DatasetTooLarge, InvalidBlock, EntityNotFound, BlobError.
        """
        folder = f"{dataset.resource_id}/{dataset.id}/{uuid.uuid4()}"
        blobs = self._blobs(dataset.resource_id)
        old: str | None = None
        try:
            # A blob of its own each time: what is committed must not change under a late call.
            blob = f"{folder}/block"
            size = blobs.put(blob, data)
            with self._store.write() as connection:
                spec = _waiting(connection, dataset)
                others = sa.select(sa.func.count(), sa.func.sum(table.c.size)).where(
                    table.c.dataset_id == dataset.id, table.c.name != name
                )
                count, total = connection.execute(others).one()
                if int(total or 0) + size > MAX_BYTES[spec.kind]:
                    raise DatasetTooLarge(
                        f"a dataset of the kind {spec.kind} may hold {MAX_BYTES[spec.kind]} bytes"
                    )
                if count >= MAX_BLOCKS:
                    raise DatasetTooLarge(f"it may have {MAX_BLOCKS} blocks")
                other_length = sa.select(table.c.name).where(
                    table.c.dataset_id == dataset.id, sa.func.length(table.c.name) != len(name)
                )
                if (other := connection.execute(other_length.limit(1)).scalar()) is not None:
                    raise InvalidBlock(
                        f"the ids of a dataset's blocks have one length; {name!r} and {other!r} "
                        "have not"
                    )
                one = table.c.dataset_id == dataset.id, table.c.name == name
                old = connection.execute(sa.select(table.c.blob).where(*one)).scalar()
                row = {
                    "dataset_id": dataset.id,
                    "name": name,
                    "position": None,
                    "size": size,
                    "created": now(),
                    "blob": blob,
                }
                insert = upsert(connection)(table).values(row)
                changes = {each: insert.excluded[each] for each in ("size", "created", "blob")}
                connection.execute(
                    insert.on_conflict_do_update(
                        index_elements=["dataset_id", "name"], set_=changes
                    )
                )
        except BaseException:
            blobs.delete_prefix(folder)
            raise
        if old is not None:
            blobs.delete_prefix(old.rpartition("/")[0])

    def list(self, dataset_id: str) -> list[Block]:
        """All blocks: the committed ones in their order, then the others by age."""
        query = (
            sa.select(table)
            .where(table.c.dataset_id == dataset_id)
            .order_by(table.c.position.nulls_last(), table.c.created, table.c.name)
        )
        with self._store.read() as connection:
            return [
                Block(row.name, row.size, row.position is not None, row.blob)
                for row in connection.execute(query)
            ]

    def commit(self, dataset: Entity, wanted: Sequence[tuple[BlockKind, str]]) -> Entity:
        """Put the named blocks together in this order, and let the import begin.

        Uncommitted blocks that are not named are removed. To say the same again changes nothing;
        anything else is AlreadyCommitted. Raises BlockNotFound, EntityNotFound.
        """
        dropped: list[str] = []
        with self._store.write() as connection:
            found = find(connection, Kind.DATASET, dataset.id, dataset.resource_id, lock=True)
            spec = DatasetSpec.from_json(found.spec)
            rows = connection.execute(sa.select(table).where(table.c.dataset_id == dataset.id))
            known = {row.name: row for row in rows}
            names = [name for _, name in wanted]
            if not spec.waits:
                committed = sorted(
                    (row for row in known.values() if row.position is not None),
                    key=lambda row: row.position,
                )
                if spec.source == "blocks" and names == [row.name for row in committed]:
                    return found
                raise AlreadyCommitted("the import has begun; make a new dataset")
            for kind, name in wanted:
                if name not in known or kind == "Committed":
                    raise BlockNotFound(f"there is no {kind.lower()} block {name[:88]!r}")
            chosen = table.c.dataset_id == dataset.id, table.c.name == sa.bindparam("called")
            connection.execute(
                table.update().where(*chosen).values(position=sa.bindparam("place")),
                [{"called": name, "place": place} for place, name in enumerate(names)],
            )
            kept = set(names)
            dropped = [row.blob for row in known.values() if row.name not in kept and row.blob]
            connection.execute(
                table.delete().where(table.c.dataset_id == dataset.id, table.c.position.is_(None))
            )
            spec = replace(spec, waits=False)
            connection.execute(
                entities.update()
                .where(entities.c.id == dataset.id)
                .values(spec=spec.to_json(), expires=None)
            )
            after = find(connection, Kind.DATASET, dataset.id, dataset.resource_id)
        for blob in dropped:
            self._blobs(dataset.resource_id).delete_prefix(blob.rpartition("/")[0])
        return after

    def read(self, dataset: Entity) -> Iterator[bytes]:
        """The committed bytes in order, in pieces of some MiB; raises BlobError."""
        blobs = self._blobs(dataset.resource_id)
        for block in self.list(dataset.id):
            if block.committed and block.blob is not None:
                yield from blobs.read(block.blob)

    def forget(self, dataset: Entity) -> None:
        """Remove the bytes of what was committed, once it has been imported; raises BlobError."""
        blobs = self._blobs(dataset.resource_id)
        for block in self.list(dataset.id):
            if block.blob is not None:
                blobs.delete_prefix(block.blob.rpartition("/")[0])
        with self._store.write() as connection:
            connection.execute(
                table.update().where(table.c.dataset_id == dataset.id).values(blob=None)
            )


def _waiting(connection: Connection, dataset: Entity) -> DatasetSpec:
    """The spec of a dataset that takes blocks; raises AlreadyCommitted, EntityNotFound."""
    found = find(connection, Kind.DATASET, dataset.id, dataset.resource_id, lock=True)
    spec = DatasetSpec.from_json(found.spec)
    if not spec.waits:
        raise AlreadyCommitted("it takes no more blocks; make a new dataset")
    return spec
