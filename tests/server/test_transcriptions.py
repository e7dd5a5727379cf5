"""Transcriptions over HTTP: made, listed, read, changed, deleted."""

from datetime import timedelta
from typing import Any

import pytest

from scriba.errors import BlobError
from scriba.resources.base_model import base_model_id
from scriba.resources.entity import Problem, Status, now
from scriba.resources.transcription import TranscriptionSpec
from scriba.resources.versions import Version
from scriba.server.transcriptions import seconds_left
from scriba.speech.catalogue import BASE
from scriba.storage import Input, Store

from .api import HOST, Api, local

OLD = [version for version in Version if version.in_path]
NEW = [version for version in Version if not version.in_path]


@pytest.mark.parametrize("version", Version)
def test_the_least(api: Api, version: Version) -> None:
    answer = api.create(version)
    body = answer.json()
    entity = api.jobs.submitted[0]
    assert answer.status_code == 201
    assert answer.headers["Location"] == body["self"]
    assert int(answer.headers["Retry-After"]) >= 1
    assert local(body["self"]).endswith(
        f"/transcriptions/{entity.id}" + ("" if version.in_path else f"?api-version={version}")
    )
    assert body["status"] == "NotStarted"
    assert body["properties"]["channels"] == [0, 1]
    assert body["properties"]["punctuationMode"] == "DictatedAndAutomatic"
    assert body["properties"]["profanityFilterMode"] == "Masked"
    assert body["model"]["self"].split("?")[0].endswith(f"/base/{base_model_id(BASE, 'en-US')}")
    assert body["createdDateTime"] == body["lastActionDateTime"]
    assert "contentUrls" not in body
    assert "error" not in body["properties"]
    assert api.get(body["self"]).json() == body
    assert api.get(body["links"]["files"]).json() == {"values": []}
    spec = TranscriptionSpec.from_json(entity.spec)
    assert spec.content_urls == ("https://example.com/a.wav",)
    assert spec.model is None
    assert entity.host == HOST
    assert entity.resource_id == api.resource_id
    assert api.entity(entity.id) == entity


def test_one_resource_sees_nothing_of_another(store: Store, api: Api) -> None:
    entity = api.created()
    api.finish(entity)
    file = api.add_file(entity, "report.json")
    one = f"/transcriptions/{entity.id}"
    with Api(store, api.settings.data_dir, name="stranger") as stranger:
        assert stranger.get("/transcriptions").json() == {"values": []}
        for path in (one, f"{one}/files", f"{one}/files/{file.id}"):
            assert stranger.get(path).status_code == 404
        assert stranger.ask("PATCH", one, json={"displayName": "x"}).status_code == 404
        # As for one that never was.
        assert stranger.ask("DELETE", one).status_code == 204
    assert api.get(one).status_code == 200


def test_ids_that_are_none(api: Api) -> None:
    for id in ("x", "..", "%00", "locales2", "a" * 500):
        assert api.get(f"/transcriptions/{id}").status_code == 404


@pytest.mark.parametrize(("made", "asked"), [(a, b) for a in Version for b in Version])
def test_older_versions_cannot_read_what_newer_ones_made(
    api: Api, made: Version, asked: Version
) -> None:
    entity = api.created(made)
    answer = api.get(f"/transcriptions/{entity.id}", asked)
    listed = api.get("/transcriptions", asked).json()["values"]
    if asked >= made:
        assert answer.status_code == 200
        assert len(listed) == 1
        return
    assert answer.status_code == 400
    assert f"made with {made}" in answer.json()["message"]
    assert listed == []


def test_an_older_transcription_in_the_words_of_a_newer_version(api: Api) -> None:
    properties = {
        "diarizationEnabled": True,
        "diarization": {"speakers": {"minCount": 2, "maxCount": 5}},
        "timeToLive": "PT90M",
        "languageIdentification": {"candidateLocales": ["en-US", "de-DE"]},
    }
    entity = api.created(Version.V3_1, properties=properties)
    api.finish(entity, seconds=61.5)
    old = api.get(f"/transcriptions/{entity.id}", Version.V3_1).json()["properties"]
    assert old["diarization"] == properties["diarization"]
    assert old["duration"] == "PT1M1.5S"
    assert "mode" not in old["languageIdentification"]
    new = api.get(f"/transcriptions/{entity.id}", Version.V2024_11).json()["properties"]
    assert new["diarization"] == {"enabled": True, "maxSpeakers": 5}
    assert new["timeToLiveHours"] == 2
    assert new["durationMilliseconds"] == 61_500
    assert new["languageIdentification"]["mode"] == "Continuous"
    assert not {"diarizationEnabled", "duration", "timeToLive"} & set(new)


