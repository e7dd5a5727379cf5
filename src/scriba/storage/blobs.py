"""Where files' contents lie: a folder, an Azure container or an S3 bucket."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from scriba.errors import BlobsError
from scriba.storage.folder import FolderBlobs


class Blobs(Protocol):
    """A place for blobs, by paths such as `resource/entity/file`. Safe to use from threads."""

    def put(self, path: str, data: bytes | Path) -> int:
        """Write a blob, replacing one of this path; returns its size. Raises BlobsError."""
        ...

    def read(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` on, `length` of them or all; raises BlobNotFound, BlobsError."""
        ...

    def size(self, path: str) -> int:
        """Bytes of a blob; raises BlobNotFound, BlobsError."""
        ...

    def delete_prefix(self, prefix: str) -> None:
        """Remove all blobs below a path; none is fine. Raises BlobsError."""
        ...

    def signed_url(self, path: str, lifetime: timedelta, download_name: str) -> str | None:
        """The store's own address that works without a key; None where it has none."""
        ...

    def check(self) -> None:
        """One round trip; raises BlobsError."""
        ...


def open_blobs(url: str) -> Blobs:
    """The blobs at a folder's path, `file://`, an https container address with a SAS, `s3://`.

    Raises BlobsError where the address is none of these.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        folder = parts.path if parts.scheme else url
        if not folder or (parts.scheme and parts.netloc):
            raise BlobsError("a folder is written as /PATH or file:///PATH")
        return FolderBlobs(Path(folder))
    if parts.scheme in ("http", "https", "az", "s3"):
        # Imported here: most services keep their files in a folder.
        from scriba.storage.objects import ObjectBlobs

        return ObjectBlobs(url)
    raise BlobsError(f"{parts.scheme}:// is not known; use a folder, https://, az:// or s3://")
