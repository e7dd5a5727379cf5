"""What webhooks are to be told: an outbox, written with the change that it tells of."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scriba.errors import EntityNotFound
from scriba.resources.entity import Entity, Kind, Status, now
from scriba.resources.versions import Version
from scriba.resources.webhook import CHALLENGE, WebhookSpec, hears, notification
from scriba.storage.store import Store
from scriba.storage.tables import deliveries as table
from scriba.storage.tables import delivery_tries as tries_table
from scriba.storage.tables import entities

PENDING, SUCCEEDED, FAILED = "pending", "succeeded", "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that a webhook is told; `payload["body"]` is what it is sent.

    `status` is pending, succeeded or failed. `due` is when it is tried next, `finished` when
    that came to an end. `lease` marks the turn of the worker that claimed it.
    """

    id: str
    webhook_id: str
    resource_id: str
    event: str
    entity_id: str | None
    entity_kind: str | None
    payload: dict[str, Any]
    status: str
    created: datetime
    due: datetime
    tries: int
    finished: datetime | None = None
    lease: datetime | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """One try: when, how long in seconds, the HTTP status if there was one, what was wrong."""

    number: int
    started: datetime
    seconds: float
    status: int | None
    error: str | None


def record(connection: Connection, resource_id: str, event: str, entity: Entity) -> None:
    """Put an event such as "transcriptionCompletion" down for every webhook that wants it.

    One that is still to pass its challenge gets it then; one that failed does not.
    """
    hooks = connection.execute(
        sa.select(entities.c.id, entities.c.version, entities.c.spec)
        .where(
            entities.c.resource_id == resource_id,
            entities.c.kind == Kind.WEBHOOK.value,
            entities.c.status != Status.FAILED.value,
        )
        # A webhook that is deleted at this moment must not undo the change that is told of.
        .with_for_update(read=True, key_share=True)
    ).all()
    for hook in hooks:
        version = Version(hook.version)
        wanted = WebhookSpec.from_json(hook.spec).wants(event)
        if wanted and hears(version, Version(entity.version)):
            body = notification(version, entity, str(uuid.uuid4()))
            insert(connection, hook.id, resource_id, event, {"body": body}, entity)


def insert(
    connection: Connection,
    webhook_id: str,
    resource_id: str,
    event: str,
    payload: Mapping[str, Any],
    entity: Entity | None = None,
) -> str:
    """Put one delivery into the outbox and return its id."""
    at, id = now(), str(uuid.uuid4())
    connection.execute(
        table.insert().values(
            id=id,
            webhook_id=webhook_id,
            resource_id=resource_id,
            event=event,
            entity_id=entity.id if entity else None,
            entity_kind=entity.kind.value if entity else None,
            payload=dict(payload),
            status=PENDING,
            created=at,
            due=at,
            tries=0,
        )
    )
    return id


def hold(connection: Connection, webhook_id: str) -> None:
    """Keep a webhook from being deleted until the transaction ends; raises EntityNotFound."""
    query = sa.select(entities.c.id).where(
        entities.c.id == webhook_id, entities.c.kind == Kind.WEBHOOK.value
    )
    if connection.execute(query.with_for_update(read=True, key_share=True)).first() is None:
        raise EntityNotFound(f"there is no webhook {webhook_id}")


