"""Copies of models: between resources of one service, and to another Scriba host."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import httpx
import pytest

from scriba.errors import StorageError, Unreachable
from scriba.jobs.entity_work import Refused, Watch
from scriba.jobs.model_copy import Copies
from scriba.jobs.patience import Patience
from scriba.net.answer import Answer
from scriba.resources.base_model import base_model_id
from scriba.resources.entity import Entity, Kind, Problem, Status, new_id, now
from scriba.resources.file import FileKind
from scriba.resources.limits import Limits
from scriba.resources.model import ModelSpec
from scriba.resources.resource import CreatedResource
from scriba.resources.versions import Version
from scriba.server import model_copy
from scriba.server.model_receive import HEADER, PATH
from scriba.speech.catalogue import BASE
from scriba.storage import entities as storage_entities
from scriba.storage import open_store
from scriba.storage.tables import entities

from .api import HOST, Api, local
from .custom import OPERATIONS, Custom


@pytest.fixture
def target(api: Api) -> CreatedResource:
    return api.resources.create("target", "westus")


@pytest.fixture
def model(api: Api, custom: Custom) -> Entity:
    made = custom.model(displayName="Mine", description="d")
    for name in ("model.json", "words.json"):
        api.add_file(made, name, name.encode(), FileKind.MODEL_BUNDLE)
    return made


def _key(resource: CreatedResource) -> dict[str, str]:
    return {"Ocp-Apim-Subscription-Key": resource.key1}


def _authorization(
    api: Api, headers: dict[str, str], source: str = "/any/accounts/API"
) -> dict[str, Any]:
    body = {"sourceResourceId": source}
    answer = api.ask("POST", "/models:authorizecopy", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _copy(api: Api, model: Entity, body: dict[str, Any]) -> httpx.Response:
    return api.ask("POST", f"/models/{model.id}:copy", json=body)


@pytest.mark.parametrize(
    ("version", "path"), [(Version.V3_0, "/copyto"), (Version.V3_1, ":copyto")]
)
def test_with_the_key_of_the_target(
    api: Api, custom: Custom, target: CreatedResource, version: Version, path: str
) -> None:
    model = custom.model(version)
    body = {"targetSubscriptionKey": target.key2}
    answer = api.ask("POST", f"/models/{model.id}{path}", version, json=body)
    assert answer.status_code == 201, answer.text
    id = answer.headers["Location"][-36:]
    made = api.jobs.submitted[-1]
    assert (made.id, made.resource_id, made.status) == (id, target.id, Status.NOT_STARTED)
    spec = ModelSpec.from_json(made.spec)
    assert spec.copied_from is not None
    assert (spec.copied_from.model_id, spec.copied_from.resource_id) == (model.id, api.resource_id)
    assert (spec.base, spec.datasets) == (base_model_id(BASE, "en-US"), ())
    assert api.get(f"/models/{id}", version).status_code == 404
    assert api.get(f"/models/{id}", version, headers=_key(target)).status_code == 200


def test_with_a_wrong_key(api: Api, custom: Custom) -> None:
    model = custom.model(Version.V3_1)
    for body, code in (
        ({"targetSubscriptionKey": "wrong"}, "InvalidSubscription"),
        ({}, "InvalidPayload"),
    ):
        answer = api.ask("POST", f"/models/{model.id}:copyto", Version.V3_1, json=body)
        assert (answer.status_code, answer.json()["innerError"]["code"]) == (400, code)


def test_with_an_authorization(
    api: Api, custom: Custom, model: Entity, target: CreatedResource
) -> None:
    given = _authorization(api, _key(target))
    assert given["targetResourceRegion"] == "westus"
    assert given["targetResourceEndpoint"] == f"{HOST}/speechtotext/v3.2/models"
    assert given["targetResourceId"].endswith("/target")
    answer = _copy(api, model, given)
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert answer.headers["Operation-Location"] == body["self"]
    assert f"/v3.2/operations/models/copy/{body['id']}" in body["self"]
    assert body["status"] == "NotStarted"
    made = api.jobs.submitted[-1]
    assert (made.resource_id, made.display_name) == (target.id, "Mine")
    assert "Retry-After" in api.get(body["self"]).headers
    custom.end(made)
    done = api.get(body["self"])
    assert done.json()["status"] == "Succeeded"
    assert done.json()["result"]["link"] == f"{HOST}/speechtotext/v3.2/models/{made.id}"
    assert "Retry-After" not in done.headers
    assert api.get(body["self"], headers=_key(target)).status_code == 404
    # To ask for the same again, as after an answer that was lost, leads to the same copy.
    again = _copy(api, model, given)
    assert api.get(again.json()["self"]).json()["result"] == done.json()["result"]
    assert api.entities.count(Kind.MODEL, target.id) == 1
    refused = _copy(api, custom.model(), given)
    assert refused.status_code == 409
    assert f"used to copy the model {model.id}" in refused.json()["message"]
    api.ask("DELETE", f"/models/{made.id}", headers=_key(target))
    refused = _copy(api, model, given)
    assert (refused.status_code, "was deleted" in refused.json()["message"]) == (409, True)
    assert api.get(body["self"]).json()["error"]["code"] == "NotFound"


def test_a_copy_that_failed(
    api: Api, custom: Custom, model: Entity, target: CreatedResource
) -> None:
    body = _copy(api, model, _authorization(api, _key(target))).json()
    custom.end(api.jobs.submitted[-1], Problem("InvalidModel", "It is damaged."))
    told = api.get(body["self"]).json()
    assert (told["status"], told["error"]["message"]) == ("Failed", "It is damaged.")


def test_a_copy_that_failed_is_begun_again(
    api: Api, custom: Custom, model: Entity, target: CreatedResource
) -> None:
    given = _authorization(api, _key(target))
    assert _copy(api, model, given).status_code == 202
    made = api.jobs.submitted[-1]
    custom.end(made, Problem("InternalCommunicationFailed", "The line was cut."))
    refused = _copy(api, custom.model(), given)
    assert (refused.status_code, model.id in refused.json()["message"]) == (409, True)
    answer = _copy(api, model, given)
    assert answer.status_code == 202, answer.text
    found = custom.stored(Kind.MODEL, made.id)
    assert (found.status, found.error, found.result) == (Status.NOT_STARTED, None, {})
    assert api.jobs.submitted[-1].id == made.id
    custom.end(found)
    assert api.get(answer.json()["self"]).json()["status"] == "Succeeded"


def test_authorizations_that_do_not_count(
    api: Api, custom: Custom, model: Entity, target: CreatedResource
) -> None:
    good = _authorization(api, _key(target))
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"expirationDateTime": "2020-01-01T00:00:00Z"}, 400, "ModelCopyAuthorizationExpired"),
        ({"expirationDateTime": "soon"}, 400, "InvalidPayload"),
        ({"sourceResourceId": "/accounts/other"}, 400, "InvalidSourceAzureResourceId"),
        ({"targetResourceEndpoint": "ftp://x"}, 400, "InvalidPayload"),
        ({"id": None}, 400, "InvalidPayload"),
    ]
    for change, status, code in cases:
        answer = _copy(api, model, {**good, **change})
        assert (answer.status_code, answer.json()["innerError"]["code"]) == (status, code)
    # What the client says of the source is not enough: the target said for whom it is.
    other = _authorization(api, _key(target), source="/accounts/other")
    answer = _copy(api, model, {**other, "sourceResourceId": "/accounts/api"})
    assert answer.status_code == 403
    with api.store.write() as connection:
        at = now() - timedelta(seconds=1)
        connection.execute(entities.update().where(entities.c.id == good["id"]).values(expires=at))
    answer = _copy(api, model, good)
    assert answer.json()["innerError"]["code"] == "ModelCopyAuthorizationExpired"
    answer = _copy(api, custom.model(ended=False), good)
    assert answer.status_code == 409


def test_the_target_has_to_have_room(api: Api, model: Entity, target: CreatedResource) -> None:
    given = _authorization(api, _key(target))
    api.resources.update("target", limits=Limits(stored_bytes=0))
    assert _copy(api, model, given).status_code == 429
    api.resources.update("target", limits=None)
    assert _copy(api, model, given).status_code == 202


def test_older_versions_have_no_operations(api: Api) -> None:
    assert api.ask("POST", "/models:authorizecopy", Version.V3_1, json={}).status_code == 404
    path = f"/operations/models/copy/{new_id()}"
    assert api.get(path, Version.V3_1).status_code == 404
    assert api.get(path).status_code == 404


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Api]:
    """Another host, with a database and a storage of its own."""
    store = open_store(tmp_path / "other")
    with Api(store, tmp_path / "elsewhere", name="there", operations=OPERATIONS) as api:
        yield api
    store.close()


class Between:
    """The network between two hosts in one process."""

    def __init__(self, to: Api) -> None:
        self.to = to
        self.asked: list[str] = []
        self.broken = 0

    def request(self, method: str, url: str, **options: Any) -> Answer:
        """Hand a request on."""
        self.asked.append(f"{method} {url}")
        if self.broken:
            self.broken -= 1
            raise Unreachable("the line is down", temporary=True)
        answer = self.to.http.request(
            method, local(url), headers=options["headers"], content=options["content"]
        )
        if method == "POST" and answer.json().get("status") == "NotStarted":
            Custom(self.to).end(self.to.jobs.submitted[-1], *self.ending)
        return Answer(answer.status_code, {}, answer.content)

    ending: tuple[Problem, ...] = ()


def _work(api: Api, network: Between, entity: Entity, tmp_path: Path) -> dict[str, Any]:
    steady = Patience(Event(), tmp_path)
    watch = Watch(api.entities, entity, steady)
    return Copies(network, steady, poll_seconds=0.01)(entity, tmp_path, watch)


def test_to_another_host(api: Api, model: Entity, other: Api, tmp_path: Path) -> None:
    given = _authorization(other, {})
    answer = _copy(api, model, given)
    assert answer.status_code == 202
    operation = api.jobs.submitted[-1]
    assert (operation.kind, operation.status) == (Kind.COPY, Status.NOT_STARTED)
    network = Between(other)
    network.broken = 1
    result = _work(api, network, operation, tmp_path)
    assert network.asked[-1] == f"GET {HOST}{PATH}"
    made = other.jobs.submitted[-1]
    assert result == {"link": f"{HOST}/speechtotext/v3.2/models/{made.id}"}
    assert (made.display_name, made.description, made.locale) == ("Mine", "d", "en-US")
    spec = ModelSpec.from_json(made.spec)
    assert spec.copied_from is not None
    assert spec.copied_from.resource_id is None
    contents = {
        each["name"]: api.http.get(local(each["url"])).content for each in spec.copied_from.files
    }
    assert contents == {"model.json": b"model.json", "words.json": b"words.json"}
    api.entities.advance(operation.id, Status.RUNNING, was=(Status.NOT_STARTED,))
    api.entities.advance(operation.id, Status.SUCCEEDED, was=(Status.RUNNING,), result=result)
    told = api.get(answer.json()["self"]).json()
    assert told["result"] == result
    # A job that is begun again finds what it made.
    assert _work(api, network, operation, tmp_path) == result
    assert other.entities.count(Kind.MODEL, other.resource_id) == 1


def test_another_host_that_fails(api: Api, model: Entity, other: Api, tmp_path: Path) -> None:
    _copy(api, model, _authorization(other, {}))
    network = Between(other)
    network.ending = (Problem("InvalidModel", "It is damaged."),)
    with pytest.raises(Refused, match="It is damaged"):
        _work(api, network, api.jobs.submitted[-1], tmp_path)


def test_another_host_that_knows_nothing(
    api: Api, model: Entity, other: Api, tmp_path: Path
) -> None:
    given = _authorization(other, {})
    for change, told in (
        ({"id": new_id()}, "holds no authorization"),
        ({"targetResourceEndpoint": f"{HOST}/elsewhere"}, "has no /speechtotext"),
    ):
        _copy(api, model, {**given, **change})
        with pytest.raises(Refused, match=told):
            _work(api, Between(other), api.jobs.submitted[-1], tmp_path)


def _offer(other: Api, id: str, **change: Any) -> httpx.Response:
    body = {
        "displayName": "n",
        "locale": "en-US",
        "base": "base",
        "model": new_id(),
        "files": [{"name": "model.json", "url": "https://example.com/model.json"}],
        **change,
    }
    return other.http.post(PATH, headers={HEADER: id}, json=body)


def test_offers_that_are_wrong(other: Api) -> None:
    id = _authorization(other, {})["id"]
    assert other.http.get(PATH, headers={HEADER: id}).status_code == 404
    for wrong in ("", "x", new_id()):
        assert _offer(other, wrong).status_code == 401
        assert other.http.get(PATH, headers={HEADER: wrong}).status_code == 401
    changes: list[dict[str, Any]] = [
        {"base": "unknown"},
        {"locale": "xx"},
        {"files": []},
        {"files": [{"name": "a", "url": "file:///etc/passwd"}]},
        {"files": [{"name": "a"}] * 17},
        {"weight": 0},
        {"displayName": ""},
    ]
    for change in changes:
        assert _offer(other, id, **change).status_code == 400, change
    assert other.http.post(PATH, headers={HEADER: id}, content=b"[").status_code == 400
    assert other.entities.count(Kind.MODEL, other.resource_id) == 0
    model = new_id()
    first = _offer(other, id, model=model)
    second = _offer(other, id, model=model, displayName="again")
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert other.entities.count(Kind.MODEL, other.resource_id) == 1


def test_an_offer_again_after_a_transfer_that_broke(other: Api) -> None:
    id, model = _authorization(other, {})["id"], new_id()
    assert _offer(other, id, model=model).status_code == 201
    made = other.jobs.submitted[-1]
    Custom(other).end(made, Problem("InternalCommunicationFailed", "The line was cut."))
    refused = _offer(other, id)
    assert (refused.status_code, model in refused.json()["message"]) == (409, True)
    link = {"name": "model.json", "url": "https://example.com/model.json?fresh"}
    again = _offer(other, id, model=model, files=[link])
    assert (again.status_code, again.json()["status"]) == (201, "NotStarted")
    found = other.entities.get(Kind.MODEL, made.id)
    copied = ModelSpec.from_json(found.spec).copied_from
    assert copied is not None
    assert copied.files == (link,)
    assert other.jobs.submitted[-1].id == made.id
    Custom(other).end(found)
    for _ in range(2):
        assert _offer(other, id, model=model).json()["status"] == "Succeeded"
    assert other.entities.count(Kind.MODEL, other.resource_id) == 1


def test_offers_at_the_same_time_make_one_model(
    other: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, model = _authorization(other, {})["id"], new_id()
    both = Barrier(2, timeout=30)

    def room(*_: Any) -> None:
        # Between finding nothing and making it.
        both.wait()

    monkeypatch.setattr(model_copy, "check_room", room)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(_offer, other, id, model=model) for _ in range(2)]
        answers = [each.result(60) for each in asked]
    assert [each.status_code for each in answers] == [201, 201], answers[0].text
    assert answers[0].json() == answers[1].json()
    assert other.entities.count(Kind.MODEL, other.resource_id) == 1
    assert len(other.jobs.submitted) == 1


def test_an_offer_that_cannot_be_kept_leaves_the_authorization(
    other: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = _authorization(other, {})["id"]

    def fail(*_: Any) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(storage_entities, "_insert", fail)
        assert _offer(other, id).status_code == 503
    assert other.entities.get(Kind.AUTHORIZATION, id).status is Status.NOT_STARTED
    assert _offer(other, id).status_code == 201
