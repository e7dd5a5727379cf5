"""Where the recordings of a transcription are: at addresses, in a container, in a dataset."""

import builtins
from collections.abc import Callable
from pathlib import Path

from scriba.jobs import names
from scriba.jobs.dataset_audio import DatasetAudio
from scriba.jobs.sources import Sources
from scriba.net.redact import redacted
from scriba.resources.transcription import TranscriptionSpec
from scriba.storage.inputs import Input


class Recordings:
    """Lists and fetches recordings, wherever they are."""

    def __init__(self, places: Sources, datasets: DatasetAudio) -> None:
        self._places = places
        self._datasets = datasets

    def list(self, spec: TranscriptionSpec, resource_id: str) -> builtins.list[Input]:
        """All recordings of a transcription; raises NetworkError, Refused, BlobError."""
        if spec.dataset is not None:
            sent = list(self._datasets.list(spec.dataset, resource_id))
            results = names.of_blobs(each.name for each in sent)
            return [
                Input(i, each.source, result, each.name)
                for i, (result, each) in enumerate(zip(results, sent, strict=True))
            ]
        if spec.container_url is not None:
            items = list(self._places.list(spec.container_url))
            found = zip(names.of_blobs(item.name for item in items), items, strict=True)
            return [Input(i, item.address, name, item.name) for i, (name, item) in enumerate(found)]
        named = zip(names.of_urls(len(spec.content_urls)), spec.content_urls, strict=True)
        return [Input(i, url, name, redacted(url)) for i, (name, url) in enumerate(named)]

    def fetch(self, source: str, to: Path, check: Callable[[], None]) -> None:
        """Write a recording to the file `to`; raises as `list` does, AudioError and OSError."""
        if self._datasets.knows(source):
            self._datasets.fetch(source, to, check)
        else:
            self._places.fetch(source, to)
