"""The processes that do durable work."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from scriba.resources.entity import now
from scriba.storage.store import Store
from scriba.storage.tables import workers as table
from scriba.storage.times import utc


class Workers:
    """Who works on the jobs of a store, and when each last said so."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def beat(self, id: str) -> None:
        """Say that a worker lives."""
        at = now()
        with self._store.write() as connection:
            seen = table.update().where(table.c.id == id).values(seen=at)
            if connection.execute(seen).rowcount == 0:
                connection.execute(table.insert().values(id=id, started=at, seen=at))

    def forget(self, id: str) -> None:
        """Drop a worker that has ended."""
        with self._store.write() as connection:
            connection.execute(table.delete().where(table.c.id == id))

    def seen(self) -> dict[str, datetime]:
        """When each worker last said that it lives, by its own clock."""
        with self._store.read() as connection:
            rows: Any = connection.execute(sa.select(table.c.id, table.c.seen))
            return {row.id: utc(row.seen) for row in rows}

    def any_alive(self, within: float = 60.0) -> bool:
        """Whether a worker said so in the last `within` seconds."""
        oldest = now() - timedelta(seconds=within)
        return any(seen >= oldest for seen in self.seen().values())
