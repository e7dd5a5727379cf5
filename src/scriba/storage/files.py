"""Files of entities: their rows. Their content lies in blobs."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from scriba.errors import EntityNotFound, FileNotKnown
from scriba.resources.file import File, FileKind
from scriba.resources.filters import Condition
from scriba.storage.conditions import FILE_COLUMNS, to_sql
from scriba.storage.store import Store, upsert
from scriba.storage.tables import blocks, entities, logs
from scriba.storage.tables import files as table


class Files:
    """The files of a store's entities."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._added: Any = None

    def _adding(self, connection: Connection) -> Any:
        # Made once, as it is done for every recording of every transcription.
        if self._added is None:
            insert = upsert(connection)(table)
            changes = {
                each.name: insert.excluded[each.name] for each in table.c if each.name != "id"
            }
            self._added = insert.on_conflict_do_update(index_elements=["id"], set_=changes)
        return self._added

    def add(self, file: File) -> None:
        """Keep a file's row in place of one with the same id.

        Raises EntityNotFound where its entity was deleted meanwhile; its blob is then nobody's.
        """
        row = {
            "id": file.id,
            "entity_id": file.entity_id,
            "name": file.name,
            "kind": file.kind.value,
            "size": file.size,
            "created": file.created,
            "blob": file.blob,
            "content_type": file.content_type,
            "properties": file.properties,
        }
        try:
            with self._store.write() as connection:
                connection.execute(self._adding(connection), row)
        except IntegrityError as error:
            raise EntityNotFound(f"there is no entity {file.entity_id}") from error

    def list(
        self, entity_id: str, *, skip: int = 0, top: int = 100, where: Condition | None = None
    ) -> list[File]:
        """A page of an entity's files: by their `index` where they have one, then oldest first.

        Results are ready in any order; clients pair them with what they sent.
        """
        query = sa.select(table).where(table.c.entity_id == entity_id)
        if where is not None:
            query = query.where(to_sql(where, FILE_COLUMNS))
        index = table.c.properties["index"].as_integer()
        order = index.nulls_last(), table.c.created, table.c.name, table.c.id
        query = query.order_by(*order).offset(skip).limit(top)
        with self._store.read() as connection:
            return [_file(row) for row in connection.execute(query)]

    def get(self, entity_id: str, file_id: str) -> File:
        """One file; raises FileNotKnown."""
        query = sa.select(table).where(table.c.id == file_id, table.c.entity_id == entity_id)
        with self._store.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise FileNotKnown(f"there is no file {file_id} here")
        return _file(row)

    def find(self, entity_id: str, file_id: str) -> File | None:
        """One file, None where there is none."""
        try:
            return self.get(entity_id, file_id)
        except FileNotKnown:
            return None

    def stored_bytes(self, resource_id: str) -> int:
        """How many bytes the files of a resource hold together.

        Uploaded blocks and logs count as well; what was written to a client's own container does
        not.
        """
        mine = entities.c.resource_id == resource_id
        parts = (
            sa.select(sa.func.sum(table.c.size))
            .join(entities, entities.c.id == table.c.entity_id)
            .where(mine, table.c.properties["url"].as_string().is_(None)),
            sa.select(sa.func.sum(blocks.c.size))
            .join(entities, entities.c.id == blocks.c.dataset_id)
            .where(mine, blocks.c.blob.is_not(None)),
            sa.select(sa.func.sum(logs.c.size)).where(logs.c.resource_id == resource_id),
        )
        with self._store.read() as connection:
            return sum(int(connection.execute(part).scalar_one() or 0) for part in parts)

    def delete_of(self, entity_id: str) -> None:
        """Forget the files of an entity."""
        with self._store.write() as connection:
            connection.execute(table.delete().where(table.c.entity_id == entity_id))


def _file(row: Any) -> File:
    return File(
        id=row.id,
        entity_id=row.entity_id,
        name=row.name,
        kind=FileKind(row.kind),
        size=row.size,
        created=row.created,
        blob=row.blob,
        content_type=row.content_type,
        properties=row.properties or {},
    )
