"""Custom speech without a queue: a store, storage, and works that are run by hand."""

import io
import threading
import zipfile
from pathlib import Path
from typing import Any

from scriba.customization.kinds import DatasetKind
from scriba.jobs.dataset_files import DatasetFiles
from scriba.jobs.datasets import Imports
from scriba.jobs.entity_work import EntityWorks
from scriba.jobs.keep import Keeper
from scriba.jobs.patience import Patience
from scriba.net.outgoing import open_client, open_sources
from scriba.resources.dataset import DatasetSpec
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.settings import Settings
from scriba.storage import Resources, Store
from scriba.storage.blobs import BlobsOf
from scriba.storage.blocks import Blocks
from scriba.storage.entities import Entities
from scriba.storage.files import Files


class House:
    """The parts of a worker on a store, with a folder that data may come from."""

    def __init__(self, store: Store, folder: Path, owner: str | None = None) -> None:
        settings = Settings(
            data_dir=folder, allow_private_addresses="127.0.0.0/8", allowed_sources=str(folder)
        )
        self.folder = folder
        self.store = store
        self.client = open_client(settings)
        self.stopping = threading.Event()
        self.entities, self.files = Entities(store), Files(store)
        self.blobs = BlobsOf(store, str(folder / "files"))
        self.blocks = Blocks(store, self.blobs)
        self.scratch = folder / "scratch" / "one"
        self.scratch.mkdir(parents=True)
        self.steady = Patience(self.stopping, self.scratch)
        self.sources = open_sources(settings, self.client)
        self.keeper = Keeper(self.files, self.blobs, self.sources, self.steady)
        self.datasets = DatasetFiles(self.entities, self.files, self.blobs, self.steady)
        imports = Imports(self.sources, self.blocks, self.keeper, self.steady)
        self.works = EntityWorks(self.entities, self.steady, self.scratch, {Kind.DATASET: imports})
        if owner is None:
            Resources(store).create("test")
        self.owner = owner or Resources(store).get("test").id

    def new(self, kind: Kind, spec: dict[str, Any], locale: str = "en-US") -> Entity:
        """A new entity of the resource."""
        entity = Entity(
            id=new_id(),
            resource_id=self.owner,
            kind=kind,
            version="v3.2",
            host="http://localhost",
            display_name="a test",
            locale=locale,
            status=Status.NOT_STARTED,
            created=now(),
            last_action=now(),
            spec=spec,
        )
        self.entities.create(entity)
        return entity

    def create(self, kind: DatasetKind, locale: str = "en-US", **spec: Any) -> Entity:
        """A new dataset."""
        return self.new(Kind.DATASET, DatasetSpec(kind, **spec).to_json(), locale)

    def imported(self, entity: Entity) -> Entity:
        """A dataset after its import."""
        self.works.run(Kind.DATASET, entity.id)
        return self.entities.get(Kind.DATASET, entity.id)

    def dataset(self, kind: DatasetKind, data: bytes) -> Entity:
        """A dataset that was imported from these bytes."""
        made = self.create(kind, source="upload", waits=True)
        self.blocks.put(made, "AAAA", data)
        self.blocks.commit(made, [("Latest", "AAAA")])
        done = self.imported(made)
        assert done.status is Status.SUCCEEDED, done.error
        return done

    def content(self, entity: Entity, name: str) -> bytes:
        """What a file of an entity holds."""
        (file,) = [each for each in self.files.list(entity.id) if each.name == name]
        return b"".join(self.blobs(self.owner).read(file.blob))


def archive(recordings: dict[Path, str]) -> bytes:
    """An archive of recordings with a transcript."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for path in recordings:
            made.write(path, path.name)
        made.writestr("trans.txt", "".join(f"{p.name}\t{t}\n" for p, t in recordings.items()))
    return packed.getvalue()
