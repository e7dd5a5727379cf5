"""Entities in the database. Every change of status is told to webhooks in its transaction."""

import builtins
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple, TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from scriba.errors import EntityNotFound, ResourceNotFound
from scriba.resources.entity import Entity, Kind, Problem, Status, now
from scriba.resources.filters import Condition
from scriba.storage.conditions import ENTITY_COLUMNS, to_sql
from scriba.storage.deliveries import record
from scriba.storage.store import Store
from scriba.storage.tables import Document, deliveries
from scriba.storage.tables import entities as table

_EVENTS = {
    Status.RUNNING: "Processing",
    Status.SUCCEEDED: "Completion",
    Status.FAILED: "Completion",
}
# In the class, `list` is the method.
_Page = list[Entity]

_STATUS = sa.select(table.c.status).where(table.c.id == sa.bindparam("id"))

_AT_ONCE = 200

_SILENT = frozenset({Kind.WEBHOOK, Kind.PROJECT, Kind.COPY, Kind.AUTHORIZATION})
"""Kinds that have no events of their own."""


class Unfinished(NamedTuple):
    """An entity that has work left, and whose it is."""

    id: str
    resource_id: str
    kind: Kind = Kind.TRANSCRIPTION


class Changes(TypedDict, total=False):
    """What of an entity may be changed at any time; `description` None removes it."""

    display_name: str
    description: str | None
    custom_properties: dict[str, str]
    spec: dict[str, Any]
    result: dict[str, Any]


