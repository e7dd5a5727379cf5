"""Own models made by the job: trained on texts and rules, copied, and never half."""

import errno
import hashlib
import importlib.util
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scriba.customization.kinds import DatasetKind
from scriba.jobs.entity_work import EntityWorks, Watch
from scriba.jobs.models import Models
from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.file import FileKind
from scriba.resources.model import CopiedFrom, ModelSpec
from scriba.speech.bundle import FORMATTING, MANIFEST, Bundle
from scriba.storage import Store

from .house import House, archive

_RULES = b"#rewrite\ncolour me mine\tColor Me Mine\n"


class TinyBase:
    """The one base model, `tiny.en`, under any id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def bundle(self, id: str) -> Bundle:
        return Bundle("tiny.en")

    def weights(self, bundle: Bundle) -> Path:
        return self._folder


class ModelHouse(House):
    """A house that makes models."""

    def __init__(self, store: Store, folder: Path, tiny_model: Path) -> None:
        super().__init__(store, folder)
        work = Models(
            self.entities,
            self.files,
            self.blobs,
            self.datasets,
            TinyBase(tiny_model),
            self.sources,
            self.keeper,
            self.steady,
            threading.Lock(),
        )
        self.models = EntityWorks(self.entities, self.steady, self.scratch, {Kind.MODEL: work})

    def made(self, spec: ModelSpec, locale: str = "en-US") -> Entity:
        model = self.new(Kind.MODEL, spec.to_json(), locale)
        self.models.run(Kind.MODEL, model.id)
        return self.entities.get(Kind.MODEL, model.id)

    def bundle_files(self, model: Entity) -> dict[str, bytes]:
        found = self.files.list(model.id)
        return {
            file.name: self.content(model, file.name)
            for file in found
            if file.kind is FileKind.MODEL_BUNDLE
        }


@pytest.fixture
def house(store: Store, tmp_path: Path, tiny_model: Path) -> Iterator[ModelHouse]:
    made = ModelHouse(store, tmp_path / "house", tiny_model)
    yield made
    made.client.close()


def test_rules_make_a_model(house: ModelHouse) -> None:
    rules = house.dataset(DatasetKind.OUTPUT_FORMATTING, _RULES)
    done = house.made(ModelSpec("base", datasets=(rules.id,), weight=40))
    assert done.status is Status.SUCCEEDED, done.error
    kept = house.bundle_files(done)
    assert set(kept) == {MANIFEST, FORMATTING}
    assert b"Color Me Mine" in kept[FORMATTING]
    manifest = json.loads(kept[MANIFEST])
    assert (manifest["base"], manifest["locale"], manifest["weight"]) == ("tiny.en", "en-US", 40)
    report = json.loads(house.content(done, "report.json"))
    assert report["formatting"] == 1
    assert done.result["report"] == report


def test_a_training_keeps_the_disks_reserve(
    house: ModelHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [1 << 40]

    def progress(self: Watch, share: float, text: str) -> None:
        # As if somebody else filled the disk meanwhile.
        left[0] = -1 if text.startswith("counting") else 1 << 40

    monkeypatch.setattr(Watch, "progress", progress)
    for module in ("scriba.jobs.room", "scriba.net.reserve"):
        monkeypatch.setattr(f"{module}.spare", lambda where: left[0])
    done = house.made(ModelSpec("base", text="The conference is now locked."))
    assert done.status is Status.FAILED
    assert done.error is not None
    assert done.error.code == "ServiceUnavailable"
    assert "needs more room than this service's disk has" in done.error.message
    assert house.bundle_files(done) == {}
    assert not list(house.scratch.iterdir())


def test_a_model_that_will_not_fit_is_not_begun(
    house: ModelHouse, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = archive({data / "en-time.flac": "what time is it"})
    acoustic = house.dataset(DatasetKind.ACOUSTIC, spoken)
    # Room for the recording, and none for weights.
    monkeypatch.setattr("scriba.net.reserve.spare", lambda where: 10_000_000)
    done = house.made(ModelSpec("base", datasets=(acoustic.id,)))
    assert done.status is Status.FAILED
    assert done.error is not None
    assert "needs more room" in done.error.message


def test_a_full_disk_is_the_reason(house: ModelHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = house.dataset(DatasetKind.OUTPUT_FORMATTING, _RULES)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("scriba.jobs.models.train", full)
    done = house.made(ModelSpec("base", datasets=(rules.id,)))
    assert done.status is Status.FAILED
    assert done.error is not None
    assert "needs more room" in done.error.message


def test_texts_are_measured(house: ModelHouse) -> None:
    done = house.made(ModelSpec("base", text="The conference is now locked."))
    assert done.status is Status.SUCCEEDED, done.error
    report = json.loads(house.content(done, "report.json"))
    assert report["language"]["general"]["utterances"] == 9
    assert report["notes"] == []


def test_recordings_need_torch(house: ModelHouse, data: Path) -> None:
    if importlib.util.find_spec("torch") is not None:
        pytest.skip("torch is installed")
    spoken = archive({data / "en-time.flac": "what time is it"})
    acoustic = house.dataset(DatasetKind.ACOUSTIC, spoken)
    done = house.made(ModelSpec("base", datasets=(acoustic.id,)))
    assert done.status is Status.FAILED
    assert done.error is not None
    assert "make train-deps" in done.error.message
    assert house.bundle_files(done) == {}


def test_a_dataset_that_was_deleted(house: ModelHouse) -> None:
    rules = house.dataset(DatasetKind.OUTPUT_FORMATTING, _RULES)
    house.entities.delete(Kind.DATASET, rules.id, house.owner)
    done = house.made(ModelSpec("base", datasets=(rules.id,)))
    assert done.status is Status.FAILED
    assert done.error is not None
    assert rules.id in done.error.message


def test_a_copy_is_the_same(house: ModelHouse) -> None:
    rules = house.dataset(DatasetKind.OUTPUT_FORMATTING, _RULES)
    source = house.made(ModelSpec("base", datasets=(rules.id,)))
    copied = CopiedFrom(source.id, house.owner)
    done = house.made(ModelSpec("base", copied_from=copied))
    assert done.status is Status.SUCCEEDED, done.error
    assert house.bundle_files(done) == house.bundle_files(source)
    assert house.content(done, "report.json") == house.content(source, "report.json")


def _offered(house: ModelHouse, model: Entity) -> dict[str, Path]:
    folder = house.folder / "offered"
    folder.mkdir()
    found = {}
    for name, content in house.bundle_files(model).items():
        found[name] = folder / hashlib.sha256(name.encode()).hexdigest()
        found[name].write_bytes(content)
    return found


def test_a_copy_from_another_host(house: ModelHouse) -> None:
    rules = house.dataset(DatasetKind.OUTPUT_FORMATTING, _RULES)
    source = house.made(ModelSpec("base", datasets=(rules.id,)))
    offered = _offered(house, source)
    files = tuple({"name": name, "url": path.as_uri()} for name, path in offered.items())
    done = house.made(ModelSpec("base", copied_from=CopiedFrom(source.id, files=files)))
    assert done.status is Status.SUCCEEDED, done.error
    assert house.bundle_files(done) == house.bundle_files(source)


def test_what_was_changed_on_the_way_is_refused(house: ModelHouse) -> None:
    rules = house.dataset(DatasetKind.OUTPUT_FORMATTING, _RULES)
    source = house.made(ModelSpec("base", datasets=(rules.id,)))
    offered = _offered(house, source)
    content = offered[FORMATTING].read_bytes()
    offered[FORMATTING].write_bytes(content.replace(b"Mine", b"Your"))
    files = tuple({"name": name, "url": path.as_uri()} for name, path in offered.items())
    done = house.made(ModelSpec("base", copied_from=CopiedFrom(source.id, files=files)))
    assert done.status is Status.FAILED
    assert done.error is not None
    assert FORMATTING in done.error.message
    assert house.bundle_files(done) == {}
