"""Evaluations: two models on one dataset; figures are -1 until it has run."""

from typing import Any

import pytest

from scriba.evaluation.score import Score
from scriba.evaluation.tokens import TOKEN_CLASSES, TokenEdits
from scriba.evaluation.words import Edits
from scriba.resources.entity import Entity, Kind, Problem
from scriba.resources.evaluation import EvaluationSpec
from scriba.resources.versions import Version

from .api import HOST, Api
from .custom import Custom, base, reference


@pytest.fixture
def waiting(custom: Custom) -> Entity:
    return _made(custom, Version.V3_0)


def _made(custom: Custom, version: Version = Version.V3_2, **body: Any) -> Entity:
    model, dataset = custom.model(version), custom.dataset(version=version)
    given = {"model1": base(), "model2": reference(model), "dataset": reference(dataset), **body}
    return custom.made(Kind.EVALUATION, version, **given)


def test_before_it_has_run(api: Api, waiting: Entity) -> None:
    body = api.get(f"/evaluations/{waiting.id}").json()
    assert body["model1"] == base()
    assert "/models/base/" not in body["model2"]["self"]
    assert body["dataset"]["self"].startswith(f"{HOST}/speechtotext/v3.2/datasets/")
    assert "transcription1" not in body
    properties = body["properties"]
    assert len(properties) == 28
    assert set(properties.values()) == {-1}
    older = api.get(f"/evaluations/{waiting.id}", Version.V3_1).json()["properties"]
    assert len(older) == 16
    assert not any("oken" in name for name in older)
    assert api.jobs.submitted[-1].id == waiting.id


def test_afterwards(api: Api, custom: Custom, waiting: Entity) -> None:
    tokens = TokenEdits(Edits(176, 2, 1, 1), {"punctuation": 1, "lexical": 3})
    one = Score(10, 5, Edits(170, 2, 1, 2), tokens)
    custom.end(waiting, **{"1": one.to_json()})
    properties = api.get(f"/evaluations/{waiting.id}").json()["properties"]
    assert properties["wordErrorRate1"] == 5 / 173
    assert properties["sentenceErrorRate1"] == 0.5
    assert (properties["correctWordCount1"], properties["wordCount1"]) == (170, 173)
    assert properties["tokenErrors1"]["lexical"] == {
        "numberOfEdits": 3,
        "percentageOfAllEdits": 75.0,
    }
    assert set(properties["tokenErrors1"]) == set(TOKEN_CLASSES)
    assert (properties["wordCount2"], properties["wordErrorRate2"]) == (-1, -1)
    assert "tokenErrors2" not in properties


def test_transcriptions_are_linked_where_there_are_any(
    api: Api, custom: Custom, waiting: Entity
) -> None:
    custom.end(waiting, transcription1="8a043172-65b7-4cf3-a8b5-4449efa5a0f1")
    body = api.get(f"/evaluations/{waiting.id}").json()
    assert body["transcription1"]["self"].endswith(
        "/transcriptions/8a043172-65b7-4cf3-a8b5-4449efa5a0f1"
    )
    assert "transcription2" not in body


def test_one_that_failed(api: Api, custom: Custom, waiting: Entity) -> None:
    custom.end(waiting, Problem("InvalidDataset", "Nothing to compare."))
    properties = api.get(f"/evaluations/{waiting.id}").json()["properties"]
    assert properties["error"]["code"] == "InvalidDataset"
    assert properties["wordErrorRate1"] == -1


def test_what_is_wrong_is_told(custom: Custom) -> None:
    dataset, text = custom.dataset(), custom.dataset("Language")
    model, untrained = custom.model(), custom.model(ended=False)
    good = {"model1": base(), "model2": reference(model), "dataset": reference(dataset)}
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"model1": ...}, "InvalidModel", "model1 is required"),
        ({"dataset": None}, "InvalidDataset", "dataset is required"),
        ({"dataset": reference(text)}, "InvalidTest", "Acoustic"),
        ({"model2": reference(untrained)}, "InvalidModel", "wait until"),
        ({"model2": base("de-DE")}, "ModelMismatch", "de-DE"),
        ({"locale": "de-DE"}, "InvalidPayload", "not for de-DE"),
    ]
    for body, code, told in cases:
        answer = custom.post(Kind.EVALUATION, **{**good, **body})
        assert answer.status_code == 400, body
        assert answer.json()["innerError"]["code"] == code, answer.text
        assert told in answer.json()["message"]


