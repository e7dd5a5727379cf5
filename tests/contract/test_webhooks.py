"""Webhooks: every answer against its published schema, and every published request."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scriba.jobs.deliveries import Deliveries
from scriba.net.client import Client
from scriba.net.policy import Policy
from scriba.resources.versions import Version
from scriba.resources.webhook import EVENTS
from scriba.server import webhooks
from scriba.server.schemas.webhook import MASK
from scriba.storage import Store

from ..server.api import HOST, Api
from ..webhooks.conftest import HASTY, until
from ..webhooks.receiver import Receiver
from .swagger import Example, swagger

_PUBLISHED = [each for each in webhooks.OPERATIONS if "deliver" not in each.path]
_EXAMPLES = [
    (version, example)
    for version in Version
    for example in swagger(version).examples()
    if example.path.startswith("/webhooks")
]


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


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers as it should."""
    made = Receiver()
    yield made
    made.stop()


def _new(receiver: Receiver, *events: str, **changes: Any) -> dict[str, Any]:
    return {
        "displayName": "A hook",
        "webUrl": receiver.address,
        "events": dict.fromkeys(events or ("transcriptionCompletion",), True),
        **changes,
    }


def _ended(api: Api, address: str, version: Version) -> dict[str, Any]:
    until(lambda: api.get(address, version).json()["status"] in ("Succeeded", "Failed"))
    found: dict[str, Any] = api.get(address, version).json()
    return found


@pytest.mark.parametrize("version", Version)
def test_the_operations_are_those_of_the_document(version: Version) -> None:
    ours = {(each.method, each.path) for each in _PUBLISHED if version in each.versions}
    published = {pair for pair in swagger(version).operations() if "/webhooks" in pair[1]}
    assert ours == published


@pytest.mark.parametrize("version", Version)
def test_every_answer_is_as_published(api: Api, receiver: Receiver, version: Version) -> None:
    document = swagger(version)
    seen = set()

    def check(method: str, path: str, shown: str, **options: Any) -> Any:
        answer = api.ask(method, shown, version, **options)
        assert answer.status_code < 300, answer.text
        seen.add((method, path))
        return document.check(answer, method, path)

    asked = _new(
        receiver,
        *EVENTS,
        description="d",
        customProperties={"a": "b"},
        properties={"secret": "hush"},
    )
    made = check("POST", "/webhooks", "/webhooks", json=asked)
    address = made["self"]
    assert made["status"] == "NotStarted"
    assert made["webUrl"] == receiver.address
    assert made["events"] == asked["events"]
    assert made["properties"] == {"apiVersion": version.value, "secret": MASK}
    assert made["links"]["ping"].partition("?")[0].endswith(("/ping", ":ping"))
    assert made["links"]["test"].partition("?")[0].endswith(("/test", ":test"))
    assert made["links"]["ping"].partition("?")[2] == address.partition("?")[2]
    assert _ended(api, address, version)["status"] == "Succeeded"
    challenge = receiver.calls[0]
    assert challenge.event == "Challenge"
    assert challenge.signed_with("hush")

    check("GET", "/webhooks/{id}", address)
    check("POST", "/webhooks", "/webhooks", json=_new(receiver))
    assert len(check("GET", "/webhooks", "/webhooks")["values"]) == 2
    page = check("GET", "/webhooks", "/webhooks?top=1")
    assert len(check("GET", "/webhooks", page["@nextLink"])["values"]) == 1
    change = {"displayName": "New", "events": {"ping": True}, "customProperties": {"c": "d"}}
    changed = check("PATCH", "/webhooks/{id}", address, json=change)
    assert (changed["displayName"], changed["events"]) == ("New", {"ping": True})
    assert changed["status"] == "Succeeded"
    assert changed["properties"]["secret"] == MASK

    def path(action: str) -> str:
        return f"/webhooks/{{id}}{'/' if version is Version.V3_0 else ':'}{action}"

    receiver.calls.clear()
    check("POST", path("ping"), made["links"]["ping"])
    until(lambda: "Ping" in receiver.events())
    ping = next(call for call in receiver.calls if call.event == "Ping")
    assert ping.signed_with("hush")
    document.validate(ping.body, {"$ref": "#/definitions/WebHook"})
    assert ping.body == api.get(address, version).json()

    assert api.ask("POST", made["links"]["test"], version).status_code == 204
    api.ask("PATCH", address, version, json={"events": {"transcriptionCompletion": True}})
    entity = api.created(version)
    api.finish(entity)
    until(lambda: "TranscriptionCompletion" in receiver.events())
    receiver.calls.clear()
    check("POST", path("test"), made["links"]["test"])
    until(lambda: receiver.calls)
    told = receiver.calls[0].body
    assert set(told) == {"self", "invocationId"}
    assert told["self"] == api.get(f"/transcriptions/{entity.id}", version).json()["self"]

    check("DELETE", "/webhooks/{id}", address)
    check("DELETE", "/webhooks/{id}", address)
    assert api.get(address, version).status_code == 404
    assert seen == {(each.method, each.path) for each in _PUBLISHED if version in each.versions}


