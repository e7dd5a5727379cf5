"""Own models with weights of their own, each of which writes one word in its own way."""

import os
import shutil
from pathlib import Path

from scriba.resources.base_model import BaseModels
from scriba.resources.endpoint import EndpointSpec
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.model import ModelSpec
from scriba.speech import Bundle
from scriba.storage import Entities, Resources, Store, open_store
from scriba.storage.model_files import FOLDER

WORD = "and"
"""What the models rewrite."""


class Deployed:
    """A store on the data folder of a service, whose resource `default` owns what is made."""

    def __init__(self, data_dir: Path, base: Path) -> None:
        self.store: Store = open_store(data_dir)
        self._folder = data_dir / FOLDER
        self._base = base
        self._owner = Resources(self.store).get("default").id

    def model(self, says: str, weights: bool = True) -> str:
        """The id of a new model that writes `says`; its copy lies on the host already."""
        base = BaseModels(self._base.name).default("en-US")
        assert base is not None
        id = self._create(Kind.MODEL, ModelSpec(base.id).to_json())
        folder = self._folder / id
        folder.mkdir(parents=True)
        (folder / "formatting.md").write_text(f"#rewrite\n{WORD}\t{says}\n", encoding="utf-8")
        for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
            if weights:
                _link(self._base / name, folder / name)
        Bundle.write(folder, base=self._base.name, locale="en-US")
        return id

    def endpoint(self, model: str) -> str:
        """The id of a new endpoint."""
        return self._create(Kind.ENDPOINT, EndpointSpec(model).to_json())

    def change(self, endpoint: str, model: str) -> None:
        """Put another model behind an endpoint."""
        spec = EndpointSpec(model).to_json()
        Entities(self.store).update(Kind.ENDPOINT, endpoint, self._owner, spec=spec)

    def _create(self, kind: Kind, spec: dict[str, object]) -> str:
        at = now()
        entity = Entity(
            new_id(),
            self._owner,
            kind,
            "2025-10-15",
            "http://localhost",
            "a test",
            "en-US",
            Status.SUCCEEDED,
            at,
            at,
            spec=spec,
        )
        Entities(self.store).create(entity)
        return entity.id


def _link(source: Path, to: Path) -> None:
    try:
        os.link(source, to)
    except OSError:
        shutil.copyfile(source, to)
