"""Resources and their keys in the database."""

import hashlib
import hmac
import uuid
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scriba.errors import NameTaken, ResourceNotFound
from scriba.resources import (
    CreatedResource,
    Resource,
    new_key,
    validate_name,
    validate_region,
)
from scriba.resources.limits import Limits
from scriba.storage.store import Store
from scriba.storage.tables import resources as table

_LONGEST_KEY = 256

_COLUMNS = (
    table.c.id,
    table.c.name,
    table.c.region,
    table.c.key1_hint,
    table.c.key2_hint,
    table.c.created,
    table.c.key1_rotated,
    table.c.key2_rotated,
    table.c.limits,
)


class Resources:
    """The resources of a store.

    Keys are kept as keyed hashes (HMAC-SHA256), so a copy of the database holds none that works.
    Nothing is cached: a change by another process counts at once.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hash_key = store.secret.derive("subscription keys")

    def create(self, name: str, region: str | None = None) -> CreatedResource:
        """Make a resource with two new keys; raises InvalidName, InvalidRegion, NameTaken."""
        validate_name(name)
        region = validate_region(region) if region else None
        key1, key2 = new_key(), new_key()
        row = table.insert().values(
            id=str(uuid.uuid4()),
            name=name,
            region=region,
            key1_hash=self._hash(key1),
            key2_hash=self._hash(key2),
            key1_hint=key1[-4:],
            key2_hint=key2[-4:],
            created=_now(),
        )
        try:
            with self._store.write() as connection:
                connection.execute(row)
        except IntegrityError as error:
            raise NameTaken(name) from error
        return CreatedResource(name, region, key1, key2)

    def list(self) -> list[Resource]:
        """All resources by name."""
        query = sa.select(*_COLUMNS).order_by(sa.func.lower(table.c.name))
        with self._store.read() as connection:
            return [_resource(row) for row in connection.execute(query)]

    def get(self, name: str) -> Resource:
        """One resource, upper and lower case alike; raises ResourceNotFound."""
        with self._store.read() as connection:
            row = connection.execute(sa.select(*_COLUMNS).where(_named(name))).first()
        if row is None:
            raise ResourceNotFound(name)
        return _resource(row)

    def rotate(self, name: str, which: Literal[1, 2]) -> str:
        """Replace key 1 or 2 and return the new one; the old stops working at once."""
        if which not in (1, 2):
            raise ValueError(f"a resource has keys 1 and 2, not {which!r}")
        key = new_key()
        change: dict[str, Any] = {
            f"key{which}_hash": self._hash(key),
            f"key{which}_hint": key[-4:],
            f"key{which}_rotated": _now(),
        }
        with self._store.write() as connection:
            done = connection.execute(table.update().where(_named(name)).values(change))
        if done.rowcount == 0:
            raise ResourceNotFound(name)
        return key

    def delete(self, name: str) -> None:
        """Remove a resource; its keys stop working at once. Raises ResourceNotFound."""
        with self._store.write() as connection:
            done = connection.execute(table.delete().where(_named(name)))
        if done.rowcount == 0:
            raise ResourceNotFound(name)

    def authenticate(self, key: str) -> Resource | None:
        """The resource that this key belongs to, None where there is none."""
        if not key or len(key) > _LONGEST_KEY:
            return None
        digest = self._hash(key)
        query = sa.select(*_COLUMNS, table.c.key1_hash, table.c.key2_hash).where(
            sa.or_(table.c.key1_hash == digest, table.c.key2_hash == digest)
        )
        with self._store.read() as connection:
            row = connection.execute(query).first()
        # The look-up is by hash, so its time says nothing of the key; this compares all the same.
        if row is None or not (
            hmac.compare_digest(row.key1_hash, digest) | hmac.compare_digest(row.key2_hash, digest)
        ):
            return None
        return _resource(row)

    def _hash(self, key: str) -> str:
        return hmac.digest(self._hash_key, key.encode("utf-8", "replace"), hashlib.sha256).hex()


def _named(name: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(table.c.name) == name.lower()


def _resource(row: Any) -> Resource:
    return Resource(
        id=row.id,
        name=row.name,
        region=row.region,
        hint1=row.key1_hint,
        hint2=row.key2_hint,
        created=_utc(row.created),
        rotated1=_utc(row.key1_rotated) if row.key1_rotated else None,
        rotated2=_utc(row.key2_rotated) if row.key2_rotated else None,
        limits=Limits.from_json(row.limits),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _utc(value: datetime) -> datetime:
    # SQLite keeps no zone and gives back what was stored, which is always UTC.
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
