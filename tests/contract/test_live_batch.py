"""A transcription in every version, through the real service, against the published schemas."""

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from scriba.resources.versions import Version

from ..server.api import minimal
from ..server.live import Live
from .swagger import swagger


@pytest.mark.parametrize("version", Version)
def test_a_recording_that_may_not_be_fetched(live: Live, version: Version) -> None:
    """Its host is this one, which is refused; nothing of that is known when it is made."""
    document = swagger(version)
    key = {"Ocp-Apim-Subscription-Key": live.key}
    create = "/transcriptions" if version.in_path else "/transcriptions:submit"
    base = f"{live.address}/speechtotext" + (f"/{version}" if version.in_path else "")
    query = {} if version.in_path else {"api-version": version.value}

    def check(method: str, path: str, url: str, **options: Any) -> Any:
        answer = requests.request(method, url, headers=key, timeout=60, **options)
        assert answer.status_code < 300, answer.text
        return document.check(answer, method, path)

    wanted = minimal(version) | {"contentUrls": [f"{live.address}/swagger?sig=SECRET"]}
    made = check("POST", create, base + create, params=query, json=wanted)
    assert made["self"].startswith(live.address)
    deadline = time.monotonic() + 120
    done = made
    while done["status"] in ("NotStarted", "Running") and time.monotonic() < deadline:
        time.sleep(0.2)
        done = check("GET", "/transcriptions/{id}", made["self"])
    assert done["status"] == "Failed"
    assert done["properties"]["error"]["code"] == "InvalidRecordingsUri"
    files = check("GET", "/transcriptions/{id}/files", done["links"]["files"])["values"]
    assert [each["kind"] for each in files] == ["TranscriptionReport"]
    link = files[0]["links"]["contentUrl"]
    assert urlsplit(link).netloc == urlsplit(live.address).netloc
    report = requests.get(link, timeout=60)
    assert report.status_code == 200
    assert report.json()["failedTranscriptionsCount"] == 1
    assert "SECRET" not in report.text
    check("DELETE", "/transcriptions/{id}", made["self"])
    assert requests.get(made["self"], headers=key, timeout=60).status_code == 404
    assert requests.get(link, timeout=60).status_code == 404
