"""Files that work results in: stored where they belong, and listed."""

import logging
from pathlib import Path
from typing import Any

from scriba.errors import BlobError, EntityNotFound, NetworkError, StorageError
from scriba.jobs import problems
from scriba.jobs.patience import PATIENCE, Patience
from scriba.jobs.sources import Containers
from scriba.net.azure import blob_url
from scriba.net.redact import without_secrets
from scriba.resources.entity import Entity, Problem, now
from scriba.resources.file import File, FileKind, blob_path, file_id
from scriba.storage.blobs import BlobsOf
from scriba.storage.files import Files

log = logging.getLogger(__name__)


class Undelivered(Exception):
    """A file could not be written to the client's container."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Keeper:
    """Puts files where they belong: the resource's storage, or a container of the client's own.

    Doing it again replaces the file, as its id is made of the entity and the name.
    """

    def __init__(
        self, files: Files, blobs: BlobsOf, containers: Containers, steady: Patience
    ) -> None:
        self._files = files
        self._blobs = blobs
        self._containers = containers
        self._steady = steady

    def keep(
        self,
        entity: Entity,
        name: str,
        kind: FileKind,
        path: Path,
        properties: dict[str, Any],
        *,
        destination: str | None = None,
        content_type: str = "application/json",
    ) -> None:
        """Store a file and list it; nothing is left where the entity was deleted meanwhile.

        Raises Undelivered, BlobError, EntityNotFound, Stopped.
        """
        id = file_id(entity.id, name, kind)
        blob = blob_path(entity.resource_id, entity.id, id)
        if destination is not None:
            # The client's own container, and nowhere else.
            try:
                put = self._containers.put
                self._steady(lambda: put(destination, name, path), network=PATIENCE)
            except NetworkError as error:
                raise Undelivered(problems.of_destination(error)) from error
            properties = properties | {"url": blob_url(destination, name).partition("?")[0]}
        else:
            # The name and the type are told by the links that the storage itself signs.
            self._steady(
                lambda: self._blobs(entity.resource_id).put(
                    blob, path, name=name, content_type=content_type
                )
            )
        size = path.stat().st_size
        file = File(id, entity.id, name, kind, size, now(), blob, content_type, properties)
        try:
            self._steady(lambda: self._files.add(file))
        except EntityNotFound:
            # Deleted meanwhile, with all that was there: what came since must not outlive it.
            if destination is None:
                self._remove(entity)
            raise

    def _remove(self, entity: Entity) -> None:
        try:
            blobs = self._blobs(entity.resource_id)
            blobs.delete_prefix(f"{entity.resource_id}/{entity.id}")
        except (BlobError, StorageError) as error:
            said = without_secrets(str(error))
            log.error("files of the deleted %s %s are left: %s", entity.kind, entity.id, said)
