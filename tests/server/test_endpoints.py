"""Endpoints: a model behind an id."""

from datetime import timedelta
from typing import Any

import pytest

from scriba.resources.base_model import base_model_id
from scriba.resources.endpoint import EndpointSpec
from scriba.resources.entity import Kind
from scriba.resources.versions import Version
from scriba.speech.catalogue import BASE

from .api import HOST, Api
from .custom import Custom, base, reference


def _spec(custom: Custom, id: str) -> EndpointSpec:
    return EndpointSpec.from_json(custom.stored(Kind.ENDPOINT, id).spec)


def test_it_can_be_used_at_once(api: Api, custom: Custom) -> None:
    model = custom.model()
    answer = custom.post(
        Kind.ENDPOINT,
        model=reference(model),
        properties={"loggingEnabled": True, "timeToLive": "PT30M"},
        description="d",
    )
    assert answer.status_code == 201, answer.text
    body = answer.json()
    id = body["self"][-36:]
    assert body["status"] == "Succeeded"
    assert "Retry-After" not in answer.headers
    assert body["model"] == reference(model)
    assert body["properties"] == {"loggingEnabled": True, "timeToLive": "PT30M"}
    path = f"/speech/recognition/conversation/cognitiveservices/v1?cid={id}"
    assert body["links"]["restConversation"] == HOST + path
    assert body["links"]["webSocketConversation"] == f"ws://{HOST[7:]}{path}"
    assert body["links"]["logs"] == f"{body['self']}/files/logs"
    assert len(body["links"]) == 7
    entity = custom.stored(Kind.ENDPOINT, id)
    assert entity.expires == entity.created + timedelta(minutes=30)
    assert api.jobs.submitted[-1].kind is Kind.MODEL


def test_newer_versions_have_less(custom: Custom) -> None:
    answer = custom.post(
        Kind.ENDPOINT, Version.V2024_11, properties={"contentLoggingEnabled": True}
    )
    body = answer.json()
    assert set(body["links"]) == {"webSocket"}
    assert body["properties"] == {"loggingEnabled": True}
    id = base_model_id(BASE, "en-US")
    assert body["model"]["self"] == f"{HOST}/speechtotext/models/base/{id}?api-version=2024-11-15"
    answer = custom.post(Kind.ENDPOINT, Version.V2024_11, properties={"timeToLive": "PT1H"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"properties": {"timeToLive": "soon"}}, "InvalidTimeToLive"),
        ({"properties": {"timeToLive": "P32D"}}, "InvalidTimeToLive"),
        ({"properties": {"loggingEnabled": "yes"}}, "InvalidPayload"),
        ({"model": base("de-DE")}, "ModelMismatch"),
        (
            {"model": {"self": f"{HOST}/models/8a043172-65b7-4cf3-a8b5-4449efa5a0f1"}},
            "InvalidModel",
        ),
        ({"text": "hello"}, "InvalidPayload"),
    ],
)
def test_what_is_wrong_is_told(custom: Custom, body: dict[str, Any], code: str) -> None:
    answer = custom.post(Kind.ENDPOINT, **body)
    assert answer.status_code == 400
    assert answer.json()["innerError"]["code"] == code, answer.text


def test_a_model_that_is_not_trained_is_not_deployed(custom: Custom) -> None:
    answer = custom.post(Kind.ENDPOINT, model=reference(custom.model(ended=False)))
    assert answer.status_code == 400
    assert "wait until" in answer.json()["message"]


def test_change(api: Api, custom: Custom) -> None:
    endpoint, model = custom.endpoint(), custom.model()
    path = f"/endpoints/{endpoint.id}"
    body = {
        "model": reference(model),
        "properties": {"contentLoggingEnabled": True},
        "displayName": "New",
    }
    changed = api.ask("PATCH", path, json=body).json()
    assert changed["model"] == reference(model)
    assert changed["properties"]["loggingEnabled"] is True
    assert changed["displayName"] == "New"
    assert api.ask("PATCH", path, json=changed).json() == changed
    for wrong in ({"properties": {"timeToLive": "PT1H"}}, {"properties": {"x": 1}}):
        answer = api.ask("PATCH", path, json=wrong)
        assert answer.json()["innerError"]["code"] == "UnsupportedDelta"
    answer = api.ask("PATCH", path, json={"model": base("de-DE"), "displayName": None})
    assert len(answer.json()["details"]) == 2
    assert _spec(custom, endpoint.id).model == model.id
    api.ask("PATCH", path, json={"model": None, "properties": {"loggingEnabled": False}})
    assert _spec(custom, endpoint.id).model == base_model_id(BASE, "en-US")
    assert not _spec(custom, endpoint.id).logging


def test_suspend_and_resume(api: Api, custom: Custom) -> None:
    endpoint = custom.endpoint()
    path = f"/endpoints/{endpoint.id}"
    for name, suspended in (("suspend", True), ("suspend", True), ("resume", False)):
        answer = api.ask("POST", f"{path}:{name}")
        assert answer.status_code == 200
        assert ("suspended" in answer.headers.get("X-Scriba-Note", "")) == suspended
        assert _spec(custom, endpoint.id).suspended is suspended
        for version in Version:
            found = api.get(path, version)
            if found.status_code == 200:
                assert found.json()["properties"].get("suspended", False) is suspended
        assert answer.json() == api.get(path).json()
        assert api.ask("PATCH", path, json=answer.json()).json() == answer.json()
        assert api.get("/endpoints").json()["values"] == [answer.json()]
    refused = api.ask("PATCH", path, json={"properties": {"suspended": True}})
    assert (refused.status_code, ":suspend" in refused.json()["message"]) == (400, True)
    missing = api.ask("POST", "/endpoints/8a043172-65b7-4cf3-a8b5-4449efa5a0f1:suspend")
    assert missing.status_code == 404


def test_delete(api: Api, custom: Custom) -> None:
    endpoint = custom.endpoint()
    for _ in range(2):
        assert api.ask("DELETE", f"/endpoints/{endpoint.id}").status_code == 204
    assert api.get("/endpoints").json() == {"values": []}


def test_webhooks_hear_of_each_event_once(api: Api, custom: Custom) -> None:
    events = [f"endpoint{what}" for what in ("Creation", "Processing", "Completion", "Deletion")]
    hook = {
        "displayName": "h",
        "webUrl": "https://example.com/hook",
        "events": dict.fromkeys(events, True),
    }
    hook_id = api.ask("POST", "/webhooks", json=hook).json()["self"][-36:]
    endpoint = custom.endpoint()
    api.ask("DELETE", f"/endpoints/{endpoint.id}")
    found = api.get(f"/webhooks/{hook_id}/deliveries").json()["values"]
    heard = [each["event"] for each in found if each["event"] != "challenge"]
    assert sorted(heard) == sorted(events)
