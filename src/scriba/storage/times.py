"""Times as the databases give them back."""

from datetime import UTC, datetime


def utc(value: datetime) -> datetime:
    """SQLite keeps no zone and gives back what was stored, which is always UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
