"""Trained models: their files in the blob storage, and this host's copies to recognise with."""

import logging
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from scriba.errors import EntityNotFound, ModelError
from scriba.resources.base_model import BaseModels
from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.file import File, FileKind
from scriba.resources.filters import Comparison
from scriba.speech.bundle import MANIFEST, MANIFEST_BYTES, MOST_FILES, Bundle
from scriba.speech.model_cache import locked
from scriba.storage.blobs import BlobsOf
from scriba.storage.entities import Entities
from scriba.storage.files import Files
from scriba.storage.store import Store
from scriba.storage.tables import entities as table

log = logging.getLogger("scriba.models")

FOLDER = "models"
"""Where the copies lie in the data folder."""

_SPARE = 64 << 20


class ModelFiles:
    """The models of a service, by the ids that the API gives them.

    `folder` is this host's, and may be shared by its processes; what is copied to it is checked
    against the hashes that the model's own list gives.
    """

    def __init__(self, store: Store, blobs: BlobsOf, base_models: BaseModels, folder: Path) -> None:
        self._store = store
        self._entities = Entities(store)
        self._files = Files(store)
        self._blobs = blobs
        self._base_models = base_models
        self._folder = folder

    def owned(self, id: str, resource_id: str) -> Entity | None:
        """A resource's own model, ready to be used; None for a base model, which is everybody's.

        Raises EntityNotFound, ModelError where it is not ready.
        """
        if self._base_models.get(id) is not None:
            return None
        entity = self._entities.get(Kind.MODEL, id, resource_id)
        if entity.status is not Status.SUCCEEDED:
            raise ModelError(f"the model {id} is {entity.status}, and has to have Succeeded")
        return entity

    def bundle(self, id: str) -> Bundle:
        """The bundle of a base model or an own one, copied to this host if it is not there.

        Raises ModelError, BlobError, StorageError.
        """
        base = self._base_models.get(id)
        if base is not None:
            return Bundle(base.model.id, base.locale.tag)
        return Bundle.read(self.locate(id))

    def locate(self, id: str) -> Path:
        """The folder of an own model's bundle on this host; raises as `bundle` does."""
        folder = self._folder / _plain(id)
        if self._sound(folder):
            return folder
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._folder / f".{folder.name}.lock", lambda: None):
                if not self._sound(folder):
                    self._copy(folder)
        except OSError as error:
            log.error("%s: %s", folder, error)
            raise ModelError(f"the model {id} cannot be copied: {error.strerror}") from error
        return folder

    def remove(self, id: str) -> None:
        """Remove this host's copy of a model; none is fine."""
        name = _plain(id)
        copies = [self._folder / name, self._folder / _partial(name)]
        if not any(copy.exists() for copy in copies):
            return
        with locked(self._folder / f".{name}.lock", lambda: None):
            for copy in copies:
                shutil.rmtree(copy, ignore_errors=True)
        (self._folder / f".{name}.lock").unlink(missing_ok=True)

    def sweep(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Remove this host's copies of models that are no more; how many. Raises StorageError."""
        # One that a kill left half is called otherwise, and goes the same way.
        names = {path.name.removesuffix(".partial").lstrip(".") for path in self._folder.glob("*")}
        copies = sorted(filter(_is_id, names))
        removed = 0
        for first in range(0, len(copies), 200):
            some = copies[first : first + 200]
            query = sa.select(table.c.id).where(
                table.c.kind == Kind.MODEL.value, table.c.id.in_(some)
            )
            with self._store.read() as connection:
                known = set(connection.execute(query).scalars())
            for id in some:
                if id not in known and not stopping():
                    self.remove(id)
                    removed += 1
        return removed

    def _sound(self, folder: Path) -> bool:
        if not folder.is_dir():
            return False
        try:
            Bundle.read(folder)
        except ModelError:
            return False
        return True

    def _copy(self, folder: Path) -> None:
        """Fetch a model's files, check them, and let them appear at once."""
        try:
            entity = self._entities.get(Kind.MODEL, folder.name)
        except EntityNotFound as error:
            raise ModelError(f"there is no model {folder.name}") from error
        files = self._parts(entity)
        # Of a process that was killed one may be left; the lock says that it is nobody's.
        draft = self._folder / _partial(folder.name)
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        try:
            self._fetch(entity, files[MANIFEST], draft / MANIFEST, MANIFEST_BYTES)
            wanted = Bundle.parse((draft / MANIFEST).read_bytes(), draft)
            _check_space(wanted, self._folder)
            for file in wanted.files.values():
                if file.name not in files:
                    raise ModelError(f"its file {file.name} is not in the storage")
                self._fetch(entity, files[file.name], draft / file.name, file.size)
            Bundle.read(draft)
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _parts(self, entity: Entity) -> dict[str, File]:
        found = self._files.list(
            entity.id,
            top=MOST_FILES + 1,
            where=Comparison("kind", "eq", FileKind.MODEL_BUNDLE.value),
        )
        parts = {file.name: file for file in found}
        if MANIFEST not in parts:
            raise ModelError(f"the model {entity.id} has no {MANIFEST} in the storage")
        return parts

    def _fetch(self, entity: Entity, file: File, to: Path, most: int) -> None:
        left = most
        with to.open("wb") as output:
            for piece in self._blobs(entity.resource_id).read(file.blob):
                left -= len(piece)
                if left < 0:
                    raise ModelError(f"its file {file.name} has more than {most} bytes")
                output.write(piece)


def _check_space(bundle: Bundle, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < bundle.size + _SPARE:
        raise ModelError(
            f"this host has {free / 1e6:.0f} MB free, and a copy of the model needs "
            f"{(bundle.size + _SPARE) / 1e6:.0f} MB"
        )


def _partial(name: str) -> str:
    return f".{name}.partial"


def _is_id(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False


def _plain(id: str) -> str:
    """An id that is safe as the name of a folder; raises ModelError for what is none."""
    if not _is_id(id):
        raise ModelError(f"there is no model {id[:80]!r}")
    return id
