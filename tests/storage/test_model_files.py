"""Copies of trained models on a host: fetched once, checked, removed with the model."""

import json
import threading
from pathlib import Path

import pytest

from scriba.errors import BlobError, EntityNotFound, ModelError
from scriba.resources.base_model import BaseModels
from scriba.resources.entity import Entity, Kind, Status, new_id
from scriba.resources.file import FileKind
from scriba.speech.bundle import MANIFEST, Bundle
from scriba.storage import Entities, Files, Resources, Store
from scriba.storage.blobs import BlobsOf
from scriba.storage.model_files import ModelFiles

from .making import entity, file

_ID = "6f1c9f5e-7d1b-4a55-9a7e-2f1f3f6f0c11"


@pytest.fixture
def blobs(store: Store, tmp_path: Path) -> BlobsOf:
    return BlobsOf(store, str(tmp_path / "files"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def models(store: Store, blobs: BlobsOf, folder: Path) -> ModelFiles:
    return ModelFiles(store, blobs, BaseModels("base"), folder)


@pytest.fixture
def model(store: Store, blobs: BlobsOf, tmp_path: Path) -> Entity:
    """A trained model whose files are in the storage."""
    owner = Resources(store).create("owner").id
    made = entity(owner, kind=Kind.MODEL, status=Status.SUCCEEDED)
    Entities(store).create(made)
    source = tmp_path / "trained"
    source.mkdir()
    (source / "words.json").write_text("{}", encoding="utf-8")
    (source / "formatting.md").write_text("#\n", encoding="utf-8")
    Bundle.write(source, base="base", locale="en-US")
    for path in source.iterdir():
        row = file(made, path.name, kind=FileKind.MODEL_BUNDLE, size=path.stat().st_size)
        blobs(owner).put(row.blob, path)
        Files(store).add(row)
    return made


def test_a_copy_is_made_on_first_use_and_kept(
    models: ModelFiles, model: Entity, folder: Path, blobs: BlobsOf
) -> None:
    bundle = models.bundle(model.id)
    assert bundle.folder == folder / model.id
    assert set(bundle.files) == {"words.json", "formatting.md"}
    blobs(model.resource_id).delete_prefix(model.resource_id)
    assert models.bundle(model.id) == bundle
    assert [path.name for path in folder.iterdir() if not path.name.endswith(".lock")] == [model.id]


def test_a_copy_that_was_damaged_is_made_anew(
    models: ModelFiles, model: Entity, folder: Path
) -> None:
    models.bundle(model.id)
    (folder / model.id / "words.json").write_text("[]", encoding="utf-8")
    models.bundle(model.id)
    assert (folder / model.id / "words.json").read_text(encoding="utf-8") == "{}"


def test_what_a_killed_process_left_does_not_matter(
    models: ModelFiles, model: Entity, folder: Path
) -> None:
    left = folder / f".{model.id}.partial"
    left.mkdir(parents=True)
    (left / "weights.pkl").write_bytes(b"half")
    assert set(models.bundle(model.id).files) == {"words.json", "formatting.md"}
    assert not left.exists()


def test_files_that_are_not_what_the_list_says_are_refused(
    models: ModelFiles, model: Entity, folder: Path, blobs: BlobsOf
) -> None:
    blobs(model.resource_id).put(file(model, "words.json").blob, b"[]")
    with pytest.raises(ModelError, match=r"words\.json is not the file that it should be"):
        models.bundle(model.id)
    blobs(model.resource_id).put(file(model, "words.json").blob, b"{}" * 1000)
    with pytest.raises(ModelError, match=r"words\.json has more than 2 bytes"):
        models.bundle(model.id)
    assert not [path for path in folder.iterdir() if not path.name.endswith(".lock")]


def test_a_list_that_names_other_files_is_refused(
    models: ModelFiles, model: Entity, blobs: BlobsOf, tmp_path: Path
) -> None:
    listed = json.loads((tmp_path / "trained" / MANIFEST).read_bytes())
    listed["files"]["../../escape"] = listed["files"].pop("words.json")
    blobs(model.resource_id).put(file(model, MANIFEST).blob, json.dumps(listed).encode())
    with pytest.raises(ModelError, match="not a file that a model has"):
        models.bundle(model.id)


def test_a_storage_that_lost_the_files_is_an_error(
    models: ModelFiles, model: Entity, blobs: BlobsOf
) -> None:
    blobs(model.resource_id).delete_prefix(model.resource_id)
    with pytest.raises(BlobError):
        models.bundle(model.id)


@pytest.mark.parametrize("id", ["", "..", "../x", "/etc", "base", _ID.upper(), "{" + _ID])
def test_an_id_that_is_none_becomes_no_path(models: ModelFiles, id: str) -> None:
    with pytest.raises(ModelError, match="there is no model"):
        models.bundle(id)
    with pytest.raises(ModelError, match="there is no model"):
        models.remove(id)


def test_an_unknown_model_is_said_to_be(models: ModelFiles) -> None:
    with pytest.raises(ModelError, match="there is no model"):
        models.bundle(new_id())


def test_a_base_model_has_a_bundle_without_files(models: ModelFiles) -> None:
    base = BaseModels("base").default("de-DE")
    assert base is not None
    assert models.bundle(base.id) == Bundle("base", "de-DE")
    assert models.owned(base.id, "anybody") is None


def test_a_model_is_its_resources_and_has_to_be_ready(
    models: ModelFiles, model: Entity, store: Store
) -> None:
    owned = models.owned(model.id, model.resource_id)
    assert owned is not None
    assert owned.id == model.id
    with pytest.raises(EntityNotFound):
        models.owned(model.id, Resources(store).create("other").id)
    training = entity(model.resource_id, kind=Kind.MODEL, status=Status.RUNNING)
    Entities(store).create(training)
    with pytest.raises(ModelError, match="is Running"):
        models.owned(training.id, model.resource_id)


def test_copies_go_with_their_models(
    models: ModelFiles, model: Entity, folder: Path, store: Store
) -> None:
    models.bundle(model.id)
    (folder / "of-somebody-else").mkdir()
    assert models.sweep() == 0
    Entities(store).delete(Kind.MODEL, model.id, model.resource_id)
    assert models.sweep() == 1
    assert [path.name for path in folder.iterdir()] == ["of-somebody-else"]
    (folder / f".{model.id}.partial").mkdir()
    assert models.sweep() == 1
    assert [path.name for path in folder.iterdir()] == ["of-somebody-else"]
    models.remove(model.id)


def test_many_who_need_a_model_share_one_copy(
    models: ModelFiles, model: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[Path] = []
    copy = ModelFiles._copy

    def counted(self: ModelFiles, folder: Path) -> None:
        copies.append(folder)
        copy(self, folder)

    monkeypatch.setattr(ModelFiles, "_copy", counted)
    found: list[Bundle] = []
    threads = [
        threading.Thread(target=lambda: found.append(models.bundle(model.id))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 4
    assert len(copies) == 1
