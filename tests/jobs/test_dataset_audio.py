"""Transcriptions of recordings that lie in a dataset."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scriba.customization.kinds import DatasetKind
from scriba.errors import AudioError
from scriba.jobs.dataset_audio import BlobFile, DatasetAudio
from scriba.jobs.entity_work import Refused
from scriba.resources.entity import Kind
from scriba.speech.recognizer import Recognizer
from scriba.storage import Store

from .conftest import Bench, until
from .house import House, archive


@pytest.fixture
def house(store: Store, tmp_path: Path) -> Iterator[House]:
    made = House(store, tmp_path / "house")
    yield made
    made.client.close()


def _spoken(data: Path) -> dict[Path, str]:
    return {data / "en-time.flac": "what time is it", data / "en-seven-8k.flac": "seven"}


@pytest.mark.parametrize("kind", [DatasetKind.ACOUSTIC, DatasetKind.AUDIO_FILES])
def test_each_recording_is_what_was_sent(house: House, data: Path, kind: DatasetKind) -> None:
    made = house.dataset(kind, archive(_spoken(data)))
    audio = DatasetAudio(house.datasets, house.blobs)
    found = list(audio.list(made.id, house.owner))
    assert sorted(each.name for each in found) == ["en-seven-8k.flac", "en-time.flac"]
    for each in found:
        target = house.folder / "fetched"
        assert audio.knows(each.source)
        audio.fetch(each.source, target, lambda: None)
        assert target.read_bytes() == (data / each.name).read_bytes()


def test_what_is_gone(house: House, data: Path) -> None:
    made = house.dataset(DatasetKind.ACOUSTIC, archive(_spoken(data)))
    audio = DatasetAudio(house.datasets, house.blobs)
    source = next(audio.list(made.id, house.owner)).source
    with pytest.raises(AudioError):
        audio.fetch(f"{source}.other", house.folder / "fetched", lambda: None)
    house.entities.delete(Kind.DATASET, made.id, house.owner)
    with pytest.raises(Refused, match="deleted"):
        audio.fetch(source, house.folder / "fetched", lambda: None)


def test_a_dataset_of_text_has_no_recordings(house: House) -> None:
    made = house.dataset(DatasetKind.LANGUAGE, b"press one\n")
    audio = DatasetAudio(house.datasets, house.blobs)
    with pytest.raises(Refused, match="Language"):
        list(audio.list(made.id, house.owner))


def test_a_blob_is_read_from_any_place(house: House) -> None:
    blobs = house.blobs(house.owner)
    blobs.put("a/b", bytes(range(100)))
    with BlobFile(blobs, "a/b", 100) as file:
        file.seek(-3, 2)
        assert file.read() == bytes([97, 98, 99])
        file.seek(10)
        assert file.read(2) == bytes([10, 11])
        assert file.tell() == 12


def test_a_transcription_of_a_dataset(
    store: Store, tmp_path: Path, recognizer: Recognizer, data: Path
) -> None:
    bench = Bench(store, tmp_path / "house", recognizer)
    house = House(store, tmp_path / "house", bench.resource_id)
    made = house.dataset(DatasetKind.AUDIO_FILES, archive(_spoken(data)))
    house.client.close()
    bench.work()
    try:
        asked = bench.create(dataset=made.id)
        until(lambda: bench.get(asked).status.ended)
    finally:
        bench.stop()
    done = bench.get(asked)
    assert done.error is None
    report = json.loads(house.content(done, "report.json"))
    assert report["successfulTranscriptionsCount"] == 2
    assert {each["source"] for each in report["details"]} == {"en-time.flac", "en-seven-8k.flac"}
