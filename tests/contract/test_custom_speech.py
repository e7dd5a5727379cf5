"""Custom speech against the published documents: every answer, and every published request."""

import base64
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from scriba.evaluation.score import Score, compare
from scriba.resources.entity import Entity, Kind, Problem, Status
from scriba.resources.file import FileKind
from scriba.resources.versions import PLURALS, Version
from scriba.server import custom_speech
from scriba.server.operation import Operation
from scriba.server.schemas.shapes import SHAPES
from scriba.storage.logs import Logs

from ..server.api import HOST, Api, minimal
from ..server.custom import Custom, base, reference
from .swagger import Example, Swagger, swagger

_BEYOND = {"Endpoints_Suspend", "Endpoints_Resume"}
OPERATIONS: list[Operation] = [
    each for each in custom_speech.OPERATIONS if each.name not in _BEYOND
]
_EXAMPLES = [
    (version, example)
    for version in Version
    for example in swagger(version).examples()
    if any(
        (example.method, example.path) == (each.method, each.path) and version in each.versions
        for each in OPERATIONS
    )
]
_GROUPS = ("/datasets", "/models", "/evaluations", "/endpoints", "/projects", "/operations")
_AT = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize("version", Version)
def test_the_operations_are_those_of_the_document(version: Version) -> None:
    ours = {(each.method, each.path) for each in OPERATIONS if version in each.versions}
    published = {
        (method, path)
        for method, path in swagger(version).operations()
        if path.startswith(_GROUPS) and not path.startswith("/models/base")
    }
    assert ours == published


class World:
    """An entity of each kind, with files, in one version."""

    def __init__(self, api: Api, version: Version) -> None:
        self.api, self.version, self.custom = api, version, Custom(api)
        custom = self.custom
        classic = SHAPES[version].classic
        self.projects = SHAPES[version].projects
        self.project = custom.project(version) if self.projects else None
        within = {"project": reference(self.project)} if self.project else {}
        described = {"description": "d", "customProperties": {"a": "b"}, **within}
        self.dataset = custom.dataset(version=version, **described)
        weight = {} if version is Version.V3_0 else {"customModelWeightPercent": 42}
        self.model = custom.model(
            version,
            baseModel=base(),
            datasets=[reference(self.dataset)],
            properties=weight,
            **described,
            **({"text": "text"} if classic else {}),
        )
        self.evaluation = custom.made(
            Kind.EVALUATION,
            version,
            model1=base(),
            model2=reference(self.model),
            dataset=reference(self.dataset),
            **described,
        )
        to_live = {"timeToLive": "PT30M"} if classic else {}
        self.endpoint = custom.endpoint(
            version,
            model=reference(self.model),
            properties={"loggingEnabled": True, **to_live},
            **described,
        )
        self.files = {
            Kind.DATASET: self._file(self.dataset, FileKind.DATASET_REPORT),
            Kind.MODEL: self._file(self.model, FileKind.MODEL_REPORT),
            Kind.EVALUATION: self._file(self.evaluation, FileKind.EVALUATION_DETAILS),
        }
        api.add_file(self.model, "model.json", kind=FileKind.MODEL_BUNDLE)
        api.add_file(self.model, "model.bin", kind=FileKind.MODEL_BUNDLE)
        logs = Logs(api.store, api.blobs)
        stems = [
            logs.write(api.resource_id, each, "en-US", _AT, b"RIFF", {}, seconds=1.5)
            for each in (self.endpoint.id, None)
        ]
        self.log, self.base_log = (f"{stem}.wav" for stem in stems)

    def _file(self, of: Entity, kind: FileKind) -> str:
        return self.api.add_file(of, "report.json", kind=kind).id

    def entity(self, kind: Kind) -> Entity:
        """The one of a kind."""
        found: Entity = getattr(self, kind.value)
        return found

    def target(self) -> dict[str, str]:
        """The key of another resource, as a header."""
        name = f"target{len(self.api.resources.list())}"
        return {"Ocp-Apim-Subscription-Key": self.api.resources.create(name).key1}

    def authorization(self, headers: dict[str, str]) -> Any:
        """What another resource answers to authorizecopy."""
        body = {"sourceResourceId": "/accounts/api"}
        path = "/models:authorizecopy"
        return self.api.ask("POST", path, self.version, json=body, headers=headers).json()


class Check:
    """Asks, and holds the answers against the document of a version."""

    def __init__(self, api: Api, version: Version) -> None:
        self._api, self._version = api, version
        self._document: Swagger = swagger(version)
        self.seen: set[tuple[str, str]] = set()

    def __call__(self, method: str, path: str, shown: str | None = None, **options: Any) -> Any:
        answer = self._api.ask(method, shown or path, self._version, **options)
        assert answer.status_code < 300, answer.text
        return self.answered(answer, method, path)

    def answered(self, answer: httpx.Response, method: str, path: str) -> Any:
        """Hold an answer against the document."""
        self.seen.add((method, path))
        return self._document.check(answer, method, path)


