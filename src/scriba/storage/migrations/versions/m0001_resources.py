"""Resources with two keys, and facts about the database."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables `facts` and `resources`."""
    op.create_table(
        "facts",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "resources",
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
    op.create_index("resources_name", "resources", [sa.text("lower(name)")], unique=True)


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("resources")
    op.drop_table("facts")
