"""The resource that the first start makes, so that a new user has a key to call with."""

import json
import os
import secrets
from pathlib import Path

from scriba.errors import NameTaken, StorageError
from scriba.storage import Resources

NAME = "default"
_FILE = "default-key.json"


def first_key(resources: Resources, data_dir: Path) -> str | None:
    """A working key of the resource `default`; None when none is known.

    Where there is no resource at all, `default` is made and its keys are kept in
    DATA_DIR/default-key.json (mode 0600), since the database has only their hashes.
    """
    if not resources.list():
        try:
            made = resources.create(NAME)
        except NameTaken:
            # Another process was faster; it may still be writing the file.
            pass
        else:
            _write(data_dir, {"name": NAME, "key1": made.key1, "key2": made.key2})
    saved = _read(data_dir)
    for key in (saved.get("key1"), saved.get("key2")):
        if key:
            owner = resources.authenticate(key)
            if owner is not None and owner.name == NAME:
                return key
    return None


def remember_rotated(data_dir: Path, name: str, which: int, key: str) -> None:
    """Keep the file true after a rotation; a file that was deleted stays deleted."""
    saved = _read(data_dir)
    if saved and name == NAME:
        _write(data_dir, {**saved, f"key{which}": key})


def _read(data_dir: Path) -> dict[str, str]:
    try:
        saved = json.loads((data_dir / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(saved, dict):
        return {}
    return {str(name): value for name, value in saved.items() if isinstance(value, str)}


def _write(data_dir: Path, content: dict[str, str]) -> None:
    path = data_dir / _FILE
    draft = data_dir / f".{_FILE}.{secrets.token_hex(4)}"
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
        os.replace(draft, path)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
