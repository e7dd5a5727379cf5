"""Datasets: made from an address, listed, changed, deleted."""

from datetime import timedelta

import pytest

from scriba.resources.dataset import DatasetSpec
from scriba.resources.entity import Kind, Problem, Status
from scriba.resources.file import FileKind
from scriba.resources.limits import Limits
from scriba.resources.versions import Version

from .api import HOST, Api
from .custom import Custom, reference


def _code(answer: object) -> str:
    return str(answer.json()["innerError"]["code"])  # type: ignore[attr-defined]


def test_from_an_address(api: Api, custom: Custom) -> None:
    answer = custom.post(
        Kind.DATASET,
        kind="language",
        contentUrl="https://example.com/a b.txt?sig=secret",
        description="d",
        customProperties={"a": "b"},
        properties={"textNormalizationKind": "None", "email": "a@example.com"},
    )
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["Location"] == body["self"]
    assert answer.headers["Retry-After"] == "1"
    assert "email" in answer.headers["X-Scriba-Note"]
    assert body["kind"] == "Language"
    assert body["contentUrl"] == "https://example.com/a%20b.txt?sig=REDACTED"
    assert body["links"] == {"files": f"{body['self']}/files"}
    assert body["properties"] == {"textNormalizationKind": "None"}
    assert body["status"] == "NotStarted"
    entity = api.jobs.submitted[-1]
    assert (
        DatasetSpec.from_json(entity.spec).content_url == "https://example.com/a%20b.txt?sig=secret"
    )
    assert entity.expires is None


def test_what_the_import_found(api: Api, custom: Custom) -> None:
    done = custom.dataset()
    api.add_file(done, "report.json", kind=FileKind.DATASET_REPORT)
    body = api.get(f"/datasets/{done.id}").json()
    assert body["properties"] == {
        "textNormalizationKind": "Default",
        "acceptedLineCount": 11,
        "rejectedLineCount": 2,
        "duration": "PT4M12S",
    }
    newest = api.get(f"/datasets/{done.id}", Version.V2025_10).json()
    assert newest["properties"]["durationMilliseconds"] == 252_000
    failed = custom.end(custom.dataset(ended=False), Problem("NoUtf8WithBom", "Not UTF-8."))
    assert api.get(f"/datasets/{failed.id}").json()["properties"]["error"] == {
        "code": "NoUtf8WithBom",
        "message": "Not UTF-8.",
    }
    files = api.get(f"/datasets/{done.id}/files").json()["values"]
    assert [(each["name"], each["kind"]) for each in files] == [("report.json", "DatasetReport")]


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ({"kind": ...}, "InvalidPayload", "kind is required"),
        ({"kind": "Video"}, "InvalidPayload", "kind must be one of"),
        ({"locale": "xx-XX"}, "InvalidLocale", "xx-XX"),
        ({"displayName": ""}, "InvalidPayload", "displayName"),
        ({"contentUrl": "ftp://example.com/a"}, "InvalidPayload", "contentUrl"),
        ({"contentUrl": "file:///etc/passwd"}, "InvalidPayload", "contentUrl"),
        ({"project": {"self": "nothing"}}, "InvalidProject", "address of a project"),
        (
            {"properties": {"textNormalizationKind": "Some"}},
            "InvalidPayload",
            "textNormalizationKind",
        ),
    ],
)
def test_what_is_wrong_is_told(
    custom: Custom, body: dict[str, object], code: str, told: str
) -> None:
    given = {"kind": "Language", "contentUrl": "https://example.com/a.txt", **body}
    answer = custom.post(Kind.DATASET, **given)
    assert answer.status_code == 400
    assert _code(answer) == code
    assert told in answer.json()["message"]


def test_kinds_are_those_of_the_version(api: Api, custom: Custom) -> None:
    answer = custom.post(
        Kind.DATASET, Version.V3_1, kind="OutputFormatting", contentUrl="http://a/b"
    )
    assert answer.status_code == 400
    answer = custom.post(Kind.DATASET, Version.V3_0, kind="Language")
    assert answer.status_code == 400
    assert "contentUrl is required" in answer.json()["message"]
    by_locale = api.get("/datasets/locales", Version.V3_1).json()
    assert by_locale["de-DE"][-1] == "LanguageMarkdown"
    by_kind = api.get("/datasets/locales", Version.V2024_11).json()
    assert "de-DE" in by_kind["OutputFormatting"]


