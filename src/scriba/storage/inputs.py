"""The recordings of transcriptions: what is done and what is left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scriba.errors import EntityNotFound
from scriba.resources.entity import Problem, Status, now
from scriba.storage.store import Store, upsert
from scriba.storage.tables import Moment
from scriba.storage.tables import inputs as table

# Made once, as both are done for every recording.
_MINE = sa.and_(table.c.transcription_id == sa.bindparam("id"), table.c.index == sa.bindparam("at"))
_BEGIN = table.update().where(_MINE).values(begun=table.c.begun + 1).returning(table.c.begun)
_FINISH = (
    table.update()
    .where(_MINE, table.c.status == Status.NOT_STARTED.value)
    .values(
        status=sa.bindparam("to_status"),
        error_code=sa.bindparam("to_code"),
        error_message=sa.bindparam("to_message"),
        seconds=sa.bindparam("to_seconds"),
        finished=sa.bindparam("to_finished", type_=Moment),
    )
)


@dataclass(frozen=True, slots=True)
class Input:
    """A recording of a transcription.

    `source` is its full address, which may hold a signature: never show it as it is, but `shown`.
    `name` is what its result is called after; `seconds` how long it is, once known; `begun` how
    often work on it has begun without an end; `note` what is to be known of one that succeeded.
    """

    index: int
    source: str
    name: str
    shown: str = ""
    status: Status = Status.NOT_STARTED
    error: Problem | None = None
    seconds: float | None = None
    finished: datetime | None = None
    begun: int = 0
    note: str | None = None


class Inputs:
    """The inputs of a store's transcriptions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, transcription_id: str, inputs: Sequence[Input]) -> None:
        """Keep inputs; those whose index is there already stay as they are.

        Raises EntityNotFound where the transcription was deleted meanwhile.
        """
        rows = [
            {
                "transcription_id": transcription_id,
                "index": each.index,
                "source": each.source,
                "name": each.name,
                "shown": each.shown,
                "status": Status.NOT_STARTED.value,
                "begun": 0,
            }
            for each in inputs
        ]
        if not rows:
            return
        try:
            with self._store.write() as connection:
                insert = upsert(connection)(table)
                connection.execute(insert.on_conflict_do_nothing(), rows)
        except IntegrityError as error:
            raise EntityNotFound(f"there is no transcription {transcription_id}") from error

    def all(self, transcription_id: str) -> list[Input]:
        """All inputs, in order."""
        query = (
            sa.select(table)
            .where(table.c.transcription_id == transcription_id)
            .order_by(table.c.index)
        )
        with self._store.read() as connection:
            return [_input(row) for row in connection.execute(query)]

    def pending(self, transcription_id: str) -> list[Input]:
        """Those that are not finished, in order."""
        query = (
            sa.select(table)
            .where(
                table.c.transcription_id == transcription_id,
                table.c.status == Status.NOT_STARTED.value,
            )
            .order_by(table.c.index)
        )
        with self._store.read() as connection:
            return [_input(row) for row in connection.execute(query)]

    def counts(self, transcription_id: str) -> Counter[Status]:
        """How many there are of each status."""
        query = (
            sa.select(table.c.status, sa.func.count())
            .where(table.c.transcription_id == transcription_id)
            .group_by(table.c.status)
        )
        with self._store.read() as connection:
            return Counter({Status(status): n for status, n in connection.execute(query)})

    def begin(self, transcription_id: str, index: int) -> int:
        """Count that work on one begins; returns how often it has begun.

        A recording that ends its process each time must not do so for ever.
        """
        mine = {"id": transcription_id, "at": index}
        with self._store.write() as connection:
            return int(connection.execute(_BEGIN, mine).scalar() or 0)

    def rest(self, transcription_id: str, index: int) -> None:
        """Take a `begin` back: the work was put off, not lost."""
        mine = sa.and_(table.c.transcription_id == transcription_id, table.c.index == index)
        with self._store.write() as connection:
            connection.execute(
                table.update().where(mine, table.c.begun > 0).values(begun=table.c.begun - 1)
            )

    def finish(
        self,
        transcription_id: str,
        index: int,
        *,
        error: Problem | None = None,
        seconds: float | None = None,
        note: str | None = None,
    ) -> bool:
        """Mark one as done, or as failed with `error`; False where it was finished before."""
        values = {
            "id": transcription_id,
            "at": index,
            "to_status": (Status.FAILED if error else Status.SUCCEEDED).value,
            "to_code": error.code if error else None,
            "to_message": error.message if error else note,
            "to_seconds": seconds,
            "to_finished": now(),
        }
        with self._store.write() as connection:
            return connection.execute(_FINISH, values).rowcount == 1

    def reopen(self, transcription_id: str) -> int:
        """Make the failed ones pending again, for a retry; returns how many."""
        changed = (
            table.update()
            .where(
                table.c.transcription_id == transcription_id,
                table.c.status == Status.FAILED.value,
            )
            .values(
                status=Status.NOT_STARTED.value,
                begun=0,
                error_code=None,
                error_message=None,
                finished=None,
            )
        )
        with self._store.write() as connection:
            return int(connection.execute(changed).rowcount)


def _input(row: Any) -> Input:
    return Input(
        index=row.index,
        source=row.source,
        name=row.name,
        shown=row.shown,
        status=Status(row.status),
        error=Problem(row.error_code, row.error_message or "") if row.error_code else None,
        seconds=row.seconds,
        finished=row.finished,
        begun=row.begun,
        note=None if row.error_code else row.error_message,
    )
