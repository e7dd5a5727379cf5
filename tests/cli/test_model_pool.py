"""The models beside the running one: copies on this host go when their model does."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from scriba.cli.model_pool import other_models
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.settings import load_settings
from scriba.speech import Recognizer
from scriba.storage import Entities, Resources, open_store
from scriba.storage.blobs import BlobsOf
from scriba.storage.model_files import FOLDER


def _model(owner: str) -> Entity:
    at = now()
    return Entity(
        new_id(), owner, Kind.MODEL, "v3.2", "", "a test", "en-US", Status.SUCCEEDED, at, at
    )


def _gone(path: Path) -> bool:
    for _ in range(600):
        if not path.exists():
            return True
        threading.Event().wait(0.05)
    return False


def test_a_copy_goes_when_its_model_is_deleted_here(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    store = open_store(tmp_path)
    owner = Resources(store).create("owner").id
    kept, deleted, old = _model(owner), _model(owner), _model(owner)
    entities = Entities(store)
    for each in (kept, deleted):
        entities.create(each)
    copies = {each.id: tmp_path / FOLDER / each.id for each in (kept, deleted, old)}
    for folder in copies.values():
        folder.mkdir(parents=True)
        (folder / "model.json").write_text("{}")
    speech = cast(Recognizer, SimpleNamespace(model_name="base"))
    with other_models(settings, store, speech, BlobsOf(store, str(tmp_path / "files"))):
        # One that was deleted elsewhere goes with the sweep, of which this is the first.
        assert _gone(copies[old.id])
        assert copies[deleted.id].exists()
        assert entities.delete(Kind.MODEL, deleted.id, owner)
        assert _gone(copies[deleted.id])
        assert copies[kept.id].exists()
    entities.delete(Kind.MODEL, kept.id, owner)
    assert copies[kept.id].exists()
    store.close()
