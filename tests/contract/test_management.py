"""Every answer against its published schema, in every version, and every published request."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError

from scriba.resources.base_model import base_model_id
from scriba.resources.entity import Entity, Problem
from scriba.resources.versions import Version
from scriba.server import base_models, healthstatus, transcriptions
from scriba.server.operation import Operation
from scriba.speech.catalogue import BASE, ModelFile
from scriba.storage import Store

from ..server.api import Api, local
from .swagger import Example, swagger

OPERATIONS: list[Operation] = [
    *transcriptions.OPERATIONS,
    *base_models.OPERATIONS,
    *healthstatus.OPERATIONS,
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


@pytest.fixture
def api(store: Store, tmp_path: Path) -> Iterator[Api]:
    """The API of a server that has the files of its model."""
    for file in BASE.files:
        _sparse(BASE.folder(tmp_path / "models") / file.name, file)
    api = Api(store, tmp_path, model_dir=tmp_path / "models")
    with api.http:
        yield api


def _sparse(path: Path, file: ModelFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.truncate(file.size)


@pytest.mark.parametrize("version", Version)
def test_the_operations_are_those_of_the_document(version: Version) -> None:
    ours = {(each.method, each.path) for each in OPERATIONS if version in each.versions}
    published = set(swagger(version).operations())
    assert ours <= published
    groups = ("/transcriptions", "/models/base", "/healthstatus")
    missing = {(method, path) for method, path in published - ours if path.startswith(groups)}
    assert missing <= {("POST", "/transcriptions:transcribe")}


@pytest.mark.parametrize("version", Version)
def test_every_answer_is_as_published(api: Api, version: Version) -> None:
    document = swagger(version)
    seen = set()

    def check(method: str, path: str, shown: str | None = None, **options: Any) -> Any:
        answer = api.ask(method, shown or path, version, **options)
        assert answer.status_code < 300, answer.text
        seen.add((method, path))
        return document.check(answer, method, path)

    create = "/transcriptions" if version.in_path else "/transcriptions:submit"
    answer = api.create(version, **_everything(version))
    assert answer.status_code == 201, answer.text
    seen.add(("POST", create))
    document.check(answer, "POST", create)
    entity = api.jobs.submitted[-1]
    one = f"/transcriptions/{entity.id}"
    waiting = check("GET", "/transcriptions/{id}", one)
    assert waiting["status"] == "NotStarted"
    api.finish(entity)
    failed = api.created(version)
    api.finish(failed, error=Problem("InvalidRecordingsUri", "The recordings URI is invalid."))
    for name in ("contenturl_0.json", "report.json"):
        api.add_file(entity, name)

    done = check("GET", "/transcriptions/{id}", one)
    assert done["status"] == "Succeeded"
    assert (
        check("GET", "/transcriptions/{id}", f"/transcriptions/{failed.id}")["properties"]["error"][
            "code"
        ]
        == "InvalidRecordingsUri"
    )
    assert len(check("GET", "/transcriptions")["values"]) == 2
    assert "@nextLink" in check("GET", "/transcriptions", "/transcriptions?top=1")
    change = {"displayName": "New", "description": "d", "customProperties": {"a": "b"}}
    assert check("PATCH", "/transcriptions/{id}", one, json=change)["displayName"] == "New"
    files = check("GET", "/transcriptions/{id}/files", f"{one}/files")["values"]
    assert {file["kind"] for file in files} == {"Transcription", "TranscriptionReport"}
    file = check(
        "GET",
        "/transcriptions/{id}/files/{fileId}",
        local(files[0]["self"]).split(str(version))[-1] if version.in_path else files[0]["self"],
    )
    assert file["name"] == "contenturl_0.json"
    check("GET", "/transcriptions/locales")
    check("DELETE", "/transcriptions/{id}", one)
    check("DELETE", "/transcriptions/{id}", one)

    models = check("GET", "/models/base", "/models/base?top=3")["values"]
    assert len(models) == 3
    model = base_model_id(BASE, "de-DE")
    check("GET", "/models/base/{id}", f"/models/base/{model}")
    lifetime = "sasLifetimeMinutes" if version >= Version.V2024_11 else "sasValidityInSeconds"
    manifest = f"/models/base/{model}/manifest?{lifetime}=60"
    assert len(check("GET", "/models/base/{id}/manifest", manifest)["modelFiles"]) == 4
    if version in healthstatus.OPERATIONS[0].versions:
        assert check("GET", "/healthstatus")["status"] == "Healthy"

    assert seen == {(each.method, each.path) for each in OPERATIONS if version in each.versions}


def _everything(version: Version) -> dict[str, Any]:
    """All that a request may hold in a version."""
    properties: dict[str, Any] = {
        "wordLevelTimestampsEnabled": True,
        "channels": [0],
        "punctuationMode": "Automatic",
        "profanityFilterMode": "Tags",
        "destinationContainerUrl": "https://example.com/results?sig=secret",
    }
    if version > Version.V3_0:
        properties["displayFormWordLevelTimestampsEnabled"] = True
        properties["languageIdentification"] = {
            "candidateLocales": ["en-US", "de-DE"],
            "speechModelMapping": {"de-DE": {"self": _model("de-DE")}},
        }
        if version > Version.V3_1:
            properties["languageIdentification"]["mode"] = "Single"
    if version >= Version.V2024_11:
        properties["diarization"] = {"enabled": True, "maxSpeakers": 4}
        properties["timeToLiveHours"] = 48
    else:
        properties["diarizationEnabled"] = True
        properties["timeToLive"] = "P2D"
        properties["email"] = "a@example.com"
        if version > Version.V3_0:
            properties["diarization"] = {"speakers": {"minCount": 2, "maxCount": 4}}
    return {
        "properties": properties,
        "description": "A description",
        "customProperties": {"key": "value"},
        "model": {"self": _model("en-US")},
    }


def _model(tag: str) -> str:
    return f"https://westus.example.com/speechtotext/v3.2/models/base/{base_model_id(BASE, tag)}"


@pytest.mark.parametrize("version", Version)
def test_errors_are_as_published(api: Api, version: Version) -> None:
    document = swagger(version)
    entity = api.created(version)
    one = f"/transcriptions/{entity.id}"
    create = "/transcriptions" if version.in_path else "/transcriptions:submit"
    id = "8a043172-65b7-4cf3-a8b5-4449efa5a0f1"
    asked = [
        ("POST", create, create, {"json": {}}),
        ("POST", create, create, {"json": {"locale": 1, "contentUrls": [1], "properties": 2}}),
        ("POST", create, create, {"content": b"{", "headers": {"Content-Type": "text/plain"}}),
        ("GET", "/transcriptions", "/transcriptions?skip=-1&top=x", {}),
        ("GET", "/transcriptions", "/transcriptions?filter=a", {}),
        ("GET", "/transcriptions/{id}", f"/transcriptions/{id}", {}),
        ("GET", "/transcriptions/{id}", "/transcriptions/no-id", {}),
        ("PATCH", "/transcriptions/{id}", one, {"json": {"displayName": None, "locale": "x"}}),
        ("DELETE", "/transcriptions/{id}", one, {}),
        ("GET", "/transcriptions/{id}/files/{fileId}", f"{one}/files/{id}", {}),
        ("GET", "/transcriptions/{id}/files", f"{one}/files?sasValidityInSeconds=0", {}),
        ("GET", "/transcriptions/{id}/files", f"{one}/files?sasLifetimeMinutes=0", {}),
        ("GET", "/models/base/{id}", f"/models/base/{id}", {}),
        ("GET", "/models/base/{id}/manifest", f"/models/base/{id}/manifest", {}),
    ]
    for method, path, shown, options in asked:
        answer = api.ask(method, shown, version, **options)
        assert 400 <= answer.status_code < 500, f"{method} {shown}: {answer.text}"
        document.check(answer, method, path)


@pytest.mark.parametrize(
    ("version", "example"), _EXAMPLES, ids=[f"{version} {each}" for version, each in _EXAMPLES]
)
def test_every_published_request_is_accepted(api: Api, version: Version, example: Example) -> None:
    entity = api.created(version)
    api.finish(entity)
    file = api.add_file(entity, "mywavefile1.wav.json")
    path = _filled(example, entity, file.id)
    # As published: what stands in the examples' queries is encoded already.
    query = "&".join(
        f"{name}={value}" for name, value in example.of("query").items() if name != "api-version"
    )
    body = next(iter(example.of("body").values()), None)
    options = {} if body is None else {"json": _with_our_models(body)}
    answer = api.ask(example.method, f"{path}?{query}" if query else path, version, **options)
    assert answer.status_code in example.statuses, answer.text
    found = swagger(version).check(answer, example.method, example.path)
    if example.name == "get_transcription_files_filtered_by_name":
        assert [each["name"] for each in found["values"]] == ["mywavefile1.wav.json"]
    if example.name == "get_english_base_models":
        assert found["values"][0]["locale"] == "en-US"


def _filled(example: Example, entity: Entity, file: str) -> str:
    """The path with ids that are there: those of the examples are in Azure."""
    id = base_model_id(BASE, "en-US") if "/models/" in example.path else entity.id
    return example.path.replace("{id}", id).replace("{fileId}", file)


def _with_our_models(body: dict[str, Any]) -> dict[str, Any]:
    properties = body.get("properties") or {}
    mapping = properties.get("languageIdentification", {}).get("speechModelMapping", {})
    for tag, reference in mapping.items():
        head, _, last = reference["self"].rpartition("/")
        ours = base_model_id(BASE, tag)
        reference["self"] = f"{head}/{ours}{last[36:]}"
    return body


def test_there_are_examples_of_all_kinds() -> None:
    names = {example.name for _, example in _EXAMPLES}
    assert {
        *("create_uri_transcription", "create_container_transcription"),
        *("create_lid_transcription", "create_multispeaker_diarization_transcription"),
        *("update_transcription", "get_english_base_models", "get_base_model_manifest"),
        *("get_transcription_files_filtered_by_name", "delete_transcription", "get_healthstatus"),
    } <= names
    assert len(_EXAMPLES) > 60


def test_the_documents_are_strict() -> None:
    document = swagger(Version.V2024_11)
    for wrong in ({"bogus": 1}, {"createdDateTime": "2026-01-01"}, {"status": "Done"}):
        with pytest.raises(ValidationError):
            document.validate({"values": [wrong]}, {"$ref": "#/definitions/PaginatedBaseModels"})
