"""`scriba train`: from files to a model behind an endpoint, compared with its base on the way.

It makes the same entities as the API would, so that all of it can be looked at there afterwards. A
running service does the work; where there is none, it is done here.
"""

import argparse
import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scriba.cli.first_key import first_key
from scriba.cli.parser import settings_of
from scriba.cli.worker import blobs_of
from scriba.customization.kinds import MAX_BYTES, DatasetKind
from scriba.errors import DatasetError, TrainingFailed
from scriba.evaluation.score import figures
from scriba.resources.base_model import BaseModels
from scriba.resources.dataset import MAX_BLOCK, DatasetResult, DatasetSpec
from scriba.resources.endpoint import EndpointSpec
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.evaluation import SIDES, EvaluationSpec, score_of
from scriba.resources.model import ModelSpec
from scriba.resources.versions import Version
from scriba.settings import Settings
from scriba.speech.language import locale
from scriba.speech.progress import bar
from scriba.storage import Entities, Resources, Store, open_store
from scriba.storage.blobs import BlobsOf
from scriba.storage.blocks import KEPT, Blocks
from scriba.storage.files import Files
from scriba.storage.workers import Workers

_POLL = 0.5
_SHOWN = 5
_DATA = (
    ("acoustic", DatasetKind.ACOUSTIC),
    ("text", DatasetKind.LANGUAGE),
    ("markdown", DatasetKind.LANGUAGE_MARKDOWN),
    ("pronunciation", DatasetKind.PRONUNCIATION),
    ("formatting", DatasetKind.OUTPUT_FORMATTING),
)
_TRANSCRIPTS = (".txt", ".tsv")


def train(arguments: argparse.Namespace) -> int:
    """Import data, train a model, compare it with its base, and deploy it."""
    settings = settings_of(arguments)
    tag = locale(arguments.locale).tag
    wanted = [(kind, path) for name, kind in _DATA for path in getattr(arguments, name)]
    if not wanted:
        options = ", ".join(f"--{name}" for name, _ in _DATA)
        print(f"scriba: nothing to train with; give one or more of {options}", file=sys.stderr)
        return 2
    bases = BaseModels(arguments.base or settings.model)
    base = bases.default(tag)
    if base is None:
        print(f"scriba: {arguments.base or settings.model} does not know {tag}", file=sys.stderr)
        return 2
    for path in [path for _, path in wanted] + ([arguments.test] if arguments.test else []):
        if not path.exists():
            print(f"scriba: {path}: there is no such file or folder", file=sys.stderr)
            return 2
    with ExitStack() as stack:
        store = open_store(
            settings.data_dir, settings.database_url, settings.secret, upgrade=settings.auto_upgrade
        )
        stack.callback(store.close)
        blobs = blobs_of(store, settings)
        first_key(Resources(store), settings.data_dir)
        owner = Resources(store).get(arguments.resource).id
        circle = Circle(store, blobs, owner, arguments.name, tag)
        stack.enter_context(someone_at_work(settings, store, blobs))
        datasets = [circle.dataset(kind, path) for kind, path in wanted]
        test = circle.dataset(DatasetKind.ACOUSTIC, arguments.test) if arguments.test else None
        spec = ModelSpec(
            base.id, base.id, tuple(each.id for each in datasets), None, arguments.weight
        )
        model = circle.make(Kind.MODEL, spec.to_json(), "training")
        if test is not None:
            compared = EvaluationSpec(base.id, model.id, test.id)
            print(table(circle.make(Kind.EVALUATION, compared.to_json(), "evaluating")))
        print(f"Model     {model.id}")
        if not arguments.no_endpoint:
            endpoint = circle.endpoint(EndpointSpec(model.id))
            print(f"Endpoint  {endpoint.id}")
            print("          use it with &cid=ENDPOINT in short audio, and as `model` elsewhere")
    return 0


