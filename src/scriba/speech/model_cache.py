"""The folder of models: whether a model is there and is what the catalogue says it is."""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scriba.errors import ModelError
from scriba.speech.catalogue import Model, ModelFile

_RECORD = "verified.json"
_BLOCK = 1 << 20


def load(model: Model, model_dir: Path) -> Path:
    """The folder of a model whose files are all there and unchanged.

    A file is hashed when first seen and after that only when its size or time of change differ.
    Raises ModelError, which names the file and what to do.
    """
    folder = model.folder(model_dir)
    problems = damages(model.files, folder)
    if problems:
        raise ModelError(f"{problems[0]}; run `scriba models pull {model.id}`")
    return folder


def verify(model: Model, model_dir: Path) -> list[str]:
    """Hash every file again; the problems found, each naming a file, none if all is well."""
    return damages(model.files, model.folder(model_dir), rehash=True)


def sound(model: Model, folder: Path) -> list[ModelFile]:
    """The files of a model that lie in `folder` with the right content."""
    record = _read_record(folder)
    return [file for file in model.files if not _problem(folder, file, record)]


def present(model: Model, model_dir: Path) -> bool:
    """Whether all files are there with the right sizes; nothing is hashed."""
    folder = model.folder(model_dir)
    return all(_size(folder / file.name) == file.size for file in model.files)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal; raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def locked(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file `path`; `waiting` is called once if another process holds it.

    The operating system frees the lock of a process that dies, so it is never stale.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        told = False
        while not try_lock(descriptor):
            if not told:
                waiting()
                told = True
            time.sleep(0.2)
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock an open file if nobody holds it; the end of the process frees it."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file if nobody holds it; the end of the process frees it."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def damages(files: Sequence[ModelFile], folder: Path, *, rehash: bool = False) -> list[str]:
    """What is wrong with files that should lie in a folder, each problem naming one.

    A file is hashed when first seen, when its size or time of change differ, or with `rehash`.
    """
    record = {} if rehash else _read_record(folder)
    problems, fresh = [], {}
    for file in files:
        problem = _problem(folder, file, record)
        if problem:
            problems.append(problem)
        else:
            fresh[file.name] = _entry(folder / file.name, file)
    if fresh != record:
        _write_record(folder, fresh)
    return problems


def _problem(folder: Path, file: ModelFile, record: dict[str, Any]) -> str:
    path = folder / file.name
    size = _size(path)
    if size is None:
        return f"{path} is missing"
    if size != file.size:
        return f"{path} has {size} bytes instead of {file.size}"
    try:
        if record.get(file.name) == _entry(path, file):
            return ""
        if sha256_of(path) != file.sha256:
            return f"{path} is not the file that it should be (its SHA-256 differs)"
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    return ""


def _entry(path: Path, file: ModelFile) -> dict[str, Any]:
    status = path.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": file.sha256}


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _read_record(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write_record(folder: Path, record: dict[str, Any]) -> None:
    draft = folder / f"{_RECORD}.{os.getpid()}"
    try:
        draft.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        os.replace(draft, folder / _RECORD)
    except OSError:
        # A read-only folder of models works too; its files are then hashed at every start.
        draft.unlink(missing_ok=True)
