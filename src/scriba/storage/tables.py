"""The tables as this version of Scriba uses them; `migrations` brings a database here."""

import sqlalchemy as sa

HEAD = "0001"
"""The newest migration; a test keeps it equal to Alembic's own idea of it."""

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
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("key1_rotated", sa.DateTime(timezone=True)),
    sa.Column("key2_rotated", sa.DateTime(timezone=True)),
    sa.Column("limits", sa.JSON),
)
sa.Index("resources_name", sa.func.lower(resources.c.name), unique=True)
