"""A worker with a real recogniser, on SQLite and on PostgreSQL, and a web server of recordings."""

import functools
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scriba.jobs.runtime import Jobs
from scriba.jobs.slot import Slot
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.transcription import TranscriptionSpec
from scriba.resources.versions import Version
from scriba.settings import Settings
from scriba.speech.recognizer import Recognizer
from scriba.storage import Resources, Store, open_store
from scriba.storage.blobs import BlobsOf
from scriba.storage.entities import Entities

SECRET = "a-secret-that-only-these-tests-use-0123456789"


@pytest.fixture(scope="session")
def recognizer(tiny_model: Path) -> Iterator[Recognizer]:
    """A recogniser whose words do not matter."""
    opened = Recognizer(tiny_model)
    yield opened
    opened.close()


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An up-to-date, empty store."""
    opened = open_store(tmp_path / "data", database_url, SECRET)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def recordings(data: Path) -> Iterator[str]:
    """The address of a web server with the tests' recordings."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": _nothing})
    handler = functools.partial(quiet, directory=str(data))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def _nothing(*_: object) -> None:
    """Write no log."""


class Bench:
    """A store with a resource, and workers on it."""

    def __init__(self, store: Store, data_dir: Path, speech: Any) -> None:
        self.store = store
        self.data_dir = data_dir
        self.speech = speech
        self.entities = Entities(store)
        self.blobs = BlobsOf(store, str(data_dir / "files"))
        resources = Resources(store)
        resources.create("test")
        self.resource_id = resources.get("test").id
        self.running: list[tuple[Jobs, Slot]] = []
        self.options: dict[str, Any] = {}
        self.custom: Any = None

    def work(self, diarize: Any = None) -> Jobs:
        """Start a worker of this process."""
        settings = Settings(
            data_dir=self.data_dir,
            allow_private_addresses="127.0.0.0/8",
            allowed_sources=str(self.data_dir),
            **self.options,
        )
        slot = Slot(self.data_dir)
        jobs = Jobs(
            settings,
            self.store,
            self.speech,
            slot=slot,
            blobs=self.blobs,
            diarize=diarize,
            custom=self.custom,
        )
        jobs.start()
        self.running.append((jobs, slot))
        return jobs

    def stop(self) -> None:
        """Stop the workers."""
        while self.running:
            jobs, slot = self.running.pop()
            jobs.close()
            slot.close()

    def create(self, version: Version = Version.V2024_11, **spec: Any) -> Entity:
        """A new transcription of the resource."""
        entity = Entity(
            id=new_id(),
            resource_id=self.resource_id,
            kind=Kind.TRANSCRIPTION,
            version=version.value,
            host="http://localhost",
            display_name="a test",
            locale=spec.pop("locale", "en-US"),
            status=Status.NOT_STARTED,
            created=now(),
            last_action=now(),
            spec=TranscriptionSpec(**spec).to_json(),
        )
        self.entities.create(entity)
        return entity

    def get(self, entity: Entity) -> Entity:
        """An entity as it is now."""
        return self.entities.get(entity.kind, entity.id)

    def ended(self, entity: Entity, seconds: float = 120.0) -> Entity:
        """An entity once its work has ended."""
        until(lambda: self.get(entity).status.ended, seconds)
        return self.get(entity)


def until(true: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def bench(store: Store, tmp_path: Path, recognizer: Recognizer) -> Iterator[Bench]:
    """A store with a resource and no worker yet."""
    made = Bench(store, tmp_path / "data", recognizer)
    yield made
    made.stop()
