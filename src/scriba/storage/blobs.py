"""Where files' contents lie: a folder, an Azure container or an S3 bucket."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import sqlalchemy as sa

from scriba.errors import BlobError
from scriba.storage.folder import FolderBlobs
from scriba.storage.store import Store
from scriba.storage.tables import resources


class Blobs(Protocol):
    """A place for blobs, by paths such as `resource/entity/file`. Safe to use from threads."""

    def put(self, path: str, data: bytes | Path) -> int:
        """Write a blob, replacing one of this path; returns its size. Raises BlobError."""
        ...

    def read(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` on, `length` of them or all; raises BlobNotFound, BlobError."""
        ...

    def size(self, path: str) -> int:
        """Bytes of a blob; raises BlobNotFound, BlobError."""
        ...

    def delete_prefix(self, prefix: str) -> None:
        """Remove all blobs below a path; none is fine. Raises BlobError."""
        ...

    def signed_url(self, path: str, lifetime: timedelta, download_name: str) -> str | None:
        """The store's own address that works without a key; None where it has none."""
        ...

    def check(self) -> None:
        """One round trip; raises BlobError."""
        ...


def open_blobs(url: str) -> Blobs:
    """The blobs at a folder's path, `file://`, an https container address with a SAS, `s3://`.

    Raises BlobError where the address is none of these.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        folder = parts.path if parts.scheme else url
        if not folder or (parts.scheme and parts.netloc):
            raise BlobError("a folder is written as /PATH or file:///PATH")
        return FolderBlobs(Path(folder))
    if parts.scheme in ("http", "https", "az", "s3"):
        # Imported here: most services keep their files in a folder.
        from scriba.storage.objects import ObjectBlobs

        return ObjectBlobs(url)
    raise BlobError(f"{parts.scheme}:// is not known; use a folder, https://, az:// or s3://")


class BlobsOf:
    """The blobs of each resource: in its own storage where it has one, else in the service's."""

    def __init__(self, store: Store, default: str) -> None:
        self._store = store
        self._default = default
        self._opened: dict[str, Blobs] = {}

    def __call__(self, resource_id: str) -> Blobs:
        """The blobs of a resource; raises BlobError and StorageError."""
        query = sa.select(resources.c.storage).where(resources.c.id == resource_id)
        with self._store.read() as connection:
            url = connection.execute(query).scalar() or self._default
        if url not in self._opened:
            self._opened[url] = open_blobs(url)
        return self._opened[url]

    def owns(self, resource_id: str) -> bool:
        """Whether the resource has a storage of its own."""
        query = sa.select(resources.c.storage).where(resources.c.id == resource_id)
        with self._store.read() as connection:
            return bool(connection.execute(query).scalar())
