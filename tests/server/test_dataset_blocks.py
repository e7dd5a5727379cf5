"""Blocks: sent, broken off, sent again, listed, committed once."""

import base64
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from scriba.resources.dataset import MAX_BLOCK
from scriba.resources.entity import Entity, Kind
from scriba.resources.limits import Limits
from scriba.resources.versions import Version
from scriba.storage.blocks import Blocks

from .api import Api
from .custom import Custom


def _id(number: int, size: int = 2) -> str:
    return base64.b64encode(number.to_bytes(size, "big")).decode()


def _put(
    api: Api, entity: Entity, id: str, data: bytes, version: Version = Version.V3_2
) -> httpx.Response:
    path = f"/datasets/{entity.id}/blocks?blockid={quote(id, safe='')}"
    return api.ask("PUT", path, version, content=data)


def _commit(api: Api, entity: Entity, *ids: str, kind: str = "Latest") -> httpx.Response:
    body = [{"kind": kind, "id": id} for id in ids]
    return api.ask("POST", f"/datasets/{entity.id}/blocks:commit", json=body)


@pytest.fixture
def dataset(custom: Custom) -> Entity:
    return custom.made(Kind.DATASET, kind="Language")


def test_from_the_first_block_to_the_import(api: Api, dataset: Entity) -> None:
    body = api.get(f"/datasets/{dataset.id}").json()
    assert body["links"]["uploadBlocks"] == body["links"]["listBlocks"] == f"{body['self']}/blocks"
    assert body["links"]["commitBlocks"] == f"{body['self']}/blocks:commit"
    assert "Retry-After" not in api.get(f"/datasets/{dataset.id}").headers
    assert api.jobs.submitted == []
    for number, data in ((1, b"two"), (0, b"one"), (2, b"not wanted"), (1, b"TWO")):
        answer = _put(api, dataset, _id(number), data)
        assert (answer.status_code, answer.content) == (201, b"")
    listed = api.get(f"/datasets/{dataset.id}/blocks").json()
    assert listed["committedBlocks"] == []
    assert {each["name"]: each["size"] for each in listed["uncommittedBlocks"]} == {
        _id(0): 3,
        _id(1): 3,
        _id(2): 10,
    }
    answer = _commit(api, dataset, _id(0), _id(1))
    assert (answer.status_code, answer.content) == (200, b"")
    assert [each.id for each in api.jobs.submitted] == [dataset.id]
    listed = api.get(f"/datasets/{dataset.id}/blocks").json()
    assert [each["name"] for each in listed["committedBlocks"]] == [_id(0), _id(1)]
    assert listed["uncommittedBlocks"] == []
    assert b"".join(Blocks(api.store, api.blobs).read(dataset)) == b"oneTWO"
    assert _commit(api, dataset, _id(0), _id(1), kind="Committed").status_code == 200
    assert _commit(api, dataset, _id(1), _id(0)).status_code == 409
    assert _put(api, dataset, _id(3), b"late").status_code == 409
    assert "Retry-After" in api.get(f"/datasets/{dataset.id}").headers


def test_what_cannot_be_committed(api: Api, dataset: Entity) -> None:
    _put(api, dataset, _id(0), b"one")
    answer = _commit(api, dataset, _id(0), _id(7))
    assert answer.status_code == 400
    assert _id(7) in answer.json()["message"]
    assert _commit(api, dataset, _id(0), kind="Committed").status_code == 400
    assert "named twice" in _commit(api, dataset, _id(0), _id(0)).json()["message"]
    path = f"/datasets/{dataset.id}/blocks:commit"
    for body in ([], {}, [1], [{"kind": "Some", "id": _id(0)}], [{"kind": "Latest"}], "x"):
        assert api.ask("POST", path, json=body).status_code == 400
    assert api.ask("POST", path, json=[{"id": "AA=="}] * 9000).status_code == 400
    assert api.jobs.submitted == []


@pytest.mark.parametrize(
    "id", ["", "AAA", "Ä===", "?", base64.b64encode(bytes(65)).decode(), "A" * 4000]
)
def test_names_of_blocks(api: Api, dataset: Entity, id: str) -> None:
    answer = _put(api, dataset, id, b"x")
    assert answer.status_code == 400
    assert answer.json()["target"] == "blockid"
    assert _put(api, dataset, base64.b64encode(bytes(64)).decode(), b"x").status_code == 201


def test_names_of_blocks_have_one_length(api: Api, dataset: Entity) -> None:
    assert _put(api, dataset, _id(0, 2), b"x").status_code == 201
    answer = _put(api, dataset, _id(0, 4), b"x")
    assert answer.status_code == 400
    assert "one length" in answer.json()["message"]


def test_a_plus_that_was_not_encoded(api: Api, dataset: Entity) -> None:
    path = f"/datasets/{dataset.id}/blocks?blockid=+A=="
    assert api.ask("PUT", path, content=b"x").status_code == 201
    listed = api.get(f"/datasets/{dataset.id}/blocks").json()["uncommittedBlocks"]
    assert [each["name"] for each in listed] == ["+A=="]


def test_blocks_that_are_too_large_or_empty(api: Api, dataset: Entity, tmp_path: Path) -> None:
    assert _put(api, dataset, _id(0), b"").status_code == 400
    assert _put(api, dataset, _id(0), bytes(MAX_BLOCK + 1)).status_code == 400
    assert _put(api, dataset, _id(0), bytes(MAX_BLOCK)).status_code == 201
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_dataset_takes_no_more_than_its_kind_allows(api: Api, custom: Custom) -> None:
    small = custom.made(Kind.DATASET, kind="Pronunciation")
    assert _put(api, small, _id(0), bytes(1 << 20)).status_code == 201
    answer = _put(api, small, _id(1), b"x")
    assert answer.status_code == 400
    assert answer.json()["innerError"]["code"] == "QuotaViolation"


def test_room_of_the_resource(api: Api, dataset: Entity) -> None:
    api.resources.update("api", limits=Limits(stored_bytes=10))
    assert _put(api, dataset, _id(0), bytes(10)).status_code == 201
    assert _put(api, dataset, _id(1), b"x").status_code == 429


def test_other_datasets_take_none(api: Api, custom: Custom) -> None:
    other = custom.dataset()
    assert _put(api, other, _id(0), b"x").status_code == 409
    assert api.get(f"/datasets/{other.id}/blocks").status_code == 409
    assert _put(api, other, _id(0), b"x", Version.V3_0).status_code == 404
    older = custom.made(Kind.DATASET, Version.V3_1, kind="Language")
    assert _put(api, older, _id(0), b"x", Version.V2025_10).status_code == 201


def test_a_dataset_that_waits_can_be_deleted(api: Api, dataset: Entity, tmp_path: Path) -> None:
    _put(api, dataset, _id(0), b"x")
    assert api.ask("DELETE", f"/datasets/{dataset.id}").status_code == 204
    assert not list((tmp_path / "files").rglob("block"))
    _put(api, dataset, _id(0), b"x")
    assert _put(api, dataset, _id(0), b"x").status_code == 404
    assert not list((tmp_path / "files").rglob("block"))
