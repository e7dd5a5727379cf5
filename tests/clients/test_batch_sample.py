"""Batch transcription in the way of the official Python sample, step by step.

It takes the id from the Location, polls, follows `@nextLink` by cutting its own host off it, and
fetches results without a key.
"""

import time
from pathlib import Path
from typing import Any

import pytest
import requests

from ..server.live import Live
from .conftest import Azurite

VERSION = "2024-11-15"


class Sample:
    """What the sample's generated client does, and no more."""

    def __init__(self, live: Live) -> None:
        self.host = f"{live.address}/speechtotext"
        self.headers = {"Ocp-Apim-Subscription-Key": live.key}

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request below the host; paths may bring their query."""
        answer = requests.request(
            method, self.host + path, headers=self.headers, timeout=30, **options
        )
        answer.raise_for_status()
        return answer

    def submit(self, definition: dict[str, Any]) -> str:
        """The id of a new transcription."""
        answer = self.call(
            "POST", "/transcriptions:submit", params={"api-version": VERSION}, json=definition
        )
        assert answer.status_code == 201
        return answer.headers["location"].split("/")[-1].split("?")[0]

    def wait(self, id: str) -> dict[str, Any]:
        """The transcription when its work has ended."""
        for _ in range(1200):
            found = self.call("GET", f"/transcriptions/{id}", params={"api-version": VERSION})
            if found.json()["status"] in ("Failed", "Succeeded"):
                break
            time.sleep(0.1)
        return dict(found.json())

    def paginate(self, path: str, **query: int) -> list[dict[str, Any]]:
        """All values of a list."""
        page = self.call("GET", path, params={"api-version": VERSION, **query}).json()
        values = list(page["values"])
        while page.get("@nextLink"):
            link = page["@nextLink"].replace(self.host, "")
            page = self.call("GET", link).json()
            values += page["values"]
        return values


@pytest.fixture
def client(near: Live) -> Sample:
    return Sample(near)


def test_addresses(client: Sample, azurite: Azurite, sample: Path, data: Path) -> None:
    container = azurite.container()
    good = azurite.put(container, "quilter.wav", sample.read_bytes())
    other = azurite.put(container, "en-time.flac", (data / "en-time.flac").read_bytes())
    bad = azurite.put(container, "text.wav", b"this is not audio")
    id = client.submit(
        {
            "contentUrls": [good, bad, other],
            "locale": "en-US",
            "displayName": "Simple transcription",
            "description": "Simple transcription description",
            "properties": {"timeToLiveHours": 48, "wordLevelTimestampsEnabled": True},
        }
    )
    done = client.wait(id)
    assert done["status"] == "Succeeded", done
    files = client.paginate(f"/transcriptions/{id}/files", top=1)
    assert sorted(each["name"] for each in files) == [
        "contenturl_0.json",
        "contenturl_2.json",
        "report.json",
    ]
    shown = {
        each["name"]: requests.get(each["links"]["contentUrl"], timeout=30).json() for each in files
    }
    text = shown["contenturl_0.json"]["combinedRecognizedPhrases"][0]["display"]
    assert "quilter" in text.lower()
    report = shown["report.json"]
    assert (report["successfulTranscriptionsCount"], report["failedTranscriptionsCount"]) == (2, 1)
    failed = next(each for each in report["details"] if each["status"] == "Failed")
    assert "text.wav" in failed["source"]
    assert failed["errorMessage"]
    assert good.partition("sig=")[2].partition("&")[0] not in str(report)
    assert (
        client.call("DELETE", f"/transcriptions/{id}", params={"api-version": VERSION}).status_code
        == 204
    )


def test_a_container(client: Sample, azurite: Azurite, data: Path) -> None:
    writable = azurite.container()
    name = writable.partition("?")[0].rpartition("/")[2]
    for each in ("de-portal.flac", "fr-consulat.flac"):
        azurite.put(writable, each, (data / each).read_bytes())
    id = client.submit(
        {
            "contentContainerUrl": azurite.sas(name, "rl"),
            "locale": "de-DE",
            "displayName": "Container",
            "properties": {
                "timeToLiveHours": 6,
                "languageIdentification": {
                    "candidateLocales": ["de-DE", "fr-FR"],
                    "mode": "Single",
                },
            },
        }
    )
    assert client.wait(id)["status"] == "Succeeded"
    found = {}
    for each in client.paginate(f"/transcriptions/{id}/files"):
        if each["kind"] == "Transcription":
            result = requests.get(each["links"]["contentUrl"], timeout=30).json()
            found[each["name"]] = {phrase["locale"] for phrase in result["recognizedPhrases"]}
    assert found == {"de-portal.flac.json": {"de-DE"}, "fr-consulat.flac.json": {"fr-FR"}}


def test_lists_page_by_page(client: Sample) -> None:
    made = {
        client.submit(
            {
                "contentUrls": ["http://127.0.0.1:1/missing.wav"],
                "locale": "en-US",
                "displayName": f"Page {i}",
                "properties": {"timeToLiveHours": 6},
            }
        )
        for i in range(5)
    }
    listed = client.paginate("/transcriptions", top=2)
    found = [each["self"].split("/")[-1].split("?")[0] for each in listed]
    assert made <= set(found)
    assert len(found) == len(set(found))
