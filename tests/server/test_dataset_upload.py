"""Datasets as forms."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from scriba.resources.dataset import DatasetSpec
from scriba.resources.entity import Kind
from scriba.resources.versions import Version
from scriba.server import dataset_upload
from scriba.storage.blocks import Blocks

from .api import Api
from .custom import Custom, reference

TEXTS = {"displayName": "A form", "locale": "en-us", "kind": "Language"}


def _post(
    api: Api, data: bytes | None = b"hello\n", version: Version = Version.V3_2, **texts: Any
) -> httpx.Response:
    given = {name: text for name, text in {**TEXTS, **texts}.items() if text is not ...}
    files = {} if data is None else {"data": ("data.txt", data, "text/plain")}
    return api.ask("POST", "/datasets/upload", version, data=given, files=files or {"x": b""})


def test_a_form_becomes_a_dataset(api: Api, custom: Custom) -> None:
    project = custom.project()
    answer = _post(
        api,
        description="d",
        customProperties='{ "property": "true" }',
        email="a@example.com",
        project=reference(project)["self"],
    )
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert answer.headers["Location"] == body["self"]
    assert (body["locale"], body["kind"]) == ("en-US", "Language")
    assert body["customProperties"] == {"property": "true"}
    assert body["project"]["self"].endswith(project.id)
    assert body["links"] == {"files": f"{body['self']}/files"}
    entity = api.jobs.submitted[-1]
    assert entity.expires is None
    assert not DatasetSpec.from_json(entity.spec).waits
    assert b"".join(Blocks(api.store, api.blobs).read(entity)) == b"hello\n"


def test_a_large_file_is_kept_in_pieces(
    api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dataset_upload, "MAX_BLOCK", 1000)
    data = bytes(range(256)) * 41
    assert _post(api, data).status_code == 201
    entity = api.jobs.submitted[-1]
    assert len(Blocks(api.store, api.blobs).list(entity.id)) == 11
    assert b"".join(Blocks(api.store, api.blobs).read(entity)) == data
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("data", "texts", "told"),
    [
        (None, {}, "part 'data'"),
        (b"", {}, "part 'data'"),
        (b"x", {"kind": ...}, "kind is required"),
        (b"x", {"locale": "xx"}, "xx"),
        (b"x", {"customProperties": "{"}, "customProperties must be"),
        (b"x", {"customProperties": '{"a": 1}'}, "customProperties.a"),
        (b"x", {"project": "nonsense"}, "project"),
        (bytes((1 << 20) + 1), {"kind": "Pronunciation"}, "may hold 1048576 bytes"),
    ],
)
def test_what_is_wrong_is_told(
    api: Api, data: bytes | None, texts: dict[str, Any], told: str
) -> None:
    answer = _post(api, data, **texts)
    assert answer.status_code == 400, answer.text
    assert told in answer.json()["message"]
    assert api.entities.count(Kind.DATASET, api.resource_id) == 0


def test_a_body_that_is_no_form(api: Api) -> None:
    assert api.ask("POST", "/datasets/upload", json={}).status_code == 415
    answer = api.ask(
        "POST",
        "/datasets/upload",
        content=b"--x\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 400
    assert _post(api).status_code == 201


def test_newer_versions_have_no_forms(api: Api) -> None:
    answer = _post(api, version=Version.V2024_11)
    assert answer.status_code in (404, 405)


def test_a_storage_that_fails_leaves_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Blocks, "put", fail)
        answer = _post(api)
    assert answer.status_code == 503
    assert api.entities.count(Kind.DATASET, api.resource_id) == 0
    assert not list((tmp_path / "files").rglob("block"))
    assert api.jobs.submitted == []
