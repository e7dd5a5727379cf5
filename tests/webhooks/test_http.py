"""Webhooks over HTTP: what is beyond the published schemas, and the process that runs them."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from scriba.jobs.deliveries import Deliveries
from scriba.net.client import Client
from scriba.net.policy import Policy
from scriba.resources.entity import Kind
from scriba.resources.versions import Version
from scriba.server.schemas.webhook import MASK
from scriba.storage import Store

from ..server.api import Api
from ..server.live import Live
from .conftest import HASTY, until
from .receiver import Receiver


@pytest.fixture
def api(store: Store, tmp_path: Path) -> Iterator[Api]:
    """The management API in this process, with a loop that delivers."""
    api = Api(store, tmp_path)
    client = Client(Policy(everything=True))
    loop = Deliveries(store, client, patience=HASTY)
    loop.start()
    with api.http:
        yield api
    loop.close()
    client.close()


def _hook(api: Api, receiver: Receiver, version: Version = Version.V3_2, **changes: Any) -> str:
    body = {
        "displayName": "A hook",
        "webUrl": receiver.address,
        "events": {"transcriptionCreation": True},
        **changes,
    }
    answer = api.ask("POST", "/webhooks", version, json=body)
    assert answer.status_code == 201, answer.text
    address = str(answer.json()["self"])
    until(lambda: api.get(address, version).json()["status"] != "NotStarted")
    return address


def test_deliveries_are_shown_and_replayed(api: Api, receiver: Receiver) -> None:
    version = Version.V2024_11
    hook = _hook(api, receiver, version)
    path = hook.partition("?")[0].rsplit("/speechtotext", 1)[1] + "/deliveries"
    receiver.answer = lambda _: (500, b"no")
    entity = api.created(version)
    until(lambda: api.get(path, version).json()["values"][0]["triesCount"] >= 2)
    newest = api.get(path, version).json()["values"][0]
    assert newest["event"] == "transcriptionCreation"
    assert newest["status"] == "Running"
    assert "nextTryDateTime" in newest
    assert newest["tries"][0]["statusCode"] == 500
    assert "answered 500" in newest["tries"][0]["error"]
    assert newest["tries"][0]["durationMilliseconds"] >= 0
    receiver.answer = Receiver.polite
    until(lambda: api.get(newest["self"], version).json()["status"] == "Succeeded")
    done = api.get(newest["self"], version).json()
    assert done["entity"]["self"] == api.get(f"/transcriptions/{entity.id}", version).json()["self"]
    assert done["tries"][-1]["statusCode"] == 200
    assert "error" not in done["tries"][-1]
    first = receiver.calls[-1]

    answer = api.ask("POST", done["links"]["replay"], version)
    assert answer.status_code == 202
    again = answer.json()
    assert answer.headers["Location"] == again["self"] != done["self"]
    assert again["invocationId"] == done["invocationId"]
    until(lambda: api.get(again["self"], version).json()["status"] == "Succeeded")
    assert receiver.calls[-1] == first

    assert len(api.get(path, version).json()["values"]) == 3
    page = api.get(f"{path}?top=2", version).json()
    assert [each["self"] for each in page["values"]] == [again["self"], done["self"]]
    last = api.get(page["@nextLink"], version).json()
    assert [each["event"] for each in last["values"]] == ["challenge"]
    assert "@nextLink" not in last
    challenge = last["values"][0]
    assert api.ask("POST", challenge["links"]["replay"], version).status_code == 409
    assert api.get(f"{path}?filter=status eq 'x'", version).status_code == 400
    other = "8a043172-65b7-4cf3-a8b5-4449efa5a0f1"
    for missing in (f"{path}/{other}", f"{path}/x", f"/webhooks/{other}/deliveries"):
        assert api.get(missing, version).status_code == 404


def test_deliveries_of_others_are_not_shown(api: Api, receiver: Receiver) -> None:
    hook = _hook(api, receiver)
    delivery = api.get(hook + "/deliveries").json()["values"][0]
    key = api.resources.create("other").key1
    for method, path in (
        ("GET", hook),
        ("GET", hook + "/deliveries"),
        ("GET", delivery["self"]),
        ("POST", delivery["links"]["replay"]),
        ("POST", hook + ":ping"),
        ("POST", hook + ":test"),
        ("PATCH", hook),
    ):
        options: dict[str, Any] = {"json": {"displayName": "mine"}} if method == "PATCH" else {}
        answer = api.ask(method, path, headers={"Ocp-Apim-Subscription-Key": key}, **options)
        assert answer.status_code == 404, (method, path)
    assert api.ask("DELETE", hook, headers={"Ocp-Apim-Subscription-Key": key}).status_code == 204
    assert api.get(hook).status_code == 200


MERGE = {"Content-Type": "application/merge-patch+json"}


def _secret(api: Api, hook: str) -> Any:
    id = hook.rsplit("/", 1)[1]
    return api.entities.get(Kind.WEBHOOK, id).spec["secret"]


@pytest.mark.parametrize(
    ("patch", "merge", "secret"),
    [
        ({"displayName": "x"}, False, "hush"),
        ({"properties": {"secret": "new"}}, False, "new"),
        ({"properties": {"secret": ""}}, False, None),
        ({"properties": {"secret": None}}, True, None),
        ({"properties": {}}, False, None),
        ({"properties": {}}, True, "hush"),
        ({"properties": None}, True, None),
        ({"properties": {"secret": MASK}}, False, "hush"),
    ],
)
def test_a_secret_is_changed_kept_or_removed(
    api: Api, receiver: Receiver, patch: dict[str, Any], merge: bool, secret: str | None
) -> None:
    hook = _hook(api, receiver, properties={"secret": "hush"})
    answer = api.ask("PATCH", hook, json=patch, headers=MERGE if merge else {})
    assert answer.status_code == 200, answer.text
    assert _secret(api, hook) == secret
    assert answer.json()["properties"].get("secret") == (MASK if secret else None)
    assert answer.json()["status"] == "Succeeded"


def test_events_are_merged_or_replaced(api: Api, receiver: Receiver) -> None:
    hook = _hook(api, receiver)
    merged = {"events": {"ping": True}}
    answer = api.ask("PATCH", hook, json=merged, headers=MERGE)
    assert answer.json()["events"] == {"transcriptionCreation": True, "ping": True}
    removed = {"events": {"transcriptionCreation": None}}
    answer = api.ask("PATCH", hook, json=removed, headers=MERGE)
    assert answer.json()["events"] == {"ping": True}
    answer = api.ask("PATCH", hook, json={"events": {"modelDeletion": False}})
    assert answer.json()["events"] == {"modelDeletion": False}


def test_what_was_read_can_be_sent_back(api: Api, receiver: Receiver) -> None:
    hook = _hook(api, receiver, properties={"secret": "hush"}, description="d")
    read = api.get(hook).json()
    calls = len(receiver.calls)
    answer = api.ask("PATCH", hook, json=read)
    assert answer.json() == read
    assert _secret(api, hook) == "hush"
    time.sleep(0.2)
    assert len(receiver.calls) == calls


def test_a_webhook_that_failed_is_challenged_again(api: Api, receiver: Receiver) -> None:
    receiver.answer = lambda _: (200, b"wrong")
    hook = _hook(api, receiver)
    found = api.get(hook).json()
    assert found["status"] == "Failed"
    assert found["properties"]["error"]["code"] == "InvalidCallbackUri"
    receiver.answer = Receiver.polite
    answer = api.ask("PATCH", hook, json={"webUrl": receiver.address})
    assert answer.json()["status"] == "NotStarted"
    assert "error" not in answer.json()["properties"]
    assert answer.headers["Retry-After"] == "1"
    until(lambda: api.get(hook).json()["status"] == "Succeeded")


def _refused(api: Api, hook: str, version: Version, action: str) -> str:
    """Why an action is not taken: nothing is put down to be sent for it."""
    id = hook.partition("?")[0].rsplit("/", 1)[1]

    def sent() -> list[str]:
        # How far each delivery is may change meanwhile; no other may be put down.
        found = api.get(f"/webhooks/{id}/deliveries", version).json()["values"]
        return [each["self"] for each in found]

    before = sent()
    address = api.get(hook, version).json()["links"][action]
    answer = api.ask("POST", address, version)
    assert answer.status_code == 409
    body = answer.json()
    assert (body["code"], body["innerError"]["code"]) == ("Conflict", "InvalidPrerequisite")
    assert sent() == before
    return str(body["message"])


@pytest.mark.parametrize("action", ["ping", "test"])
@pytest.mark.parametrize("version", [Version.V3_0, Version.V2024_11])
def test_a_webhook_that_failed_is_neither_pinged_nor_tested(
    api: Api, receiver: Receiver, version: Version, action: str
) -> None:
    receiver.answer = lambda _: (200, b"wrong")
    hook = _hook(api, receiver, version)
    why = api.get(hook, version).json()["properties"]["error"]["message"].rstrip(".")
    message = _refused(api, hook, version, action)
    assert why in message
    assert "PATCH webUrl" in message


def test_a_webhook_that_failed_replays_nothing(api: Api, receiver: Receiver) -> None:
    hook = _hook(api, receiver)
    api.created()
    until(lambda: receiver.events() == ["TranscriptionCreation"])
    old = api.get(hook + "/deliveries").json()["values"][0]
    receiver.answer = lambda _: (404, b"")
    api.ask("PATCH", hook, json={"webUrl": receiver.address + "?new"})
    until(lambda: api.get(hook).json()["status"] == "Failed")
    count = len(api.get(hook + "/deliveries").json()["values"])
    refused = api.ask("POST", old["links"]["replay"])
    assert refused.status_code == 409
    assert refused.json()["innerError"]["code"] == "InvalidPrerequisite"
    assert "answered 404" in refused.json()["message"]
    assert "PATCH webUrl" in refused.json()["message"]
    assert len(api.get(hook + "/deliveries").json()["values"]) == count
    receiver.answer = Receiver.polite
    api.ask("PATCH", hook, json={"webUrl": receiver.address})
    until(lambda: api.get(hook).json()["status"] == "Succeeded")
    assert api.ask("POST", old["links"]["replay"]).status_code == 202
    until(lambda: receiver.events() == ["TranscriptionCreation"] * 2)


def test_deliveries_that_wait_for_a_challenge_say_no_time(api: Api, receiver: Receiver) -> None:
    receiver.answer = lambda _: (503, b"")
    events = {"transcriptionCreation": True}
    body = {"displayName": "A", "webUrl": receiver.address, "events": events}
    hook = api.ask("POST", "/webhooks", json=body).json()["self"]
    api.created()
    until(lambda: "error" in api.get(hook).json()["properties"])
    shown = {each["event"]: each for each in api.get(hook + "/deliveries").json()["values"]}
    assert shown["transcriptionCreation"]["status"] == "NotStarted"
    assert "nextTryDateTime" not in shown["transcriptionCreation"]
    assert "nextTryDateTime" in shown["challenge"]
    assert int(api.get(hook).headers["Retry-After"]) >= 1


def _stored_url(api: Api, hook: str) -> Any:
    return api.entities.get(Kind.WEBHOOK, hook.rsplit("/", 1)[1]).spec["web_url"]


def test_a_password_in_the_address_is_not_shown(api: Api, receiver: Receiver) -> None:
    url = receiver.address.replace("://", "://someone:p%40ss@")
    masked = receiver.address.replace("://", f"://someone:{MASK}@")
    hook = _hook(api, receiver, webUrl=url)
    read = api.get(hook)
    assert read.json()["webUrl"] == masked
    assert "p%40ss" not in read.text + api.get("/webhooks").text
    assert api.ask("PATCH", hook, json=read.json()).json() == read.json()
    assert _stored_url(api, hook) == url
    moved = api.ask("PATCH", hook, json={"webUrl": masked + "/new"}).json()
    assert (moved["webUrl"], _stored_url(api, hook)) == (masked + "/new", url + "/new")
    until(lambda: api.get(hook).json()["status"] == "Succeeded")
    api.ask("POST", hook + ":ping")
    until(lambda: "Ping" in receiver.events())
    assert receiver.calls[-1].body["webUrl"] == masked + "/new"


@pytest.mark.parametrize(
    "url",
    [
        f"https://someone:{MASK}@elsewhere.example/hook",
        f"http://another:{MASK}@127.0.0.1/hook",
    ],
)
def test_a_password_is_not_taken_to_another_host(api: Api, receiver: Receiver, url: str) -> None:
    mine = receiver.address.replace("://", "://someone:hush@")
    hook = _hook(api, receiver, webUrl=mine)
    answer = api.ask("PATCH", hook, json={"webUrl": url, "displayName": ""})
    assert answer.status_code == 400
    assert "give the password" in answer.json()["message"]
    assert {each["target"] for each in answer.json()["details"]} == {"webUrl", "displayName"}
    assert _stored_url(api, hook) == mine
    fresh = {"displayName": "A", "webUrl": url, "events": {}}
    assert api.ask("POST", "/webhooks", json=fresh).status_code == 400


@pytest.mark.parametrize("body", ["[]", "null", "1", '"x"', "{"])
def test_a_change_is_an_object(api: Api, receiver: Receiver, body: str) -> None:
    hook = _hook(api, receiver)
    headers = {"Content-Type": "application/json"}
    assert api.ask("PATCH", hook, content=body, headers=headers).status_code == 400


@pytest.mark.parametrize("action", ["ping", "test"])
def test_a_webhook_that_was_not_challenged_is_neither_pinged_nor_tested(
    store: Store, tmp_path: Path, action: str
) -> None:
    version = Version.V3_2
    with Api(store, tmp_path) as api:
        body = {"displayName": "A hook", "webUrl": "https://example.com/hook", "events": {}}
        made = api.ask("POST", "/webhooks", version, json=body).json()
        assert "not passed its challenge yet" in _refused(api, made["self"], version, action)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("webUrl eq '{url}'", ["b"]),
        ("webUrl ne '{url}' and status eq 'Succeeded'", ["a"]),
        ("displayName eq 'a' or displayName eq 'b'", ["a", "b"]),
        ("not (displayName eq 'a')", ["b"]),
    ],
)
def test_lists_are_filtered(api: Api, receiver: Receiver, text: str, names: list[str]) -> None:
    _hook(api, receiver, displayName="a")
    url = receiver.address + "?x='y'"
    _hook(api, receiver, displayName="b", webUrl=url)
    shown = text.format(url=url.replace("'", "''"))
    answer = api.http.get(
        api.url("/webhooks", Version.V3_2),
        params={"filter": shown},
        headers={"Ocp-Apim-Subscription-Key": api.key},
    )
    assert [each["displayName"] for each in answer.json()["values"]] == names


def test_kill_9_loses_no_event(base_model: Path, tmp_path: Path, receiver: Receiver) -> None:
    assert base_model.is_dir()
    settings = {"SCRIBA_ALLOW_PRIVATE_ADDRESSES": "127.0.0.0/8"}
    running = Live(tmp_path / "data", **settings)
    headers = {"Ocp-Apim-Subscription-Key": running.key}

    def url(path: str) -> str:
        return f"{running.address}/speechtotext/v3.2{path}"

    hook = requests.post(
        url("/webhooks"),
        json={
            "displayName": "A hook",
            "webUrl": receiver.address,
            "events": {"transcriptionCreation": True, "transcriptionCompletion": True},
            "properties": {"secret": "hush"},
        },
        headers=headers,
        timeout=30,
    ).json()
    id = hook["self"].rsplit("/", 1)[1]

    def get(path: str) -> Any:
        return requests.get(url(path), headers=headers, timeout=30).json()

    until(lambda: get(f"/webhooks/{id}")["status"] == "Succeeded")
    receiver.answer = lambda _: (503, b"")
    wanted = set()
    for _ in range(3):
        made = requests.post(
            url("/transcriptions"),
            json={
                "displayName": "t",
                "locale": "en-US",
                "contentUrls": [f"http://127.0.0.1:{receiver.port}/none.wav"],
            },
            headers=headers,
            timeout=30,
        ).json()
        wanted.add(made["self"].rsplit("/", 1)[1])
    until(lambda: len(receiver.events()) >= 3)
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    assert running.process.stdout is not None
    running.process.stdout.close()

    receiver.calls.clear()
    receiver.answer = Receiver.polite
    running = Live(tmp_path / "data", **settings)
    try:

        def got(event: str) -> set[str]:
            calls = [call for call in list(receiver.calls) if call.event == event]
            assert all(call.signed_with("hush") for call in calls)
            return {call.body["self"].rsplit("/", 1)[1] for call in calls}

        until(lambda: got("TranscriptionCreation") == wanted, 90)
        until(lambda: got("TranscriptionCompletion") == wanted, 90)
        assert get(f"/webhooks/{id}")["status"] == "Succeeded"
    finally:
        assert running.stop() == 0
    log = (tmp_path / "data.log").read_text("utf-8")
    assert "hush" not in log
    assert "validationToken" not in log
