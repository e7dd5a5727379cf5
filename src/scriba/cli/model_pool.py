"""The models beside the running one, put together from settings, database and file storage."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scriba.errors import ScribaError
from scriba.net.redact import without_secrets
from scriba.resources.base_model import BaseModels
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
    stopping = threading.Event()
    sweeper = threading.Thread(
        target=_sweep, args=(files, stopping), name="model-copies", daemon=True
    )
    sweeper.start()
    try:
        yield OtherModels(files, pool, settings.model_dir)
    finally:
        stopping.set()
        pool.close()
        sweeper.join(_SWEEP_SECONDS)


def _sweep(files: ModelFiles, stopping: threading.Event) -> None:
    """Remove copies of models that were deleted, here or by another host of the service."""
    while not stopping.is_set():
        try:
            files.sweep(stopping.is_set)
        except (ScribaError, OSError) as error:
            log.warning("copies of deleted models are left: %s", without_secrets(str(error)))
        stopping.wait(_SWEEP_SECONDS)