class Outbox:
    """The deliveries of a store. Several workers may share it: each claims what it sends."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, hook: Entity, event: str, body: Mapping[str, Any]) -> str:
        """Put one delivery down for one webhook; raises EntityNotFound where it is gone."""
        with self._store.write() as connection:
            hold(connection, hook.id)
            return insert(connection, hook.id, hook.resource_id, event, {"body": body})

    def claim(
        self,
        most: int,
        lease: float,
        busy: Collection[str] = (),
        room: Callable[[str], int] = lambda _: 4,
    ) -> list[Delivery]:
        """At most `most` deliveries that are due, oldest first, `room(id)` of each webhook.

        They are this caller's for `lease` seconds. Webhooks in `busy` are passed over, and those
        that have not passed their challenge, except for the challenge itself.
        """
        with self._store.read() as connection:
            # Asked first without a lock: mostly there is nothing to do.
            found = self._due(connection, most, busy)
        if not found:
            return []
        claimed = []
        counts: dict[str, int] = {}
        with self._store.write() as connection:
            at = now()
            until = at + timedelta(seconds=lease)
            for row in self._due(connection, most, busy):
                if counts.get(row.webhook_id, 0) >= room(row.webhook_id):
                    continue
                changed = connection.execute(
                    table.update()
                    .where(table.c.id == row.id, *_free(at))
                    .values(leased_until=until)
                )
                if changed.rowcount == 1:
                    counts[row.webhook_id] = counts.get(row.webhook_id, 0) + 1
                    claimed.append(_delivery(row, until))
        return claimed

    def _due(self, connection: Connection, most: int, busy: Collection[str]) -> Sequence[Any]:
        # A webhook with thousands of deliveries must not hide another with one.
        place = sa.func.row_number().over(
            partition_by=table.c.webhook_id, order_by=(table.c.due, table.c.id)
        )
        ranked = (
            sa.select(table.c.id, place.label("place"))
            .join(entities, entities.c.id == table.c.webhook_id, isouter=True)
            .where(
                *_free(now()),
                sa.or_(
                    entities.c.status == Status.SUCCEEDED.value,
                    table.c.event == CHALLENGE,
                    entities.c.id.is_(None),
                ),
            )
        )
        if busy:
            ranked = ranked.where(table.c.webhook_id.not_in(sorted(busy)))
        inner = ranked.subquery()
        query = (
            sa.select(table)
            .join(inner, inner.c.id == table.c.id)
            .order_by(inner.c.place, table.c.due, table.c.id)
            .limit(most)
        )
        return connection.execute(query).all()

    def finish(
        self, delivery: Delivery, done: Try, status: str, due: datetime | None = None
    ) -> bool:
        """Put down how a try ended: `status`, and when the next one is due where it is pending.

        False where the lease was lost to another worker or the webhook is gone.
        """
        with self._store.write() as connection:
            mine = (
                table.c.id == delivery.id,
                table.c.leased_until == delivery.lease,
                table.c.status == PENDING,
            )
            values: dict[str, Any] = {
                "status": status,
                "leased_until": None,
                "tries": table.c.tries + 1,
                "finished": None if status == PENDING else now(),
            }
            if due is not None:
                values["due"] = due
            if connection.execute(table.update().where(*mine).values(values)).rowcount != 1:
                return False
            number = connection.execute(
                sa.select(table.c.tries).where(table.c.id == delivery.id)
            ).scalar_one()
            connection.execute(
                tries_table.insert().values(
                    delivery_id=delivery.id,
                    number=number,
                    started=done.started,
                    seconds=done.seconds,
                    status=done.status,
                    error=done.error,
                )
            )
            return True

    def hurry(self, webhook_id: str) -> None:
        """Make all that waits for this webhook due: it answers again."""
        with self._store.write() as connection:
            connection.execute(
                table.update()
                .where(
                    table.c.webhook_id == webhook_id,
                    table.c.status == PENDING,
                    table.c.due > now(),
                )
                .values(due=now())
            )

    def give_up(self, before: datetime) -> dict[str, int]:
        """Fail what has been pending since before then; webhook id -> how many of its deliveries.

        What is being sent at this moment is left alone, and so is what waits for a challenge, and
        the challenge itself: how that ends is put down with its last try.
        """
        at = now()
        old = (table.c.status == PENDING, table.c.created < before, *_unleased(at))
        query = (
            sa.select(table.c.id, table.c.webhook_id)
            .join(entities, entities.c.id == table.c.webhook_id)
            .where(*old, entities.c.status != Status.NOT_STARTED.value)
        )
        with self._store.read() as connection:
            found = connection.execute(query).all()
        counts: dict[str, int] = {}
        for row in found:
            with self._store.write() as connection:
                changed = connection.execute(
                    table.update()
                    .where(table.c.id == row.id, *old)
                    .values(status=FAILED, finished=at)
                )
            if changed.rowcount == 1:
                counts[row.webhook_id] = counts.get(row.webhook_id, 0) + 1
        return counts

    def prune(self, before: datetime) -> int:
        """Forget what came to an end before then; how many were forgotten."""
        old = sa.select(table.c.id).where(table.c.status != PENDING, table.c.finished < before)
        with self._store.write() as connection:
            connection.execute(tries_table.delete().where(tries_table.c.delivery_id.in_(old)))
            gone = connection.execute(
                table.delete().where(table.c.status != PENDING, table.c.finished < before)
            )
            return gone.rowcount

    def drop(self, delivery: Delivery) -> None:
        """Forget a delivery whose webhook is gone."""
        with self._store.write() as connection:
            connection.execute(tries_table.delete().where(tries_table.c.delivery_id == delivery.id))
            connection.execute(table.delete().where(table.c.id == delivery.id))

    def list(self, webhook_id: str, skip: int, top: int) -> list[Delivery]:
        """A page of a webhook's deliveries, newest first."""
        query = (
            sa.select(table)
            .where(table.c.webhook_id == webhook_id)
            .order_by(table.c.created.desc(), table.c.id)
            .offset(skip)
            .limit(top)
        )
        with self._store.read() as connection:
            return [_delivery(row, None) for row in connection.execute(query)]

    def get(self, webhook_id: str, id: str) -> Delivery:
        """One delivery of a webhook; raises EntityNotFound."""
        query = sa.select(table).where(table.c.id == id, table.c.webhook_id == webhook_id)
        with self._store.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise EntityNotFound(f"there is no delivery {id} of this webhook")
        return _delivery(row, None)

    def tries(self, ids: Collection[str], most: int = 20) -> dict[str, Sequence[Try]]:
        """The last `most` tries of each of these deliveries, oldest first."""
        place = sa.func.row_number().over(
            partition_by=tries_table.c.delivery_id, order_by=tries_table.c.number.desc()
        )
        inner = (
            sa.select(tries_table, place.label("place"))
            .where(tries_table.c.delivery_id.in_(list(ids)))
            .subquery()
        )
        query = sa.select(inner).where(inner.c.place <= most).order_by(inner.c.number)
        found: dict[str, list[Try]] = {id: [] for id in ids}
        with self._store.read() as connection:
            for row in connection.execute(query):
                found[row.delivery_id].append(
                    Try(row.number, row.started, row.seconds, row.status, row.error)
                )
        return dict(found)

    def replay(self, delivery: Delivery) -> Delivery:
        """The same once more, as a new delivery with the same invocation id.

        Raises EntityNotFound where the webhook is gone.
        """
        with self._store.write() as connection:
            hold(connection, delivery.webhook_id)
            at, id = now(), str(uuid.uuid4())
            connection.execute(
                table.insert().values(
                    id=id,
                    webhook_id=delivery.webhook_id,
                    resource_id=delivery.resource_id,
                    event=delivery.event,
                    entity_id=delivery.entity_id,
                    entity_kind=delivery.entity_kind,
                    payload=delivery.payload,
                    status=PENDING,
                    created=at,
                    due=at,
                    tries=0,
                )
            )
        return self.get(delivery.webhook_id, id)


def _unleased(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (sa.or_(table.c.leased_until.is_(None), table.c.leased_until < at),)


def _free(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.status == PENDING, table.c.due <= at, *_unleased(at))


def _delivery(row: Any, lease: datetime | None) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        resource_id=row.resource_id,
        event=row.event,
        entity_id=row.entity_id,
        entity_kind=row.entity_kind,
        payload=row.payload,
        status=row.status,
        created=row.created,
        due=row.due,
        tries=row.tries,
        finished=row.finished,
        lease=lease,
    )