@pytest.mark.parametrize("version", Version)
def test_errors_are_as_published(api: Api, receiver: Receiver, version: Version) -> None:
    document = swagger(version)
    made = api.ask("POST", "/webhooks", version, json=_new(receiver)).json()
    id = "8a043172-65b7-4cf3-a8b5-4449efa5a0f1"
    good = _new(receiver)
    cases: list[tuple[str, str, str, Any, str | None]] = [
        ("POST", "/webhooks", "/webhooks", {}, None),
        ("POST", "/webhooks", "/webhooks", [], None),
        ("POST", "/webhooks", "/webhooks", good | {"displayName": ""}, "InvalidPayload"),
        ("POST", "/webhooks", "/webhooks", good | {"webUrl": "nowhere"}, "InvalidCallbackUri"),
        ("POST", "/webhooks", "/webhooks", good | {"webUrl": "ftp://h/"}, "InvalidCallbackUri"),
        ("POST", "/webhooks", "/webhooks", good | {"events": None}, "InvalidPayload"),
        (
            "POST",
            "/webhooks",
            "/webhooks",
            good | {"events": {"x": True}},
            "InvalidWebHookEventKind",
        ),
        ("POST", "/webhooks", "/webhooks", good | {"events": {"ping": "yes"}}, "InvalidPayload"),
        ("POST", "/webhooks", "/webhooks", good | {"properties": {"secret": 1}}, "InvalidPayload"),
        ("PATCH", "/webhooks/{id}", made["self"], {"webUrl": None}, "UnsupportedDelta"),
        ("PATCH", "/webhooks/{id}", made["self"], {"status": "Failed"}, "UnsupportedDelta"),
        ("PATCH", "/webhooks/{id}", made["self"], {"webUrl": "x"}, "InvalidCallbackUri"),
        ("GET", "/webhooks/{id}", f"/webhooks/{id}", None, None),
        ("PATCH", "/webhooks/{id}", f"/webhooks/{id}", {}, None),
        ("GET", "/webhooks", "/webhooks?top=0", None, "UnsupportedPagination"),
        ("GET", "/webhooks", "/webhooks?filter=locale eq 'x'", None, "UnsupportedFilter"),
    ]
    for method, path, shown, body, inner in cases:
        options = {} if body is None else {"json": body}
        answer = api.ask(method, shown, version, **options)
        assert 400 <= answer.status_code < 500, f"{method} {shown} {body}: {answer.text}"
        found = document.check(answer, method, path)
        if inner is not None:
            assert found["innerError"]["code"] == inner, found


@pytest.mark.parametrize(
    ("version", "example"), _EXAMPLES, ids=[f"{version} {each}" for version, each in _EXAMPLES]
)
def test_every_published_request_is_accepted(
    api: Api, receiver: Receiver, version: Version, example: Example
) -> None:
    made = api.ask("POST", "/webhooks", version, json=_new(receiver)).json()
    assert _ended(api, made["self"], version)["status"] == "Succeeded"
    id = made["self"].partition("?")[0].rsplit("/", 1)[1]
    query = "&".join(
        f"{name}={value}" for name, value in example.of("query").items() if name != "api-version"
    )
    body = next(iter(example.of("body").values()), None)
    options = {} if body is None else {"json": body}
    path = example.path.replace("{id}", id)
    answer = api.ask(example.method, f"{path}?{query}" if query else path, version, **options)
    assert answer.status_code in example.statuses, answer.text
    swagger(version).check(answer, example.method, example.path)
    if body is not None:
        assert body["properties"]["secret"] not in answer.text


def test_there_are_examples() -> None:
    assert {"create_web_hook", "update_web_hook", "ping_web_hook", "test_web_hook"} <= {
        example.name for _, example in _EXAMPLES
    }


def test_the_links_of_a_version_are_followed_by_an_older_client_as_well(
    api: Api, receiver: Receiver
) -> None:
    made = api.ask("POST", "/webhooks", Version.V3_1, json=_new(receiver)).json()
    id = made["self"].rsplit("/", 1)[1]
    newer = api.get(f"/webhooks/{id}", Version.V2024_11).json()
    assert newer["self"] == f"{HOST}/speechtotext/webhooks/{id}?api-version=2024-11-15"
    assert newer["properties"]["apiVersion"] == "v3.1"
    refused = api.get(f"/webhooks/{id}", Version.V3_0)
    assert refused.status_code == 400
    assert "v3.1" in refused.json()["message"]
    assert api.get("/webhooks", Version.V3_0).json()["values"] == []
    assert len(api.get("/webhooks", Version.V2024_11).json()["values"]) == 1
