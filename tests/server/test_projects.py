"""Projects: names for a locale that others refer to."""

import pytest

from scriba.resources.entity import Kind
from scriba.resources.project import MEMBERS
from scriba.resources.versions import PLURALS, Version

from .api import HOST, Api
from .custom import Custom, reference


def test_counts_and_links(api: Api, custom: Custom) -> None:
    answer = custom.post(Kind.PROJECT, description="d")
    assert answer.status_code == 201
    body = answer.json()
    assert "status" not in body
    assert "lastActionDateTime" not in body
    assert body["links"] == {PLURALS[kind]: f"{body['self']}/{PLURALS[kind]}" for kind in MEMBERS}
    assert set(body["properties"].values()) == {0}
    project = custom.stored(Kind.PROJECT, body["self"][-36:])
    dataset = custom.dataset(project=reference(project))
    custom.dataset()
    custom.endpoint(project=reference(project))
    counts = api.get(f"/projects/{project.id}").json()["properties"]
    assert (counts["datasetCount"], counts["endpointCount"], counts["modelCount"]) == (1, 1, 0)
    listed = api.get(f"/projects/{project.id}/datasets").json()["values"]
    assert [each["self"] for each in listed] == [f"{HOST}/speechtotext/v3.2/datasets/{dataset.id}"]
    assert listed[0]["project"] == {"self": body["self"]}
    for kind in {PLURALS[each] for each in MEMBERS} - {"transcriptions"}:
        assert api.get(f"/projects/{project.id}/{kind}").status_code == 200


def test_pages_of_members(api: Api, custom: Custom) -> None:
    project = custom.project()
    for _ in range(3):
        custom.dataset(project=reference(project))
    custom.dataset()
    body = api.get(f"/projects/{project.id}/datasets?top=2").json()
    assert len(body["values"]) == 2
    assert f"/projects/{project.id}/datasets?" in body["@nextLink"]
    assert len(api.get(body["@nextLink"]).json()["values"]) == 1


def test_which_versions_have_them(api: Api, custom: Custom) -> None:
    assert custom.post(Kind.PROJECT, Version.V2024_11).status_code == 404
    project = custom.project(Version.V2025_10, foundryProjectName="f")
    body = api.get(f"/projects/{project.id}", Version.V2025_10).json()
    assert body["foundryProjectName"] == "f"
    assert "properties" not in body
    changed = api.ask(
        "PATCH", f"/projects/{project.id}", Version.V2025_10, json={"foundryProjectName": "g"}
    ).json()
    assert changed["foundryProjectName"] == "g"
    query = "/projects?filter=foundryProjectName eq 'g'"
    assert len(api.get(query, Version.V2025_10).json()["values"]) == 1
    assert api.get(query, Version.V3_2).status_code == 400
    assert custom.post(Kind.PROJECT, foundryProjectName="f").status_code == 400
    answer = custom.post(
        Kind.DATASET,
        Version.V2024_11,
        kind="Language",
        project=reference(project),
    )
    assert answer.status_code == 400
    assert "not part of version 2024-11-15" in answer.json()["message"]


def test_a_version_without_projects_keeps_them(api: Api, custom: Custom) -> None:
    project = custom.project()
    endpoint = custom.endpoint(project=reference(project))
    path = f"/endpoints/{endpoint.id}"
    newer = Version.V2024_11
    assert api.ask("PATCH", path, newer, json={"project": None}).status_code == 200
    answer = api.ask("PATCH", path, newer, json={"project": reference(project)})
    assert (answer.status_code, answer.json()["innerError"]["code"]) == (400, "InvalidProject")
    assert api.get(path).json()["project"] == reference(project)
    assert "project" not in api.get(path, newer).json()


def test_a_project_is_of_one_locale(custom: Custom) -> None:
    project = custom.project(locale="de-DE")
    answer = custom.post(Kind.ENDPOINT, project=reference(project))
    assert answer.status_code == 400
    assert answer.json()["innerError"]["code"] == "InvalidLocale"


def test_delete(api: Api, custom: Custom) -> None:
    project = custom.project()
    endpoint = custom.endpoint(project=reference(project))
    answer = api.ask("DELETE", f"/projects/{project.id}")
    assert (answer.status_code, answer.json()["innerError"]["code"]) == (409, "InUseViolation")
    assert "1 endpoints" in answer.json()["message"]
    api.ask("PATCH", f"/endpoints/{endpoint.id}", json={"project": None})
    for _ in range(2):
        assert api.ask("DELETE", f"/projects/{project.id}").status_code == 204


@pytest.mark.parametrize("text", ["status eq 'Running'", "lastActionDateTime gt 2026-01-01"])
def test_a_project_has_no_status_to_filter_by(api: Api, text: str) -> None:
    assert api.get(f"/projects?filter={text}").status_code == 400
