"""Datasets imported by the job, from addresses and blocks, with a report of what was left out."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scriba.customization.kinds import DatasetKind
from scriba.jobs import patience, room
from scriba.jobs.patience import Stopped
from scriba.resources.dataset import DatasetResult
from scriba.resources.entity import Kind, Status
from scriba.resources.file import FileKind
from scriba.storage import Store

from .house import House, archive


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
    whole = archive({data / "en-time.flac": "what time is it"})
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


def test_a_recording_that_is_called_as_the_report(house: House, data: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.write(data / "en-time.flac", "report.json")
    done = house.dataset(DatasetKind.AUDIO_FILES, packed.getvalue())
    files = {each.kind: each for each in house.files.list(done.id)}
    assert set(files) == {FileKind.AUDIO, FileKind.DATASET_REPORT}
    contents = {
        kind: b"".join(house.blobs(house.owner).read(each.blob)) for kind, each in files.items()
    }
    assert contents[FileKind.AUDIO] == (data / "en-time.flac").read_bytes()
    assert json.loads(contents[FileKind.DATASET_REPORT])["rejections"] == []


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


def test_what_unpacks_to_more_than_the_disk_has(
    house: House, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = house.folder / "audio.zip"
    path.write_bytes(archive({data / "en-time.flac": "what time is it"}))
    for module in (room, patience):
        monkeypatch.setattr(module, "spare", lambda where: -(1 << 40))
    monkeypatch.setattr(patience, "PATIENCE", 0.0)
    done = house.imported(house.create(DatasetKind.ACOUSTIC, content_url=path.as_uri()))
    assert done.status is Status.FAILED
    assert done.error is not None
    assert done.error.code == "ServiceUnavailable"
    assert "dataset needs more room" in done.error.message


def test_a_full_disk_is_waited_for_without_holding_it(
    house: House, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = house.folder / "audio.zip"
    path.write_bytes(archive({data / "en-time.flac": "what time is it"}))
    asked: list[int] = []

    def spare(where: Path) -> int:
        asked.append(len(list((where / "data").glob("audio.zip"))))
        return -1 if len(asked) == 3 else 1 << 30

    monkeypatch.setattr(room, "spare", spare)
    done = house.imported(house.create(DatasetKind.ACOUSTIC, content_url=path.as_uri()))
    assert done.status is Status.SUCCEEDED
    assert asked[2:4] == [1, 0]
