"""Running servers, with a fake recogniser and with the real one, and ways to call them."""

import io
import socket
import threading
import wave
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from scriba.resources import CreatedResource
from scriba.server.run import Server
from scriba.storage import Resources, Store, open_store

from .api import Api
from .custom import OPERATIONS, Custom
from .fakes import FakeAssessor, FakePool, FakeSettings, FakeSpeech
from .live import SHORT


@dataclass
class Running:
    """A server and what stands behind it."""

    address: str
    port: int
    speech: FakeSpeech
    store: Store
    resources: Resources
    anywhere: CreatedResource
    westus: CreatedResource
    stop: Callable[[], None] = lambda: None
    """Tell the server to stop, without waiting for it."""

    def post(self, path: str = SHORT, **options: Any) -> requests.Response:
        """POST with the key of `anywhere`, language en-US and one second of audio by default."""
        options.setdefault("headers", {"Ocp-Apim-Subscription-Key": self.anywhere.key1})
        options.setdefault("params", {"language": "en-US"})
        options.setdefault("data", wav())
        return requests.post(self.address + path, timeout=30, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET."""
        return requests.get(self.address + path, timeout=30, **options)

    def raw(self, parts: bytes | Iterable[bytes], seconds: float = 15.0) -> bytes:
        """Send bytes as they are; what comes back until the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            answer = b""
            try:
                for part in [parts] if isinstance(parts, bytes) else parts:
                    connection.sendall(part)
            except OSError:
                pass  # the server may have heard enough
            try:
                while data := connection.recv(65536):
                    answer += data
            except OSError:
                pass
            return answer

    def head(self, *lines: str) -> bytes:
        """The head of a good request for short audio, up to the lines given."""
        start = (
            f"POST {SHORT}?language=en-US HTTP/1.1",
            "Host: localhost",
            f"Ocp-Apim-Subscription-Key: {self.anywhere.key1}",
        )
        return ("\r\n".join(start + lines) + "\r\n\r\n").encode("latin-1")


def wav(seconds: float = 1.0, rate: int = 16000) -> bytes:
    """A WAV file of faint noise."""
    noise = np.random.default_rng(0).integers(-50, 50, int(seconds * rate)).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(noise.tobytes())
    return buffer.getvalue()


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers with settings of one's own; all are stopped at the end."""
    running: list[tuple[Server, threading.Thread, Store, FakeSpeech]] = []

    def start_one(
        pool: FakePool | None = None, assessor: FakeAssessor | None = None, **changes: Any
    ) -> Running:
        store = open_store(tmp_path / f"data{len(running)}")
        resources = Resources(store)
        settings = replace(FakeSettings(tmp_path), **changes)
        speech = FakeSpeech()
        started = threading.Event()
        server = Server(
            settings,
            speech,
            store,
            pool=pool,
            assessor=assessor,
            on_started=lambda _: started.set(),
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        running.append((server, thread, store, speech))
        assert started.wait(30)
        return Running(
            server.address,
            int(server.address.rsplit(":", 1)[1]),
            speech,
            store,
            resources,
            resources.create("anywhere"),
            resources.create("west", "westus"),
            lambda: setattr(server, "should_exit", True),
        )

    yield start_one
    for server, thread, store, speech in running:
        speech.hold.set()
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
        store.close()


@pytest.fixture
def server(start: Start) -> Running:
    """A server with the usual settings."""
    return start()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    store = open_store(tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def api(store: Store, tmp_path: Path) -> Iterator[Api]:
    """The management API in this process."""
    with Api(store, tmp_path, operations=OPERATIONS) as api:
        yield api


@pytest.fixture
def custom(api: Api) -> Custom:
    """Makes datasets, models and so on."""
    return Custom(api)
