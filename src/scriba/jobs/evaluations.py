"""Evaluations: two models on the recordings of a dataset, word by word against what was said.

Each recording's details are a file of the evaluation, and where its work is taken up again.
"""

import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scriba.customization.acoustic_data import utterances
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
from scriba.resources.file import FileKind, file_id
from scriba.speech.audio import SAMPLE_RATE, decode_file
from scriba.speech.mix import join
from scriba.speech.nbest import join_forms
from scriba.speech.options import Options
from scriba.speech.recognizer import Recognizer
from scriba.speech.resample import Samples
from scriba.storage.blobs import BlobsOf
from scriba.storage.files import Files

_AT_ONCE = 4
_HELD = 20 * 60 * SAMPLE_RATE
"""Samples of recordings that are in memory at once, where they are not all of one recording."""
_LONGEST = 7_200.0
_AUDIO_KINDS = (DatasetKind.ACOUSTIC, DatasetKind.AUDIO_FILES)


@dataclass(frozen=True, slots=True)
class Item:
    """A recording: mono float32 samples at 16 kHz; `text` None where nobody wrote it down."""

    name: str
    text: str | None
    samples: Samples


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

    def scores(self, dataset: Entity, folder: Path) -> tuple[Score, Score]:
        """The scores of both models over all recordings of the dataset."""
        drafts = folder / "details"
        drafts.mkdir()
        total = [Score(), Score()]
        done, count = 0, max(1, int(dataset.result.get("accepted", 0)))
        pending: deque[tuple[int, Future[list[Score]]]] = deque()
        held = 0

        def take() -> None:
            nonlocal held
            size, first = pending.popleft()
            held -= size
            for side, score in enumerate(first.result()):
                total[side] += score

        with ThreadPoolExecutor(_AT_ONCE, "evaluate") as threads:
            try:
                for item in self._items(dataset, folder):
                    size = len(item.samples)
                    while pending and (held + size > _HELD or len(pending) >= 2 * _AT_ONCE):
                        take()
                    held += size
                    work = threads.submit(self._one, item, drafts / f"{done:06}")
                    pending.append((size, work))
                    done += 1
                    self._watch.progress(done / count, "recognising")
                while pending:
                    take()
                    self._watch.check()
            except BaseException:
                for _, each in pending:
                    each.cancel()
                raise
        return total[0], total[1]

    def _items(self, dataset: Entity, folder: Path) -> Iterator[Item]:
        datasets, check = self._rooms.datasets, self._watch.check
        if DatasetSpec.from_json(dataset.spec).kind is DatasetKind.ACOUSTIC:
            data = datasets.fetch(dataset.id, dataset.resource_id, folder, check)
            archive = data.files[FileKind.ACOUSTIC_DATA_ARCHIVE]
            transcript = data.files[FileKind.ACOUSTIC_DATA_TRANSCRIPTION]
            for each in utterances(archive, transcript):
                yield Item(each.name, each.text, each.samples)
            return
        path = folder / "recording"
        for file in datasets.list(dataset):
            if file.kind is FileKind.AUDIO:
                datasets.copy(dataset, file, path, check)
                yield Item(file.name, None, join(list(decode_file(path, max_seconds=_LONGEST))))

    def _one(self, item: Item, draft: Path) -> list[Score]:
        """The scores of one recording by model, known ones taken from the files."""
        heard: dict[int, str] = {}
        scores = []
        for number, speech in enumerate(self._models, 1):
            name = details_name(item.name, number)
            details = self._known(name)
            if details is None:
                text = heard.get(id(speech))
                if text is None:
                    text = heard[id(speech)] = self._recognized(speech, item.samples)
                details = self._details(item, text)
                path = draft.with_suffix(f".{number}")
                path.write_text(json.dumps(details, ensure_ascii=False, indent=1), "utf-8")
                kind = FileKind.EVALUATION_DETAILS
                self._rooms.keeper.keep(self._entity, name, kind, path, {})
                path.unlink()
            scores.append(Score() if item.text is None else Score.from_json(details))
        return scores

    def _details(self, item: Item, heard: str) -> dict[str, Any]:
        if item.text is None:
            return {"name": item.name, "recognized": heard}
        return compare(item.name, item.text, heard, self._locale, spoken=self._spoken).to_json()

    def _recognized(self, speech: Recognizer, samples: Samples) -> str:
        """What a model hears, as it would be shown, with nothing masked."""
        options = Options(language=self._locale, profanity="raw", words=False)
        forms = []
        for phrase in speech.transcribe([samples], options):
            self._watch.check()
            forms.append(phrase.nbest[0].forms)
        return join_forms(forms).display if forms else ""

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
