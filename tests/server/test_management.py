"""Finding the version and the operation, letting in, and reading bodies."""

import json

import pytest

from scriba.resources.versions import Version
from scriba.server.tokens import MANAGEMENT

from .api import HOST, Api, minimal

KNOWN = ", ".join(Version)


@pytest.mark.parametrize("version", Version)
def test_every_version_is_served_and_named(api: Api, version: Version) -> None:
    answer = api.get("/transcriptions", version)
    assert answer.status_code == 200
    assert answer.json() == {"values": []}
    assert answer.headers["api-supported-versions"] == KNOWN


@pytest.mark.parametrize(
    "path",
    [
        "/speechtotext/v2.0/transcriptions",
        "/speechtotext/v9/transcriptions",
        "/speechtotext/transcriptions?api-version=2020-01-01",
        "/speechtotext/transcriptions?api-version=v3.2",
        "/speechtotext/transcriptions",
        "/speechtotext/transcriptions?api-version=",
        "/speechtotext/v3.2/transcriptions?api-version=2024-11-15",
        "/speechtotext",
    ],
)
def test_an_unknown_version_lists_the_known(api: Api, path: str) -> None:
    answer = api.get(HOST + path)
    assert answer.status_code == 400
    body = answer.json()
    assert body["code"] == "InvalidRequest"
    assert body["target"] == "api-version"
    assert "v3.2" in body["message"]
    if "path names" not in body["message"]:
        assert KNOWN in body["message"]


@pytest.mark.parametrize(
    "path",
    [
        "/SpeechToText/V3.2/Transcriptions/",
        "//speechtotext/v3.2//transcriptions//",
        "/speechtotext/transcriptions/?API-Version=2024-11-15",
        "/speechtotext/TRANSCRIPTIONS?api-version=2024-05-15-PREVIEW",
        "/speechtotext/v3.2-preview.2/transcriptions",
    ],
)
def test_case_and_slashes_do_not_matter(api: Api, path: str) -> None:
    assert api.get(HOST + path).status_code == 200


def test_an_encoded_question_mark_is_a_part_of_the_path(api: Api) -> None:
    assert api.get(f"{HOST}/speechtotext/v3.2/transcriptions%3Ftop=1").status_code == 404


def test_previews_have_a_health_status(api: Api) -> None:
    assert api.get(f"{HOST}/speechtotext/v3.2-preview.1/healthstatus").status_code == 200
    assert api.get("/healthstatus", Version.V3_2).status_code == 404


def test_methods_and_operations_of_other_versions(api: Api) -> None:
    answer = api.ask("PUT", "/transcriptions")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert answer.json()["code"] == "NotAllowed"
    answer = api.ask("POST", "/transcriptions:submit", json={})
    assert answer.status_code == 404
    assert "2024-11-15" in answer.json()["message"]
    answer = api.get("/nothing")
    assert answer.status_code == 404
    assert answer.json()["code"] == "NotFound"
    assert api.ask("HEAD", "/transcriptions").status_code == 200


