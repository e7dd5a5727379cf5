"""The server's secret, from which the keys for hashing and signing are derived."""

import hashlib
import hmac
import os
import secrets
import stat
import time
from pathlib import Path

from scriba.errors import SecretError

_SHORTEST = 32
_FILE = "secret"


class Secret:
    """A secret of at least 32 characters; only keys derived from it are ever used."""

    def __init__(self, value: str) -> None:
        value = value.strip()
        if len(value) < _SHORTEST:
            raise SecretError(f"it has {len(value)} characters; at least {_SHORTEST} are needed")
        self._value = value.encode()

    def __repr__(self) -> str:
        return "Secret(...)"

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose; the keys of two purposes tell nothing about each other."""
        return hmac.digest(self._value, b"scriba/1/" + purpose.encode(), hashlib.sha256)

    def fingerprint(self) -> str:
        """A public name for this secret, to notice that a database was made with another."""
        return self.derive("fingerprint").hex()[:32]


def load_secret(data_dir: Path, value: str | None = None) -> Secret:
    """The secret given, else the one in DATA_DIR/secret, which is made on first use (mode 0600).

    Several processes may call this at once on an empty folder and get the same secret. Raises
    SecretError where the file cannot be read, written or is too short.
    """
    if value:
        return Secret(value)
    path = data_dir / _FILE
    try:
        if not path.exists():
            _create(path)
        return Secret(_read(path))
    except OSError as error:
        raise SecretError(f"{path}: {error.strerror or error}") from error


def _create(path: Path) -> None:
    content = secrets.token_hex(32) + "\n"
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    _write_new(draft, content)
    try:
        # A link appears whole or not at all and never replaces what another process has linked.
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError:
        # Some file systems have no hard links; readers then wait for the content to be complete.
        if not path.exists():
            _try_write_new(path, content)
    finally:
        draft.unlink(missing_ok=True)


def _write_new(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _try_write_new(path: Path, content: str) -> None:
    try:
        _write_new(path, content)
    except FileExistsError:
        return


def _read(path: Path) -> str:
    text = ""
    for _ in range(50):
        text = path.read_text(encoding="utf-8", errors="replace")
        if len(text.strip()) >= _SHORTEST:
            break
        time.sleep(0.02)
    return text
