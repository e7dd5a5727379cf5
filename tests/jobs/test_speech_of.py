"""Batch transcriptions with other models than the running one, by the model and by the locale."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from scriba.errors import ModelError
from scriba.jobs.custom_speech import CustomSpeech
from scriba.jobs.speech_of import PooledSpeech, service_only
from scriba.resources.base_model import BaseModels, base_model_id
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.file import File, FileKind, blob_path, file_id
from scriba.resources.transcription import Identification
from scriba.speech import Bundle, Pool, Recognizer
from scriba.speech.catalogue import find
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip, Guess, Transcript
from scriba.storage import Entities, Files, Resources
from scriba.storage.model_files import ModelFiles

from .conftest import Bench
from .test_transcribe import contents


class Named:
    """An engine that says its name and hears German."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cost(self, clip: Clip) -> float:
        return 10.0

    def supports(self, language: str) -> bool:
        return language in ("en", "de")

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        return [self._one(clip) for clip in clips]

    def _one(self, clip: Clip) -> Transcript:
        language = "de" if "de" in clip.candidates else clip.language
        return Transcript(
            (Guess(self.name, -0.1, 2),), (), 0.0, {language: 0.99}, language=language
        )


class Loading(Recognizer):
    """The running model, which has the weights of others by their folder's name."""

    def load(self, folder: Path) -> Named:
        return Named(folder.name)


@pytest.fixture
def custom(bench: Bench, tmp_path: Path) -> Iterator[CustomSpeech]:
    """The bench works with `base`, and with models that are in the storage."""
    bench.speech = owner = Loading(Named("base"), layout=Layout(1, 1, "test"))
    files = ModelFiles(bench.store, bench.blobs, BaseModels("base"), tmp_path / "models")

    def absent(id: str) -> Path:
        raise ModelError(f"/secret/{id} is missing; run `scriba models pull {id}`")

    pool = Pool(owner, files.bundle, absent, 1 << 20)
    bench.custom = CustomSpeech(files, pool, tmp_path)
    yield bench.custom
    bench.stop()
    pool.close()
    owner.close()


def nothing() -> None:
    """Nobody wants the work to stop."""


def trained(bench: Bench, folder: Path, says: str) -> str:
    """An own model that writes `says` for what the running model says."""
    at = now()
    model = Entity(
        new_id(), bench.resource_id, Kind.MODEL, "v3.2", "", "", "de-DE", Status.SUCCEEDED, at, at
    )
    Entities(bench.store).create(model)
    source = folder / f"trained-{model.id}"
    source.mkdir()
    (source / "formatting.md").write_text(f"#rewrite\nbase\t{says}\n", encoding="utf-8")
    Bundle.write(source, base="base", locale="de-DE")
    for path in source.iterdir():
        id = file_id(model.id, path.name)
        blob = blob_path(bench.resource_id, model.id, id)
        bench.blobs(bench.resource_id).put(blob, path)
        size = path.stat().st_size
        Files(bench.store).add(File(id, model.id, path.name, FileKind.MODEL_BUNDLE, size, at, blob))
    return model.id


def said(bench: Bench, entity: Entity) -> set[str]:
    """What was displayed in all results."""
    results = [each for name, each in contents(bench, entity).items() if name != "report.json"]
    return {
        phrase["nBest"][0]["display"] for each in results for phrase in each["recognizedPhrases"]
    }


def test_an_own_model_transcribes_a_batch(
    bench: Bench, recordings: str, custom: CustomSpeech, tmp_path: Path
) -> None:
    model = trained(bench, tmp_path, "MINE")
    urls = (f"{recordings}/en-quilter.flac",)
    running = BaseModels("base").default("en-US")
    assert running is not None
    made = [bench.create(content_urls=urls, model=each) for each in (model, None, running.id)]
    bench.work()
    ended = [bench.ended(each) for each in made]
    assert [each.error for each in ended] == [None] * 3
    assert [said(bench, each) for each in made] == [{"MINE."}, {"Base."}, {"Base."}]


def test_a_locale_that_is_found_has_its_model(
    bench: Bench, recordings: str, custom: CustomSpeech, tmp_path: Path
) -> None:
    german, english = trained(bench, tmp_path, "DEUTSCH"), trained(bench, tmp_path, "ENGLISH")
    urls = (f"{recordings}/en-quilter.flac",)
    among = Identification(("de-DE", "en-US"), models={"de-DE": german})
    one = bench.create(content_urls=urls, identification=among)
    two = bench.create(
        content_urls=urls, identification=replace(among, models={}), model=english, locale="en-US"
    )
    three = bench.create(
        content_urls=urls, identification=replace(among, models={}), model=german, locale="de-DE"
    )
    bench.work()
    for each in (one, two, three):
        assert bench.ended(each).status is Status.SUCCEEDED
    assert [said(bench, each) for each in (one, two, three)] == [
        {"DEUTSCH."},
        {"Base."},
        {"DEUTSCH."},
    ]


def test_a_model_that_is_not_there_fails_the_recording_with_a_reason(
    bench: Bench, recordings: str, custom: CustomSpeech, tmp_path: Path
) -> None:
    urls = (f"{recordings}/en-quilter.flac",)
    deleted = bench.create(content_urls=urls, model=new_id())
    absent = bench.create(content_urls=urls, model=base_model_id(find("small"), "en-US"))
    bench.work()
    for entity, why in ((deleted, "no model"), (absent, "scriba models pull")):
        ended = bench.ended(entity)
        assert ended.error is not None
        assert ended.error.code == "InvalidModel"
        assert why in ended.error.message
        assert "secret" not in ended.error.message


def test_anothers_model_is_none(bench: Bench, custom: CustomSpeech, tmp_path: Path) -> None:
    model = trained(bench, tmp_path, "MINE")
    Resources(bench.store).create("other")
    other = Resources(bench.store).get("other").id
    lend = PooledSpeech(bench.speech, custom.pool, custom.models)
    with pytest.raises(ModelError, match="there is no model"), lend(other, model, {}, nothing):
        pass
    with lend(bench.resource_id, model, {}, nothing) as speech:
        assert speech is not bench.speech


def test_a_worker_without_other_models_says_so(bench: Bench) -> None:
    lend = service_only(bench.speech)
    with lend("anybody", None, {}, nothing) as speech:
        assert speech is bench.speech
    with pytest.raises(ModelError, match="no other model"), lend("anybody", new_id(), {}, nothing):
        pass
