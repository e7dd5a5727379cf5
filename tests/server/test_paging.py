"""Pages of lists and the links between them."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from scriba.resources.entity import Entity, Kind, Status, now
from scriba.resources.versions import Version
from scriba.server.paging import retry_after

from .api import HOST, Api


def _walk(api: Api, path: str, version: Version) -> list[list[str]]:
    pages = []
    link: str | None = path
    while link is not None:
        body = api.get(link, version).json()
        pages.append([each["displayName"] for each in body["values"]])
        link = body.get("@nextLink")
    return pages


@pytest.mark.parametrize("version", Version)
def test_pages_are_walked_by_their_links(api: Api, version: Version) -> None:
    for n in range(5):
        api.created(version, displayName=f"n{n}")
    assert _walk(api, "/transcriptions?top=2", version) == [["n0", "n1"], ["n2", "n3"], ["n4"]]
    assert _walk(api, "/transcriptions?skip=1&top=4", version) == [["n1", "n2", "n3", "n4"]]
    assert _walk(api, "/transcriptions?skip=9", version) == [[]]


def test_the_link_repeats_what_shapes_the_list(api: Api) -> None:
    for n in range(3):
        api.created(Version.V2024_11, displayName=f"it's {n} & more")
    filter = "displayName ne 'it''s 1 %26 more' and status eq 'NotStarted'"
    answer = api.get("/transcriptions", Version.V2024_11, params={"filter": filter, "top": "1"})
    # The parameters of the call replace those of the address, version included.
    assert answer.status_code == 400
    answer = api.get(
        f"{HOST}/speechtotext/transcriptions",
        params={
            "filter": "displayName ne 'it''s 1 & more' and status eq 'NotStarted'",
            "top": "1",
            "api-version": "2024-11-15",
        },
    )
    link = answer.json()["@nextLink"]
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{HOST}/speechtotext/transcriptions"
    assert parse_qs(parts.query) == {
        "skip": ["1"],
        "top": ["1"],
        "filter": ["displayName ne 'it''s 1 & more' and status eq 'NotStarted'"],
        "api-version": ["2024-11-15"],
    }
    after = api.get(link).json()
    assert [each["displayName"] for each in after["values"]] == ["it's 2 & more"]
    assert "@nextLink" not in after


def test_links_of_files_keep_their_lifetime(api: Api) -> None:
    entity = api.created()
    for n in range(3):
        api.add_file(entity, f"contenturl_{n}.json")
    path = f"/transcriptions/{entity.id}/files?top=1&sasValidityInSeconds=77"
    link = api.get(path).json()["@nextLink"]
    assert parse_qs(urlsplit(link).query) == {
        "skip": ["1"],
        "top": ["1"],
        "sasValidityInSeconds": ["77"],
    }


def test_a_page_has_100_by_default_and_1000_at_most(api: Api) -> None:
    body = api.get("/models/base").json()
    assert len(body["values"]) == 100
    assert "skip=100&top=100" in body["@nextLink"]
    body = api.get("/models/base?top=5000").json()
    assert len(body["values"]) == len({each["self"] for each in body["values"]}) < 1000
    assert "@nextLink" not in body


@pytest.mark.parametrize(
    "query", ["skip=-1", "top=0", "top=x", "skip=1.5", "top=99999999999", "skip=٣", "top=-0"]
)
def test_bad_numbers(api: Api, query: str) -> None:
    answer = api.get(f"/transcriptions?{query}")
    assert answer.status_code == 400
    assert answer.json()["innerError"]["code"] == "UnsupportedPagination"
    assert answer.json()["target"] == query.split("=")[0]


def test_two_bad_numbers_are_told_at_once(api: Api) -> None:
    body = api.get("/transcriptions?skip=-1&top=0").json()
    assert " OR " in body["message"]
    assert [each["target"] for each in body["details"]] == ["skip", "top"]


def test_a_list_with_work_in_it_says_when_to_ask_again(api: Api) -> None:
    assert "Retry-After" not in api.get("/transcriptions").headers
    first, second = api.created(), api.created()
    assert 1 <= int(api.get("/transcriptions").headers["Retry-After"]) <= 60
    api.finish(first)
    assert "Retry-After" in api.get("/transcriptions").headers
    # Only what the page shows counts.
    assert "Retry-After" not in api.get("/transcriptions?top=1").headers
    api.finish(second)
    assert "Retry-After" not in api.get("/transcriptions").headers
    hook = {"displayName": "A", "webUrl": "https://example.com/", "events": {}}
    api.ask("POST", "/webhooks", json=hook)
    assert "Retry-After" in api.get("/webhooks").headers


@pytest.mark.parametrize(("minutes", "seconds"), [(0, 1), (1, 6), (60, 60)])
def test_what_takes_long_is_asked_for_less_often(minutes: int, seconds: int) -> None:
    at = now() - timedelta(minutes=minutes)
    entity = Entity(
        id="x",
        resource_id="r",
        kind=Kind.TRANSCRIPTION,
        version="v3.2",
        host=HOST,
        display_name="d",
        locale="en-US",
        status=Status.RUNNING,
        created=at,
        last_action=at,
    )
    assert retry_after([entity]) == {"Retry-After": str(seconds)}
    assert retry_after([entity, replace(entity, last_action=now())]) == {"Retry-After": "1"}
    assert retry_after([replace(entity, status=Status.FAILED)]) == {}


def test_filters_that_are_encoded_twice(api: Api) -> None:
    """As in the published examples, whose filters hold %20."""
    api.created()
    answer = api.get("/transcriptions?filter=status%2520eq%2520'NotStarted'")
    assert len(answer.json()["values"]) == 1


def test_v3_0_has_no_filters(api: Api) -> None:
    answer = api.get("/transcriptions?filter=status eq 'Failed'", Version.V3_0)
    assert answer.status_code == 400
    assert answer.json()["innerError"]["code"] == "UnsupportedFilter"