@pytest.mark.parametrize("version", Version)
def test_every_answer_is_as_published(api: Api, version: Version) -> None:
    world, check = World(api, version), Check(api, version)
    _entities(world, check)
    _datasets(world, check)
    _models(world, check)
    _logs(world, check)
    if world.project is not None:
        one = f"/projects/{world.project.id}"
        for name in ("datasets", "models", "evaluations", "endpoints", "transcriptions"):
            found = check("GET", f"/projects/{{id}}/{name}", f"{one}/{name}")["values"]
            assert len(found) == (name != "transcriptions")
    for kind in (Kind.EVALUATION, Kind.ENDPOINT, Kind.MODEL, Kind.DATASET, Kind.PROJECT):
        if kind is Kind.PROJECT and not world.projects:
            continue
        if kind is Kind.EVALUATION:
            world.custom.end(world.evaluation)
        path = f"/{PLURALS[kind]}/{{id}}"
        for _ in range(2):
            check("DELETE", path, path.replace("{id}", world.entity(kind).id))
    assert check.seen == {
        (each.method, each.path) for each in OPERATIONS if version in each.versions
    }


def _entities(world: World, check: Check) -> None:
    """Make, list, read and change one of each kind, at work, done and failed."""
    version, custom = world.version, world.custom
    bodies: dict[Kind, dict[str, Any]] = {
        Kind.DATASET: {"kind": "Language", "contentUrl": "https://example.com/a.txt"},
        Kind.MODEL: {"datasets": [reference(world.dataset)]},
        Kind.EVALUATION: {
            "model1": base(),
            "model2": base(),
            "dataset": reference(world.dataset),
        },
        Kind.ENDPOINT: {},
    }
    if world.projects:
        bodies[Kind.PROJECT] = {}
    results: dict[Kind, dict[str, Any]] = {
        Kind.DATASET: {"accepted": 3, "rejected": 1, "seconds": 4.5},
        Kind.EVALUATION: {
            "1": compare("a.wav", "It costs $5.", "it cost five dollars", "en-US").score.to_json(),
            "2": Score().to_json(),
            "transcription1": "8a043172-65b7-4cf3-a8b5-4449efa5a0f1",
        },
    }
    for kind, body in bodies.items():
        path = f"/{PLURALS[kind]}"
        answer = custom.post(kind, version, **body)
        assert answer.status_code == 201, answer.text
        made = custom.stored(kind, check.answered(answer, "POST", path)["self"].split("?")[0][-36:])
        one = f"{path}/{made.id}"
        check("GET", f"{path}/{{id}}", one)
        if made.status is Status.NOT_STARTED:
            custom.end(made, **results.get(kind, {}))
            check("GET", f"{path}/{{id}}", one)
            failed = custom.made(kind, version, **body)
            custom.end(failed, Problem("InvalidDataset", "Nothing of it can be used."))
            told = check("GET", f"{path}/{{id}}", f"{path}/{failed.id}")
            assert told["properties"]["error"]["code"] == "InvalidDataset"
        assert "@nextLink" in check("GET", path, f"{path}?top=1")
        change = {"displayName": "New", "description": "d", "customProperties": {"a": "b"}}
        changed = check("PATCH", f"{path}/{{id}}", one, json=change)
        assert check("PATCH", f"{path}/{{id}}", one, json=changed) == changed
        check("GET", f"{path}/locales")
        if kind in world.files and (kind, version) != (Kind.MODEL, Version.V3_0):
            below = f"{path}/{{id}}/files"
            shown = f"{path}/{world.entity(kind).id}/files"
            assert len(check("GET", below, shown)["values"]) == 1
            check("GET", f"{below}/{{fileId}}", f"{shown}/{world.files[kind]}")


def _datasets(world: World, check: Check) -> None:
    if SHAPES[world.version].blocks:
        body = {"displayName": "d", "locale": "en-US", "kind": "Language"}
        waiting = check("POST", "/datasets", json=body)
        id = waiting["self"].split("?")[0][-36:]
        assert {"uploadBlocks", "listBlocks", "commitBlocks"} < set(waiting["links"])
        path, shown = "/datasets/{id}/blocks", f"/datasets/{id}/blocks"
        name = base64.b64encode(b"0").decode()
        check("PUT", path, f"{shown}?blockid={quote(name)}", content=b"text")
        assert check("GET", path, shown)["uncommittedBlocks"] == [{"name": name, "size": 4}]
        blocks = [{"kind": "Uncommitted", "id": name}]
        check("POST", f"{path}:commit", f"{shown}:commit", json=blocks)
    if world.version.in_path:
        form = {"displayName": "d", "locale": "en-US", "kind": "Language"}
        check("POST", "/datasets/upload", data=form, files={"data": ("a.txt", b"text")})


