"""Files of folders that the operator allows, reached without following any link."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from scriba.errors import AddressRefused, AnswerRefused, AnswerTooLarge, InvalidAddress
from scriba.net.azure import Item
from scriba.net.reserve import Reserve

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Not to wait for the other end where the name is that of a pipe.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAX_DEPTH = 32
_STEP = 1 << 20


def list_folder(address: str, roots: tuple[Path, ...]) -> Iterator[Item]:
    """The plain files under a `file://` address, by name; raises InvalidAddress, AddressRefused.

    Links, hidden entries and anything that is no plain file are left out.
    """
    with _opened(_path(address), roots, _DIRECTORY) as start:
        yield from _walk(start, address.rstrip("/"), "", 0)


def fetch_file(address: str, roots: tuple[Path, ...], to: Path, max_bytes: int) -> int:
    """Copy the file at a `file://` address to `to` and return its size.

    Raises AddressRefused outside `roots` and on links, AnswerRefused where there is no plain file,
    AnswerTooLarge, NoRoom.
    """
    with _opened(_path(address), roots, _FILE) as source:
        info = os.fstat(source)
        if not stat.S_ISREG(info.st_mode):
            raise AnswerRefused(f"{address} is not a file")
        if info.st_size > max_bytes:
            raise AnswerTooLarge(f"{address} holds more than {max_bytes} bytes")
        reserve = Reserve(to.parent, info.st_size)
        size = 0
        with to.open("wb") as target:
            while block := os.read(source, _STEP):
                reserve.before(len(block))
                size += target.write(block)
                if size > max_bytes:
                    raise AnswerTooLarge(f"{address} holds more than {max_bytes} bytes")
        return size


def _path(address: str) -> Path:
    parts = urlsplit(address)
    if parts.netloc not in ("", "localhost"):
        raise InvalidAddress(f"{address[:200]}; a file's address has three slashes, file:///...")
    text = unquote(parts.path)
    path = Path(text)
    if "\0" in text or not path.is_absolute() or ".." in path.parts:
        raise InvalidAddress(f"{address[:200]}; use a whole path without `..`")
    return path


@contextmanager
def _opened(path: Path, roots: tuple[Path, ...], flags: int) -> Iterator[int]:
    root = next((root for root in roots if path == root or root in path.parents), None)
    if root is None:
        raise AddressRefused(
            f"{path} is in none of the folders that the operator allows (SCRIBA_ALLOWED_SOURCES)"
        )
    parts = path.relative_to(root).parts
    # The root itself may be a link: the operator has chosen it. Below it each step is opened
    # relative to the last, so that nothing can be exchanged for a link between check and use.
    at = -1
    try:
        at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for number, part in enumerate(parts, 1):
            step = os.open(part, flags if number == len(parts) else _DIRECTORY, dir_fd=at)
            os.close(at)
            at = step
    except OSError as error:
        if at >= 0:
            os.close(at)
        raise AnswerRefused(f"{path} cannot be read: {error.strerror}") from None
    try:
        yield at
    finally:
        os.close(at)


def _walk(folder: int, address: str, prefix: str, depth: int) -> Iterator[Item]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(
                (entry.name, entry.is_dir(follow_symlinks=False))
                for entry in entries
                if not entry.name.startswith(".") and not entry.is_symlink()
            )
    except OSError:
        return
    for name, is_folder in found:
        try:
            inner = os.open(name, _DIRECTORY if is_folder else _FILE, dir_fd=folder)
        except OSError:
            continue
        try:
            info = os.fstat(inner)
            if is_folder and depth < _MAX_DEPTH:
                yield from _walk(inner, address, f"{prefix}{name}/", depth + 1)
            elif stat.S_ISREG(info.st_mode):
                shown = f"{prefix}{name}".encode("utf-8", "replace").decode("utf-8")
                yield Item(shown, f"{address}/{quote(os.fsencode(prefix + name))}", info.st_size)
        finally:
            os.close(inner)