class Entities:
    """The entities of a store; one of another resource is as good as absent."""

    def __init__(self, store: Store) -> None:
        self._store = store
        short = _shortened(store.engine.dialect.name).label("spec")
        self._listed = [short if each is table.c.spec else each for each in table.c]

    def create(self, entity: Entity) -> None:
        """Keep a new entity; raises ResourceNotFound where its resource is gone.

        One that has succeeded already, as endpoints have, has its other events at once.
        """
        with self._new() as connection:
            _insert(connection, entity)

    def create_authorized(self, entity: Entity, authorization: str) -> bool:
        """Keep the one entity that an authorization (its id) is good for, and use that up.

        Both or neither happens; False where it was used before, or is gone. Raises as `create`.
        """
        used = (
            table.update()
            .where(
                table.c.id == authorization,
                table.c.kind == Kind.AUTHORIZATION.value,
                table.c.status == Status.NOT_STARTED.value,
            )
            .values(status=Status.SUCCEEDED.value, last_action=now())
        )
        with self._new() as connection:
            if connection.execute(used).rowcount != 1:
                return False
            _insert(connection, entity)
            return True

    @contextmanager
    def _new(self) -> Iterator[Connection]:
        try:
            with self._store.write() as connection:
                yield connection
        except IntegrityError as error:
            raise ResourceNotFound("it was deleted meanwhile") from error

    def get(self, kind: Kind, id: str, resource_id: str | None = None) -> Entity:
        """One entity; raises EntityNotFound."""
        with self._store.read() as connection:
            return find(connection, kind, id, resource_id)

    def status(self, id: str) -> Status:
        """The status of an entity of any kind, which is all that is read; raises EntityNotFound."""
        with self._store.read() as connection:
            found = connection.execute(_STATUS, {"id": id}).scalar()
        if found is None:
            raise EntityNotFound(f"there is no entity {id}")
        return Status(found)

    def list(
        self,
        kind: Kind,
        resource_id: str,
        *,
        skip: int = 0,
        top: int = 100,
        where: Condition | None = None,
    ) -> list[Entity]:
        """A page of a resource's entities, oldest first; `spec` without the recordings' addresses.

        Those are what makes an entity large, and never shown.
        """
        query = sa.select(*self._listed).where(_of(kind, resource_id))
        if where is not None:
            query = query.where(to_sql(where, ENTITY_COLUMNS))
        query = query.order_by(table.c.created, table.c.id).offset(skip).limit(top)
        with self._store.read() as connection:
            return [entity_of(row) for row in connection.execute(query)]

    def count(self, kind: Kind, resource_id: str, *, where: Condition | None = None) -> int:
        """How many there are."""
        query = sa.select(sa.func.count()).select_from(table).where(_of(kind, resource_id))
        if where is not None:
            query = query.where(to_sql(where, ENTITY_COLUMNS))
        with self._store.read() as connection:
            return int(connection.execute(query).scalar_one())

    def at_work_with(self, kinds: Collection[Kind], resource_id: str, id: str) -> Iterator[Entity]:
        """The unfinished entities of a resource in whose `spec` an id stands, wherever it does."""
        ended = [status.value for status in Status if status.ended]
        query = (
            sa.select(*self._listed)
            .where(
                table.c.resource_id == resource_id,
                table.c.kind.in_([each.value for each in kinds]),
                table.c.status.not_in(ended),
                sa.cast(table.c.spec, sa.Text).contains(id, autoescape=True),
            )
            .order_by(table.c.id)
            .limit(_AT_ONCE)
        )
        last = ""
        while True:
            with self._store.read() as connection:
                found = [
                    entity_of(row) for row in connection.execute(query.where(table.c.id > last))
                ]
            yield from found
            if len(found) < _AT_ONCE:
                return
            last = found[-1].id

    def update(self, kind: Kind, id: str, resource_id: str, **changes: Unpack[Changes]) -> Entity:
        """Change what is given and return the entity as it is then; raises EntityNotFound."""
        unknown = set(changes) - Changes.__annotations__.keys()
        if unknown:
            raise ValueError(f"not to be changed here: {sorted(unknown)}")
        with self._store.write() as connection:
            if changes:
                chosen = table.c.id == id, _of(kind, resource_id)
                connection.execute(table.update().where(*chosen).values(**changes))
            return find(connection, kind, id, resource_id)

    def edit(
        self, kind: Kind, id: str, resource_id: str, change: Callable[[Entity], Changes]
    ) -> Entity:
        """As `update`, with what `change` makes of the entity; nobody else writes meanwhile."""
        with self._store.write() as connection:
            found = find(connection, kind, id, resource_id, lock=True)
            changes = change(found)
            if changes:
                connection.execute(table.update().where(table.c.id == id).values(**changes))
            return find(connection, kind, id, resource_id)

    def advance(
        self,
        id: str,
        to: Status,
        *,
        was: Collection[Status],
        result: dict[str, Any] | None = None,
        error: Problem | None = None,
        expires: datetime | None = None,
    ) -> bool:
        """Enter a status from one of `was`; True for the one caller that made the change.

        `result` replaces the entity's when given; `error` and `expires` are set as given.
        """
        changes: dict[str, Any] = {
            "status": to.value,
            "last_action": now(),
            "error_code": error.code if error else None,
            "error_message": error.message if error else None,
            "expires": expires,
        }
        if result is not None:
            changes["result"] = result
        chosen = table.c.id == id, table.c.status.in_([each.value for each in was])
        with self._store.write() as connection:
            if connection.execute(table.update().where(*chosen).values(changes)).rowcount != 1:
                return False
            entity = entity_of(connection.execute(sa.select(table).where(table.c.id == id)).one())
            if to in _EVENTS:
                _tell(connection, _EVENTS[to], entity)
            return True

    def delete(
        self, kind: Kind, id: str, resource_id: str, *, unless: Collection[Status] = ()
    ) -> bool:
        """Remove an entity with its rows of files, inputs and deliveries.

        False where there is none, or where its status is one of `unless`. Its blobs are the
        caller's to remove.
        """
        chosen = [table.c.id == id, _of(kind, resource_id)]
        if unless:
            chosen.append(table.c.status.not_in([each.value for each in unless]))
        with self._store.write() as connection:
            row = connection.execute(sa.select(table).where(*chosen)).first()
            # Its files and inputs go with it: the tables say so.
            if row is None or connection.execute(table.delete().where(*chosen)).rowcount != 1:
                return False
            if kind is Kind.WEBHOOK:
                connection.execute(deliveries.delete().where(deliveries.c.webhook_id == id))
            entity = entity_of(row)
            _tell(connection, "Deletion", entity)
        self._store.tell_deleted(entity)
        return True

    def expired(self, at: datetime, *, spared: Collection[str] = ()) -> _Page:
        """What should have been removed by then, but not of resources in `spared`; at most 100.

        Their `spec` is as in `list`.
        """
        query = sa.select(*self._listed).where(table.c.expires <= at)
        if spared:
            query = query.where(table.c.resource_id.not_in(sorted(spared)))
        query = query.order_by(table.c.expires).limit(100)
        with self._store.read() as connection:
            return [entity_of(row) for row in connection.execute(query)]

    def unfinished(
        self, status: Status, kinds: Collection[Kind] = (Kind.TRANSCRIPTION,)
    ) -> builtins.list[Unfinished]:
        """Entities of a status: the oldest of each resource and kind first, at most 1000.

        A resource with thousands of them must not hide another with one. Datasets that wait for
        their blocks are left out.
        """
        place = sa.func.row_number().over(
            partition_by=(table.c.resource_id, table.c.kind),
            order_by=(table.c.created, table.c.id),
        )
        wanted = [each.value for each in kinds]
        query = (
            sa.select(table.c.id, table.c.resource_id, table.c.kind)
            .where(table.c.kind.in_(wanted), table.c.status == status.value)
            .where(table.c.spec["waits"].as_boolean().is_not(True))
            .order_by(place, table.c.created, table.c.id)
            .limit(1000)
        )
        with self._store.read() as connection:
            rows = connection.execute(query)
            return [Unfinished(row.id, row.resource_id, Kind(row.kind)) for row in rows]

    def with_status(self, kind: Kind, status: Status) -> _Page:
        """Entities of all resources, oldest first, at most 1000; `spec` is as in `list`."""
        query = (
            sa.select(*self._listed)
            .where(table.c.kind == kind.value, table.c.status == status.value)
            .order_by(table.c.created, table.c.id)
            .limit(1000)
        )
        with self._store.read() as connection:
            return [entity_of(row) for row in connection.execute(query)]


