"""Imported datasets brought to this host, to be trained on, evaluated with or transcribed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path, PurePath

from scriba.customization.kinds import DatasetKind
from scriba.errors import EntityNotFound, FileNotKnown
from scriba.jobs.entity_work import Refused
from scriba.jobs.patience import Patience
from scriba.net.reserve import Reserve
from scriba.resources.dataset import DatasetSpec
from scriba.resources.entity import Entity, Kind, Problem, Status
from scriba.resources.file import File, FileKind
from scriba.storage.blobs import BlobsOf
from scriba.storage.entities import Entities
from scriba.storage.files import Files

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """A dataset's files on this host, by what they are."""

    id: str
    kind: DatasetKind
    locale: str
    files: Mapping[FileKind, Path]


class DatasetFiles:
    """Fetches what an import wrote from a resource's storage."""

    def __init__(self, entities: Entities, files: Files, blobs: BlobsOf, steady: Patience) -> None:
        self._entities = entities
        self._files = files
        self._blobs = blobs
        self._steady = steady

    def find(self, id: str, resource_id: str) -> Entity:
        """A dataset that can be used; raises Refused where it is gone or was not imported."""
        entities = self._entities
        try:
            dataset = self._steady(lambda: entities.get(Kind.DATASET, id, resource_id))
        except EntityNotFound:
            raise Refused(
                Problem("InvalidDataset", f"The dataset {id} was deleted meanwhile.")
            ) from None
        if dataset.status is not Status.SUCCEEDED:
            told = f"The dataset {id} is {dataset.status.value}; it has to be Succeeded."
            raise Refused(Problem("InvalidDataset", told))
        return dataset

    def list(self, dataset: Entity) -> Iterator[File]:
        """The files of a dataset without its report."""
        for first in count(step=_PAGE):
            page = self._steady(partial(self._files.list, dataset.id, skip=first, top=_PAGE))
            yield from (each for each in page if each.kind is not FileKind.DATASET_REPORT)
            if len(page) < _PAGE:
                return

    def file(self, dataset: Entity, id: str) -> File:
        """One file of a dataset; raises Refused where it is gone."""
        try:
            return self._steady(lambda: self._files.get(dataset.id, id))
        except FileNotKnown:
            told = f"A file of the dataset {dataset.id} was removed meanwhile."
            raise Refused(Problem("InvalidDataset", told)) from None

    def fetch(self, id: str, resource_id: str, folder: Path, check: Callable[[], None]) -> Imported:
        """Copy the files of a dataset, one of each kind, to a new folder under `folder`.

        Raises Refused as `find` does, and BlobError. Recordings of `AudioFiles` are not copied, as
        there are many.
        """
        dataset = self.find(id, resource_id)
        target = folder / id
        target.mkdir(parents=True, exist_ok=True)
        found: dict[FileKind, Path] = {}
        for file in self.list(dataset):
            if file.kind is not FileKind.AUDIO:
                # The names are the import's own, and only their ending is taken from them.
                path = target / f"{file.kind.value}{PurePath(file.name).suffix}"
                self.copy(dataset, file, path, check)
                found[file.kind] = path
        spec = DatasetSpec.from_json(dataset.spec)
        return Imported(id, spec.kind, dataset.locale or "", found)

    def copy(self, dataset: Entity, file: File, to: Path, check: Callable[[], None]) -> None:
        """Copy one file of a dataset; raises BlobError."""
        blobs = self._blobs(dataset.resource_id)

        def copy() -> None:
            reserve = Reserve(to.parent, file.size)
            with to.open("wb") as output:
                for piece in blobs.read(file.blob):
                    check()
                    reserve.before(len(piece))
                    output.write(piece)

        self._steady(copy)
