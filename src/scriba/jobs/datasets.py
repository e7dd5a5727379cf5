"""The import of a dataset: fetch what was sent, check it, keep what can be used."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from scriba.customization.imports import REPORT, Imported, import_dataset
from scriba.customization.kinds import MAX_BYTES, DatasetKind
from scriba.errors import BlobError, DatasetError, NetworkError
from scriba.jobs import problems
from scriba.jobs.entity_work import Refused, Watch
from scriba.jobs.keep import Keeper
from scriba.jobs.patience import Patience
from scriba.jobs.room import with_room
from scriba.jobs.sources import Sources
from scriba.net.reserve import NoRoom, Reserve
from scriba.resources.dataset import DatasetResult, DatasetSpec
from scriba.resources.entity import Entity, Problem
from scriba.resources.file import FileKind

_NETWORK_SECONDS = 60.0
_TYPES = {".txt": "text/plain", ".md": "text/markdown", ".json": "application/json"}


class Uploads(Protocol):
    """What was sent to the service itself, as `scriba.storage.blocks` has it."""

    def read(self, dataset: Entity) -> Iterator[bytes]: ...

    def forget(self, dataset: Entity) -> None: ...


@dataclass(frozen=True)
class Imports:
    """Imports datasets; an `entity_work.Work`."""

    sources: Sources
    uploads: Uploads
    keeper: Keeper
    steady: Patience

    def __call__(self, entity: Entity, folder: Path, watch: Watch) -> dict[str, Any]:
        """Import the dataset; raises Refused where nothing of it can be used."""
        spec = DatasetSpec.from_json(entity.spec)
        source, target = folder / "source", folder / "data"
        watch.progress(0.0, "fetching")
        self._fetch(entity, spec, source, watch.check)
        watch.progress(0.1, "checking")
        try:
            imported = self.steady(
                lambda: _import(spec.kind, source, entity.locale or "", target, watch.check)
            )
        except NoRoom as error:
            raise Refused(problems.of_work(error, entity.kind)) from error
        except DatasetError as error:
            self._keep(entity, REPORT, FileKind.DATASET_REPORT, target / REPORT, None)
            told = Problem(error.code, f"{str(error).rstrip('.')}. The report names each reason.")
            raise Refused(told, DatasetResult().to_json()) from None
        watch.progress(0.9, "storing")
        for file in imported.files:
            watch.check()
            self._keep(entity, file.name, FileKind(file.kind), file.path, file.seconds)
        if spec.source != "url":
            self.steady(lambda: self.uploads.forget(entity))
        return DatasetResult(imported.accepted, imported.rejected, imported.seconds).to_json()

    def _fetch(
        self, entity: Entity, spec: DatasetSpec, source: Path, check: Callable[[], None]
    ) -> None:
        most, address = MAX_BYTES[spec.kind], spec.content_url
        try:
            if address is not None:
                fetch = self.sources.fetch
                self.steady(
                    lambda: fetch(address, source, max_bytes=most, media=False),
                    network=_NETWORK_SECONDS,
                )
            else:
                self.steady(lambda: self._copy(entity, source, check))
        except NetworkError as error:
            raise Refused(problems.of_content(error)) from None
        except (NoRoom, BlobError) as error:
            raise Refused(problems.of_work(error, entity.kind)) from error

    def _copy(self, entity: Entity, source: Path, check: Callable[[], None]) -> None:
        reserve = Reserve(source.parent)
        with source.open("wb") as file:
            for piece in self.uploads.read(entity):
                check()
                reserve.before(len(piece))
                file.write(piece)

    def _keep(
        self, entity: Entity, name: str, kind: FileKind, path: Path, seconds: float | None
    ) -> None:
        about = {} if seconds is None else {"seconds": seconds}
        form = _TYPES.get(path.suffix, "application/zip")
        self.keeper.keep(entity, name, kind, path, about, content_type=form)


def _import(
    kind: DatasetKind, source: Path, locale: str, target: Path, check: Callable[[], None]
) -> Imported:
    """As `import_dataset`; raises NoRoom before what it unpacks takes the disk's reserve."""
    checked = with_room(source.parent, check)
    try:
        return import_dataset(kind, source, locale, target, check=checked)
    except OSError:
        # It may be tried again, and must not keep the room that it waits for.
        shutil.rmtree(target, ignore_errors=True)
        raise
