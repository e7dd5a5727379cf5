"""Files that work results in, stored and listed. The rest of it is tested with transcriptions."""

import threading
from pathlib import Path
from typing import Any

import pytest

from scriba.errors import AccessDenied, EntityNotFound, Unreachable
from scriba.jobs.keep import Keeper, Undelivered
from scriba.jobs.patience import Patience
from scriba.resources.file import FileKind
from scriba.storage.files import Files

from .conftest import Bench

CONTAINER = "https://account.blob.example.com/results?sv=1&sig=SECRET"


class Container:
    """A container that fails at first."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.written: dict[str, bytes] = {}

    def put(self, container: str, name: str, path: Path) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.written[name] = path.read_bytes()


def keep(bench: Bench, container: Container, entity: Any, **options: Any) -> None:
    """Keep a file of an entity."""
    steady = Patience(threading.Event(), bench.data_dir)
    keeper = Keeper(Files(bench.store), bench.blobs, container, steady)
    path = bench.data_dir / "draft"
    path.write_bytes(b"{}")
    keeper.keep(entity, "a.json", FileKind.TRANSCRIPTION, path, {"n": 1}, **options)


def test_a_container_that_is_away_for_a_moment_gets_its_file(bench: Bench) -> None:
    entity = bench.create(content_urls=("https://example.com/a.wav",))
    container = Container(Unreachable("away", temporary=True))
    keep(bench, container, entity, destination=CONTAINER)
    assert container.written == {"a.json": b"{}"}
    [file] = Files(bench.store).list(entity.id)
    assert file.properties == {
        "n": 1,
        "url": "https://account.blob.example.com/results/a.json",
    }


def test_a_container_that_refuses_says_so_without_its_signature(bench: Bench) -> None:
    entity = bench.create(content_urls=("https://example.com/a.wav",))
    with pytest.raises(Undelivered) as caught:
        keep(bench, Container(AccessDenied(CONTAINER)), entity, destination=CONTAINER)
    assert "destination container" in caught.value.problem.message
    assert "SECRET" not in caught.value.problem.message
    assert Files(bench.store).list(entity.id) == []


def test_nothing_is_left_of_an_entity_that_was_deleted_meanwhile(bench: Bench) -> None:
    entity = bench.create(content_urls=("https://example.com/a.wav",))
    assert bench.entities.delete(entity.kind, entity.id, entity.resource_id)
    with pytest.raises(EntityNotFound):
        keep(bench, Container(), entity)
    stored = bench.data_dir / "files"
    assert not [path for path in stored.rglob("*") if path.is_file()]
