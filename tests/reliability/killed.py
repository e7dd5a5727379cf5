"""A service that is killed and started again on the same port and data."""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from ..server.live import Live


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def until(true: Callable[[], Any], seconds: float = 180.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


class Service:
    """`scriba serve` on one port and one data folder, started again after each end."""

    def __init__(self, folder: Path, database_url: str, **environment: str) -> None:
        self._environment = environment
        self._folder = folder
        self._database_url = database_url
        self._port = _free_port()
        self.live = self.start()
        self.headers = {"Ocp-Apim-Subscription-Key": self.live.key}

    def start(self) -> Live:
        """Start it, on the same port and the same data."""
        self.live = Live(
            self._folder / "data",
            *("--port", str(self._port), "--model", "tiny.en"),
            SCRIBA_ALLOW_PRIVATE_ADDRESSES="127.0.0.0/8",
            SCRIBA_DATABASE_URL=self._database_url,
            **self._environment,
        )
        return self.live

    def kill(self) -> None:
        """End it as a loss of power would."""
        self.live.process.kill()
        self.live.process.communicate()

    def get(self, url: str) -> Any:
        answer = requests.get(url, headers=self.headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, plural: str, /, **asked: Any) -> str:
        """Ask for a new entity; its address."""
        answer = requests.post(
            f"{self.live.address}/speechtotext/v3.2/{plural}",
            headers=self.headers,
            json={"locale": "en-US", "displayName": "killed", **asked},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["self"])

    def put(self, url: str, data: bytes) -> None:
        """Send a block."""
        answer = requests.put(url, data=data, headers=self.headers, timeout=30)
        assert answer.status_code == 201, answer.text

    def submit(self, *urls: str) -> str:
        """Ask for a transcription; its address."""
        return self.post("transcriptions", contentUrls=urls)

    def ended(self, entity: str) -> Any:
        """An entity once it has succeeded."""
        until(lambda: self.get(entity)["status"] in ("Succeeded", "Failed"))
        found = self.get(entity)
        assert found["status"] == "Succeeded", found
        return found

    def shown(self, job: str) -> Any:
        """What the operator sees of a job, recordings included."""
        return json.loads(self.live.scriba("jobs", "show", job.rpartition("/")[2], "--json"))
