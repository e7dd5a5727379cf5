"""Blocks of datasets, and logs of endpoints and base models."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "blocks",
        sa.Column(
            "dataset_id",
            sa.String(36),
            sa.ForeignKey("entities.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("name", sa.String(88), primary_key=True),
        sa.Column("position", sa.Integer),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blob", sa.String(200)),
    )
    op.create_table(
        "logs",
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
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blob", sa.String(200), nullable=False),
    )
    op.create_index(
        "logs_list", "logs", ["resource_id", "endpoint_id", "locale", "created", "name"]
    )
    op.create_index("logs_expires", "logs", ["expires"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("logs")
    op.drop_table("blocks")
