"""Clients generated from the published documents of v3.2 and 2024-11-15 drive a running server.

Every answer passes through the generated models, which refuse what the document does not allow.
"""

import json
import time
import urllib.parse
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
import requests

from ..jobs.conftest import recordings
from ..server.live import Live
from ..webhooks.conftest import until
from ..webhooks.receiver import Receiver
from .generator import generate

__all__ = ["recordings"]

VERSIONS = ["v3.2", "2024-11-15"]


class Program:
    """A program on top of a generated client: what differs between the two is the version."""

    def __init__(self, live: Live, package: ModuleType, version: str) -> None:
        self.package = package
        self.old = version.startswith("v")
        host = f"{live.address}/speechtotext" + (f"/{version}" if self.old else "")
        configuration = package.Configuration(host=host)
        configuration.api_key["api_key"] = live.key
        self.client = package.ApiClient(configuration)
        self.transcriptions = package.CustomSpeechTranscriptionsApi(self.client)
        self.webhooks = package.CustomSpeechWebHooksApi(self.client)
        self.models = package.CustomSpeechModelsApi(self.client)
        self.always = {} if self.old else {"api_version": version}

    def call(self, method: Callable[..., Any], **arguments: Any) -> Any:
        """Call an operation, with the version where the client asks for it."""
        return method(**arguments, **self.always)

    def submit(self, name: str, urls: list[str], **properties: Any) -> str:
        """Make a transcription; the id, taken from the header as the official sample does."""
        made = self.package
        to_live = {"time_to_live": "PT6H"} if self.old else {"time_to_live_hours": 6}
        asked = made.Transcription(
            display_name=name,
            locale="en-US",
            content_urls=urls,
            description="from a generated client",
            custom_properties={"call": "17"},
            properties=made.TranscriptionProperties(**to_live, **properties),
        )
        submit = (
            self.transcriptions.transcriptions_create_with_http_info
            if self.old
            else self.transcriptions.transcriptions_submit_with_http_info
        )
        answer = self.call(submit, transcription=asked)
        assert answer.status_code == 201
        location: str = answer.headers["location"]
        assert location == answer.data.var_self
        return location.split("/")[-1].split("?")[0]

    def wait(self, id: str) -> Any:
        """The transcription at its end."""
        for _ in range(1200):
            found = self.call(self.transcriptions.transcriptions_get_with_http_info, id=id)
            if found.data.status in ("Succeeded", "Failed"):
                return found.data
            assert int(found.headers["retry-after"]) >= 1
            time.sleep(0.1)
        raise AssertionError(f"{id} did not come to an end")

    def pages(self, method: Callable[..., Any], **arguments: Any) -> list[Any]:
        """All values of a list, each page asked for with what `@nextLink` says."""
        found: list[Any] = []
        while True:
            page = self.call(method, **arguments)
            found += page.values
            if not page.next_link:
                return found
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.next_link).query))
            query.pop("api-version", None)
            arguments |= {"skip": int(query.pop("skip")), "top": int(query.pop("top"))}
            assert query == ({"filter": arguments["filter"]} if "filter" in arguments else {})


