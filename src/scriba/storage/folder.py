"""Blobs in a folder: one file each, which appears whole or not at all."""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from scriba.errors import BlobError, BlobNotFound

_STEP = 1 << 20
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class FolderBlobs:
    """Blobs below a folder, which is made if absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.expanduser().absolute()

    def put(self, path: str, data: bytes | Path) -> int:
        """Write a blob, replacing one of this path; returns its size. Raises BlobError."""
        target = self._at(path)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        with _translated(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with draft.open("wb") as file:
                    if isinstance(data, Path):
                        with data.open("rb") as source:
                            shutil.copyfileobj(source, file, _STEP)
                    else:
                        file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                    size = file.tell()
                draft.replace(target)
            finally:
                draft.unlink(missing_ok=True)
        return size

    def read(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` on, `length` of them or all; raises BlobNotFound, BlobError."""
        target = self._at(path)
        left = self.size(path) - start if length is None else length
        with _translated(path), target.open("rb") as file:
            file.seek(start)
            while left > 0 and (block := file.read(min(_STEP, left))):
                left -= len(block)
                yield block

    def size(self, path: str) -> int:
        """Bytes of a blob; raises BlobNotFound."""
        with _translated(path):
            return self._at(path).stat().st_size

    def delete_prefix(self, prefix: str) -> None:
        """Remove all blobs below a path such as `resource/entity`; none is fine."""
        with _translated(prefix):
            try:
                shutil.rmtree(self._at(prefix))
            except FileNotFoundError:
                return

    def signed_url(self, path: str, lifetime: timedelta, download_name: str) -> str | None:
        """None: a folder has no address of its own, so the service's is used."""
        return None

    def check(self) -> None:
        """Write and remove a small file; raises BlobError."""
        with _translated("the folder"):
            self._folder.mkdir(parents=True, exist_ok=True)
            probe = self._folder / f".check.{secrets.token_hex(4)}"
            try:
                probe.write_bytes(b"scriba")
            finally:
                probe.unlink(missing_ok=True)

    def _at(self, path: str) -> Path:
        parts = path.split("/")
        if not all(_PART.fullmatch(part) for part in parts):
            raise BlobError(f"{path[:200]!r} is not the path of a blob")
        return self._folder.joinpath(*parts)


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BlobNotFound(path) from error
    except OSError as error:
        raise BlobError(f"{path}: {error.strerror or error}") from error
