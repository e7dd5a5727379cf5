"""A server of our own to measure, stopped by its process id."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType


class Service:
    """`scriba serve` on a free port with an empty data directory and one key."""

    def __init__(self, **environment: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._environment = {**os.environ, "SCRIBA_DATA_DIR": self._folder.name, **environment}

    def __enter__(self) -> "Service":
        scriba = [sys.executable, "-m", "scriba"]
        made = subprocess.run(
            [*scriba, "keys", "create", "bench", "--json"],
            env=self._environment,
            capture_output=True,
            check=True,
        )
        self.key = json.loads(made.stdout)["key1"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self._log = (Path(self._folder.name) / "log").open("wb")
        self._process = subprocess.Popen(
            [*scriba, "serve", "--port", str(port)],
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        for _ in range(240):
            if self._process.poll() is not None:
                raise RuntimeError((Path(self._folder.name) / "log").read_text())
            try:
                urllib.request.urlopen(f"{self.address}/ready", timeout=5)
                return self
            except OSError:
                time.sleep(0.25)
        self._process.kill()
        self._process.wait()
        raise RuntimeError("the service did not become ready")

    @property
    def pid(self) -> int:
        """The id of the service's process."""
        return self._process.pid

    @property
    def resident(self) -> int:
        """Resident memory of the service's process, in bytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
        self._log.close()
        self._folder.cleanup()
