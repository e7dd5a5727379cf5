"""Evaluations made by the job: figures, a file of details for each recording, and resuming."""

import json
import wave
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from scriba.customization.kinds import DatasetKind
from scriba.errors import BlobError, EntityNotFound, ModelError
from scriba.jobs.entity_work import EntityWorks
from scriba.jobs.evaluations import Evaluations
from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.evaluation import EvaluationSpec, score_of
from scriba.speech.options import Options
from scriba.speech.recognizer import Recognizer
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase
from scriba.storage import Store

from .house import House, archive


class OnePool:
    """Lends the same recogniser under any id but that of a broken model."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self.asked: list[list[str]] = []

    @contextmanager
    def get(
        self, ids: Sequence[str], *, hours: bool = False, check: Callable[[], None] = lambda: None
    ) -> Iterator[list[Recognizer]]:
        self.asked.append(list(ids))
        if "broken" in ids:
            raise ModelError("it is broken")
        yield [self._recognizer for _ in ids]


class EvaluationHouse(House):
    """A house that evaluates."""

    def __init__(self, store: Store, folder: Path, recognizer: Recognizer) -> None:
        super().__init__(store, folder)
        self.pool = OnePool(recognizer)
        work = Evaluations(
            self.files, self.blobs, self.datasets, self.pool, self.keeper, self.steady
        )
        works = {Kind.EVALUATION: work}
        self.evaluations = EntityWorks(self.entities, self.steady, self.scratch, works)

    def evaluated(self, dataset: Entity, model1: str = "one", model2: str = "two") -> Entity:
        spec = EvaluationSpec(model1, model2, dataset.id)
        made = self.new(Kind.EVALUATION, spec.to_json())
        return self.again(made)

    def again(self, made: Entity) -> Entity:
        self.evaluations.run(Kind.EVALUATION, made.id)
        return self.entities.get(Kind.EVALUATION, made.id)


@pytest.fixture
def house(store: Store, tmp_path: Path, recognizer: Recognizer) -> Iterator[EvaluationHouse]:
    made = EvaluationHouse(store, tmp_path / "house", recognizer)
    yield made
    made.client.close()


def _spoken(data: Path) -> dict[Path, str]:
    manifest = (data / "manifest.jsonl").read_text().splitlines()
    rows = {row["path"]: row["text"] for row in map(json.loads, manifest)}
    chosen = ("en-quilter.flac", "en-hale.flac")
    return {data / name: rows[name] for name in chosen}


def test_two_models_on_recordings(house: EvaluationHouse, data: Path) -> None:
    spoken = _spoken(data)
    dataset = house.dataset(DatasetKind.ACOUSTIC, archive(spoken))
    done = house.evaluated(dataset)
    assert done.status is Status.SUCCEEDED, done.error
    assert house.pool.asked == [["one", "two"]]
    first, second = (score_of(done.result, side) for side in "12")
    assert first is not None
    assert first == second
    assert first.sentences == 2
    assert first.words.count > 10
    # Clear readings: a model that hears nothing or something else would be far above.
    assert first.words.rate < 0.3
    names = {each.name for each in house.files.list(done.id)}
    assert names == {f"{path.name}.model{n}_score.json" for path in spoken for n in (1, 2)}
    details = json.loads(house.content(done, "en-hale.flac.model1_score.json"))
    assert details["recognized"]
    assert details["reference"] == spoken[data / "en-hale.flac"]


def test_what_was_done_before_a_cut_is_not_done_again(
    house: EvaluationHouse, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = house.dataset(DatasetKind.ACOUSTIC, archive(_spoken(data)))
    done = house.evaluated(dataset)
    cut = house.new(Kind.EVALUATION, EvaluationSpec("one", "two", dataset.id).to_json())
    first = house.again(cut)
    house.entities.advance(cut.id, Status.RUNNING, was=(Status.SUCCEEDED,), result={"begun": 1})

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it is recognised again")

    monkeypatch.setattr(Recognizer, "transcribe", never)
    again = house.again(cut)
    assert again.status is Status.SUCCEEDED, again.error
    assert again.result == first.result == done.result


def test_recordings_without_transcripts(house: EvaluationHouse, data: Path) -> None:
    dataset = house.dataset(DatasetKind.AUDIO_FILES, archive(_spoken(data)))
    done = house.evaluated(dataset)
    assert done.status is Status.SUCCEEDED, done.error
    assert score_of(done.result, "1") is None
    details = json.loads(house.content(done, "en-hale.flac.model2_score.json"))
    assert set(details) == {"name", "recognized"}
    assert details["recognized"]


@pytest.mark.parametrize("kind", [DatasetKind.ACOUSTIC, DatasetKind.AUDIO_FILES])
def test_long_recordings_are_heard_piece_by_piece(
    house: EvaluationHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: DatasetKind
) -> None:
    long = tmp_path / "long.wav"
    with wave.open(str(long), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000 * 150))
    sizes: list[int] = []
    transcribe = Recognizer.transcribe

    def watched(self: Recognizer, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]:
        def seen() -> Iterator[Samples]:
            for block in blocks:
                sizes.append(len(block))
                yield block

        return transcribe(self, seen(), options)

    monkeypatch.setattr(Recognizer, "transcribe", watched)
    done = house.evaluated(house.dataset(kind, archive({long: "nothing"})))
    assert done.status is Status.SUCCEEDED, done.error
    assert sum(sizes) == pytest.approx(150 * 16_000, rel=0.01)
    assert max(sizes) <= 31 * 16_000


def test_a_recording_that_fails_ends_the_others(
    house: EvaluationHouse, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = house.dataset(DatasetKind.AUDIO_FILES, archive(_spoken(data)))

    def broken(*_: object, **__: object) -> None:
        raise BlobError("it is away")

    monkeypatch.setattr("scriba.jobs.dataset_files.DatasetFiles.copy", broken)
    done = house.evaluated(dataset)
    assert done.status is Status.FAILED
    assert done.error is not None
    assert done.error.code == "ServiceUnavailable"
    assert not list(house.scratch.iterdir())


def test_a_dataset_that_goes_meanwhile_is_missed(
    house: EvaluationHouse, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = house.dataset(DatasetKind.AUDIO_FILES, archive(_spoken(data)))
    transcribe = Recognizer.transcribe

    def last(self: Recognizer, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]:
        with suppress(EntityNotFound):
            house.entities.delete(Kind.DATASET, dataset.id, dataset.resource_id)
        return transcribe(self, blocks, options)

    monkeypatch.setattr(Recognizer, "transcribe", last)
    done = house.evaluated(dataset)
    assert done.status is Status.FAILED
    assert done.error is not None
    assert done.error.code == "InvalidDataset"


def test_a_model_that_cannot_be_loaded(house: EvaluationHouse, data: Path) -> None:
    dataset = house.dataset(DatasetKind.ACOUSTIC, archive(_spoken(data)))
    done = house.evaluated(dataset, model2="broken")
    assert done.status is Status.FAILED
    assert done.error is not None
    assert "broken" in done.error.message
