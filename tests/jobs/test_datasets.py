"""Datasets imported by the job, from addresses and blocks, with a report of what was left out."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scriba.customization.kinds import DatasetKind
from scriba.jobs.datasets import Imports
from scriba.jobs.entity_work import EntityWorks
from scriba.jobs.keep import Keeper
from scriba.jobs.patience import Patience, Stopped
from scriba.net.outgoing import open_client, open_sources
from scriba.resources.dataset import DatasetResult, DatasetSpec
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.settings import Settings
from scriba.storage import Resources, Store
from scriba.storage.blobs import BlobsOf
from scriba.storage.blocks import Blocks
from scriba.storage.entities import Entities
from scriba.storage.files import Files


class House:
    """Imports on a store, with a folder that data may come from."""

    def __init__(self, store: Store, folder: Path) -> None:
        import threading

        settings = Settings(
            data_dir=folder, allow_private_addresses="127.0.0.0/8", allowed_sources=str(folder)
        )
        self.folder = folder
        self.client = open_client(settings)
        self.stopping = threading.Event()
        self.entities, self.files = Entities(store), Files(store)
        self.blobs = BlobsOf(store, str(folder / "files"))
        self.blocks = Blocks(store, self.blobs)
        scratch = folder / "scratch" / "one"
        scratch.mkdir(parents=True)
        steady = Patience(self.stopping, scratch)
        sources = open_sources(settings, self.client)
        self.keeper = Keeper(self.files, self.blobs, sources, steady)
        imports = Imports(sources, self.blocks, self.keeper, steady)
        self.works = EntityWorks(self.entities, steady, scratch, {Kind.DATASET: imports})
        resources = Resources(store)
        resources.create("test")
        self.owner = resources.get("test").id

    def create(self, kind: DatasetKind, locale: str = "en-US", **spec: Any) -> Entity:
        entity = Entity(
            id=new_id(),
            resource_id=self.owner,
            kind=Kind.DATASET,
            version="v3.2",
            host="http://localhost",
            display_name="a test",
            locale=locale,
            status=Status.NOT_STARTED,
            created=now(),
            last_action=now(),
            spec=DatasetSpec(kind, **spec).to_json(),
        )
        self.entities.create(entity)
        return entity

    def imported(self, entity: Entity) -> Entity:
        self.works.run(Kind.DATASET, entity.id)
        return self.entities.get(Kind.DATASET, entity.id)

    def content(self, entity: Entity, name: str) -> bytes:
        (file,) = [each for each in self.files.list(entity.id) if each.name == name]
        return b"".join(self.blobs(self.owner).read(file.blob))


@pytest.fixture
def house(store: Store, tmp_path: Path) -> Iterator[House]:
    made = House(store, tmp_path / "house")
    yield made
    made.client.close()


def test_a_text_by_address(house: House) -> None:
    (house.folder / "text.txt").write_bytes(b"\xef\xbb\xbfpress one\r\nsee https://a.example\n")
    address = (house.folder / "text.txt").as_uri()
    done = house.imported(house.create(DatasetKind.LANGUAGE, content_url=address))
    assert done.status is Status.SUCCEEDED
    assert DatasetResult.from_json(done.result) == DatasetResult(1, 1, None)
    assert house.content(done, "language_data.txt").decode("utf-8-sig").split() == ["press", "one"]
    report = json.loads(house.content(done, "report.json"))
    assert [each["lineNumber"] for each in report["rejections"]] == [2]


def test_blocks_in_their_order(house: House, data: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(data / "en-time.flac", "one.flac")
        archive.writestr("trans.txt", "one.flac\twhat time is it\n")
    whole = packed.getvalue()
    dataset = house.create(DatasetKind.ACOUSTIC, source="blocks", waits=True)
    middle = len(whole) // 2
    house.blocks.put(dataset, "AAAB", whole[middle:])
    house.blocks.put(dataset, "AAAA", whole[:middle])
    house.blocks.commit(dataset, [("Latest", "AAAA"), ("Latest", "AAAB")])
    done = house.imported(dataset)
    assert done.status is Status.SUCCEEDED, done.error
    found = DatasetResult.from_json(done.result)
    assert (found.accepted, found.rejected) == (1, 0)
    assert found.seconds is not None
    assert found.seconds > 1
    names = {each.name for each in house.files.list(done.id)}
    assert names == {"audio.zip", "trans.txt", "report.json"}
    # What was uploaded is not kept a second time.
    assert all(block.blob is None for block in house.blocks.list(done.id))


def test_nothing_that_can_be_used(house: House) -> None:
    (house.folder / "no.zip").write_bytes(b"this is no archive")
    address = (house.folder / "no.zip").as_uri()
    done = house.imported(house.create(DatasetKind.ACOUSTIC, content_url=address))
    assert done.status is Status.FAILED
    assert done.error is not None
    assert done.error.code == "InvalidDataset"
    assert "error" in json.loads(house.content(done, "report.json"))


def test_an_address_with_nothing(house: House) -> None:
    address = (house.folder / "absent.txt").as_uri() + "?sig=SECRET"
    done = house.imported(house.create(DatasetKind.LANGUAGE, content_url=address))
    assert done.status is Status.FAILED
    assert done.error is not None
    assert "contentUrl" in done.error.message
    assert "SECRET" not in done.error.message


def test_a_stop_leaves_it_to_be_done(house: House) -> None:
    (house.folder / "text.txt").write_text("press one\n")
    dataset = house.create(DatasetKind.LANGUAGE, content_url=(house.folder / "text.txt").as_uri())
    house.stopping.set()
    with pytest.raises(Stopped):
        house.works.run(Kind.DATASET, dataset.id)
    left = house.entities.get(Kind.DATASET, dataset.id)
    assert left.status is Status.RUNNING
    assert left.result["begun"] == 0
    house.stopping.clear()
    assert house.imported(dataset).status is Status.SUCCEEDED


def test_work_that_ends_the_process_is_given_up(house: House) -> None:
    (house.folder / "text.txt").write_text("press one\n")
    dataset = house.create(DatasetKind.LANGUAGE, content_url=(house.folder / "text.txt").as_uri())
    house.entities.update(Kind.DATASET, dataset.id, house.owner, result={"begun": 4})
    done = house.imported(dataset)
    assert done.status is Status.FAILED
    assert done.error is not None
    assert "the process was ended" in done.error.message


def test_one_that_was_removed(house: House) -> None:
    (house.folder / "text.txt").write_text("press one\n")
    dataset = house.create(DatasetKind.LANGUAGE, content_url=(house.folder / "text.txt").as_uri())
    house.entities.delete(Kind.DATASET, dataset.id, house.owner)
    house.works.run(Kind.DATASET, dataset.id)
    assert house.entities.count(Kind.DATASET, house.owner) == 0