def _shortened(dialect: str) -> sa.ColumnElement[Any]:
    """A `spec` without up to a MiB of addresses, taken out by the database; null if unreadable."""
    spec, long = table.c.spec, "content_urls"
    if dialect == "sqlite":
        less = sa.case((sa.func.json_valid(spec) == 1, sa.func.json_remove(spec, f"$.{long}")))
    else:
        binary = sa.cast(spec, JSONB)
        plain = sa.func.jsonb_typeof(binary) == "object"
        less = sa.case((plain, binary.op("-", return_type=JSONB)(sa.cast(long, sa.Text))))
    return sa.type_coerce(less, Document())


def _of(kind: Kind, resource_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.kind == kind.value, table.c.resource_id == resource_id)


def find(
    connection: Connection, kind: Kind, id: str, resource_id: str | None, *, lock: bool = False
) -> Entity:
    """One entity, kept from others' changes until the end of the transaction where `lock` is set.

    Raises EntityNotFound.
    """
    query = sa.select(table).where(table.c.id == id, table.c.kind == kind.value)
    if resource_id is not None:
        query = query.where(table.c.resource_id == resource_id)
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).first()
    if row is None:
        raise EntityNotFound(f"there is no {kind.value} {id}")
    return entity_of(row)


def _insert(connection: Connection, entity: Entity) -> None:
    connection.execute(table.insert().values(row_of(entity)))
    events = ["Creation"]
    if entity.status is Status.SUCCEEDED:
        events += ["Processing", "Completion"]
    for event in events:
        _tell(connection, event, entity)


def _tell(connection: Connection, what: str, entity: Entity) -> None:
    if entity.kind not in _SILENT:
        record(connection, entity.resource_id, entity.kind.value + what, entity)


def row_of(entity: Entity) -> dict[str, Any]:
    """The columns of an entity."""
    return {
        "id": entity.id,
        "resource_id": entity.resource_id,
        "kind": entity.kind.value,
        "version": str(entity.version),
        "host": entity.host,
        "display_name": entity.display_name,
        "locale": entity.locale,
        "status": entity.status.value,
        "created": entity.created,
        "last_action": entity.last_action,
        "description": entity.description,
        "custom_properties": entity.custom_properties,
        "spec": entity.spec,
        "result": entity.result,
        "error_code": entity.error.code if entity.error else None,
        "error_message": entity.error.message if entity.error else None,
        "expires": entity.expires,
    }


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def entity_of(row: Any) -> Entity:
    """The entity of a row."""
    return Entity(
        id=row.id,
        resource_id=row.resource_id,
        kind=Kind(row.kind),
        version=row.version,
        host=row.host,
        display_name=row.display_name,
        locale=row.locale,
        status=Status(row.status),
        created=row.created,
        last_action=row.last_action,
        description=row.description,
        custom_properties=_dict(row.custom_properties),
        spec=_dict(row.spec),
        result=_dict(row.result),
        error=Problem(row.error_code, row.error_message or "") if row.error_code else None,
        expires=row.expires,
    )
