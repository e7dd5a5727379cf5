"""What webhooks are to be told: an outbox, written with the change that it tells of."""

import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scriba.resources.entity import Entity, Kind, Status, now
from scriba.storage.tables import deliveries, entities


def record(connection: Connection, resource_id: str, event: str, entity: Entity) -> None:
    """Put an event such as "transcriptionCompletion" down for every webhook that wants it."""
    hooks = connection.execute(
        sa.select(entities.c.id, entities.c.spec).where(
            entities.c.resource_id == resource_id,
            entities.c.kind == Kind.WEBHOOK.value,
            entities.c.status == Status.SUCCEEDED.value,
        )
    ).all()
    for hook in hooks:
        if not hook.spec.get("events", {}).get(event):
            continue
        connection.execute(
            deliveries.insert().values(
                id=str(uuid.uuid4()),
                webhook_id=hook.id,
                resource_id=resource_id,
                event=event,
                entity_id=entity.id,
                entity_kind=entity.kind.value,
                payload={"host": entity.host},
                status="pending",
                created=now(),
                due=now(),
                tries=0,
            )
        )
