"""Where files' contents lie: a folder, an Azure container or an S3 bucket."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from scriba.errors import InvalidStorage
from scriba.storage.folder import FolderBlobs
from scriba.storage.store import Store
from scriba.storage.tables import resources


class Blobs(Protocol):
    """A place for blobs, by paths such as `resource/entity/file`. Safe to use from threads."""

    def put(
        self,
        path: str,
        data: bytes | Path,
        *,
        name: str | None = None,
        content_type: str = "application/octet-stream",
    ) -> int:
        """Write a blob whole, replacing one of this path; returns its size.

        `name` is what it is called when it is downloaded by the storage's own link. Raises
        StorageFull and BlobError.
        """
        ...

    def read(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` on, `length` of them or all, in pieces of some MiB.

        Raises BlobNotFound at once, and BlobError also while it is read.
        """
        ...

    def size(self, path: str) -> int:
        """Bytes of a blob; raises BlobNotFound, BlobError."""
        ...

    def delete_prefix(self, prefix: str) -> None:
        """Remove all blobs below a path; none is fine. Raises BlobError."""
        ...

    def signed_url(self, path: str, lifetime: timedelta) -> str | None:
        """The storage's own address that works without a key; None where it has none."""
        ...

    def check(self) -> None:
        """Write something small and remove it; raises BlobError."""
        ...


def open_blobs(url: str) -> Blobs:
    """The blobs in a folder (a path or `file://`), at a container's SAS URL, `az://` or `s3://`.

    Raises InvalidStorage where the address is none of these.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InvalidStorage("its address cannot be read") from None
    if parts.scheme in ("", "file"):
        folder = unquote(parts.path) if parts.scheme else url
        if not Path(folder).expanduser().is_absolute() or parts.netloc or "\0" in folder:
            raise InvalidStorage("a folder is written as /PATH or file:///PATH")
        return FolderBlobs(Path(folder))
    if parts.scheme in ("http", "https", "az", "s3"):
        # Imported here: most services keep their files in a folder.
        from scriba.storage.objects import ObjectBlobs

        return ObjectBlobs(url)
    raise InvalidStorage(f"{parts.scheme}:// is not known; use a folder, https://, az:// or s3://")


def storage_url(storage: str | None, data_dir: Path) -> str:
    """Where a service keeps its files: what the setting says, else DATA_DIR/files.

    A folder that is not a whole path is taken from where the process was started.
    """
    if not storage:
        return str(data_dir / "files")
    return storage if "://" in storage else str(Path(storage).expanduser().absolute())


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
