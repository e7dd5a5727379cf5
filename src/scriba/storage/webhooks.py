"""Webhooks in the database: each change of the address comes with the challenge it needs."""

import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scriba.resources.entity import Entity, Kind, Problem, Status, now
from scriba.resources.versions import Version
from scriba.resources.webhook import CHALLENGE, WebhookSpec, event_kinds, hears, notification
from scriba.storage.deliveries import PENDING, hold, insert
from scriba.storage.entities import Entities, entity_of, find, row_of
from scriba.storage.store import Store
from scriba.storage.tables import deliveries, delivery_tries
from scriba.storage.tables import entities as table

Edit = Callable[[Entity], dict[str, Any]]
"""From a webhook to the columns that change: display_name, description, custom_properties, spec."""


class Webhooks:
    """The webhooks of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, hook: Entity) -> None:
        """Keep a new webhook and challenge its address."""
        with self._store.write() as connection:
            connection.execute(table.insert().values(row_of(hook)))
            _challenge(connection, hook)

    def change(self, id: str, resource_id: str, edit: Edit, challenge: bool) -> Entity:
        """Change a webhook by what `edit` makes of it, and challenge its address where it is new.

        `challenge` says that the address was given: then one that has not passed is challenged
        again even where it stays the same. Raises EntityNotFound.
        """
        with self._store.write() as connection:
            old = find(connection, Kind.WEBHOOK, id, resource_id, lock=True)
            changes = edit(old)
            new_url = (changes.get("spec") or old.spec)["web_url"] != old.spec["web_url"]
            again = new_url or (challenge and old.status is not Status.SUCCEEDED)
            if again:
                changes |= {
                    "status": Status.NOT_STARTED.value,
                    "last_action": now(),
                    "error_code": None,
                    "error_message": None,
                }
            if changes:
                connection.execute(table.update().where(table.c.id == id).values(changes))
            hook = find(connection, Kind.WEBHOOK, id, resource_id)
            if again:
                _forget_challenges(connection, id)
                _challenge(connection, hook)
            return hook

    def settle(self, id: str, web_url: str, error: Problem | None) -> bool:
        """End a challenge of this address: passed, or failed with an error.

        False where the address was changed meanwhile, so that the outcome no longer counts.
        """
        with self._store.write() as connection:
            row = connection.execute(
                sa.select(table).where(table.c.id == id).with_for_update()
            ).first()
            if row is None or row.spec["web_url"] != web_url:
                return False
            if row.status != Status.NOT_STARTED.value:
                return False
            status = Status.FAILED if error else Status.SUCCEEDED
            connection.execute(
                table.update()
                .where(table.c.id == id)
                .values(
                    status=status.value,
                    last_action=now(),
                    error_code=error.code if error else None,
                    error_message=error.message if error else None,
                )
            )
            return True

    def complain(self, id: str, error: Problem | None, status: Status = Status.SUCCEEDED) -> None:
        """Set or clear the error of a webhook that stays in this status."""
        with self._store.write() as connection:
            connection.execute(
                table.update()
                .where(table.c.id == id, table.c.status == status.value)
                .values(
                    error_code=error.code if error else None,
                    error_message=error.message if error else None,
                )
            )

    def test(self, hook: Entity) -> int:
        """Send the last entity of each registered event once more; how many there were.

        Raises EntityNotFound where the webhook is gone.
        """
        spec, version = WebhookSpec.from_json(hook.spec), Version(hook.version)
        heard = [each.value for each in Version if hears(version, each)]
        sent = 0
        with self._store.write() as connection:
            hold(connection, hook.id)
            for event, kind, statuses in event_kinds(spec):
                query = (
                    sa.select(table)
                    .where(
                        table.c.resource_id == hook.resource_id,
                        table.c.kind == kind.value,
                        table.c.status.in_([status.value for status in statuses]),
                        table.c.version.in_(heard),
                    )
                    .order_by(table.c.last_action.desc(), table.c.id)
                    .limit(1)
                )
                row = connection.execute(query).first()
                if row is not None:
                    entity = entity_of(row)
                    body = notification(version, entity, str(uuid.uuid4()))
                    insert(connection, hook.id, hook.resource_id, event, {"body": body}, entity)
                    sent += 1
        return sent

    def get(self, id: str, resource_id: str | None = None) -> Entity:
        """One webhook; raises EntityNotFound."""
        return Entities(self._store).get(Kind.WEBHOOK, id, resource_id)


def _challenge(connection: Connection, hook: Entity) -> None:
    body = notification(Version(hook.version), hook, str(uuid.uuid4()))
    payload = {"body": body, "token": uuid.uuid4().hex, "web_url": hook.spec["web_url"]}
    insert(connection, hook.id, hook.resource_id, CHALLENGE, payload)


def _forget_challenges(connection: Connection, id: str) -> None:
    old = sa.and_(
        deliveries.c.webhook_id == id,
        deliveries.c.event == CHALLENGE,
        deliveries.c.status == PENDING,
    )
    chosen = sa.select(deliveries.c.id).where(old)
    connection.execute(delivery_tries.delete().where(delivery_tries.c.delivery_id.in_(chosen)))
    connection.execute(deliveries.delete().where(old))