def test_secrets_are_not_shown(api: Api) -> None:
    answer = api.create(
        contentUrls=["https://e.com/a.wav?sig=SECRET"],
        properties={"destinationContainerUrl": "https://e.com/c?sv=1&sig=SECRET"},
    )
    assert "SECRET" not in answer.text
    assert "sv=1" in answer.json()["properties"]["destinationContainerUrl"]


def test_the_end(api: Api) -> None:
    good, bad = api.created(), api.created()
    api.finish(good, seconds=42)
    api.finish(bad, error=Problem("InvalidRecordingsUri", "The recordings URI is invalid."))
    answer = api.get(f"/transcriptions/{good.id}")
    assert answer.json()["properties"]["duration"] == "PT42S"
    assert "Retry-After" not in answer.headers
    error = api.get(f"/transcriptions/{bad.id}").json()["properties"]["error"]
    assert error == {"code": "InvalidRecordingsUri", "message": "The recordings URI is invalid."}
    failed = api.get("/transcriptions?filter=status eq 'Failed'").json()["values"]
    assert [each["self"].rpartition("/")[2] for each in failed] == [bad.id]


def test_retry_after_follows_the_work_left(api: Api) -> None:
    entity = api.created()
    api.inputs.add(entity.id, [Input(n, f"https://e.com/{n}", f"{n}") for n in range(10)])
    assert seconds_left(api.inputs, entity, now()) == 1
    api.entities.advance(entity.id, Status.RUNNING, was=[Status.NOT_STARTED])
    running = api.entity(entity.id)
    at = running.last_action + timedelta(seconds=8)
    assert seconds_left(api.inputs, running, at) == 2
    assert seconds_left(api.inputs, running, at + timedelta(hours=1)) == 60
    for n in range(4):
        api.inputs.finish(entity.id, n)
    assert seconds_left(api.inputs, running, at) == 12
    assert seconds_left(api.inputs, running, at + timedelta(hours=1)) == 60
    for n in range(4, 10):
        api.inputs.finish(entity.id, n)
    assert seconds_left(api.inputs, running, at) == 1
    assert "Retry-After" in api.get(f"/transcriptions/{entity.id}").headers


def test_deleting(api: Api) -> None:
    entity = api.created()
    one = f"/transcriptions/{entity.id}"
    for status in (Status.NOT_STARTED, Status.RUNNING):
        if status is Status.RUNNING:
            api.entities.advance(entity.id, status, was=[Status.NOT_STARTED])
        answer = api.ask("DELETE", one)
        assert answer.status_code == 409
        body = answer.json()
        assert (body["code"], body["innerError"]["code"]) == ("Conflict", "DeleteNotAllowed")
        assert status in body["message"]
        assert int(answer.headers["Retry-After"]) >= 1
    api.finish(entity)
    file = api.add_file(entity, "report.json")
    folder = api.settings.data_dir / "files" / api.resource_id / entity.id
    assert (folder / file.id).exists()
    assert api.ask("DELETE", one).status_code == 204
    assert not folder.exists()
    assert api.get(one).status_code == 404
    assert api.ask("DELETE", one).status_code == 204


