"""Times to live: what should be gone is removed, with its files."""

import logging
import time
from collections.abc import Callable

from scriba.errors import BlobError
from scriba.net.redact import without_secrets
from scriba.resources.entity import Entity, now
from scriba.storage.blobs import BlobsOf
from scriba.storage.entities import Entities

log = logging.getLogger(__name__)

_REST_SECONDS = 600.0
"""How long a resource whose storage fails is left alone."""


class Expiry:
    """Removes expired entities; what lies in a destination container stays."""

    def __init__(self, entities: Entities, blobs: BlobsOf) -> None:
        self._entities = entities
        self._blobs = blobs
        self._resting: dict[str, float] = {}
        self._told: set[str] = set()

    def run(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Remove what is due; returns how many entities. Raises StorageError."""
        at = time.monotonic()
        self._resting = {id: until for id, until in self._resting.items() if until > at}
        removed = 0
        for entity in self._entities.expired(now(), spared=self._resting):
            if stopping():
                break
            if entity.resource_id not in self._resting:
                removed += self._remove(entity)
        return removed

    def _remove(self, entity: Entity) -> bool:
        try:
            # Blobs first: rows without blobs can be removed again, blobs without rows never are.
            self._blobs(entity.resource_id).delete_prefix(f"{entity.resource_id}/{entity.id}")
        except BlobError as error:
            if entity.id not in self._told:
                log.warning("%s %s stays: %s", entity.kind, entity.id, without_secrets(str(error)))
            self._told.add(entity.id)
            self._resting[entity.resource_id] = time.monotonic() + _REST_SECONDS
            return False
        self._told.discard(entity.id)
        return self._entities.delete(entity.kind, entity.id, entity.resource_id)
