"""The job system in this process, on a folder of its own: what `scriba worker` runs."""

import tempfile
import time
from pathlib import Path
from types import TracebackType

from scriba.jobs.recording import Diarize, Speaking
from scriba.jobs.runtime import Jobs
from scriba.jobs.slot import Slot
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.transcription import Speakers, TranscriptionSpec
from scriba.resources.versions import Version
from scriba.settings import Settings
from scriba.speech.recognizer import Recognizer
from scriba.storage import Entities, Resources, open_store
from scriba.storage.blobs import BlobsOf


class Worker:
    """A store with one resource and a worker; recordings come from folders below `sources`."""

    def __init__(
        self, recognizer: Recognizer, *sources: Path, diarize: Diarize | None = None
    ) -> None:
        self._recognizer = recognizer
        self._diarize = diarize or _no_diarization
        self._sources = sources

    def __enter__(self) -> "Worker":
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        allowed = ",".join(str(path.resolve()) for path in (folder, *self._sources))
        self.settings = Settings(data_dir=folder, allowed_sources=allowed)
        self._store = open_store(folder)
        resources = Resources(self._store)
        resources.create("bench")
        self._resource = resources.get("bench").id
        self._slot = Slot(folder)
        self._entities = Entities(self._store)
        self._jobs = Jobs(
            self.settings,
            self._store,
            self._recognizer,
            slot=self._slot,
            blobs=BlobsOf(self._store, str(folder / "files")),
            diarize=self._diarize,
        )
        self._jobs.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._jobs.close()
        self._slot.close()
        self._store.close()
        self._folder.cleanup()

    def transcribe(
        self, paths: list[Path], locale: str, speakers: Speakers | None = None
    ) -> Entity:
        """One transcription of recordings, when it has ended."""
        urls = tuple(f"file://{path.absolute()}" for path in paths)
        entity = Entity(
            id=new_id(),
            resource_id=self._resource,
            kind=Kind.TRANSCRIPTION,
            version=Version.V2025_10.value,
            host="http://127.0.0.1",
            display_name="bench",
            locale=locale,
            status=Status.NOT_STARTED,
            created=now(),
            last_action=now(),
            spec=TranscriptionSpec(content_urls=urls, diarization=speakers).to_json(),
        )
        self._entities.create(entity)
        self._jobs.submit(entity)
        while not (found := self._entities.get(Kind.TRANSCRIPTION, entity.id)).status.ended:
            time.sleep(0.02)
        return found


def _no_diarization(_: Speakers) -> Speaking:
    raise NotImplementedError("benchmarks of jobs ask for no speakers")
