"""Own models: trained from a base and datasets, or copied from elsewhere, and kept as bundles."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from scriba.customization.kinds import DatasetKind
from scriba.customization.training import Material, train
from scriba.errors import (
    BlobError,
    DatasetError,
    EntityNotFound,
    ModelError,
    NetworkError,
    TrainingFailed,
    TrainingUnavailable,
)
from scriba.jobs import problems
from scriba.jobs.dataset_files import DatasetFiles, Imported
from scriba.jobs.entity_work import Refused, Watch
from scriba.jobs.keep import Keeper
from scriba.jobs.patience import Patience
from scriba.jobs.room import with_room
from scriba.jobs.sources import Sources
from scriba.net.redact import without_secrets
from scriba.net.reserve import FULL, Reserve
from scriba.resources.entity import Entity, Kind, Problem
from scriba.resources.file import File, FileKind
from scriba.resources.filters import Comparison
from scriba.resources.model import CopiedFrom, ModelSpec
from scriba.speech.bundle import MANIFEST, MANIFEST_BYTES, MOST_FILES, Bundle
from scriba.storage.blobs import BlobsOf
from scriba.storage.entities import Entities
from scriba.storage.files import Files

_NETWORK_SECONDS = 300.0
_WAIT_SECONDS = 0.5
REPORT, LOG = "report.json", "training.log"


class Bases(Protocol):
    """What a model may be trained from, by the ids of the API."""

    def bundle(self, id: str) -> Bundle: ...

    def weights(self, bundle: Bundle) -> Path: ...


@dataclass(frozen=True)
class Models:
    """Trains and copies models; an `entity_work.Work`. `turn` lets one be trained at a time."""

    entities: Entities
    files: Files
    blobs: BlobsOf
    datasets: DatasetFiles
    bases: Bases
    sources: Sources
    keeper: Keeper
    steady: Patience
    turn: threading.Lock

    def __call__(self, entity: Entity, folder: Path, watch: Watch) -> dict[str, Any]:
        """Make the model; raises Refused where it cannot be made."""
        spec = ModelSpec.from_json(entity.spec)
        try:
            if spec.copied_from is not None:
                return self._copied(entity, spec.copied_from, folder / "bundle", watch)
            with self._turn(watch):
                return self._trained(entity, spec, folder, watch)
        except (ModelError, DatasetError, TrainingFailed, TrainingUnavailable) as error:
            code = error.code if isinstance(error, DatasetError) else "InvalidModel"
            told = f"{without_secrets(str(error)).rstrip('.')}."
            raise Refused(Problem(code, told)) from None
        except NetworkError as error:
            told = f"The model cannot be fetched. {without_secrets(str(error)).rstrip('.')}."
            raise Refused(Problem("InternalCommunicationFailed", told)) from None
        except BlobError as error:
            raise Refused(problems.of_work(error, entity.kind)) from error
        except OSError as error:
            if error.errno not in FULL:
                raise
            raise Refused(problems.of_work(error, entity.kind)) from error

    def _trained(
        self, entity: Entity, spec: ModelSpec, folder: Path, watch: Watch
    ) -> dict[str, Any]:
        watch.progress(0.0, "fetching the data")
        material = self._material(entity, spec, folder / "data", watch.check)
        base = self.steady(lambda: self.bases.bundle(spec.base))
        weights = self.bases.weights(base)
        target = folder / "bundle"
        # Better now than after an hour; what else is written is watched meanwhile.
        Reserve(folder, base.size + (_size(weights) if material.acoustic else 0))
        report = train(
            weights,
            base.base,
            material,
            entity.locale or "",
            spec.weight,
            target,
            base_bundle=base.folder,
            progress=watch.progress,
            check=with_room(folder, watch.check),
        )
        watch.progress(0.98, "storing the model")
        figures = report.to_json()
        path = folder / REPORT
        path.write_text(json.dumps(figures, indent=1, ensure_ascii=False))
        self.keeper.keep(entity, REPORT, FileKind.MODEL_REPORT, path, {})
        log = folder / LOG
        log.write_text(report.log)
        self.keeper.keep(
            entity, LOG, FileKind.MODEL_REPORT, log, {}, content_type="text/plain; charset=utf-8"
        )
        self._keep(entity, Bundle.read(target))
        return {"report": figures}

    def _material(
        self, entity: Entity, spec: ModelSpec, folder: Path, check: Callable[[], None]
    ) -> Material:
        found: dict[DatasetKind, list[Imported]] = {kind: [] for kind in DatasetKind}
        for id in spec.datasets:
            imported = self.datasets.fetch(id, entity.resource_id, folder, check)
            found[imported.kind].append(imported)

        def paths(kind: DatasetKind, file: FileKind) -> tuple[Path, ...]:
            return tuple(each.files[file] for each in found[kind])

        archive = FileKind.ACOUSTIC_DATA_ARCHIVE
        transcript = FileKind.ACOUSTIC_DATA_TRANSCRIPTION
        return Material(
            acoustic=tuple(
                (each.files[archive], each.files[transcript])
                for each in found[DatasetKind.ACOUSTIC]
            ),
            language=paths(DatasetKind.LANGUAGE, FileKind.LANGUAGE_DATA),
            markdown=paths(DatasetKind.LANGUAGE_MARKDOWN, FileKind.LANGUAGE_DATA),
            pronunciation=paths(DatasetKind.PRONUNCIATION, FileKind.PRONUNCIATION_DATA),
            formatting=paths(DatasetKind.OUTPUT_FORMATTING, FileKind.OUTPUT_FORMATTING_DATA),
            text=spec.text,
        )

    def _copied(
        self, entity: Entity, source: CopiedFrom, target: Path, watch: Watch
    ) -> dict[str, Any]:
        target.mkdir()
        if source.resource_id is not None:
            result = self._fetch_own(source.model_id, source.resource_id, target, entity, watch)
        else:
            self._fetch_sent(source.files, target, watch)
            result = {}
        bundle = Bundle.read(target)
        if bundle.locale != entity.locale:
            raise ModelError(f"the copied model is of the locale {bundle.locale}")
        self._keep(entity, bundle)
        return result

    def _fetch_own(
        self, id: str, owner: str, target: Path, entity: Entity, watch: Watch
    ) -> dict[str, Any]:
        """The files of another model of this service, and its result."""
        try:
            model = self.steady(lambda: self.entities.get(Kind.MODEL, id, owner))
        except EntityNotFound:
            raise ModelError("the model to be copied was deleted meanwhile") from None
        blobs = self.blobs(owner)
        for file in self._bundle_files(id):
            self._write(blobs.read(file.blob), file.size, target / file.name, watch.check)
        for file in self.steady(
            lambda: self.files.list(id, where=Comparison("kind", "eq", FileKind.MODEL_REPORT.value))
        ):
            path = target.parent / file.name
            self._write(blobs.read(file.blob), file.size, path, watch.check)
            self.keeper.keep(entity, file.name, file.kind, path, {}, content_type=file.content_type)
        return {name: value for name, value in model.result.items() if name != "begun"}

    def _bundle_files(self, id: str) -> list[File]:
        only = Comparison("kind", "eq", FileKind.MODEL_BUNDLE.value)
        return self.steady(lambda: self.files.list(id, top=MOST_FILES + 1, where=only))

    def _write(
        self, pieces: Iterator[bytes], size: int, to: Path, check: Callable[[], None]
    ) -> None:
        reserve = Reserve(to.parent, size)
        with to.open("wb") as output:
            for piece in pieces:
                check()
                reserve.before(len(piece))
                output.write(piece)

    def _fetch_sent(self, files: tuple[Mapping[str, Any], ...], target: Path, watch: Watch) -> None:
        """The files that another host offers: the list first, and then only what it names."""
        offered = {str(each["name"]): str(each["url"]) for each in files}
        if MANIFEST not in offered:
            raise ModelError(f"what is offered has no {MANIFEST}")
        self._download(offered[MANIFEST], target / MANIFEST, MANIFEST_BYTES)
        wanted = Bundle.parse((target / MANIFEST).read_bytes(), target)
        for number, file in enumerate(wanted.files.values()):
            if file.name not in offered:
                raise ModelError(f"what is offered has no {file.name}, which {MANIFEST} names")
            watch.progress(number / len(wanted.files), f"fetching {file.name}")
            self._download(offered[file.name], target / file.name, file.size)

    def _download(self, address: str, to: Path, size: int) -> None:
        fetch = self.sources.fetch
        self.steady(
            lambda: fetch(address, to, max_bytes=max(size, 1), media=False),
            network=_NETWORK_SECONDS,
        )

    def _keep(self, entity: Entity, bundle: Bundle) -> None:
        """Store a bundle, its list last: what has a list is whole."""
        assert bundle.folder is not None
        kind = FileKind.MODEL_BUNDLE
        for name in (*bundle.files, MANIFEST):
            self.keeper.keep(
                entity,
                name,
                kind,
                bundle.folder / name,
                {},
                content_type="application/octet-stream",
            )

    @contextmanager
    def _turn(self, watch: Watch) -> Iterator[None]:
        """Trainings take all cores and much memory, so they follow each other."""
        while not self.turn.acquire(timeout=_WAIT_SECONDS):
            watch.progress(0.0, "waiting for another training to end")
        try:
            yield
        finally:
            self.turn.release()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
