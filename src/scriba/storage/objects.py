"""Blobs in an Azure container or an S3 bucket."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import obstore
from obstore import exceptions
from obstore.store import AzureStore, S3Store

from scriba.errors import BlobError, BlobNotFound, InvalidStorage, StorageFull
from scriba.net.redact import redacted
from scriba.storage.paths import parts_of

_STEP = 8 << 20
_CONTAINER = re.compile(r"[a-z0-9$][a-z0-9-]{1,62}")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_STATUS = re.compile(r"status: (\d{3})")
_LONGEST_LINK = timedelta(days=7)
"""S3 signs for no longer; a link that must last longer is the service's own."""

_DENIED = (
    PermissionError,
    exceptions.PermissionDeniedError,
    exceptions.UnauthenticatedError,
)
_ABSENT = (FileNotFoundError, exceptions.NotFoundError)


class ObjectBlobs:
    """Blobs in `az://CONTAINER/PREFIX`, the SAS URL of an Azure container, or `s3://BUCKET/PREFIX`.

    `az` and `s3` take the operator's credentials from the environment (AZURE_STORAGE_*, AWS_*).
    """

    def __init__(self, url: str) -> None:
        """Raises InvalidStorage; nothing is connected yet."""
        self._shown = redacted(url)
        self._signs = True
        self._store: AzureStore | S3Store
        self._quick: AzureStore | S3Store
        parts = urlsplit(url)
        steps = tuple(unquote(part) for part in parts.path.split("/") if part)
        if parts.scheme == "az":
            self._store, self._quick = self._azure(parts.netloc, {})
        elif parts.scheme == "s3":
            if not _BUCKET.fullmatch(parts.netloc):
                raise InvalidStorage("use s3://BUCKET/PREFIX, credentials in AWS_*")
            self._store, self._quick = _s3(parts.netloc, "60s", 5), _s3(parts.netloc, "10s", 0)
        else:
            steps = self._with_sas(url, steps)
        self._prefix = steps
        if steps and not all(
            part and part not in (".", "..") and "\0" not in part for part in steps
        ):
            raise InvalidStorage(f"{self._shown}: the prefix is not plain")

    def put(
        self,
        path: str,
        data: bytes | Path,
        *,
        name: str | None = None,
        content_type: str = "application/octet-stream",
    ) -> int:
        """Write a blob, replacing one of this path; returns its size.

        `name` is what it is called when it is downloaded by the storage's own link. A file is sent
        in parts, from the disk. Raises StorageFull and BlobError.
        """
        attributes = {"Content-Type": content_type}
        if name is not None:
            quoted = quote(name.rpartition("/")[2], safe="")
            attributes["Content-Disposition"] = f"attachment; filename*=UTF-8''{quoted}"
        with self._translated(path):
            self._store.put(self._at(path), data, attributes=attributes)
        return data.stat().st_size if isinstance(data, Path) else len(data)

    def read(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` on, `length` of them or all, in pieces of at most 8 MiB.

        Raises BlobNotFound at once, and BlobError also while it is read.
        """
        at = self._at(path)
        with self._translated(path):
            meta = self._store.head(at)
        size = int(meta["size"])
        end = size if length is None else min(size, start + length)
        return self._pieces(path, at, start, end, meta["e_tag"])

    def size(self, path: str) -> int:
        """Bytes of a blob; raises BlobNotFound, BlobError."""
        with self._translated(path):
            return int(self._store.head(self._at(path))["size"])

    def delete_prefix(self, prefix: str) -> None:
        """Remove all blobs below a path such as `resource/entity`; none is fine."""
        at = self._at(prefix)
        with self._translated(prefix):
            for _ in range(3):
                found = [str(entry["path"]) for page in self._store.list(at) for entry in page]
                if not found:
                    return
                try:
                    self._store.delete(found)
                except _ABSENT:
                    # Another process removes the same: what it has left is seen by the next look.
                    continue

    def signed_url(self, path: str, lifetime: timedelta) -> str | None:
        """The storage's own address that works without a key; None where it cannot make one.

        That is so for a container which is known by a SAS, as only a key can sign, and where the
        lifetime is too long. Raises BlobError.
        """
        if not self._signs or lifetime > _LONGEST_LINK:
            return None
        with self._translated(path):
            return str(obstore.sign(self._store, "GET", self._at(path), lifetime))

    def check(self) -> None:
        """Write, list and remove a small blob; raises BlobError."""
        prefix = self._at(f"check/{secrets.token_hex(8)}")
        with self._translated("a blob for a check"):
            self._quick.put(f"{prefix}/it", b"scriba")
            found = [str(entry["path"]) for page in self._quick.list(prefix) for entry in page]
            self._quick.delete(found)
        if not found:
            raise BlobError(f"{self._shown}: what was written is not listed")

    def _pieces(self, path: str, at: str, start: int, end: int, tag: str | None) -> Iterator[bytes]:
        # In requests of their own, so that each has its timeout and is repeated when it fails. The
        # tag makes sure that all are of one content.
        while start < end:
            stop = min(end, start + _STEP)
            with self._translated(path):
                piece = self._store.get(at, options={"range": (start, stop), "if_match": tag})
                block = bytes(piece.bytes())
            if not block:
                raise BlobError(f"{path} ended early")
            start += len(block)
            yield block

    def _at(self, path: str) -> str:
        return "/".join((*self._prefix, *parts_of(path)))

    def _with_sas(self, url: str, steps: tuple[str, ...]) -> tuple[str, ...]:
        """Open the container of a SAS URL; returns the rest of its path."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        endpoint = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        account, dot, rest = host.partition(".")
        if dot and rest.startswith("blob."):
            own = steps
        else:
            # As emulators and private clouds have it: the account is the path's first part.
            account, own = (steps[0], steps[1:]) if steps else ("", ())
            endpoint += f"/{account}"
        if not own or "sig=" not in parts.query:
            raise InvalidStorage(
                f"{self._shown}: use the SAS URL of a container, "
                "https://ACCOUNT.blob.core.windows.net/CONTAINER?...&sig=..."
            )
        self._signs = False
        self._store, self._quick = self._azure(
            own[0], {"account_name": account, "endpoint": endpoint, "sas_key": parts.query}
        )
        return own[1:]

    def _azure(self, container: str, config: dict[str, str]) -> tuple[AzureStore, AzureStore]:
        if not _CONTAINER.fullmatch(container):
            raise InvalidStorage(
                f"{self._shown}: {container[:80]!r} is not the name of a container"
            )
        plain = config["endpoint"].startswith("http://") if config else _plain("AZURE_")
        try:
            stores = [
                AzureStore(
                    container_name=container,
                    client_options={
                        "connect_timeout": "10s",
                        "timeout": timeout,
                        "allow_http": plain,
                    },
                    retry_config={"max_retries": retries},
                    **config,  # type: ignore[arg-type]
                )
                for timeout, retries in (("60s", 5), ("10s", 0))
            ]
        except exceptions.BaseError:
            raise InvalidStorage(
                f"{self._shown}: no Azure account is known; set AZURE_STORAGE_ACCOUNT_NAME and "
                "AZURE_STORAGE_ACCOUNT_KEY, or use the SAS URL of a container"
            ) from None
        return stores[0], stores[1]

    @contextmanager
    def _translated(self, path: str) -> Iterator[None]:
        # The text of obstore's errors is left out: it may hold a signature or a key's id. What is
        # raised in its place stands apart from it for the same reason.
        found: BlobError
        try:
            yield
            return
        except _ABSENT:
            found = BlobNotFound(path)
        except _DENIED:
            found = BlobError(
                f"{self._shown}: no permission for {path}; it must allow to read, add, create, "
                "write, delete and list"
            )
        except exceptions.PreconditionError:
            found = BlobError(f"{self._shown}: {path} was changed while it was read")
        except exceptions.BaseError as error:
            status = _STATUS.search(str(error))
            if status is not None and status[1] == "507":
                found = StorageFull(self._shown)
            else:
                answer = f"answered {status[1]}" if status else "did not answer"
                found = BlobError(f"{self._shown} {answer} for {path}")
        raise found


def _s3(bucket: str, timeout: str, retries: int) -> S3Store:
    return S3Store(
        bucket,
        client_options={
            "connect_timeout": "10s",
            "timeout": timeout,
            "allow_http": _plain("AWS_"),
        },
        retry_config={"max_retries": retries},
    )


def _plain(prefix: str) -> bool:
    # Options given here take the place of AWS_ALLOW_HTTP and its like; whoever writes an endpoint
    # without TLS means it.
    return any(
        value.startswith("http://")
        for name, value in os.environ.items()
        if name.startswith(prefix) and "ENDPOINT" in name
    )
