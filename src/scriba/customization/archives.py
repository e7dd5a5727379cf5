"""ZIP archives that people bring, hostile until proven otherwise.

What the headers say is never believed: entries are inflated a piece at a time, counted, and given
up when there is more than a recording can be. No name of an entry becomes a path here.
"""

import io
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from scriba.customization.texts import Problem
from scriba.errors import DatasetError

MAX_ENTRIES = 20_001
"""10,000 recordings or their notes may have a folder each, and there is one transcript."""

# A list of 20,000 names of 150 characters; it is all that is read at once.
_MAX_DIRECTORY_BYTES = 4 << 20
_CHUNK_BYTES = 1 << 18
_MAX_ENTRY_BYTES = 2 << 30
_MAX_TOTAL_BYTES = 8 << 30
# Silence compresses 1000 to 1, speech hardly. What is free is enough for two hours of silence in
# one recording, and for nine in all.
_FREE_BYTES = 256 << 20
_FREE_TOTAL_BYTES = 1 << 30
_MAX_RATIO = 50
_MAX_NAME = 300
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8_NAME = 0x800
_CLUTTER = frozenset(("__macosx", ".ds_store", "thumbs.db", "desktop.ini"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive under a clean name: relative, with slashes, in NFC."""

    name: str
    bytes: int
    info: zipfile.ZipInfo

    @property
    def suffix(self) -> str:
        """The ending of the name, lower case, with its dot."""
        return PurePosixPath(self.name).suffix.lower()


class Archive:
    """An open ZIP archive: `entries` can be read, `refused` names those that cannot and why."""

    def __init__(self, file: zipfile.ZipFile, size: int) -> None:
        self._file = file
        self._left = min(_MAX_TOTAL_BYTES, _FREE_TOTAL_BYTES + _MAX_RATIO * size)
        self.entries: list[Entry] = []
        self.refused: list[tuple[str, Problem]] = []
        self._sort()

    def _sort(self) -> None:
        infos = self._file.infolist()
        if len(infos) > MAX_ENTRIES:
            raise DatasetError(
                f"the archive has {len(infos):,} entries; at most {MAX_ENTRIES:,} are accepted",
                code="QuotaViolation",
            )
        seen: set[str] = set()
        for info in infos:
            name = _name(info)
            parts = name.lower().split("/")
            if name.endswith("/"):
                continue
            if _CLUTTER & set(parts) or parts[-1].startswith("._"):
                continue
            problem = _problem(info, name)
            if problem is None and name.casefold() in seen:
                problem = Problem("DuplicateName", "an entry of this name stands there already")
            seen.add(name.casefold())
            if problem:
                self.refused.append((_shown(name), problem))
            else:
                self.entries.append(Entry(name, info.file_size, info))

    def extract(self, entry: Entry, target: Path, check: Callable[[], None]) -> Problem | None:
        """Writes an entry to `target` (of the caller's naming); what is wrong with it, if so.

        Raises DatasetError when the archive as a whole inflates to more than it may.
        """
        limit = min(_MAX_ENTRY_BYTES, _FREE_BYTES + _MAX_RATIO * max(0, entry.info.compress_size))
        written = 0
        try:
            with _reading(self._file, entry.info) as pieces, open(target, "wb") as out:
                for piece in pieces:
                    check()
                    written += len(piece)
                    self._left -= len(piece)
                    if written > limit:
                        reason = f"the entry inflates to more than {limit:,} bytes"
                        return Problem("TooLarge", reason)
                    if self._left < 0:
                        raise DatasetError(
                            "the archive inflates to far more than recordings do",
                            code="QuotaViolation",
                        )
                    out.write(piece)
        except _Damaged as error:
            return Problem("Damaged", str(error))
        if written != entry.info.file_size:
            said = f"{entry.info.file_size:,}"
            return Problem("Damaged", f"the entry has {written:,} bytes and says {said}")
        return None


class _Damaged(Exception):
    """An entry cannot be inflated."""


@contextmanager
def _reading(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Iterator[bytes]]:
    """The pieces of an entry. An error of reading is the archive's, one of writing is not."""
    try:
        packed = file.open(info)
    except Exception as error:
        raise _Damaged(_reason(error)) from error
    with packed:
        yield _pieces(packed)


def _pieces(packed: IO[bytes]) -> Iterator[bytes]:
    while True:
        try:
            piece = packed.read(_CHUNK_BYTES)
        except Exception as error:
            # zlib.error, EOFError, BadZipFile for a wrong sum, OSError for a place outside ...
            raise _Damaged(_reason(error)) from error
        if not piece:
            return
        yield piece


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive of a file. Raises DatasetError for what is none or has too many entries."""
    with open(path, "rb") as raw:
        head = raw.read(4)
        if head[:2] != b"PK":
            raise DatasetError(f"the file is {_kind(head)}, where a ZIP archive is expected")
        try:
            file = zipfile.ZipFile(_Bounded(raw))
        except DatasetError:
            raise
        except Exception as error:
            # The reader of directories raises what its unpacking does: struct.error, IndexError.
            raise DatasetError(
                f"the ZIP archive is damaged or cut off: {_reason(error)}"
            ) from error
        with file:
            yield Archive(file, path.stat().st_size)


class _Bounded(io.BufferedIOBase):
    """A file of which no more than the list of an archive is ever read at once."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._raw = file

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            # The end of the file, where the place of the list is told.
            place = self._raw.tell()
            size = self._raw.seek(0, io.SEEK_END) - place
            self._raw.seek(place)
        if size > _MAX_DIRECTORY_BYTES:
            raise DatasetError(
                "the list of the archive's entries is too long; "
                f"at most {MAX_ENTRIES:,} entries are accepted",
                code="QuotaViolation",
            )
        return self._raw.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _name(info: zipfile.ZipInfo) -> str:
    """The name as its writer meant it: many write UTF-8 without saying so."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME and not name.isascii():
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    name = name.replace("\\", "/")
    # Longer names are refused, and sorting marks takes the square of their number.
    return unicodedata.normalize("NFC", name[: _MAX_NAME + 1]) if not name.isascii() else name


def _problem(info: zipfile.ZipInfo, name: str) -> Problem | None:
    parts = name.split("/")
    mode = info.external_attr >> 16
    if len(name) > _MAX_NAME:
        return Problem("InvalidName", f"the name is longer than {_MAX_NAME} characters")
    if not name.isprintable():
        return Problem("InvalidName", "the name has characters that cannot be printed")
    if name.startswith("/") or (len(parts[0]) > 1 and parts[0][1] == ":"):
        return Problem("InvalidName", "the name is an absolute path")
    if any(part in ("..", ".", "") for part in parts):
        return Problem("InvalidName", "the name leads out of its folder")
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        return Problem("NoFile", "the entry is a link or a device, not a file")
    if info.flag_bits & _ENCRYPTED:
        return Problem("Encrypted", "the entry is encrypted; pack it without a password")
    if info.compress_type not in _METHODS:
        return Problem("Compression", "the entry is packed by a method other than Deflate")
    return None


def _shown(name: str) -> str:
    """A name that can be printed."""
    return (
        name[:_MAX_NAME].encode("unicode_escape").decode()
        if not name.isprintable()
        else (name[:_MAX_NAME])
    )


def _kind(head: bytes) -> str:
    if not head:
        return "empty"
    known = {b"RIFF": "a recording", b"fLaC": "a recording", b"OggS": "a recording"}
    other = {b"Rar!": "a RAR archive", b"7z\xbc\xaf": "a 7-Zip archive"}
    if head[:2] == b"\x1f\x8b":
        return "a gzip archive"
    return {**known, **other}.get(head, "something else")


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
