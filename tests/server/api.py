"""The management API in this process: a real store, a fake recogniser, a job queue that notes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.testclient import TestClient

from scriba.resources.entity import Entity, Kind, Problem, Status, now
from scriba.resources.file import File, FileKind, blob_path, file_id
from scriba.resources.versions import Version
from scriba.server.app import OPERATIONS, create_app
from scriba.server.interfaces import Captions
from scriba.server.operation import Operation
from scriba.storage import Entities, Files, Inputs, Resources, Store
from scriba.storage.blobs import BlobsOf

from .fakes import FakeSettings, FakeSpeech

HOST = "http://speech.example.com:8080"
WORK = (Status.NOT_STARTED, Status.RUNNING)


@dataclass
class FakeJobs:
    """Notes what it is given and does nothing."""

    submitted: list[Entity] = field(default_factory=list)
    failure: Exception | None = None

    def submit(self, entity: Entity) -> None:
        """Note an entity."""
        self.submitted.append(entity)

    def check(self) -> None:
        """Succeed or fail as told."""
        if self.failure is not None:
            raise self.failure


class Api:
    """A client of the application with the key of a resource, in one version at a time."""

    def __init__(
        self,
        store: Store,
        data_dir: Path,
        *,
        name: str = "api",
        model_name: str = "base",
        captions: Captions | None = None,
        operations: Sequence[Operation] = OPERATIONS,
        base: str | None = None,
        **settings: Any,
    ) -> None:
        self.store = store
        self.speech = FakeSpeech()
        self.speech.model_name = model_name
        self.jobs = FakeJobs()
        self.entities, self.files, self.inputs = Entities(store), Files(store), Inputs(store)
        self.blobs = BlobsOf(store, str(data_dir / "files"))
        self.settings = replace(FakeSettings(data_dir), **settings)
        app = create_app(
            self.settings,
            self.speech,
            store,
            jobs=self.jobs,
            blobs=self.blobs,
            captions=captions,
            operations=operations,
            base=base,
        )
        self.http = TestClient(app, HOST, raise_server_exceptions=False)
        self.resources = Resources(store)
        created = self.resources.create(name)
        self.key = created.key1
        resource = self.resources.authenticate(created.key1)
        assert resource is not None
        self.resource_id = resource.id

    def __enter__(self) -> "Api":
        self.http.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self.http.__exit__(*raised)

    def url(self, path: str, version: Version) -> str:
        """The address of a path in a version; whole addresses stay as they are."""
        if path.startswith("http"):
            return path
        if version.in_path:
            return f"{HOST}/speechtotext/{version}{path}"
        return f"{HOST}/speechtotext{path}{'&' if '?' in path else '?'}api-version={version}"

    def ask(
        self, method: str, path: str, version: Version = Version.V3_2, **options: Any
    ) -> httpx.Response:
        """A request with the key."""
        headers = {"Ocp-Apim-Subscription-Key": self.key, **options.pop("headers", {})}
        url = self.url(path, version)
        return self.http.request(method, url, headers=headers, follow_redirects=False, **options)

    def get(self, path: str, version: Version = Version.V3_2, **options: Any) -> httpx.Response:
        """GET."""
        return self.ask("GET", path, version, **options)

    def create(self, version: Version = Version.V3_2, **changes: Any) -> httpx.Response:
        """Make a transcription; a value None leaves a field out."""
        path = "/transcriptions" if version.in_path else "/transcriptions:submit"
        body = {**minimal(version), **changes}
        body = {name: value for name, value in body.items() if value is not ...}
        return self.ask("POST", path, version, json=body)

    def created(self, version: Version = Version.V3_2, **changes: Any) -> Entity:
        """Make a transcription; its entity."""
        answer = self.create(version, **changes)
        assert answer.status_code == 201, answer.text
        return self.jobs.submitted[-1]

    def finish(
        self, entity: Entity, *, seconds: float = 42.0, error: Problem | None = None
    ) -> None:
        """Bring a transcription to its end as the work would."""
        ended = Status.FAILED if error else Status.SUCCEEDED
        self.entities.advance(entity.id, Status.RUNNING, was=WORK)
        assert self.entities.advance(
            entity.id, ended, was=WORK, result={"seconds": seconds}, error=error
        )

    def add_file(
        self, entity: Entity, name: str, data: bytes = b"{}", kind: FileKind | None = None
    ) -> File:
        """Keep a file of an entity."""
        id = file_id(entity.id, name)
        path = blob_path(entity.resource_id, entity.id, id)
        size = self.blobs(entity.resource_id).put(path, data)
        report = FileKind.TRANSCRIPTION_REPORT if name == "report.json" else None
        kept = kind or report or FileKind.TRANSCRIPTION
        at = now() - timedelta(seconds=1)
        file = File(id, entity.id, name, kept, size, at, path, "application/json")
        self.files.add(file)
        return file

    def entity(self, id: str) -> Entity:
        """A transcription as it is stored."""
        return self.entities.get(Kind.TRANSCRIPTION, id)


def minimal(version: Version) -> dict[str, Any]:
    """The least that makes a transcription."""
    body: dict[str, Any] = {
        "contentUrls": ["https://example.com/a.wav"],
        "locale": "en-US",
        "displayName": "A test",
    }
    if version is Version.PREVIEW_2024_05:
        body["properties"] = {"timeToLive": "P2D"}
    elif version > Version.PREVIEW_2024_05:
        body["properties"] = {"timeToLiveHours": 48}
    return body


def local(url: str) -> str:
    """The path and query of an address on the test's host."""
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == HOST
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