def test_lists_are_filtered_by_kind(api: Api, custom: Custom) -> None:
    language = custom.dataset("Language")
    custom.dataset("Acoustic")
    found = api.get("/datasets?filter=kind eq 'language'").json()["values"]
    assert [each["self"] for each in found] == [f"{HOST}/speechtotext/v3.2/datasets/{language.id}"]
    assert api.get("/datasets?filter=kind eq 'OutputFormatting'", Version.V3_1).status_code == 400


def test_an_older_version_cannot_read_a_newer_one(api: Api, custom: Custom) -> None:
    newer = custom.dataset("OutputFormatting", Version.V3_2)
    assert api.get(f"/datasets/{newer.id}", Version.V3_1).status_code == 400
    assert api.get("/datasets", Version.V3_1).json()["values"] == []
    assert api.ask("DELETE", f"/datasets/{newer.id}", Version.V3_1).status_code == 400


def test_delete(api: Api, custom: Custom) -> None:
    waiting = custom.dataset(ended=False)
    answer = api.ask("DELETE", f"/datasets/{waiting.id}")
    assert (answer.status_code, _code(answer)) == (409, "DeleteNotAllowed")
    done = custom.end(waiting, accepted=1)
    model = custom.model(ended=False, datasets=[reference(done)])
    answer = api.ask("DELETE", f"/datasets/{done.id}")
    assert (answer.status_code, _code(answer)) == (409, "InUseViolation")
    assert model.id in answer.json()["message"]
    custom.end(model)
    api.add_file(done, "report.json")
    for _ in range(2):
        assert api.ask("DELETE", f"/datasets/{done.id}").status_code == 204
    assert api.get(f"/datasets/{done.id}").status_code == 404


def test_change(api: Api, custom: Custom) -> None:
    done, project = custom.dataset(), custom.project()
    body = {"displayName": "New", "project": reference(project)}
    changed = api.ask("PATCH", f"/datasets/{done.id}", json=body).json()
    assert changed["displayName"] == "New"
    assert changed["project"]["self"].endswith(project.id)
    # What was read may be sent back as it is.
    assert api.ask("PATCH", f"/datasets/{done.id}", json=changed).json() == changed
    for wrong in ({"kind": "Language"}, {"locale": "de-DE"}, {"status": "Failed"}):
        answer = api.ask("PATCH", f"/datasets/{done.id}", json=wrong)
        assert (answer.status_code, _code(answer)) == (400, "UnsupportedDelta")
    assert "project" not in api.ask("PATCH", f"/datasets/{done.id}", json={"project": None}).json()
    other = custom.project(locale="de-DE")
    answer = api.ask("PATCH", f"/datasets/{done.id}", json={"project": reference(other)})
    assert (answer.status_code, _code(answer)) == (400, "InvalidLocale")


def test_a_change_keeps_what_others_changed_meanwhile(api: Api, custom: Custom) -> None:
    done, project = custom.dataset(), custom.project()
    read = api.entities.get

    def get(*arguments: object, **named: object) -> object:
        found = read(*arguments, **named)  # type: ignore[arg-type]
        if found.kind is Kind.DATASET:
            spec = {**found.spec, "content_url": "https://example.com/other"}
            api.entities.update(Kind.DATASET, done.id, done.resource_id, spec=spec)
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("scriba.storage.entities.Entities.get", lambda _, *a, **n: get(*a, **n))
        body = {"project": reference(project)}
        assert api.ask("PATCH", f"/datasets/{done.id}", json=body).status_code == 200
    spec = DatasetSpec.from_json(custom.stored(Kind.DATASET, done.id).spec)
    assert (spec.content_url, spec.project) == ("https://example.com/other", project.id)


def test_limits(api: Api, custom: Custom) -> None:
    api.resources.update("api", limits=Limits(datasets=1))
    custom.dataset()
    answer = custom.post(Kind.DATASET, kind="Language", contentUrl="https://example.com/a.txt")
    assert (answer.status_code, _code(answer)) == (429, "QuotaViolation")
    assert "1 datasets" in answer.json()["message"]


def test_others_cannot_see_it(api: Api, custom: Custom) -> None:
    done = custom.dataset()
    other = api.resources.create("other")
    headers = {"Ocp-Apim-Subscription-Key": other.key1}
    for method in ("GET", "PATCH"):
        answer = api.ask(method, f"/datasets/{done.id}", headers=headers, json={})
        assert answer.status_code == 404
    assert api.ask("DELETE", f"/datasets/{done.id}", headers=headers).status_code == 204
    assert custom.stored(Kind.DATASET, done.id).status is Status.SUCCEEDED


def test_what_waits_for_blocks_goes_after_a_week(custom: Custom) -> None:
    entity = custom.made(Kind.DATASET, kind="Language")
    assert entity.expires == entity.created + timedelta(days=7)
