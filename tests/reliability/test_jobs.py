"""Transcriptions while processes are killed: nothing is lost and nothing is there twice."""

import functools
import http.server
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ..server.live import Live
from ..storage.conftest import database_url, empty_postgres, postgres

__all__ = ["database_url", "empty_postgres", "postgres"]

_NAMES = ("en-quilter", "en-wizard", "en-accented-1", "en-accented-2", "en-time", "en-brooklyn")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Write no log."""


@pytest.fixture(scope="module")
def recordings(data: Path) -> Iterator[str]:
    """The address of a web server with the tests' recordings."""
    handler = functools.partial(_Quiet, directory=str(data))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _until(true: Callable[[], Any], seconds: float = 180.0) -> None:
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
        self._key = self.live.key

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
        answer = requests.get(url, headers={"Ocp-Apim-Subscription-Key": self._key}, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def submit(self, *urls: str) -> str:
        """Ask for a transcription; its address."""
        answer = requests.post(
            f"{self.live.address}/speechtotext/v3.2/transcriptions",
            headers={"Ocp-Apim-Subscription-Key": self._key},
            json={"contentUrls": urls, "locale": "en-US", "displayName": "killed"},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["self"])

    def shown(self, job: str) -> Any:
        """What the operator sees of a job, recordings included."""
        return json.loads(self.live.scriba("jobs", "show", job.rpartition("/")[2], "--json"))


@pytest.fixture
def service(tiny_model: Path, tmp_path: Path, database_url: str) -> Iterator[Service]:
    assert tiny_model.is_dir()
    made = Service(tmp_path, database_url)
    yield made
    assert made.live.stop() == 0


def test_a_job_outlives_kill_9(service: Service, recordings: str) -> None:
    urls = [f"{recordings}/{name}.flac" for name in _NAMES * 2] + [f"{recordings}/missing.wav"]
    job = service.submit(*urls)
    for done in (1, 5):
        _until(lambda least=done: service.shown(job)["succeeded"] >= least)  # type: ignore[misc]
        service.kill()
        service.start()
    _until(lambda: service.get(job)["status"] in ("Succeeded", "Failed"))
    assert service.get(job)["status"] == "Succeeded"
    files = service.get(f"{job}/files?top=1000")["values"]
    names = sorted(file["name"] for file in files)
    assert names == sorted([*(f"contenturl_{n}.json" for n in range(12)), "report.json"])
    contents = {
        file["name"]: requests.get(file["links"]["contentUrl"], timeout=30).json() for file in files
    }
    for number, url in enumerate(urls[:12]):
        result = contents[f"contenturl_{number}.json"]
        assert result["source"] == url
        assert result["combinedRecognizedPhrases"][0]["display"]
    report = contents["report.json"]
    assert (report["successfulTranscriptionsCount"], report["failedTranscriptionsCount"]) == (12, 1)
    assert [each["source"] for each in report["details"]] == urls


def test_a_polite_stop_leaves_the_work_to_the_next_start(service: Service, recordings: str) -> None:
    job = service.submit(*(f"{recordings}/{name}.flac" for name in _NAMES * 3))
    _until(lambda: service.shown(job)["succeeded"] >= 1)
    assert service.live.stop() == 0
    service.start()
    _until(lambda: service.get(job)["status"] in ("Succeeded", "Failed"))
    assert service.get(job)["status"] == "Succeeded"
    assert len(service.get(f"{job}/files?top=1000")["values"]) == len(_NAMES) * 3 + 1


def test_a_killed_workers_work_goes_to_another(
    tiny_model: Path, tmp_path: Path, database_url: str, recordings: str
) -> None:
    assert tiny_model.is_dir()
    service = Service(tmp_path, database_url, SCRIBA_WORKER="false")
    command = [sys.executable, "-m", "scriba", "worker", "--data-dir", str(tmp_path / "data")]
    log = (tmp_path / "workers.log").open("wb")
    workers = [
        subprocess.Popen(
            [*command, "--model", "tiny.en"],
            env=service.live.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        for _ in range(2)
    ]
    try:
        job = service.submit(*(f"{recordings}/{name}.flac" for name in _NAMES * 4))
        _until(lambda: service.shown(job)["succeeded"] >= 2)
        workers[0].kill()
        workers[0].wait()
        _until(lambda: service.get(job)["status"] in ("Succeeded", "Failed"))
        assert service.get(job)["status"] == "Succeeded"
        assert len(service.get(f"{job}/files?top=1000")["values"]) == len(_NAMES) * 4 + 1
        workers[1].terminate()
        assert workers[1].wait(60) == 0
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
        log.close()
        service.live.stop()
