"""Resources and their keys in the database."""

import hashlib
import hmac
import uuid
from typing import Any, Literal, TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from scriba.errors import NameTaken, ResourceNotFound, StorageInUse
from scriba.resources import (
    CreatedResource,
    Resource,
    new_key,
    validate_name,
    validate_region,
)
from scriba.resources.entity import Kind, Status, now
from scriba.resources.limits import Limits
from scriba.storage.store import Store
from scriba.storage.tables import blocks, deliveries, entities, files, logs
from scriba.storage.tables import resources as table

_LONGEST_KEY = 256
_WITHOUT_FILES = (Kind.WEBHOOK.value, Kind.AUTHORIZATION.value)

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
    table.c.storage,
)


class Changes(TypedDict, total=False):
    """What of a resource may be changed; None takes limits or its own storage away."""

    limits: Limits | None
    storage: str | None


class Resources:
    """The resources of a store.

    Keys are kept as keyed hashes (HMAC-SHA256), so a copy of the database holds none that works.
    Nothing is cached: a change by another process counts at once.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hash_key = store.secret.derive("subscription keys")

    def create(
        self,
        name: str,
        region: str | None = None,
        *,
        limits: Limits | None = None,
        storage: str | None = None,
    ) -> CreatedResource:
        """Make a resource with two new keys; raises InvalidName, InvalidRegion, NameTaken.

        `storage` is the address of its own storage of files, taken as it is.
        """
        validate_name(name)
        region = validate_region(region) if region else None
        id, key1, key2 = str(uuid.uuid4()), new_key(), new_key()
        row = table.insert().values(
            id=id,
            name=name,
            region=region,
            key1_hash=self._hash(key1),
            key2_hash=self._hash(key2),
            key1_hint=key1[-4:],
            key2_hint=key2[-4:],
            created=now(),
            limits=_written(limits),
            storage=storage,
        )
        try:
            with self._store.write() as connection:
                connection.execute(row)
        except IntegrityError as error:
            raise NameTaken(name) from error
        return CreatedResource(id, name, region, key1, key2)

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

    def by_id(self, id: str) -> Resource:
        """One resource by its id; raises ResourceNotFound."""
        with self._store.read() as connection:
            row = connection.execute(sa.select(*_COLUMNS).where(table.c.id == id)).first()
        if row is None:
            raise ResourceNotFound(id)
        return _resource(row)

    def update(self, name: str, *, moved: bool = False, **changes: Unpack[Changes]) -> Resource:
        """Change what is given, also to None, and return the resource as it is then.

        Raises ResourceNotFound, and StorageInUse where another storage is given while files lie in
        the present one or work is going on, unless they were `moved` there.
        """
        unknown = set(changes) - Changes.__annotations__.keys()
        if unknown:
            raise ValueError(f"not to be changed here: {sorted(unknown)}")
        values: dict[str, Any] = dict(changes)
        if "limits" in values:
            values["limits"] = _written(values["limits"])
        with self._store.write() as connection:
            query = sa.select(*_COLUMNS).where(_named(name)).with_for_update()
            found = connection.execute(query).first()
            if found is None:
                raise ResourceNotFound(name)
            storage = values.get("storage", found.storage)
            if _place(storage) != _place(found.storage) and not moved:
                _check_unused(connection, found)
            if values:
                connection.execute(table.update().where(table.c.id == found.id).values(values))
            return _resource(connection.execute(query).one())

    def rotate(self, name: str, which: Literal[1, 2]) -> str:
        """Replace key 1 or 2 and return the new one; the old stops working at once."""
        if which not in (1, 2):
            raise ValueError(f"a resource has keys 1 and 2, not {which!r}")
        key = new_key()
        change: dict[str, Any] = {
            f"key{which}_hash": self._hash(key),
            f"key{which}_hint": key[-4:],
            f"key{which}_rotated": now(),
        }
        with self._store.write() as connection:
            done = connection.execute(table.update().where(_named(name)).values(change))
        if done.rowcount == 0:
            raise ResourceNotFound(name)
        return key

    def delete(self, name: str) -> None:
        """Remove a resource with all its entities and the rows of their files.

        Its keys stop working at once. What its files held lies on under `ID/` in its storage: that
        is the caller's to remove. Raises ResourceNotFound.
        """
        with self._store.write() as connection:
            id = connection.execute(sa.select(table.c.id).where(_named(name))).scalar()
            if (
                id is None
                or not connection.execute(table.delete().where(table.c.id == id)).rowcount
            ):
                raise ResourceNotFound(name)
            connection.execute(deliveries.delete().where(deliveries.c.resource_id == id))

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


def _written(limits: Limits | None) -> Any:
    # Without this a None would be written as the JSON value null.
    return sa.null() if limits is None else limits.to_json()


def _place(storage: str | None) -> str | None:
    # A new signature for the same container moves nothing.
    return storage and storage.partition("?")[0].rstrip("/")


def _check_unused(connection: Connection, resource: Any) -> None:
    ended = [status.value for status in Status if status.ended]
    mine = entities.c.resource_id == resource.id
    stored = _count(
        connection,
        # What a client has in its own container is not there.
        sa.select(files.c.id)
        .join(entities)
        .where(mine, files.c.properties["url"].as_string().is_(None)),
        sa.select(blocks.c.name).join(entities).where(mine, blocks.c.blob.is_not(None)),
        sa.select(logs.c.name).where(logs.c.resource_id == resource.id),
    )
    unfinished = _count(
        connection,
        sa.select(entities.c.id).where(
            mine,
            entities.c.kind.not_in(_WITHOUT_FILES),
            entities.c.status.not_in(ended),
            # A dataset that waits for its blocks has what was sent of them, and no work.
            entities.c.spec["waits"].as_boolean().is_not(True),
        ),
    )
    if stored or unfinished:
        raise StorageInUse(
            f"{resource.name} has {stored} files there, with uploaded blocks and logs, and "
            f"{unfinished} entities at work; wait for these, copy what lies under {resource.id}/ "
            "to the new storage and say --moved"
        )


def _count(connection: Connection, *queries: sa.Select[Any]) -> int:
    return sum(
        int(
            connection.execute(sa.select(sa.func.count()).select_from(each.subquery())).scalar_one()
        )
        for each in queries
    )


def _resource(row: Any) -> Resource:
    return Resource(
        id=row.id,
        name=row.name,
        region=row.region,
        hint1=row.key1_hint,
        hint2=row.key2_hint,
        created=row.created,
        rotated1=row.key1_rotated,
        rotated2=row.key2_rotated,
        limits=Limits.from_json(row.limits),
        storage=row.storage,
    )
