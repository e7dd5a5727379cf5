"""Logs of endpoints and base models over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from scriba.resources.entity import Entity
from scriba.resources.versions import Version
from scriba.storage.logs import Logs

from .api import Api, local
from .custom import Custom

AT = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)


@pytest.fixture
def logs(api: Api) -> Logs:
    return Logs(api.store, api.blobs)


@pytest.fixture
def endpoint(custom: Custom) -> Entity:
    return custom.endpoint(properties={"loggingEnabled": True})


def _path(endpoint: Entity | None) -> str:
    return f"/endpoints/{endpoint.id if endpoint else 'base/en-us'}/files/logs"


@pytest.mark.parametrize("base", [False, True])
def test_each_is_listed_fetched_and_deleted(
    api: Api, logs: Logs, endpoint: Entity, base: bool
) -> None:
    of = None if base else endpoint
    path = _path(of)
    stem = logs.write(
        api.resource_id, of.id if of else None, "en-US", AT, b"RIFFdata", {"a": 1}, seconds=2.0
    )
    listed = api.get(path).json()["values"]
    assert [each["name"] for each in listed] == [f"{stem}.json", f"{stem}.wav"]
    audio = listed[1]
    assert audio["kind"] == "Audio"
    assert audio["properties"] == {"size": 8, "duration": "PT2S"}
    assert audio["self"].endswith(f"/files/logs/{stem}.wav")
    assert api.get(audio["self"]).json()["name"] == f"{stem}.wav"
    content = api.http.get(local(audio["links"]["contentUrl"]))
    assert (content.content, content.headers["Content-Type"]) == (b"RIFFdata", "audio/wav")
    assert api.http.get(local(listed[0]["links"]["contentUrl"])).json() == {"a": 1}
    for _ in range(2):
        assert api.ask("DELETE", audio["self"]).status_code == 204
    assert api.get(audio["self"]).status_code == 404
    assert api.http.get(local(audio["links"]["contentUrl"])).status_code == 404
    assert len(api.get(path).json()["values"]) == 1


def test_pages(api: Api, logs: Logs, endpoint: Entity) -> None:
    for n in range(3):
        logs.write(api.resource_id, endpoint.id, "en-US", AT + timedelta(hours=n), b"", {})
    seen = []
    address = f"{_path(endpoint)}?top=4&sasValidityInSeconds=60"
    while address:
        body = api.get(address).json()
        seen += [each["name"] for each in body["values"]]
        address = body.get("@nextLink", "")
        assert not address or "sasValidityInSeconds=60" in address
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("top=0", "InvalidTopForLogs"),
        ("top=x", "InvalidTopForLogs"),
        ("skipToken=2!188!MDAw", "InvalidSkipTokenForLogs"),
        ("sasValidityInSeconds=-1", "InvalidSasValidityDuration"),
    ],
)
def test_queries_that_are_wrong(api: Api, endpoint: Entity, query: str, code: str) -> None:
    answer = api.get(f"{_path(endpoint)}?{query}")
    assert (answer.status_code, answer.json()["innerError"]["code"]) == (400, code)


def test_days_are_deleted(api: Api, logs: Logs, endpoint: Entity) -> None:
    for days in range(2):
        logs.write(api.resource_id, endpoint.id, "en-US", AT + timedelta(days=days), b"", {})
    path = _path(endpoint)
    for wrong in ("2026-13-01", "yesterday", "20260101", "9999-99-99"):
        answer = api.ask("DELETE", f"{path}?endDate={wrong}")
        assert answer.json()["innerError"]["code"] == "InvalidLogDate"
    assert api.ask("DELETE", f"{path}?endDate={AT:%Y-%m-%d}").status_code == 202
    assert len(api.get(path).json()["values"]) == 2
    assert api.ask("DELETE", f"{path}?endDate=9999-12-31").status_code == 202
    assert api.get(path).json()["values"] == []
    assert api.ask("DELETE", path).status_code == 202


def test_what_is_not_there(api: Api, logs: Logs, endpoint: Entity) -> None:
    stem = logs.write(api.resource_id, endpoint.id, "en-US", AT, b"", {})
    other = api.resources.create("other")
    key = {"Ocp-Apim-Subscription-Key": other.key1}
    assert api.get(_path(endpoint), headers=key).status_code == 404
    assert api.get(f"{_path(None)}/{stem}.wav").status_code == 404
    for id in ("..%2F..%2Fsecret", "x", "a" * 200 + ".wav", "%00.wav"):
        assert api.get(f"{_path(endpoint)}/{id}").status_code == 404
    assert api.get("/endpoints/base/xx/files/logs").status_code == 404
    assert api.get(_path(endpoint), Version.V2024_11).status_code == 404
