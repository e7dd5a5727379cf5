"""Transcriptions while processes are killed: nothing is lost and nothing is there twice."""

import functools
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from .killed import Service, until

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
        until(lambda least=done: service.shown(job)["succeeded"] >= least)  # type: ignore[misc]
        service.kill()
        service.start()
    until(lambda: service.get(job)["status"] in ("Succeeded", "Failed"))
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
    until(lambda: service.shown(job)["succeeded"] >= 1)
    assert service.live.stop() == 0
    service.start()
    until(lambda: service.get(job)["status"] in ("Succeeded", "Failed"))
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
        until(lambda: service.shown(job)["succeeded"] >= 2)
        workers[0].kill()
        workers[0].wait()
        until(lambda: service.get(job)["status"] in ("Succeeded", "Failed"))
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
