"""Logs of what was recognised: audio and result of each request, for a number of days."""

import base64
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scriba.errors import BlobError, EntityNotFound, FileNotKnown
from scriba.resources.entity import now
from scriba.resources.file import FileKind
from scriba.storage.blobs import BlobsOf
from scriba.storage.store import Store
from scriba.storage.tables import logs as table

KEPT = timedelta(days=30)
"""How long a log is kept."""

FOLDER = "logs"
"""Stands for an entity in the paths of the blobs of base models' logs."""

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Log:
    """A log file: `name` is its identifier, `kind` Audio or Transcription, `seconds` of audio."""

    name: str
    resource_id: str
    endpoint_id: str | None
    locale: str
    kind: FileKind
    size: int
    created: datetime
    blob: str
    seconds: float | None = None


class InvalidToken(ValueError):
    """The token of a page was not made here."""


class Logs:
    """The logs of a store's endpoints and, where `endpoint_id` is None, of its base models.

    Of base models' logs each belongs to a resource and a locale. What has expired is not shown,
    and removed by `purge`.
    """

    def __init__(self, store: Store, blobs: BlobsOf, clock: Callable[[], datetime] = now) -> None:
        self._store = store
        self._blobs = blobs
        self._clock = clock

    def write(
        self,
        resource_id: str,
        endpoint_id: str | None,
        locale: str,
        at: datetime,
        audio: bytes | Path,
        result: dict[str, Any],
        *,
        seconds: float | None = None,
    ) -> str:
        """Keep one request: a WAV and the answer, as `STAMP_ID.wav` and `.json`; returns STAMP_ID.

        `at` is when it was made, UTC. Raises EntityNotFound where the endpoint is gone (nothing
        stays then), BlobError and StorageError.
        """
        id = str(uuid.uuid4())
        stem = f"{at.astimezone(UTC):%Y-%m-%d_%H%M%S}_{id}"
        folder = f"{resource_id}/{endpoint_id or FOLDER}"
        text = json.dumps(result, ensure_ascii=False).encode()
        blobs = self._blobs(resource_id)
        parts: tuple[tuple[str, FileKind, bytes | Path, str], ...] = (
            ("wav", FileKind.AUDIO, audio, "audio/wav"),
            ("json", FileKind.TRANSCRIPTION, text, "application/json"),
        )
        rows = []
        try:
            for ending, kind, data, media in parts:
                # A folder of its own for each, so that nothing of it stays when it is removed.
                name, blob = f"{stem}.{ending}", f"{folder}/{stem}.{ending}/content"
                size = blobs.put(blob, data, name=name, content_type=media)
                rows.append(
                    {
                        "name": name,
                        "resource_id": resource_id,
                        "endpoint_id": endpoint_id,
                        "locale": locale,
                        "kind": kind.value,
                        "size": size,
                        "seconds": seconds if kind is FileKind.AUDIO else None,
                        "created": at,
                        "expires": at + KEPT,
                        "blob": blob,
                    }
                )
            with self._store.write() as connection:
                connection.execute(table.insert(), rows)
        except BaseException as error:
            for ending, *_ in parts:
                blobs.delete_prefix(f"{folder}/{stem}.{ending}")
            if isinstance(error, IntegrityError):
                raise EntityNotFound(f"there is no endpoint {endpoint_id}") from error
            raise
        return stem

    def list(
        self,
        resource_id: str,
        endpoint_id: str | None,
        locale: str | None = None,
        *,
        token: str | None = None,
        top: int = 100,
    ) -> tuple[list[Log], str | None]:
        """A page, oldest first, and the token of the next one, None at the end.

        Raises InvalidToken for a `token` that no earlier page gave.
        """
        query = sa.select(table).where(*self._of(resource_id, endpoint_id, locale))
        if token is not None:
            created, name = _read(token)
            query = query.where(
                sa.or_(
                    table.c.created > created,
                    sa.and_(table.c.created == created, table.c.name > name),
                )
            )
        query = query.order_by(table.c.created, table.c.name).limit(top + 1)
        with self._store.read() as connection:
            found = [_log(row) for row in connection.execute(query)]
        return found[:top], _token(found[top - 1]) if len(found) > top else None

    def get(self, resource_id: str, endpoint_id: str | None, locale: str | None, name: str) -> Log:
        """One log; raises FileNotKnown."""
        query = sa.select(table).where(
            *self._of(resource_id, endpoint_id, locale), table.c.name == name
        )
        with self._store.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise FileNotKnown(f"there is no log {name[:80]}")
        return _log(row)

    def find(self, resource_id: str, name: str) -> Log:
        """A log of a resource by its name alone; raises FileNotKnown."""
        query = sa.select(table).where(
            table.c.resource_id == resource_id,
            table.c.name == name,
            table.c.expires > self._clock(),
        )
        with self._store.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise FileNotKnown(f"there is no log {name[:80]}")
        return _log(row)

    def delete(
        self, resource_id: str, endpoint_id: str | None, locale: str | None, name: str
    ) -> bool:
        """Remove one log file with its content; whether there was one. Raises BlobError."""
        try:
            log = self.get(resource_id, endpoint_id, locale, name)
        except FileNotKnown:
            return False
        self._remove([log])
        return True

    def delete_until(
        self, resource_id: str, endpoint_id: str | None, locale: str | None, day: date | None
    ) -> int:
        """Let expire what was made up to the end of a day (UTC), or all; returns how many files.

        They are not shown from now on, and `purge` removes them.
        """
        at = self._clock()
        chosen = list(self._of(resource_id, endpoint_id, locale))
        if day is not None:
            end = datetime.combine(day, time(), UTC) + timedelta(days=1)
            chosen.append(table.c.created < end)
        with self._store.write() as connection:
            return connection.execute(table.update().where(*chosen).values(expires=at)).rowcount

    def purge(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Remove what has expired, row and content; returns how many files. Raises StorageError.

        What lies in a storage that fails is left for the next time, and hides nothing else.
        """
        removed, failed = 0, set[str]()
        while not stopping():
            query = sa.select(table).where(table.c.expires <= self._clock())
            if failed:
                query = query.where(table.c.resource_id.not_in(sorted(failed)))
            query = query.order_by(table.c.expires, table.c.name).limit(_AT_ONCE)
            with self._store.read() as connection:
                found = [_log(row) for row in connection.execute(query)]
            if not found:
                break
            for resource_id in dict.fromkeys(log.resource_id for log in found):
                mine = [log for log in found if log.resource_id == resource_id]
                try:
                    self._remove(mine)
                except BlobError:
                    failed.add(resource_id)
                else:
                    removed += len(mine)
        return removed

    def _remove(self, found: Sequence[Log]) -> None:
        for log in found:
            # Blobs first: rows without blobs can be removed again, blobs without rows never are.
            self._blobs(log.resource_id).delete_prefix(log.blob.rpartition("/")[0])
        names = [log.name for log in found]
        with self._store.write() as connection:
            connection.execute(table.delete().where(table.c.name.in_(names)))

    def _of(
        self, resource_id: str, endpoint_id: str | None, locale: str | None
    ) -> tuple[sa.ColumnElement[bool], ...]:
        chosen = [table.c.resource_id == resource_id, table.c.expires > self._clock()]
        if endpoint_id is None:
            chosen.append(table.c.endpoint_id.is_(None))
        else:
            chosen.append(table.c.endpoint_id == endpoint_id)
        if locale is not None:
            chosen.append(table.c.locale == locale)
        return tuple(chosen)


def _token(last: Log) -> str:
    text = f"{last.created.astimezone(UTC).isoformat()}|{last.name}"
    return base64.urlsafe_b64encode(text.encode()).decode("ascii").rstrip("=")


def _read(token: str) -> tuple[datetime, str]:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
        created, _, name = text.partition("|")
        at = datetime.fromisoformat(created)
    except (ValueError, UnicodeError):
        raise InvalidToken("the token of the page is not one that a list gave") from None
    if not name or at.tzinfo is None:
        raise InvalidToken("the token of the page is not one that a list gave")
    return at, name


def _log(row: Any) -> Log:
    return Log(
        name=row.name,
        resource_id=row.resource_id,
        endpoint_id=row.endpoint_id,
        locale=row.locale,
        kind=FileKind(row.kind),
        size=row.size,
        created=row.created,
        blob=row.blob,
        seconds=row.seconds,
    )