@pytest.fixture(scope="module", params=VERSIONS)
def program(
    request: pytest.FixtureRequest, near: Live, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """A generated client, pointed at a running server."""
    version = request.param
    package = generate(version, tmp_path_factory.mktemp("generated"))
    made = Program(near, package, version)
    yield made
    made.client.rest_client.pool_manager.clear()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of webhooks."""
    made = Receiver()
    yield made
    made.stop()


def test_a_transcription_from_its_beginning_to_its_end(program: Program, recordings: str) -> None:
    made = program.package
    api = program.transcriptions
    diarization: dict[str, Any] = (
        {"diarization_enabled": True}
        if program.old
        else {"diarization": made.DiarizationProperties(enabled=True, max_speakers=2)}
    )
    id = program.submit(
        "A generated one",
        [f"{recordings}/en-time.flac", f"{recordings}/none.wav", f"{recordings}/en-quilter.flac"],
        word_level_timestamps_enabled=True,
        punctuation_mode="Automatic",
        profanity_filter_mode="Tags",
        channels=[0],
        **diarization,
    )
    done = program.wait(id)
    assert done.status == "Succeeded"
    assert done.custom_properties == {"call": "17"}
    assert done.properties.word_level_timestamps_enabled is True
    assert (done.properties.punctuation_mode, done.properties.profanity_filter_mode) == (
        "Automatic",
        "Tags",
    )
    assert done.last_action_date_time >= done.created_date_time
    if program.old:
        assert done.properties.diarization_enabled is True
        assert done.properties.time_to_live == "PT6H"
    else:
        assert done.properties.diarization.max_speakers == 2
        assert done.properties.duration_milliseconds > 0

    files = program.pages(api.transcriptions_list_files, id=id, top=1)
    assert sorted(each.name for each in files) == [
        "contenturl_0.json",
        "contenturl_2.json",
        "report.json",
    ]
    results = program.pages(
        api.transcriptions_list_files, id=id, filter="name eq 'contenturl_2.json'"
    )
    assert [each.kind for each in results] == ["Transcription"]
    lifetime = {"sas_validity_in_seconds" if program.old else "sas_lifetime_minutes": 60}
    file_id = results[0].var_self.split("/")[-1].split("?")[0]
    one = program.call(api.transcriptions_get_file, id=id, file_id=file_id, **lifetime)
    shown = requests.get(one.links.content_url, timeout=30).json()
    assert "quilter" in shown["combinedRecognizedPhrases"][0]["display"].lower()
    assert shown["recognizedPhrases"][0]["speaker"] == 1
    assert shown["recognizedPhrases"][0]["nBest"][0]["words"]
    report = next(each for each in files if each.kind == "TranscriptionReport")
    details = requests.get(report.links.content_url, timeout=30).json()
    assert (details["successfulTranscriptionsCount"], details["failedTranscriptionsCount"]) == (
        2,
        1,
    )

    change = made.TranscriptionUpdate(display_name="Renamed", custom_properties={"call": "18"})
    changed = program.call(api.transcriptions_update, id=id, transcription_update=change)
    assert (changed.display_name, changed.custom_properties) == ("Renamed", {"call": "18"})
    assert changed.description == "from a generated client"
    assert program.call(api.transcriptions_get, id=id) == changed

    program.call(api.transcriptions_delete, id=id)
    with pytest.raises(made.exceptions.NotFoundException) as gone:
        program.call(api.transcriptions_get, id=id)
    assert json.loads(gone.value.body)["code"] == "NotFound"


def test_lists_are_filtered_and_paged(program: Program) -> None:
    name = f"list {program.package.__name__}"
    ids = {program.submit(f"{name} {n % 2}", ["http://127.0.0.1:1/none.wav"]) for n in range(5)}
    for each in ids:
        assert program.wait(each).status == "Failed"
    api = program.transcriptions
    found = program.pages(
        api.transcriptions_list,
        top=1,
        filter=f"displayName eq '{name} 0' and status eq 'Failed'",
    )
    assert len(found) == len({each.var_self for each in found}) == 3
    assert {each.display_name for each in found} == {f"{name} 0"}
    assert all(each.properties.error.code for each in found)
    every = program.pages(api.transcriptions_list, top=2)
    assert ids <= {each.var_self.split("/")[-1].split("?")[0] for each in every}
    locales = program.call(api.transcriptions_list_supported_locales)
    assert "en-US" in json.dumps(locales.to_dict() if hasattr(locales, "to_dict") else locales)
    models = program.call(program.models.models_list_base_models, top=3)
    assert len(models.values) == 3
    one = program.call(
        program.models.models_get_base_model,
        id=models.values[0].var_self.split("/")[-1].split("?")[0],
    )
    assert one == models.values[0]


def test_a_webhook(program: Program, receiver: Receiver) -> None:
    made, api = program.package, program.webhooks
    asked = made.WebHook(
        display_name="A generated hook",
        web_url=receiver.address,
        events=made.WebHookEvents(transcription_completion=True),
        properties=made.WebHookProperties(secret="hush"),
    )
    hook = program.call(api.web_hooks_create, web_hook=asked)
    id = hook.var_self.split("/")[-1].split("?")[0]
    until(lambda: program.call(api.web_hooks_get, id=id).status == "Succeeded")
    assert receiver.calls[0].signed_with("hush")
    program.call(api.web_hooks_ping, id=id)
    until(lambda: receiver.events() == ["Ping"])
    assert made.WebHook.from_dict(receiver.calls[-1].body) == program.call(api.web_hooks_get, id=id)

    job = program.submit("For the hook", ["http://127.0.0.1:1/none.wav"])
    program.wait(job)
    until(lambda: "TranscriptionCompletion" in receiver.events())
    assert receiver.calls[-1].signed_with("hush")
    assert receiver.calls[-1].body["self"].partition("?")[0].endswith(job)
    program.call(api.web_hooks_test, id=id)
    until(lambda: receiver.events().count("TranscriptionCompletion") == 2)

    update = made.WebHookUpdate(events=made.WebHookEvents(transcription_creation=True))
    changed = program.call(api.web_hooks_update, id=id, web_hook_update=update)
    assert changed.events.transcription_creation is True
    listed = program.pages(api.web_hooks_list, filter="displayName eq 'A generated hook'")
    assert [each.var_self for each in listed] == [hook.var_self]
    program.call(api.web_hooks_delete, id=id)
    assert program.pages(api.web_hooks_list, filter="displayName eq 'A generated hook'") == []


def test_an_error(program: Program) -> None:
    made = program.package
    with pytest.raises(made.exceptions.BadRequestException) as refused:
        program.call(program.transcriptions.transcriptions_list, filter="nothing eq 'x'")
    error = made.Error.from_dict(json.loads(refused.value.body))
    assert error.inner_error.code == "UnsupportedFilter"
    with pytest.raises(made.exceptions.BadRequestException) as refused:
        program.submit("Bad addresses", ["https://example.com/a.wav", "nowhere", "ftp://x/"])
    error = made.Error.from_dict(json.loads(refused.value.body))
    assert [each.target for each in error.details] == ["contentUrls[1]", "contentUrls[2]"]
    assert {each.inner_error.code for each in error.details} == {"InvalidRecordingsUri"}
    program.client.configuration.api_key["api_key"], key = (
        "wrong",
        program.client.configuration.api_key["api_key"],
    )
    try:
        with pytest.raises(made.exceptions.UnauthorizedException):
            program.call(program.transcriptions.transcriptions_list)
    finally:
        program.client.configuration.api_key["api_key"] = key