def _models(world: World, check: Check) -> None:
    version, one = world.version, f"/models/{world.model.id}"
    lifetime = "sasLifetimeMinutes" if version >= Version.V2024_11 else "sasValidityInSeconds"
    manifest = check("GET", "/models/{id}/manifest", f"{one}/manifest?{lifetime}=60")
    assert {each["name"] for each in manifest["modelFiles"]} == {"model.json", "model.bin"}
    if version <= Version.V3_1:
        key = world.target()["Ocp-Apim-Subscription-Key"]
        tail = "/copyto" if version is Version.V3_0 else ":copyto"
        check("POST", f"/models/{{id}}{tail}", f"{one}{tail}", json={"targetSubscriptionKey": key})
        return
    headers, body = world.target(), {"sourceResourceId": "/accounts/api"}
    given = check("POST", "/models:authorizecopy", json=body, headers=headers)
    operation = check("POST", "/models/{id}:copy", f"{one}:copy", json=given)
    path, shown = "/operations/models/copy/{id}", f"/operations/models/copy/{operation['id']}"
    assert check("GET", path, shown)["status"] == "NotStarted"
    made = world.api.jobs.submitted[-1]
    world.custom.end(made)
    assert check("GET", path, shown)["result"]["link"].split("?")[0].endswith(made.id)
    failed = check("POST", "/models/{id}:copy", f"{one}:copy", json=world.authorization(headers))
    world.custom.end(world.api.jobs.submitted[-1], Problem("InvalidModel", "It is damaged."))
    assert check("GET", path, f"/operations/models/copy/{failed['id']}")["error"]


def _logs(world: World, check: Check) -> None:
    if not SHAPES[world.version].classic:
        return
    for path, owner, log in (
        ("/endpoints/{id}/files/logs", world.endpoint.id, world.log),
        ("/endpoints/base/{locale}/files/logs", "en-US", world.base_log),
    ):
        shown = path.replace("{id}", owner).replace("{locale}", owner)
        assert "@nextLink" in check("GET", path, f"{shown}?top=1")
        check("GET", f"{path}/{{logId}}", f"{shown}/{log}")
        check("DELETE", f"{path}/{{logId}}", f"{shown}/{log}")
        check("DELETE", path, f"{shown}?endDate=2026-11-20")
        assert check("GET", path, shown)["values"] == []


@pytest.mark.parametrize(
    ("version", "example"), _EXAMPLES, ids=[f"{version} {each}" for version, each in _EXAMPLES]
)
def test_every_published_request_is_accepted(api: Api, version: Version, example: Example) -> None:
    world = World(api, version)
    query = "&".join(
        f"{name}={_query(world, name, value)}"
        for name, value in example.of("query").items()
        if name != "api-version"
    )
    path = _filled(world, example)
    body = next(iter(example.of("body").values()), None)
    options: dict[str, Any] = {}
    if example.of("formData"):
        options = {
            "data": _ours(world, example.of("formData")),
            "files": {"data": ("data.zip", b"PK")},
        }
    elif example.method == "PUT":
        options = {"content": b"binary"}
    elif body is not None:
        options = {"json": _ours(world, body)}
    if example.method == "DELETE" and example.path.count("/") == 2:
        world.custom.end(world.evaluation)
        for each in (Kind.EVALUATION, Kind.ENDPOINT, Kind.MODEL, Kind.DATASET):
            if example.path != f"/{PLURALS[each]}/{{id}}":
                _remove(world, each)
    answer = api.ask(example.method, f"{path}?{query}" if query else path, version, **options)
    assert answer.status_code in example.statuses, answer.text
    swagger(version).check(answer, example.method, example.path)


def _remove(world: World, kind: Kind) -> None:
    entity = world.entity(kind)
    world.api.entities.delete(kind, entity.id, entity.resource_id)


def _query(world: World, name: str, value: Any) -> Any:
    """Tokens of pages are the service's own."""
    if name != "skipToken":
        return value
    logs = Logs(world.api.store, world.api.blobs)
    for of in (world.endpoint.id, None):
        logs.write(world.api.resource_id, of, "en-US", _AT, b"RIFF", {})
    return logs.list(world.api.resource_id, world.endpoint.id, top=1)[1]