@dataclass(frozen=True)
class Circle:
    """Entities of one resource, made and waited for."""

    store: Store
    blobs: BlobsOf
    owner: str
    name: str
    locale: str

    def dataset(self, kind: DatasetKind, path: Path) -> Entity:
        """Import a file, or a folder of recordings with their transcript."""
        spec = DatasetSpec(kind, source="upload", waits=True)
        entity = self._new(Kind.DATASET, spec.to_json(), f"{self.name}: {path.name}")
        blocks = Blocks(self.store, self.blobs)
        with packed(path) as file:
            if file.stat().st_size > MAX_BYTES[kind]:
                raise DatasetError(f"{path} is larger than the {MAX_BYTES[kind]:,} bytes allowed")
            names: list[str] = []
            with file.open("rb") as data:
                while block := data.read(MAX_BLOCK):
                    names.append(f"{len(names):08d}")
                    blocks.put(entity, names[-1], block)
            if not names:
                raise DatasetError(f"{path} is empty")
        blocks.commit(entity, [("Latest", name) for name in names])
        done = self._wait(entity, f"importing {path.name}")
        found = DatasetResult.from_json(done.result)
        print(f"{path}: {found.accepted} accepted, {found.rejected} rejected")
        for line in self._rejections(done)[:_SHOWN]:
            print(f"  {line}")
        return done

    def make(self, kind: Kind, spec: dict[str, Any], doing: str) -> Entity:
        """Make a model or an evaluation."""
        return self._wait(self._new(kind, spec, self.name), doing)

    def endpoint(self, spec: EndpointSpec) -> Entity:
        """Put a model behind an id."""
        return self._new(Kind.ENDPOINT, spec.to_json(), self.name, Status.SUCCEEDED)

    def _new(
        self, kind: Kind, spec: dict[str, Any], name: str, status: Status = Status.NOT_STARTED
    ) -> Entity:
        at = now()
        entity = Entity(
            id=new_id(),
            resource_id=self.owner,
            kind=kind,
            # The oldest version that knows all of it, so that all clients can see it.
            version=Version.V3_2.value,
            host="http://localhost",
            display_name=name,
            locale=self.locale,
            status=status,
            created=at,
            last_action=at,
            spec=spec,
            # As over the API: what is never committed does not stay.
            expires=at + KEPT if spec.get("waits") else None,
        )
        Entities(self.store).create(entity)
        return entity

    def _wait(self, entity: Entity, doing: str) -> Entity:
        entities = Entities(self.store)
        with telling(doing) as tell:
            while True:
                found = entities.get(entity.kind, entity.id)
                if found.status is Status.SUCCEEDED:
                    tell(1.0, doing)
                    return found
                if found.status is Status.FAILED:
                    break
                told = str(found.result.get("doing", doing))
                tell(float(found.result.get("progress", 0.0)), told)
                time.sleep(_POLL)
        said = found.error.message if found.error else "no reason is known"
        lines = self._rejections(found)[:_SHOWN] if entity.kind is Kind.DATASET else []
        raise TrainingFailed("\n  ".join([f"{doing} failed: {said}", *lines]))

    def _rejections(self, dataset: Entity) -> list[str]:
        """The reasons that an import's report gives."""
        for file in Files(self.store).list(dataset.id):
            if file.name == "report.json":
                report = json.loads(b"".join(self.blobs(self.owner).read(file.blob)))
                return [
                    " ".join(
                        str(part)
                        for part in (
                            each.get("file", ""),
                            f"line {each['lineNumber']}" if "lineNumber" in each else "",
                            each["reason"],
                        )
                        if part
                    )
                    for each in report["rejections"]
                ]
        return []


def table(evaluation: Entity) -> str:
    """Before and after, as text."""
    base, own = (figures(score_of(evaluation.result, side)) for side in SIDES)
    rows = [("", "base", "own")]
    for title, name in (
        ("word error rate", "wordErrorRate"),
        ("sentence error rate", "sentenceErrorRate"),
        ("token error rate", "tokenErrorRate"),
    ):
        rows.append((title, f"{100 * base[name]:.1f} %", f"{100 * own[name]:.1f} %"))
    for title, name in (
        ("substitutions", "wordSubstitutionCount"),
        ("deletions", "wordDeletionCount"),
        ("insertions", "wordInsertionCount"),
        ("words", "wordCount"),
        ("sentences", "sentenceCount"),
    ):
        rows.append((title, str(base[name]), str(own[name])))
    return "\n".join(f"{title:22}{left:>10}{right:>10}" for title, left, right in rows)


@contextmanager
def packed(path: Path) -> Iterator[Path]:
    """The file itself, or a folder's recordings and transcript in an archive."""
    if not path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "data.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED, strict_timestamps=False) as made:
            for each in sorted(path.rglob("*")):
                if each.is_file() and not each.name.startswith("."):
                    made.write(each, each.relative_to(path).as_posix())
        yield archive


@contextmanager
def telling(label: str) -> Iterator[Any]:
    """Shows how far a task is: a bar on a terminal, else a line at each change of what is done."""
    if sys.stderr.isatty():
        with bar(100, label, bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}") as shown:

            def tell(share: float, text: str) -> None:
                shown.set_description(text)
                shown.n = round(100 * share)
                shown.refresh()

            yield tell
        return
    last = ""

    def say(share: float, text: str) -> None:
        nonlocal last
        if text != last:
            print(f"{text} ({100 * share:.0f} %)", file=sys.stderr, flush=True)
            last = text

    yield say


@contextmanager
def someone_at_work(settings: Settings, store: Store, blobs: BlobsOf) -> Iterator[None]:
    """Somebody does the work meanwhile: a service that runs, or this process."""
    if Workers(store).any_alive():
        yield
        return
    from scriba.cli.worker import own_work

    with own_work(settings, store, blobs):
        yield
