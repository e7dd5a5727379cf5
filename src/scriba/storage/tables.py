"""The tables as this version of Scriba uses them; `migrations` brings a database here."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

HEAD = "0003"
"""The newest migration; a test keeps it equal to Alembic's own idea of it."""


class Moment(sa.TypeDecorator[datetime]):
    """A time, UTC in and out; SQLite keeps no zone, and compares what it keeps as text."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ValueError for a time without a zone, which could be any."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always with the zone UTC."""
        if value is None or value.tzinfo is None:
            return value and value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class Document(sa.TypeDecorator[Any]):
    """JSON; what cannot be read as such is None, so that one bad row does not spoil a list."""

    impl = sa.JSON
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """That of JSON, which raises ValueError for what it cannot read."""
        read = super().result_processor(dialect, coltype)

        def lenient(value: Any) -> Any:
            try:
                return read(value) if read is not None else value
            except ValueError:
                return None

        return lenient


metadata = sa.MetaData()

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What is true of the whole database, such as the fingerprint of its secret."""

resources = sa.Table(
    "resources",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("region", sa.String(40)),
    sa.Column("key1_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("key2_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("key1_hint", sa.String(8), nullable=False),
    sa.Column("key2_hint", sa.String(8), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("key1_rotated", Moment),
    sa.Column("key2_rotated", Moment),
    sa.Column("limits", sa.JSON),
    sa.Column("storage", sa.Text),
)
sa.Index("resources_name", sa.func.lower(resources.c.name), unique=True)

entities = sa.Table(
    "entities",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column(
        "resource_id",
        sa.String(36),
        sa.ForeignKey("resources.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("host", sa.String(512), nullable=False),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("locale", sa.String(40)),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("last_action", Moment, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("custom_properties", Document, nullable=False),
    sa.Column("spec", Document, nullable=False),
    sa.Column("result", Document, nullable=False),
    sa.Column("error_code", sa.String(80)),
    sa.Column("error_message", sa.Text),
    sa.Column("expires", Moment),
)
sa.Index(
    "entities_list", entities.c.resource_id, entities.c.kind, entities.c.created, entities.c.id
)
sa.Index("entities_work", entities.c.kind, entities.c.status)
sa.Index("entities_expires", entities.c.expires)

files = sa.Table(
    "files",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column(
        "entity_id",
        sa.String(36),
        sa.ForeignKey("entities.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("blob", sa.String(200), nullable=False),
    sa.Column("content_type", sa.String(100), nullable=False),
    sa.Column("properties", sa.JSON, nullable=False),
)
sa.Index("files_list", files.c.entity_id, files.c.created, files.c.id)

inputs = sa.Table(
    "inputs",
    metadata,
    sa.Column(
        "transcription_id",
        sa.String(36),
        sa.ForeignKey("entities.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("index", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("shown", sa.Text, nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("begun", sa.Integer, nullable=False),
    sa.Column("error_code", sa.String(80)),
    sa.Column("error_message", sa.Text),
    sa.Column("seconds", sa.Float),
    sa.Column("finished", Moment),
)
"""The recordings of a transcription: where its job takes up its work again."""

blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column(
        "dataset_id",
        sa.String(36),
        sa.ForeignKey("entities.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("name", sa.String(88), primary_key=True),
    sa.Column("position", sa.Integer),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("blob", sa.String(200)),
)
"""What was uploaded for a dataset: committed where it has a `position`, stored where a `blob`."""

logs = sa.Table(
    "logs",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column(
        "resource_id",
        sa.String(36),
        sa.ForeignKey("resources.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("endpoint_id", sa.String(36), sa.ForeignKey("entities.id", ondelete="CASCADE")),
    sa.Column("locale", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("created", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Column("blob", sa.String(200), nullable=False),
)
"""Audio and results kept of what was recognised: of an endpoint, or else of base models."""
sa.Index(
    "logs_list",
    logs.c.resource_id,
    logs.c.endpoint_id,
    logs.c.locale,
    logs.c.created,
    logs.c.name,
)
sa.Index("logs_expires", logs.c.expires)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("webhook_id", sa.String(36), nullable=False),
    sa.Column("resource_id", sa.String(36), nullable=False),
    sa.Column("event", sa.String(40), nullable=False),
    sa.Column("entity_id", sa.String(36)),
    sa.Column("entity_kind", sa.String(20)),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("due", Moment, nullable=False),
    sa.Column("leased_until", Moment),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("finished", Moment),
)
sa.Index("deliveries_due", deliveries.c.status, deliveries.c.due)
sa.Index("deliveries_list", deliveries.c.webhook_id, deliveries.c.created, deliveries.c.id)

delivery_tries = sa.Table(
    "delivery_tries",
    metadata,
    sa.Column(
        "delivery_id",
        sa.String(36),
        sa.ForeignKey("deliveries.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("started", Moment, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("started", Moment, nullable=False),
    sa.Column("seen", Moment, nullable=False),
)
"""The processes that do durable work, and when each last said that it lives."""