def test_who_may_call(api: Api) -> None:
    url = f"{HOST}/speechtotext/v3.2/transcriptions"
    assert api.http.get(url).status_code == 403
    answer = api.http.get(url, headers={"Ocp-Apim-Subscription-Key": "wrong"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "Unauthorized"
    # Nothing is told to strangers, not even which paths there are.
    assert api.http.get(f"{HOST}/speechtotext/v3.2/nothing").status_code == 403

    headers = {"Ocp-Apim-Subscription-Key": api.key}
    issue = f"{HOST}/sts/v1.0/issueToken"
    plain = api.http.post(issue, headers=headers).text
    managing = api.http.post(f"{issue}?scope={MANAGEMENT}", headers=headers).text
    refused = api.http.get(url, headers={"Authorization": f"Bearer {plain}"})
    assert refused.status_code == 401
    assert MANAGEMENT in refused.json()["message"]
    assert api.http.get(url, headers={"Authorization": f"Bearer {managing}"}).status_code == 200


def test_the_type_of_a_body(api: Api) -> None:
    body = json.dumps(minimal(Version.V3_2))
    for kind, status in [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("Application/Merge-Patch+JSON", 201),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
    ]:
        answer = api.ask("POST", "/transcriptions", content=body, headers={"Content-Type": kind})
        assert answer.status_code == status, kind
    assert answer.json()["code"] == "UnsupportedMediaType"
    packed = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert api.ask("POST", "/transcriptions", content=body, headers=packed).status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        b'{"a": NaN}',
        b'{"displayName": "a", "displayName": "b"}',
        b'{"displayName": "a", "DISPLAYNAME": "b"}',
        b'{"displayName": "\\u0000"}',
        b'{"displayName": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"[" * 200_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": 1e999}',
    ],
)
def test_bodies_that_are_no_requests(api: Api, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = api.ask("POST", "/transcriptions", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "InvalidRequest"
    assert answer.json()["innerError"]["code"] in (
        "EmptyRequest",
        "InvalidRequestBodyFormat",
        "InvalidPayload",
    )


def test_a_large_body(api: Api) -> None:
    body = {**minimal(Version.V3_2), "description": "x" * (1 << 20)}
    answer = api.ask("POST", "/transcriptions", json=body)
    assert answer.status_code == 400
    assert "larger than 1 MiB" in answer.json()["message"]


def test_many_names_twice_take_no_time(api: Api) -> None:
    names = ",".join(f'"{n}":1' for n in range(70_000))
    body = ("{" + names + ',"69999":1}').encode()
    headers = {"Content-Type": "application/json"}
    answer = api.ask("POST", "/transcriptions", content=body, headers=headers)
    assert answer.status_code == 400
    assert "given twice" in answer.json()["message"]


def test_a_query_parameter_with_two_values(api: Api) -> None:
    assert api.get("/transcriptions?top=1&TOP=1").status_code == 200
    answer = api.get("/transcriptions?top=1&top=2")
    assert answer.status_code == 400
    assert answer.json()["innerError"]["code"] == "InvalidParameterValue"


def test_links_have_the_host_that_was_called(api: Api) -> None:
    headers = {"Host": "other.example.org"}
    body = minimal(Version.V3_2)
    answer = api.ask("POST", "/transcriptions", json=body, headers=headers)
    assert answer.json()["self"].startswith(
        "http://other.example.org/speechtotext/v3.2/transcriptions/"
    )
    assert answer.headers["Location"] == answer.json()["self"]


def test_the_prefix_of_a_path_is_a_part_of_links(api: Api) -> None:
    prefix = "/westus.api.cognitive.microsoft.com"
    answer = api.get(f"{HOST}{prefix}/speechtotext/v3.2/models/base?top=1")
    link = answer.json()["@nextLink"]
    assert link.startswith(f"{HOST}{prefix}/speechtotext/v3.2/models/base?")
    assert api.get(link).status_code == 200


def test_strange_prefixes_are_no_part_of_links(api: Api) -> None:
    for prefix in ("/%3Cscript%3E.microsoft.com", "/" + "a" * 100 + ".microsoft.com"):
        answer = api.get(f"{HOST}{prefix}/speechtotext/v3.2/models/base?top=1")
        assert answer.json()["@nextLink"].startswith(f"{HOST}/speechtotext/")


def test_forwarded_hosts_only_where_they_are_trusted(api: Api) -> None:
    headers = {"X-Forwarded-Host": "evil.example.com", "X-Forwarded-Proto": "https"}
    answer = api.get("/models/base?top=1", headers=headers)
    assert answer.json()["@nextLink"].startswith(HOST)


def test_what_is_wrong_with_json_is_said_in_whole_sentences(api: Api) -> None:
    headers = {"Content-Type": "application/json"}
    answer = api.ask("POST", "/transcriptions", content=b'{"a": "b\n"}', headers=headers)
    assert answer.status_code == 400
    assert "Invalid control character at line 1, column 9" in answer.json()["message"]
