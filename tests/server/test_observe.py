"""Paths evened out, ids given, and nothing private in the log."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.server.observe import normalise

from .conftest import Running
from .live import SHORT


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ("/", None)),
        ("//", ("/", None)),
        ("", ("/", None)),
        ("/ready/", ("/ready", None)),
        ("//a///b//", ("/a/b", None)),
        ("/x.api.cognitive.microsoft.com/a", ("/a", "x.api.cognitive.microsoft.com")),
        ("/X.STT.Speech.Microsoft.COM", ("/", "X.STT.Speech.Microsoft.COM")),
        ("/microsoft.com/a", ("/microsoft.com/a", None)),
        ("/a/x.microsoft.com/b", ("/a/x.microsoft.com/b", None)),
    ],
)
def test_normalise(path: str, expected: tuple[str, str | None]) -> None:
    assert normalise(path) == expected


@given(st.text(alphabet="/ab.microsoft.com", max_size=60))
def test_a_normal_path_stays_as_it_is(path: str) -> None:
    once, prefix = normalise(path)
    if prefix is None:
        assert normalise(once) == (once, None)
    assert once.startswith("/")
    assert "//" not in once


def test_ids(server: Running) -> None:
    first, second = server.get("/ready"), server.get("/ready")
    assert len(first.headers["X-RequestId"]) == 32
    assert first.headers["X-RequestId"] != second.headers["X-RequestId"]
    given_id = server.get("/ready", headers={"X-RequestId": "abc-123"})
    assert given_id.headers["X-RequestId"] == "abc-123"
    strange = server.get("/ready", headers={"X-RequestId": "a b<>" + "c" * 100})
    assert len(strange.headers["X-RequestId"]) == 32


def test_every_answer_forbids_storing_and_guessing(server: Running) -> None:
    for answer in (server.post(), server.get("/"), server.get("/nothing"), server.post(data=b"x")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers


def test_the_log_names_the_request_and_no_secret(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    key = server.anywhere.key1
    with caplog.at_level(logging.DEBUG):
        server.post(
            params={"language": "en-US", "Ocp-Apim-Subscription-Key": key, "subscription-key": key}
        )
        server.post(headers={"Ocp-Apim-Subscription-Key": "wrong-key"})
        issued = server.post("/sts/v1.0/issueToken").text
        server.post(headers={"Authorization": f"Bearer {issued}"})
        server.get("/a%0aforged%20line")
        server.post(data=b"this is some text")
    ours = [record for record in caplog.records if not record.name.startswith("urllib3")]
    logged = "\n".join(caplog.handler.format(record) for record in ours)
    assert SHORT in logged
    assert " 200 " in logged
    for secret in (key, "wrong-key", issued, "Hello", "language=en-US", "this is some text"):
        assert secret not in logged
    assert "\nforged" not in logged


def test_an_unexpected_error_is_a_500_with_an_id(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError("private detail")

    server.speech.stream = broken  # type: ignore[method-assign, assignment]
    answer = server.post()
    assert answer.status_code == 500
    assert "private detail" not in answer.text
    assert answer.headers["X-RequestId"]
    assert "private detail" in caplog.text
