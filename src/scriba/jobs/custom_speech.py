"""The works of custom speech, put together for a worker: imports, trainings, evaluations."""

import threading
from dataclasses import dataclass
from pathlib import Path

from scriba.jobs.dataset_files import DatasetFiles
from scriba.jobs.datasets import Imports
from scriba.jobs.entity_work import EntityWorks, Work
from scriba.jobs.evaluations import Evaluations
from scriba.jobs.keep import Keeper
from scriba.jobs.model_copy import Client, Copies
from scriba.jobs.models import Models
from scriba.jobs.patience import Patience
from scriba.jobs.speech_of import Pool
from scriba.jobs.transcribe import Rooms
from scriba.resources.entity import Kind
from scriba.speech import model_cache
from scriba.speech.bundle import Bundle
from scriba.speech.catalogue import find
from scriba.storage.blocks import Blocks
from scriba.storage.model_files import ModelFiles


@dataclass(frozen=True)
class CustomSpeech:
    """What models need beyond what transcriptions do: where they lie, and those that are loaded."""

    models: ModelFiles
    pool: Pool
    model_dir: Path

    def bundle(self, id: str) -> Bundle:
        """The bundle of a base model or an own one; raises ModelError, BlobError."""
        return self.models.bundle(id)

    def weights(self, bundle: Bundle) -> Path:
        """The folder of the weights that a bundle is recognised with; raises ModelError."""
        return bundle.weights or model_cache.load(find(bundle.base), self.model_dir)


def entity_works(
    rooms: Rooms, blocks: Blocks, client: Client, custom: CustomSpeech | None
) -> EntityWorks:
    """The works of a worker; without `custom` it only imports datasets and sends models.

    `client` reaches the hosts that models are sent to.
    """
    steady = Patience(rooms.stopping, rooms.scratch)
    keeper = Keeper(rooms.files, rooms.blobs, rooms.sources, steady)
    datasets = DatasetFiles(rooms.entities, rooms.files, rooms.blobs, steady)
    works: dict[Kind, Work] = {
        Kind.DATASET: Imports(rooms.sources, blocks, keeper, steady),
        Kind.COPY: Copies(client, steady),
    }
    if custom is not None:
        works[Kind.MODEL] = Models(
            rooms.entities,
            rooms.files,
            rooms.blobs,
            datasets,
            custom,
            rooms.sources,
            keeper,
            steady,
            threading.Lock(),
        )
        works[Kind.EVALUATION] = Evaluations(
            rooms.files, rooms.blobs, datasets, custom.pool, keeper, steady
        )
    return EntityWorks(rooms.entities, steady, rooms.scratch, works)