def _filled(world: World, example: Example) -> str:
    """The path with ids that are there: those of the examples are in Azure."""
    kind = next(
        (kind for kind, plural in PLURALS.items() if example.path.startswith(f"/{plural}")), None
    )
    path = example.path
    if kind is Kind.COPY:
        given = world.authorization(world.target())
        one = f"/models/{world.model.id}:copy"
        operation = world.api.ask("POST", one, world.version, json=given).json()
        return path.replace("{id}", operation["id"])
    if "/blocks" in path:
        body = {"displayName": "d", "locale": "en-US", "kind": "Acoustic"}
        made = world.api.ask("POST", "/datasets", world.version, json=body).json()
        path = path.replace("{id}", made["self"].split("?")[0][-36:])
        if path.endswith(":commit"):
            for name in ("AAA=", "AAE=", "AAI="):
                block = f"{path.removesuffix(':commit')}?blockid={name}"
                world.api.ask("PUT", block, world.version, content=b"x")
    if kind in (Kind.COPY, None) or "{" not in path:
        return path
    assert kind is not None
    log = world.base_log if "/base/" in path else world.log
    return (
        path.replace("{id}", world.entity(kind).id)
        .replace("{fileId}", world.files.get(kind, ""))
        .replace("{locale}", "en-US")
        .replace("{logId}", log)
    )


def _ours(world: World, body: Any) -> Any:
    """A body that refers to what is here."""
    if isinstance(body, list):
        return [_ours(world, each) for each in body]
    if not isinstance(body, dict):
        return body
    if "targetResourceEndpoint" in body:
        return world.authorization(world.target())
    found = {name: _ours(world, value) for name, value in body.items()}
    if "targetSubscriptionKey" in found:
        found["targetSubscriptionKey"] = world.target()["Ocp-Apim-Subscription-Key"]
    for name in ("self", "project"):
        address = found.get(name)
        if isinstance(address, str):
            found[name] = _address(world, address)
    return found


def _address(world: World, address: str) -> str:
    if "/models/base/" in address:
        return base()["self"]
    for kind in (Kind.DATASET, Kind.MODEL, Kind.PROJECT):
        if f"/{PLURALS[kind]}/" in address:
            return reference(world.entity(kind))["self"]
    return address


def test_there_are_examples_of_all_kinds() -> None:
    names = {example.name for _, example in _EXAMPLES}
    assert {
        *("create_dataset_with_blocks", "upload_dataset", "upload_block", "commit_block_list"),
        *("create_model_with_weight", "copy_model", "copy_model_with_authorization"),
        *("create_evaluation", "update_endpoint", "get_endpoint_logs", "delete_base_model_logs"),
        *("get_project_transcriptions", "get_operation_copy_model", "get_acoustic_datasets"),
    } <= names
    assert len(_EXAMPLES) > 200


@pytest.mark.parametrize("version", Version)
def test_errors_are_as_published(api: Api, version: Version) -> None:
    world, document = World(api, version), swagger(version)
    id = "8a043172-65b7-4cf3-a8b5-4449efa5a0f1"
    kinds = [Kind.DATASET, Kind.MODEL, Kind.EVALUATION, Kind.ENDPOINT]
    if world.projects:
        kinds.append(Kind.PROJECT)
    for kind in kinds:
        path = f"/{PLURALS[kind]}"
        one = f"{path}/{world.entity(kind).id}"
        wrong = {"locale": 1, "kind": 2, "model1": 3, "properties": 4, "datasets": "x"}
        asked: list[tuple[str, str, str, dict[str, Any]]] = [
            ("POST", path, path, {"json": {}}),
            ("POST", path, path, {"json": wrong}),
            ("GET", path, f"{path}?skip=-1", {}),
            ("GET", path, f"{path}?filter=a", {}),
            ("GET", f"{path}/{{id}}", f"{path}/{id}", {}),
            ("GET", f"{path}/{{id}}", f"{path}/no-id", {}),
            ("PATCH", f"{path}/{{id}}", one, {"json": {"displayName": None, "locale": "x"}}),
        ]
        if kind in (Kind.DATASET, Kind.MODEL, Kind.EVALUATION, Kind.PROJECT):
            asked.append(("DELETE", f"{path}/{{id}}", one, {}))
        for method, described, shown, options in asked:
            answer = api.ask(method, shown, version, **options)
            assert 400 <= answer.status_code < 500, f"{method} {shown}: {answer.text}"
            document.check(answer, method, described)


def test_transcriptions_are_members_of_projects(api: Api) -> None:
    custom = Custom(api)
    for version in Version:
        if not SHAPES[version].projects:
            continue
        project = custom.project(version)
        body = {**minimal(version), "project": reference(project)}
        create = "/transcriptions" if version.in_path else "/transcriptions:submit"
        made = api.ask("POST", create, version, json=body).json()
        assert made["project"]["self"].startswith(HOST)
        one = f"/projects/{project.id}"
        found = api.get(f"{one}/transcriptions", version)
        path = "/projects/{id}/transcriptions"
        assert len(swagger(version).check(found, "GET", path)["values"]) == 1