def test_deleting_while_the_storage_fails(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is forgotten while its files are still there."""
    entity = api.created()
    one = f"/transcriptions/{entity.id}"
    asked: list[str] = []

    def failing(_: object, prefix: str) -> None:
        asked.append(prefix)
        raise BlobError("https://example.com/c?sig=SECRET did not answer")

    with monkeypatch.context() as patch:
        patch.setattr(type(api.blobs(api.resource_id)), "delete_prefix", failing)
        assert api.ask("DELETE", one).status_code == 409
        assert asked == []
        api.finish(entity)
        file = api.add_file(entity, "report.json")
        answer = api.ask("DELETE", one)
        assert asked == [f"{api.resource_id}/{entity.id}"]
    assert answer.status_code == 503
    body = answer.json()
    assert (body["code"], body["innerError"]["code"]) == (
        "ServiceUnavailable",
        "InaccessibleCustomerStorage",
    )
    assert "did not answer" in body["message"]
    assert "SECRET" not in answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    assert [each.id for each in api.files.list(entity.id)] == [file.id]
    assert api.ask("DELETE", one).status_code == 204
    assert not (api.settings.data_dir / "files" / api.resource_id / entity.id).exists()
    assert api.get(one).status_code == 404


def test_one_that_is_started_again_while_it_is_deleted_stays(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    entity = api.created()
    api.finish(entity)

    def again(*_: object) -> None:
        ended = (Status.SUCCEEDED,)
        assert api.entities.advance(entity.id, Status.NOT_STARTED, was=ended)

    monkeypatch.setattr(type(api.blobs(api.resource_id)), "delete_prefix", again)
    answer = api.ask("DELETE", f"/transcriptions/{entity.id}")
    assert answer.status_code == 409
    assert "NotStarted" in answer.json()["message"]
    assert api.get(f"/transcriptions/{entity.id}").status_code == 200


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("json", {"displayName": "New"}, ("New", "old", {"a": "1", "b": "2"})),
        ("json", {"description": None}, ("A test", None, {"a": "1", "b": "2"})),
        ("json", {"customProperties": {"c": "3"}}, ("A test", "old", {"c": "3"})),
        ("json", {"customProperties": None}, ("A test", "old", {})),
        ("json", {}, ("A test", "old", {"a": "1", "b": "2"})),
        ("json", {"bogus": 1, "status": "NotStarted"}, ("A test", "old", {"a": "1", "b": "2"})),
        (
            "merge-patch+json",
            {"customProperties": {"a": None, "c": "3"}},
            ("A test", "old", {"b": "2", "c": "3"}),
        ),
        ("merge-patch+json", {"customProperties": None}, ("A test", "old", {})),
    ],
)
def test_changing(
    api: Api, kind: str, body: dict[str, Any], expected: tuple[str, str | None, dict[str, str]]
) -> None:
    entity = api.created(description="old", customProperties={"a": "1", "b": "2"})
    headers = {"Content-Type": f"application/{kind}"}
    answer = api.ask("PATCH", f"/transcriptions/{entity.id}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (
        shown["displayName"],
        shown.get("description"),
        shown.get("customProperties", {}),
    ) == expected
    assert api.get(f"/transcriptions/{entity.id}").json() == shown


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"displayName": None}, "UnsupportedDelta"),
        ({"displayName": ""}, "InvalidPayload"),
        ({"locale": "de-DE"}, "UnsupportedDelta"),
        ({"properties": {"channels": [0]}}, "UnsupportedDelta"),
        ({"customProperties": {"a": 1}}, "InvalidPayload"),
        ({"customProperties": {str(n): "" for n in range(11)}}, "InvalidPayload"),
        ({"project": {"self": "https://e.com/projects/1"}}, "InvalidProject"),
        ([], "InvalidRequestBodyFormat"),
    ],
)
def test_what_cannot_change(api: Api, body: Any, code: str) -> None:
    entity = api.created()
    answer = api.ask("PATCH", f"/transcriptions/{entity.id}", json=body)
    assert answer.status_code == 400
    assert answer.json()["innerError"]["code"] == code


def test_a_client_may_send_back_what_it_read(api: Api) -> None:
    entity = api.created(customProperties={"a": "1"})
    read = api.get(f"/transcriptions/{entity.id}").json()
    answer = api.ask("PATCH", f"/transcriptions/{entity.id}", json={**read, "displayName": "New"})
    assert answer.status_code == 200
    assert answer.json() == {**read, "displayName": "New"}


def test_a_resource_that_was_deleted_meanwhile(api: Api) -> None:
    issue = f"{HOST}/sts/v1.0/issueToken?scope=speechservicesmanagement"
    token = api.http.post(issue, headers={"Ocp-Apim-Subscription-Key": api.key}).text
    api.resources.delete("api")
    answer = api.http.post(
        f"{HOST}/speechtotext/v3.2/transcriptions",
        json={"displayName": "x", "locale": "en-US", "contentUrls": ["https://e.com/a"]},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 401


def test_a_change_of_what_cannot_be_done_is_not_passed_over(api: Api) -> None:
    entity = api.created()
    path = f"/transcriptions/{entity.id}"
    answer = api.ask("PATCH", path, json={"contentUrls": ["https://e.com/b"], "displayName": "x"})
    assert answer.status_code == 400
    assert answer.json()["target"] == "contentUrls"
    answer = api.ask("PATCH", path, json={"displayNam": "x", "description": "y", "nothing": None})
    assert answer.status_code == 200
    assert answer.headers["X-Scriba-Note"].endswith("not part of the API: displayNam")
    assert answer.json()["description"] == "y"
