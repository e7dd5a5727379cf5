"""azure-transcription-client (PyPI), generated from the OpenAPI document of v3.0, unchanged."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import azure_transcription_client as client
import pytest

from ..server.live import Live
from .conftest import Azurite


@pytest.fixture
def api(near: Live) -> Iterator[Any]:
    """Its only class, with every operation of v3.0."""
    configuration = client.Configuration()
    configuration.host = f"{near.address}/speechtotext/v3.0"
    configuration.api_key["Ocp-Apim-Subscription-Key"] = near.key
    connection = client.ApiClient(configuration)
    yield client.DefaultApi(connection)
    connection.rest_client.pool_manager.clear()
    connection.pool.close()
    connection.pool.join()


def finished(api: Any, transcription: Any) -> Any:
    """The transcription when its work has ended."""
    id = transcription._self.rpartition("/")[2]
    for _ in range(1200):
        found = api.get_transcription(id)
        if found.status in ("Succeeded", "Failed"):
            return found
        time.sleep(0.1)
    raise AssertionError(found.status)


def test_a_transcription_from_beginning_to_end(
    api: Any, azurite: Azurite, sample: Path, data: Path
) -> None:
    source, target = azurite.container(), azurite.container()
    azurite.put(source, "quilter.wav", sample.read_bytes())
    azurite.put(source, "calls/en-time.flac", (data / "en-time.flac").read_bytes())
    asked = client.Transcription(
        content_container_url=source,
        display_name="A night's work",
        description="From one container to another",
        locale="en-US",
        custom_properties={"team": "b"},
        properties=client.TranscriptionProperties(
            word_level_timestamps_enabled=True,
            destination_container_url=target,
            punctuation_mode="DictatedAndAutomatic",
            profanity_filter_mode="Masked",
            time_to_live="PT12H",
        ),
    )
    made = api.create_transcription(transcription=asked)
    assert made.status == "NotStarted"
    assert made.custom_properties == {"team": "b"}
    done = finished(api, made)
    assert done.status == "Succeeded", done
    assert done.properties.duration.startswith("PT")
    id = made._self.rpartition("/")[2]
    assert id in [each._self.rpartition("/")[2] for each in api.get_transcriptions().values]

    files = api.get_transcription_files(id).values
    kinds = sorted(each.kind for each in files)
    assert kinds == ["Transcription", "Transcription", "TranscriptionReport"]
    place = target.partition("?")[0]
    for each in files:
        # In a container of the caller's own the address is without a signature of ours or theirs.
        assert each.links.content_url.startswith(f"{place}/")
        assert "sig=" not in each.links.content_url
    names = {each.name: each.links.content_url[len(place) + 1 :] for each in files}
    report = json.loads(azurite.get(target, names["report.json"]))
    assert report["successfulTranscriptionsCount"] == 2
    name = next(names[each] for each in names if "quilter" in each)
    found = json.loads(azurite.get(target, name))
    assert "quilter" in found["combinedRecognizedPhrases"][0]["display"].lower()
    assert found["recognizedPhrases"][0]["nBest"][0]["words"]

    update = client.TranscriptionUpdate(display_name="Renamed")
    assert api.update_transcription(id=id, transcription_update=update).display_name == "Renamed"
    api.delete_transcription(id)
    with pytest.raises(client.rest.ApiException) as error:
        api.get_transcription(id)
    assert error.value.status == 404
    assert azurite.get(target, name)


def test_what_there_is(api: Any) -> None:
    assert "en-US" in api.get_supported_locales_for_transcriptions()
    models = api.get_base_models(top=2)
    assert len(models.values) == 2
    model = api.get_base_model(models.values[0]._self.rpartition("/")[2])
    assert model.locale == models.values[0].locale
    assert api.get_models().values == []
    assert api.get_health_status().status == "Healthy"


def test_an_error_is_told(api: Any) -> None:
    asked = client.Transcription(display_name="x", locale="xx-XX", content_urls=["nowhere"])
    with pytest.raises(client.rest.ApiException) as error:
        api.create_transcription(transcription=asked)
    assert error.value.status == 400
    assert json.loads(error.value.body)["code"] == "InvalidRequest"
