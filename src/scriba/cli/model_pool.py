"""The models beside the running one, put together from settings, database and file storage."""

import logging
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scriba.errors import ScribaError
from scriba.net.redact import without_secrets
from scriba.resources.base_model import BaseModels
from scriba.resources.entity import Entity, Kind
from scriba.settings import Settings
from scriba.speech import Pool, Recognizer, model_cache
from scriba.speech.catalogue import find
from scriba.speech.memory import for_models
from scriba.storage import Store
from scriba.storage.blobs import BlobsOf
from scriba.storage.model_files import FOLDER, ModelFiles

log = logging.getLogger(__name__)

_SWEEP_SECONDS = 600.0


@dataclass(frozen=True)
class OtherModels:
    """Where the models of a service lie, and those that are loaded."""

    files: ModelFiles
    pool: Pool
    model_dir: Path


@contextmanager
def other_models(
    settings: Settings, store: Store, recognizer: Recognizer, blobs: BlobsOf
) -> Iterator[OtherModels]:
    """The pool of models beside `recognizer`'s own, lent until the end."""
    base_models = BaseModels(recognizer.model_name)
    files = ModelFiles(store, blobs, base_models, settings.data_dir / FOLDER)
    pool = Pool(
        recognizer,
        files.bundle,
        lambda id: model_cache.load(find(id), settings.model_dir),
        settings.models_memory or for_models(),
    )
    sweeper = _Sweeper(files)
    unheard = store.when_deleted(sweeper.hear)
    sweeper.start()
    try:
        yield OtherModels(files, pool, settings.model_dir)
    finally:
        unheard()
        sweeper.stop()
        pool.close()
        sweeper.join(_SWEEP_SECONDS)


class _Sweeper(threading.Thread):
    """Removes this host's copies of models that are no more, on a thread of its own.

    What is deleted in this process is told and goes at once; what others delete, the other
    processes of this host and those of other hosts, is looked for every ten minutes.
    """

    def __init__(self, files: ModelFiles) -> None:
        super().__init__(name="model-copies", daemon=True)
        self._files = files
        self._deleted: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stopping = threading.Event()

    def hear(self, entity: Entity) -> None:
        """Something was deleted."""
        if entity.kind is Kind.MODEL:
            self._deleted.put(entity.id)

    def stop(self) -> None:
        """End soon."""
        self._stopping.set()
        self._deleted.put(None)

    def run(self) -> None:
        """Until `stop`."""
        due = 0.0
        while not self._stopping.is_set():
            try:
                if time.monotonic() >= due:
                    due = time.monotonic() + _SWEEP_SECONDS
                    self._files.sweep(self._stopping.is_set)
                with suppress(queue.Empty):
                    id = self._deleted.get(timeout=max(0.0, due - time.monotonic()))
                    if id is not None:
                        self._files.remove(id)
            except (ScribaError, OSError) as error:
                log.warning("copies of deleted models are left: %s", without_secrets(str(error)))
