"""Datasets and models while the server is killed in the middle of each."""

import functools
import hashlib
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from .killed import Service, until

_NAMES = ("en-quilter", "en-wizard", "en-accented-1", "en-time")
_SENTENCES = "".join(f"turn valve number {n} of the Ormsby line to the left\n" for n in range(200))


class _Gate(http.server.BaseHTTPRequestHandler):
    """Sends half of a file to the first who asks, and all of it to the others."""

    def __init__(self, content: bytes, asked: threading.Event, *given: Any) -> None:
        self._content = content
        self._asked = asked
        super().__init__(*given)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self._content)))
        self.end_headers()
        first = not self._asked.is_set()
        self.wfile.write(self._content[: len(self._content) // 2])
        self._asked.set()
        if first:
            # Until the one who asked is gone.
            with suppress(OSError):
                self.rfile.read(1)
            return
        self.wfile.write(self._content[len(self._content) // 2 :])

    def log_message(self, *_: object) -> None:
        """Write no log."""


@pytest.fixture
def service(tiny_model: Path, tmp_path: Path) -> Iterator[Service]:
    assert tiny_model.is_dir()
    made = Service(tmp_path, f"sqlite:///{tmp_path / 'scriba.db'}")
    yield made
    assert made.live.stop() == 0


def _archive(data: Path) -> bytes:
    manifest = map(json.loads, (data / "manifest.jsonl").read_text("utf-8").splitlines())
    texts = {row["path"]: row["text"] for row in manifest}
    names = [f"{name}.flac" for name in _NAMES]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name in names:
            packed.write(data / name, name)
        packed.writestr("trans.txt", "".join(f"{name}\t{texts[name]}\n" for name in names))
    return buffer.getvalue()


def _by_blocks(service: Service, kind: str, *blocks: bytes, kill: bool = False) -> str:
    """A dataset by blocks; with `kill` the server ends between them and after the last word."""
    dataset = service.post("datasets", kind=kind)
    for number, block in enumerate(blocks):
        service.put(f"{dataset}/blocks?blockid={number:04}", block)
        if kill and not number:
            service.kill()
            service.start()
            there = service.get(f"{dataset}/blocks")["uncommittedBlocks"]
            assert [(each["name"], each["size"]) for each in there] == [("0000", len(block))]
    names = [{"kind": "Latest", "id": f"{number:04}"} for number in range(len(blocks))]
    answer = requests.post(
        f"{dataset}/blocks:commit", json=names, headers=service.headers, timeout=30
    )
    assert answer.status_code == 200, answer.text
    if kill:
        service.kill()
        service.start()
    return dataset


def _drafts(folder: Path) -> list[Path]:
    data = folder / "data"
    patterns = ("workers/[0-9]*/*", "models/.*.partial", "files/.drafts/*")
    return [path for pattern in patterns for path in data.glob(pattern)]


@contextmanager
def _served(content: bytes) -> Iterator[tuple[str, threading.Event]]:
    """The address of a file that comes slowly, and whether it has been asked for."""
    asked = threading.Event()
    handler = functools.partial(_Gate, content, asked)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/a.zip", asked
        finally:
            server.shutdown()
            thread.join()


def test_an_import_outlives_kill_9(service: Service, data: Path, tmp_path: Path) -> None:
    with _served(_archive(data)) as (address, asked):
        dataset = service.post("datasets", kind="Acoustic", contentUrl=address)
        assert asked.wait(60)
        assert service.get(dataset)["status"] == "Running"
        service.kill()
        service.start()
        found = service.ended(dataset)
    assert found["properties"]["acceptedLineCount"] == len(_NAMES)
    files = service.get(f"{dataset}/files")["values"]
    assert sorted(each["name"] for each in files) == ["audio.zip", "report.json", "trans.txt"]
    assert _drafts(tmp_path) == []


def test_blocks_and_models_outlive_kill_9(service: Service, data: Path, tmp_path: Path) -> None:
    archive = _archive(data)
    half = len(archive) // 2
    acoustic = _by_blocks(service, "Acoustic", archive[:half], archive[half:], kill=True)
    assert service.ended(acoustic)["properties"]["acceptedLineCount"] == len(_NAMES)
    text = _by_blocks(service, "Language", _SENTENCES.encode())
    service.ended(text)

    model = service.post("models", datasets=[{"self": text}])
    until(lambda: service.get(model)["status"] != "NotStarted")
    service.kill()
    service.start()
    _sound(service, service.ended(model))
    assert _drafts(tmp_path) == []


def _sound(service: Service, model: Any) -> None:
    """Every file of a model is there, and is what its list says."""
    files = service.get(model["links"]["manifest"])["modelFiles"]
    links = {each["name"]: each["contentUrl"] for each in files}
    wanted = requests.get(links["model.json"], timeout=30).json()["files"]
    assert wanted
    for name, about in wanted.items():
        content = requests.get(links[name], timeout=30).content
        assert hashlib.sha256(content).hexdigest() == about["sha256"]
