"""Recordings that are taken from an imported dataset, one by one and without unpacking it whole."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from scriba.customization.kinds import DatasetKind
from scriba.errors import AudioError
from scriba.jobs.dataset_files import DatasetFiles
from scriba.jobs.entity_work import Refused
from scriba.net.reserve import Reserve
from scriba.resources.dataset import DatasetSpec
from scriba.resources.entity import Problem
from scriba.resources.file import FileKind
from scriba.storage.blobs import Blobs, BlobsOf

_SCHEME = "dataset:"
_PIECE = 1 << 20


class Recording(NamedTuple):
    """A recording of a dataset: an address of our own, and the name that it was sent under."""

    source: str
    name: str


class DatasetAudio:
    """Lists and fetches the recordings of datasets of the kinds AudioFiles and Acoustic."""

    def __init__(self, datasets: DatasetFiles, blobs: BlobsOf) -> None:
        self._datasets = datasets
        self._blobs = blobs

    def list(self, id: str, resource_id: str) -> Iterator[Recording]:
        """All recordings of a dataset; raises Refused where it has none, BlobError."""
        dataset = self._datasets.find(id, resource_id)
        kind = DatasetSpec.from_json(dataset.spec).kind
        if kind not in (DatasetKind.AUDIO_FILES, DatasetKind.ACOUSTIC):
            told = f"The dataset is of the kind {kind.value}, which has no recordings."
            raise Refused(Problem("InvalidDataset", told))
        for file in self._datasets.list(dataset):
            source = f"{_SCHEME}{id}/{resource_id}/{file.id}"
            if file.kind is FileKind.AUDIO:
                yield Recording(source, file.name)
            elif file.kind is FileKind.ACOUSTIC_DATA_ARCHIVE:
                with self._archive(dataset.resource_id, file.blob, file.size) as archive:
                    for entry in archive.infolist():
                        if not entry.filename.endswith((".txt", ".tsv")):
                            yield Recording(f"{source}/{entry.filename}", entry.filename)

    def knows(self, source: str) -> bool:
        """Whether an address is one of `list`."""
        return source.startswith(_SCHEME)

    def fetch(self, source: str, to: Path, check: Callable[[], None]) -> None:
        """Write a recording to the file `to`; raises Refused, AudioError, BlobError, NoRoom."""
        id, owner, file_id, *rest = source.removeprefix(_SCHEME).split("/", 3)
        dataset = self._datasets.find(id, owner)
        found = self._datasets.file(dataset, file_id)
        if not rest:
            self._datasets.copy(dataset, found, to, check)
            return
        with self._archive(owner, found.blob, found.size) as archive:
            self._unpack(archive, rest[0], to, check)

    def _unpack(
        self, archive: zipfile.ZipFile, name: str, to: Path, check: Callable[[], None]
    ) -> None:
        try:
            entry = archive.getinfo(name)
            reserve = Reserve(to.parent, entry.file_size)
            with archive.open(entry) as packed, to.open("wb") as output:
                while piece := packed.read(_PIECE):
                    check()
                    reserve.before(len(piece))
                    output.write(piece)
        except (KeyError, zipfile.BadZipFile) as error:
            raise AudioError(f"the dataset's archive does not hold it any more: {error}") from error

    @contextmanager
    def _archive(self, owner: str, blob: str, size: int) -> Iterator[zipfile.ZipFile]:
        """An archive read where it lies: only what is asked for is fetched."""
        raw = BlobFile(self._blobs(owner), blob, size)
        with io.BufferedReader(raw, _PIECE) as file, zipfile.ZipFile(file) as archive:
            yield archive


class BlobFile(io.RawIOBase):
    """A blob of `size` bytes as a file that can be read from any place."""

    def __init__(self, blobs: Blobs, path: str, size: int) -> None:
        self._blobs = blobs
        self._path = path
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; returns it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """The place that is read next."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as the blob goes; raises BlobError."""
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        data = b"".join(self._blobs.read(self._path, self._at, wanted))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
