"""Base models over HTTP."""

from pathlib import Path

import pytest

from scriba.resources.base_model import BaseModels, base_model_id
from scriba.resources.entity import Kind, new_id
from scriba.resources.versions import Version
from scriba.speech import model_cache
from scriba.speech.catalogue import BASE, SMALL, find
from scriba.storage import Store

from .api import Api
from .custom import OPERATIONS, Custom

TINY_EN = find("tiny.en")


def test_ids_never_change() -> None:
    """Clients keep them."""
    assert base_model_id(BASE, "en-US") == "b57d9c00-7856-58b7-ae55-31fc04fd81ad"
    assert base_model_id(BASE, "de-DE") != base_model_id(BASE, "de-AT")
    assert base_model_id(BASE, "en-US") != base_model_id(SMALL, "en-US")


def test_the_running_model_comes_first(api: Api) -> None:
    first = api.get("/models/base?top=1").json()["values"][0]
    assert first["displayName"].endswith(" base")
    assert first["properties"]["features"]["supportsTranscriptions"]
    every = api.get("/models/base?top=1000").json()["values"]
    assert len({each["self"] for each in every}) == len(every)
    running = [each["properties"]["features"]["supportsTranscriptions"] for each in every]
    assert running == sorted(running, reverse=True)
    assert sum(each["displayName"].endswith(" tiny.en") for each in every) == 15


@pytest.mark.parametrize("version", Version)
def test_one(api: Api, version: Version) -> None:
    id = base_model_id(BASE, "de-DE")
    body = api.get(f"/models/base/{id.upper()}", version).json()
    assert body["locale"] == "de-DE"
    assert body["status"] == "Succeeded"
    assert f"/models/base/{id}" in body["self"]
    assert api.get(body["self"]).json() == body
    dates = body["properties"]["deprecationDates"]
    assert dates["adaptationDateTime"] == dates["transcriptionDateTime"] == "2099-10-15T00:00:00Z"
    features = body["properties"].get("features", {})
    assert ("supportsTranscriptionsSubmit" in features) == (version > Version.V3_2)
    assert ("supportedOutputFormats" in features) == (version > Version.V3_1)
    assert bool(features) == (version > Version.V3_0)


def test_what_is_on_the_server_can_be_named(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is loaded when it is asked for; only locales of the running model can be asked for."""
    monkeypatch.setattr(BaseModels, "usable", lambda self, base: base.model in (BASE, TINY_EN))
    with Api(store, tmp_path, name="english", model_name="tiny.en") as english:
        every = english.get("/models/base?top=1000").json()["values"]
        usable = {
            each["displayName"]
            for each in every
            if each["properties"]["features"]["supportsTranscriptions"]
        }
        assert {"en-US tiny.en", "en-US base"} <= usable
        assert not {"de-DE base", "en-US small"} & usable
        named = base_model_id(BASE, "en-US")
        model = {"self": english.url(f"/models/base/{named}", Version.V3_2)}
        assert english.create(model=model).status_code == 201


@pytest.mark.parametrize("there", [False, True])
def test_below_a_trained_model_that_is_served(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    """As with `--model-manifest`: its base model is the default, and answers nothing unasked."""
    monkeypatch.setattr(model_cache, "present", lambda model, _: there and model is TINY_EN)
    monkeypatch.setattr(BaseModels, "usable", lambda self, base: there and base.model is TINY_EN)
    with Api(store, tmp_path, model_name=new_id(), base="tiny.en", operations=OPERATIONS) as api:
        custom = Custom(api)
        first = api.get("/models/base?top=1").json()["values"][0]
        assert first["displayName"].endswith(" tiny.en")
        assert first["properties"]["features"]["supportsTranscriptions"] is there
        assert all(tag.startswith("en-") for tag in api.get("/endpoints/locales").json())
        answer = custom.post(Kind.MODEL, text="press one")
        if there:
            assert answer.status_code == 201, answer.text
            assert base_model_id(TINY_EN, "en-US") in answer.json()["baseModel"]["self"]
        else:
            assert answer.status_code == 400
            assert "scriba models pull tiny.en" in answer.json()["message"]
        answer = custom.post(Kind.ENDPOINT)
        assert answer.status_code == 201
        assert ("model" in answer.json()) is there
        answer = api.create()
        assert answer.status_code == 201
        # The trained model recognises it.
        assert "model" not in answer.json()
        answer = api.create(locale="de-DE")
        assert (answer.status_code, "tiny.en" in answer.json()["message"]) == (400, True)


def test_a_model_that_nobody_knows_is_served(store: Store, tmp_path: Path) -> None:
    with Api(store, tmp_path, model_name="somebody's", operations=OPERATIONS) as api:
        custom = Custom(api)
        assert api.get("/models/base?top=1").status_code == 200
        for kind, body, status in (
            (Kind.MODEL, {"text": "press one"}, 400),
            (Kind.ENDPOINT, {}, 201),
        ):
            assert custom.post(kind, **body).status_code == status
        assert api.create().status_code == 201


def test_none(api: Api) -> None:
    assert api.get("/models/base/8a043172-65b7-4cf3-a8b5-4449efa5a0f1").status_code == 404
    assert api.get("/models/base/x").status_code == 404


def test_filters(api: Api) -> None:
    found = api.get("/models/base?filter=locale eq 'de-de' and not displayName eq 'de-DE small'")
    assert [each["displayName"] for each in found.json()["values"]] == ["de-DE base"]
    at = "createdDateTime lt 2026-11-01T00:00:01Z and createdDateTime ge 2026-11-01"
    assert api.get(f"/models/base?filter={at}&top=1").json()["values"]
    assert api.get("/models/base?filter=status eq 'Failed'").json() == {"values": []}


def test_locales(api: Api) -> None:
    plain = api.get("/models/locales").json()
    assert {"en-US", "de-DE", "zh-CN"} <= set(plain)
    assert api.get("/transcriptions/locales").json() == sorted(plain, key=str.lower)
    both = api.get("/transcriptions/locales", Version.V2024_11).json()
    assert both == {"Transcribe": plain, "Submit": plain}


def test_there_are_no_own_models_at_first(api: Api) -> None:
    assert api.get("/models").json() == {"values": []}
    own = "/models/8a043172-65b7-4cf3-a8b5-4449efa5a0f1"
    assert api.get(own).status_code == 404
    assert api.ask("DELETE", own).status_code == 204
