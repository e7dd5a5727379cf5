"""Own models: made of a base model and data, listed, deployed, their files and manifests."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from scriba.resources.base_model import base_model_id
from scriba.resources.entity import Kind, Problem, new_id
from scriba.resources.file import FileKind
from scriba.resources.model import ModelSpec
from scriba.resources.versions import Version
from scriba.speech.catalogue import BASE, TINY_EN
from scriba.storage import Store
from scriba.storage.entities import row_of
from scriba.storage.tables import entities

from .api import HOST, Api, local
from .custom import Custom, base, reference


def _code(answer: httpx.Response) -> str:
    return str(answer.json()["innerError"]["code"])


def test_a_model_of_two_datasets(api: Api, custom: Custom) -> None:
    first, second = custom.dataset(), custom.dataset("Language")
    answer = custom.post(
        Kind.MODEL,
        baseModel=base(),
        datasets=[reference(first), reference(second), reference(first)],
        text="some sentences",
        properties={"customModelWeightPercent": 42},
    )
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert answer.headers["Location"] == body["self"]
    assert body["baseModel"] == base()
    assert [each["self"] for each in body["datasets"]] == [
        f"{HOST}/speechtotext/v3.2/datasets/{each.id}" for each in (first, second)
    ]
    assert body["text"] == "some sentences"
    assert body["properties"]["customModelWeightPercent"] == 42
    assert body["properties"]["deprecationDates"]["transcriptionDateTime"].endswith("T00:00:00Z")
    assert body["links"] == {
        "manifest": f"{body['self']}/manifest",
        "copy": f"{body['self']}:copy",
        "files": f"{body['self']}/files",
    }
    spec = ModelSpec.from_json(api.jobs.submitted[-1].spec)
    assert spec.base == spec.root == base_model_id(BASE, "en-US")


def test_links_of_older_versions(api: Api, custom: Custom) -> None:
    model = custom.model(Version.V3_0)
    for version, name, address in (
        (Version.V3_0, "copyTo", f"/speechtotext/v3.0/models/{model.id}/copyto"),
        (Version.V3_1, "copyTo", f"/speechtotext/v3.1/models/{model.id}:copyto"),
        (Version.V2024_11, "copy", f"/speechtotext/models/{model.id}:copy?api-version=2024-11-15"),
    ):
        body = api.get(f"/models/{model.id}", version).json()
        assert body["links"][name] == HOST + address
        assert ("customModelWeightPercent" in body["properties"]) == (version > Version.V3_0)


def test_without_a_base_model_it_is_the_default(custom: Custom) -> None:
    body = custom.post(
        Kind.MODEL, locale="de-DE", datasets=[reference(custom.dataset(locale="de-DE"))]
    ).json()
    assert body["baseModel"] == base("de-DE")


def test_a_model_of_a_model(api: Api, custom: Custom) -> None:
    first = custom.model()
    second = custom.model(baseModel=reference(first))
    spec = ModelSpec.from_json(second.spec)
    assert (spec.base, spec.root) == (first.id, base_model_id(BASE, "en-US"))
    body = api.get(f"/models/{second.id}").json()
    assert body["baseModel"] == {"self": f"{HOST}/speechtotext/v3.2/models/{first.id}"}


def test_what_is_wrong_is_told(custom: Custom) -> None:
    done, waiting = custom.dataset(), custom.dataset(ended=False)
    failed = custom.end(custom.dataset(ended=False), Problem("InvalidDataset", "Nothing."))
    audio, german = custom.dataset("AudioFiles"), custom.dataset(locale="de-DE")
    untrained = custom.model(ended=False)
    absent = {"self": f"{HOST}/speechtotext/v3.2/datasets/8a043172-65b7-4cf3-a8b5-4449efa5a0f1"}
    tiny = {"self": f"{HOST}/models/base/{base_model_id(TINY_EN, 'en-US')}"}
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"datasets": []}, "InvalidPayload", "datasets or text"),
        ({"datasets": [absent]}, "InvalidDataset", "there is no dataset"),
        ({"datasets": [{"self": "x"}]}, "InvalidDataset", "address of a dataset"),
        ({"datasets": [reference(waiting)]}, "FailedDataset", "wait until"),
        ({"datasets": [reference(failed)]}, "FailedDataset", "has failed"),
        ({"datasets": [reference(audio)]}, "InvalidDataset", "no transcripts"),
        ({"datasets": [reference(german)]}, "InvalidLocale", "not for en-US"),
        ({"baseModel": base("de-DE")}, "ModelMismatch", "not for en-US"),
        ({"baseModel": reference(untrained)}, "InvalidBaseModel", "wait until"),
        ({"baseModel": {"self": "x"}}, "InvalidModelUri", "address of a model"),
        ({"baseModel": tiny}, "InvalidBaseModel", "scriba models pull"),
        ({"properties": {"customModelWeightPercent": 0}}, "InvalidPayload", "from 1 to 100"),
        ({"text": "ä" * 250_001}, "InvalidPayload", "500000 bytes"),
    ]
    for body, code, told in cases:
        answer = custom.post(Kind.MODEL, **{"datasets": [reference(done)], **body})
        assert answer.status_code == 400, body
        assert _code(answer) == code, answer.text
        assert told in answer.json()["message"]
    answer = custom.post(Kind.MODEL, Version.V2024_11, text="x", datasets=[reference(done)])
    assert answer.status_code == 400
    assert "kind Language" in answer.json()["message"]


def test_the_list_holds_own_models_only(api: Api, custom: Custom) -> None:
    assert api.get("/models").json() == {"values": []}
    model = custom.model()
    assert [each["self"][-36:] for each in api.get("/models").json()["values"]] == [model.id]
    assert api.get(f"/models/{base_model_id(BASE, 'en-US')}").status_code == 404
    assert len(api.get("/models?filter=status eq 'Failed'").json()["values"]) == 0


def test_delete(api: Api, custom: Custom) -> None:
    model = custom.model()
    endpoint = custom.endpoint(model=reference(model))
    answer = api.ask("DELETE", f"/models/{model.id}")
    assert (answer.status_code, _code(answer)) == (409, "InUseViolation")
    assert endpoint.id in answer.json()["message"]
    api.ask("DELETE", f"/endpoints/{endpoint.id}")
    evaluation = custom.made(
        Kind.EVALUATION,
        model1=base(),
        model2=reference(model),
        dataset=reference(custom.dataset()),
    )
    answer = api.ask("DELETE", f"/models/{model.id}")
    assert evaluation.id in answer.json()["message"]
    custom.end(evaluation)
    for _ in range(2):
        assert api.ask("DELETE", f"/models/{model.id}").status_code == 204
    assert api.ask("DELETE", f"/models/{custom.model(ended=False).id}").status_code == 409


def test_delete_while_something_works_with_it_behind_a_thousand(
    api: Api, custom: Custom, store: Store
) -> None:
    model, dataset = custom.model(), custom.dataset()
    first = api.created()
    at = first.created
    rest = [replace(first, id=new_id(), created=at + timedelta(seconds=n)) for n in range(1001)]
    with store.write() as connection:
        connection.execute(entities.insert(), [row_of(each) for each in rest])
    used = custom.model(ended=False, baseModel=reference(model), datasets=[reference(dataset)])
    transcription = api.created(model=reference(model))
    later = at + timedelta(days=1)
    with store.write() as connection:
        connection.execute(entities.update().values(created=later).where(entities.c.id == used.id))
        mine = entities.c.id == transcription.id
        connection.execute(entities.update().values(created=later).where(mine))
    for path in (f"/models/{model.id}", f"/datasets/{dataset.id}"):
        refused = api.ask("DELETE", path)
        assert refused.status_code == 409
        assert used.id in refused.text or transcription.id in refused.text
    custom.end(used)
    assert api.ask("DELETE", f"/datasets/{dataset.id}").status_code == 204
    assert transcription.id in api.ask("DELETE", f"/models/{model.id}").text


def _bundle(api: Api, custom: Custom, *names: str) -> str:
    model = custom.model()
    api.add_file(model, "report.json", kind=FileKind.MODEL_REPORT)
    for name in names:
        api.add_file(model, name, name.encode(), FileKind.MODEL_BUNDLE)
    return model.id


def test_the_manifest_lists_what_the_files_do_not(api: Api, custom: Custom) -> None:
    id = _bundle(api, custom, "model.json", "model.bin")
    files = api.get(f"/models/{id}/files").json()["values"]
    assert [(each["name"], each["kind"]) for each in files] == [("report.json", "ModelReport")]
    assert api.get(f"/models/{id}/files?filter=kind eq 'ModelBundle'").status_code == 400
    body = api.get(f"/models/{id}/manifest").json()
    assert body["model"] == {"self": f"{HOST}/speechtotext/v3.2/models/{id}"}
    assert body["properties"]["source"]["base"]["id"] == "base"
    contents = {
        each["name"]: api.http.get(local(each["contentUrl"])).content for each in body["modelFiles"]
    }
    assert contents == {"model.json": b"model.json", "model.bin": b"model.bin"}
    hidden = api.files.list(id, top=10)[0]
    for each in api.files.list(id, top=10):
        if each.kind is FileKind.MODEL_BUNDLE:
            hidden = each
    assert api.get(f"/models/{id}/files/{hidden.id}").status_code == 404
    newest = api.get(f"/models/{id}/manifest", Version.V2024_11)
    assert (newest.status_code, _code(newest)) == (400, "InvalidSasValidityDuration")


def test_a_model_without_weights_lists_those_of_its_base(store: Any, tmp_path: Path) -> None:
    from .custom import OPERATIONS

    for file in BASE.files:
        path = BASE.folder(tmp_path / "models") / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.truncate(file.size)
    with Api(store, tmp_path, operations=OPERATIONS, model_dir=tmp_path / "models") as api:
        id = _bundle(api, Custom(api), "model.json", "language.bin")
        files = api.get(f"/models/{id}/manifest").json()["modelFiles"]
        assert {each["name"] for each in files} == {
            "model.json",
            "language.bin",
            *(f"base/{file.name}" for file in BASE.files),
        }
        last = files[-1]["contentUrl"]
        assert api.http.get(local(last), headers={"Range": "bytes=0-3"}).content == bytes(4)


def test_the_manifest_of_an_unfinished_model(api: Api, custom: Custom) -> None:
    answer = api.get(f"/models/{custom.model(ended=False).id}/manifest")
    assert answer.status_code == 409
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize("version", [Version.V3_0, Version.V2025_10])
def test_change(api: Api, custom: Custom, version: Version) -> None:
    model = custom.model(version)
    changed = api.ask("PATCH", f"/models/{model.id}", version, json={"description": "d"}).json()
    assert changed["description"] == "d"
    again = api.ask("PATCH", f"/models/{model.id}", version, json=changed)
    assert again.json() == changed
