"""Evaluations: two models on the recordings of a dataset, word by word against what was said.

Each recording's details are a file of the evaluation, and where its work is taken up again.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from scriba.customization.acoustic_data import Recording, recordings
from scriba.customization.kinds import DatasetKind
from scriba.errors import AudioError, BlobError, DatasetError, ModelError
from scriba.evaluation.score import Score, compare, details_name
from scriba.jobs import problems
from scriba.jobs.dataset_files import DatasetFiles
from scriba.jobs.entity_work import Refused, Watch
from scriba.jobs.keep import Keeper
from scriba.jobs.patience import Patience
from scriba.jobs.speech_of import Pool
from scriba.net.redact import without_secrets
from scriba.net.reserve import NoRoom
from scriba.resources.dataset import DatasetSpec
from scriba.resources.entity import Entity, Problem
from scriba.resources.evaluation import SIDES, EvaluationSpec
from scriba.resources.file import File, FileKind, file_id
from scriba.speech.audio import decode_file
from scriba.speech.nbest import join_forms
from scriba.speech.options import Options
from scriba.speech.recognizer import Recognizer
from scriba.speech.resample import Samples
from scriba.storage.blobs import BlobsOf
from scriba.storage.files import Files

_AT_ONCE = 4
_LONGEST = 7_200.0
_AUDIO_KINDS = (DatasetKind.ACOUSTIC, DatasetKind.AUDIO_FILES)


Blocks = Callable[[], Iterator[Samples]]
"""A recording piece by piece, from its beginning each time: mono float32 samples at 16 kHz."""


@dataclass(frozen=True, slots=True)
class Item:
    """A recording; `text` None where nobody wrote it down. It can be heard while `audio` lasts."""

    name: str
    text: str | None
    audio: Callable[[], AbstractContextManager[Blocks]]


@dataclass(frozen=True)
class Evaluations:
    """Compares models; an `entity_work.Work`."""

    files: Files
    blobs: BlobsOf
    datasets: DatasetFiles
    pool: Pool
    keeper: Keeper
    steady: Patience

    def __call__(self, entity: Entity, folder: Path, watch: Watch) -> dict[str, Any]:
        """Recognise all recordings with both models; raises Refused where that cannot be done."""
        spec = EvaluationSpec.from_json(entity.spec)
        dataset = self.datasets.find(spec.dataset, entity.resource_id)
        about = DatasetSpec.from_json(dataset.spec)
        if about.kind not in _AUDIO_KINDS:
            told = f"The dataset is of the kind {about.kind.value}, which has no recordings."
            raise Refused(Problem("InvalidDataset", told))
        watch.progress(0.0, "loading the models")
        ids = list(dict.fromkeys((spec.model1, spec.model2)))
        try:
            with self.pool.get(ids, hours=True, check=watch.check) as lent:
                speech = dict(zip(ids, lent, strict=True))
                run = _Run(self, entity, speech[spec.model1], speech[spec.model2], about, watch)
                scores = run.scores(dataset, folder)
        except (ModelError, DatasetError, AudioError) as error:
            code = "InvalidModel" if isinstance(error, ModelError) else "InvalidDataset"
            told = f"{without_secrets(str(error)).rstrip('.')}."
            raise Refused(Problem(code, told)) from None
        except (NoRoom, BlobError) as error:
            raise Refused(problems.of_work(error, entity.kind)) from error
        if about.kind is not DatasetKind.ACOUSTIC:
            return {}
        return {side: score.to_json() for side, score in zip(SIDES, scores, strict=True)}


class _Run:
    """One evaluation at work."""

    def __init__(
        self,
        rooms: Evaluations,
        entity: Entity,
        first: Recognizer,
        second: Recognizer,
        about: DatasetSpec,
        watch: Watch,
    ) -> None:
        self._rooms = rooms
        self._entity = entity
        self._models = (first, second)
        self._locale = entity.locale or "en-US"
        self._spoken = about.text_normalization != "None"
        self._watch = watch
        self._over = threading.Event()

    def scores(self, dataset: Entity, folder: Path) -> tuple[Score, Score]:
        """The scores of both models over all recordings of the dataset."""
        drafts = folder / "details"
        drafts.mkdir()
        total = [Score(), Score()]
        done, count = 0, max(1, int(dataset.result.get("accepted", 0)))
        pending: deque[Future[list[Score]]] = deque()

        def take() -> None:
            for side, score in enumerate(pending.popleft().result()):
                total[side] += score

        with (
            self._items(dataset, folder) as items,
            ThreadPoolExecutor(_AT_ONCE, "evaluate") as threads,
        ):
            try:
                for item in items:
                    while len(pending) >= 2 * _AT_ONCE:
                        take()
                    pending.append(threads.submit(self._one, item, drafts / f"{done:06}"))
                    done += 1
                    self._watch.progress(done / count, "recognising")
                while pending:
                    take()
                    self._watch.check()
            except BaseException:
                self._over.set()
                for each in pending:
                    each.cancel()
                raise
        # Recordings that went with their dataset meanwhile are not heard, and not missed either.
        self._rooms.datasets.find(dataset.id, self._entity.resource_id)
        if not done:
            raise DatasetError("it holds no recordings any more")
        return total[0], total[1]

    @contextmanager
    def _items(self, dataset: Entity, folder: Path) -> Iterator[Iterator[Item]]:
        """The recordings of a dataset, which can be heard as long as the context lasts."""
        datasets = self._rooms.datasets
        if DatasetSpec.from_json(dataset.spec).kind is DatasetKind.ACOUSTIC:
            data = datasets.fetch(dataset.id, dataset.resource_id, folder, self._check)
            archive = data.files[FileKind.ACOUSTIC_DATA_ARCHIVE]
            transcript = data.files[FileKind.ACOUSTIC_DATA_TRANSCRIPTION]
            with recordings(archive, transcript) as found:
                yield (Item(each.name, each.text, partial(_opened, each)) for each in found)
            return
        yield (
            Item(file.name, None, partial(self._fetched, dataset, file, folder / file.id))
            for file in datasets.list(dataset)
            if file.kind is FileKind.AUDIO
        )

    @contextmanager
    def _fetched(self, dataset: Entity, file: File, path: Path) -> Iterator[Blocks]:
        """A recording that is copied to `path` for as long as the context lasts."""
        try:
            self._rooms.datasets.copy(dataset, file, path, self._check)
            yield partial(decode_file, path, max_seconds=_LONGEST)
        finally:
            path.unlink(missing_ok=True)

    def _check(self) -> None:
        """As the watch does; raises CancelledError when another recording has ended the work."""
        if self._over.is_set():
            raise CancelledError
        self._watch.check()

    def _one(self, item: Item, draft: Path) -> list[Score]:
        """The scores of one recording by model, known ones taken from the files."""
        names = [details_name(item.name, number) for number in range(1, len(self._models) + 1)]
        known = [self._known(name) for name in names]
        if None in known:
            with item.audio() as blocks:
                heard: dict[int, str] = {}
                for number, (speech, name) in enumerate(zip(self._models, names, strict=True)):
                    if known[number] is not None:
                        continue
                    text = heard.get(id(speech))
                    if text is None:
                        text = heard[id(speech)] = self._recognized(speech, blocks)
                    known[number] = details = self._details(item, text)
                    path = draft.with_suffix(f".{number}")
                    path.write_text(json.dumps(details, ensure_ascii=False, indent=1), "utf-8")
                    kind = FileKind.EVALUATION_DETAILS
                    self._rooms.keeper.keep(self._entity, name, kind, path, {})
                    path.unlink()
        if item.text is None:
            return [Score() for _ in known]
        return [Score.from_json(details) for details in known if details is not None]

    def _details(self, item: Item, heard: str) -> dict[str, Any]:
        if item.text is None:
            return {"name": item.name, "recognized": heard}
        return compare(item.name, item.text, heard, self._locale, spoken=self._spoken).to_json()

    def _recognized(self, speech: Recognizer, blocks: Blocks) -> str:
        """What a model hears, as it would be shown, with nothing masked; memory stays flat."""
        options = Options(language=self._locale, profanity="raw", words=False)
        forms = []
        for phrase in speech.transcribe(self._checked(blocks()), options):
            self._check()
            forms.append(phrase.nbest[0].forms)
        return join_forms(forms).display if forms else ""

    def _checked(self, blocks: Iterator[Samples]) -> Iterator[Samples]:
        for block in blocks:
            self._check()
            yield block

    def _known(self, name: str) -> dict[str, Any] | None:
        """The details of a recording that was done before the work was cut."""
        id, entity = file_id(self._entity.id, name), self._entity
        rooms = self._rooms
        found = rooms.steady(lambda: rooms.files.find(entity.id, id))
        if found is None:
            return None
        data = rooms.steady(lambda: b"".join(rooms.blobs(entity.resource_id).read(found.blob)))
        known: dict[str, Any] = json.loads(data)
        return known


def _opened(recording: Recording) -> AbstractContextManager[Blocks]:
    return nullcontext(recording.blocks)
