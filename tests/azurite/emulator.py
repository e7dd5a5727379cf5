"""Azurite, the storage emulator, with an account of its own, and real SAS URLs for it."""

import base64
import hashlib
import hmac
import os
import re
import secrets
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

_MODULES = Path(__file__).parent / "node_modules" / "azurite"
_VERSION = "2021-12-02"


def missing() -> str | None:
    """Why the emulator cannot be started here, or None."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not _MODULES.is_dir():
        return "Azurite is not installed; `make test` does it"
    return None


class Azurite:
    """A running emulator; addresses are path-style, `http://127.0.0.1:PORT/ACCOUNT/CONTAINER`."""

    def __init__(self, folder: Path) -> None:
        self.account = "scribatests"
        self._key = secrets.token_bytes(64)
        self._process = subprocess.Popen(
            [
                "node",
                str(_MODULES / "dist" / "src" / "blob" / "main.js"),
                *("--blobHost", "127.0.0.1", "--blobPort", "0", "--location", str(folder)),
                *("--disableTelemetry", "--skipApiVersionCheck"),
            ],
            env={
                **os.environ,
                "AZURITE_ACCOUNTS": f"{self.account}:{base64.b64encode(self._key).decode()}",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        lines = []
        for line in self._process.stdout:
            lines.append(line)
            found = re.search(r"listens on (http://127\.0\.0\.1:\d+)", line)
            if found:
                self.host = found.group(1)
                break
        else:
            raise RuntimeError("Azurite did not start: " + "".join(lines))
        # Read on, or the emulator would wait for room in the pipe.
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    @property
    def key(self) -> str:
        """The key of the account, as Azure shows it."""
        return base64.b64encode(self._key).decode()

    def stop(self) -> None:
        """End the emulator."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def container(self, permissions: str = "rwdlac") -> str:
        """The SAS URL of a new, empty container."""
        name = uuid.uuid4().hex
        self._call("PUT", f"{self._address(name)}?restype=container&{self._account_sas()}")
        return self.sas(name, permissions)

    def sas(self, name: str, permissions: str = "rl", *, expires: float = 3600) -> str:
        """A SAS URL of a container, good for `expires` seconds."""
        now = datetime.now(UTC)
        fields = {
            "sv": _VERSION,
            "st": _stamp(now - timedelta(minutes=5)),
            "se": _stamp(now + timedelta(seconds=expires)),
            "sr": "c",
            "sp": permissions,
        }
        text = [fields["sp"], fields["st"], fields["se"], f"/blob/{self.account}/{name}"]
        text += ["", "", "", fields["sv"], fields["sr"], "", "", "", "", "", "", ""]
        return f"{self._address(name)}?{urlencode({**fields, 'sig': self._sign(text)})}"

    def put(self, container: str, name: str, data: bytes) -> str:
        """Write a blob and return its address, with the container's signature."""
        address = self.blob(container, name)
        self._call("PUT", address, data, {"x-ms-blob-type": "BlockBlob"})
        return address

    def get(self, container: str, name: str) -> bytes:
        """What a blob holds."""
        return self._call("GET", self.blob(container, name))

    @staticmethod
    def blob(container: str, name: str) -> str:
        """The address of a blob in a container's SAS URL."""
        path, _, query = container.partition("?")
        return f"{path}/{quote(name)}?{query}"

    def _address(self, name: str) -> str:
        return f"{self.host}/{self.account}/{name}"

    def _account_sas(self) -> str:
        fields = {
            "sv": _VERSION,
            "ss": "b",
            "srt": "sco",
            "sp": "rwdlac",
            "se": _stamp(datetime.now(UTC) + timedelta(hours=1)),
        }
        order = [fields[name] for name in ("sp", "ss", "srt")]
        text = [self.account, *order, "", fields["se"], "", "", fields["sv"], "", ""]
        return urlencode({**fields, "sig": self._sign(text)})

    def _sign(self, lines: list[str]) -> str:
        digest = hmac.new(self._key, "\n".join(lines).encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def _call(
        self, method: str, url: str, data: bytes = b"", headers: dict[str, str] | None = None
    ) -> bytes:
        request = urllib.request.Request(
            url,
            data=data if method != "GET" else None,
            headers={"x-ms-version": _VERSION, **(headers or {})},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{method}: {error.code} {error.read()[:500]!r}") from None

    def _drain(self) -> None:
        assert self._process.stdout is not None
        for _ in self._process.stdout:
            pass


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