def test_both_models_may_be_the_same(custom: Custom) -> None:
    _made(custom, model2=base())


def test_a_dataset_without_transcripts_is_inspected(custom: Custom) -> None:
    _made(custom, dataset=reference(custom.dataset("AudioFiles")))


def test_delete_and_change(api: Api, custom: Custom, waiting: Entity) -> None:
    assert api.ask("DELETE", f"/evaluations/{waiting.id}").status_code == 409
    custom.end(waiting)
    body = {"customProperties": {"testingKind": "Evaluation"}}
    changed = api.ask("PATCH", f"/evaluations/{waiting.id}", json=body).json()
    assert changed["customProperties"] == {"testingKind": "Evaluation"}
    again = api.ask(
        "PATCH", f"/evaluations/{waiting.id}", json={**changed, "model1": base("de-DE")}
    )
    assert again.status_code == 400
    assert api.ask("DELETE", f"/evaluations/{waiting.id}").status_code == 204
    assert "en-US" in api.get("/evaluations/locales").json()


@pytest.mark.parametrize("name", ["model1", "model2", "dataset"])
@pytest.mark.parametrize(
    "value",
    [
        7,
        "x",
        [],
        {},
        {"self": None},
        {"self": 7},
        {"self": ""},
        {"self": "http://[::1"},
        {"self": f"{HOST}/speechtotext/v3.2/datasets/"},
        {"self": f"{HOST}/speechtotext/v3.2/models/base/{'0' * 36}"},
        {"self": f"{HOST}/speechtotext/v3.2/models/../datasets/\x7f"},
        {"self": "x" * 100_000},
    ],
    ids=str,
)
def test_references_to_nothing(custom: Custom, name: str, value: Any) -> None:
    model, dataset = custom.model(), custom.dataset()
    good = {"model1": base(), "model2": reference(model), "dataset": reference(dataset)}
    answer = custom.post(Kind.EVALUATION, **{**good, name: value})
    assert answer.status_code == 400, answer.text
    assert name in answer.json()["message"]


def test_what_is_gone_failed_or_of_another_locale(api: Api, custom: Custom) -> None:
    model, dataset = custom.model(), custom.dataset()
    good = {"model1": base(), "model2": reference(model), "dataset": reference(dataset)}
    gone, failed = custom.dataset(), custom.dataset(ended=False)
    waiting, german = custom.dataset(ended=False), custom.dataset(locale="de-DE")
    custom.end(failed, Problem("InvalidDataset", "Nothing of it can be used."))
    assert api.ask("DELETE", f"/datasets/{gone.id}").status_code == 204
    for each in (gone, failed, waiting, german):
        answer = custom.post(Kind.EVALUATION, **{**good, "dataset": reference(each)})
        assert answer.status_code == 400, answer.text
        assert "dataset" in answer.json()["message"]
    swapped = {**good, "model1": reference(dataset), "dataset": reference(model)}
    assert custom.post(Kind.EVALUATION, **swapped).status_code == 400


def test_what_an_evaluation_uses_is_kept(api: Api, custom: Custom, waiting: Entity) -> None:
    spec = EvaluationSpec.from_json(waiting.spec)
    for path in (f"/datasets/{spec.dataset}", f"/models/{spec.model2}"):
        answer = api.ask("DELETE", path)
        assert answer.status_code == 409, answer.text
    custom.end(waiting)
    for path in (f"/models/{spec.model2}", f"/datasets/{spec.dataset}"):
        assert api.ask("DELETE", path).status_code == 204, path
    # What it compared may be gone; what it found stays.
    assert api.get(f"/evaluations/{waiting.id}").status_code == 200
    assert api.get("/evaluations").status_code == 200
