"""Blobs in a folder: one file each, which appears whole or not at all."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from scriba.errors import BlobError, BlobNotFound, StorageFull
from scriba.storage.paths import parts_of

_STEP = 1 << 20
_OLD = 24 * 3600.0
"""Seconds after which a file that was never finished is nobody's."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class FolderBlobs:
    """Blobs below a folder, which is made if absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.expanduser().absolute()
        self._drafts = self._folder / ".drafts"
        self._swept = False

    def put(
        self,
        path: str,
        data: bytes | Path,
        *,
        name: str | None = None,
        content_type: str = "application/octet-stream",
    ) -> int:
        """Write a blob, replacing one of this path; returns its size.

        A folder keeps neither `name` nor `content_type`: the service tells them with its links.
        Once this returns the blob survives a loss of power. Raises StorageFull and BlobError.
        """
        target = self._at(path)
        draft = self._drafts / secrets.token_hex(16)
        source = data.open("rb") if isinstance(data, Path) else nullcontext(BytesIO(data))
        with source as reader, _translated(path):
            self._make(self._drafts)
            self._sweep()
            try:
                with draft.open("wb") as file:
                    shutil.copyfileobj(reader, file, _STEP)
                    file.flush()
                    os.fsync(file.fileno())
                    size = file.tell()
                self._make(target.parent)
                draft.replace(target)
            finally:
                draft.unlink(missing_ok=True)
            _sync(target.parent)
        return size

    def read(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` on, `length` of them or all, in pieces of at most 1 MiB.

        Raises BlobNotFound at once, and BlobError also while it is read.
        """
        pieces = _pieces(self._at(path), path, start, length)
        next(pieces)
        return pieces

    def size(self, path: str) -> int:
        """Bytes of a blob; raises BlobNotFound, BlobError."""
        with _translated(path):
            return self._at(path).stat().st_size

    def delete_prefix(self, prefix: str) -> None:
        """Remove all blobs below a path such as `resource/entity`; none is fine."""
        folder = self._at(prefix)
        with _translated(prefix):
            # Twice, for a file that appeared in a folder while that was being removed.
            for _ in range(2):
                try:
                    shutil.rmtree(folder)
                except FileNotFoundError:
                    return
                except OSError as error:
                    if error.errno != errno.ENOTEMPTY:
                        raise

    def signed_url(self, path: str, lifetime: timedelta) -> str | None:
        """None: a folder has no address of its own, so the service's is used."""
        return None

    def check(self) -> None:
        """Write and remove a small file; raises StorageFull and BlobError."""
        with _translated(str(self._folder)):
            self._make(self._drafts)
            probe = self._drafts / secrets.token_hex(16)
            try:
                probe.write_bytes(b"scriba")
            finally:
                probe.unlink(missing_ok=True)

    def _at(self, path: str) -> Path:
        return self._folder.joinpath(*parts_of(path))

    def _sweep(self) -> None:
        """Remove, once, what processes left behind that were killed while they wrote."""
        if self._swept:
            return
        self._swept = True
        old = time.time() - _OLD
        for left in self._drafts.iterdir():
            try:
                if left.stat().st_mtime < old:
                    left.unlink()
            except FileNotFoundError:
                continue

    def _make(self, folder: Path) -> None:
        if folder.is_dir():
            return
        if folder != folder.parent:
            self._make(folder.parent)
        # What people said is nobody else's business, so also below a folder that all may read.
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync(folder.parent)


def _pieces(target: Path, path: str, start: int, length: int | None) -> Iterator[bytes]:
    with _translated(path), target.open("rb") as file:
        # So that a missing file is an error of the call, and not of the first piece.
        yield b""
        file.seek(start)
        left = os.fstat(file.fileno()).st_size - start if length is None else length
        while left > 0 and (block := file.read(min(_STEP, left))):
            left -= len(block)
            yield block


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk; not all systems can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BlobNotFound(path) from error
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(f"{path}: {error.strerror}") from error
        raise BlobError(f"{path}: {error.strerror or error}") from error
