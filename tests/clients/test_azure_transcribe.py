"""azure-transcribe (PyPI), batch transcription of v3.x, with another base address only."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import requests

from ..server.live import Live
from .conftest import Azurite


@pytest.fixture(scope="module")
def library() -> ModuleType:
    """Its module; the package around it imports a name that it has not got."""
    package = importlib.util.find_spec("azure_transcribe")
    assert package is not None
    assert package.submodule_search_locations is not None
    path = Path(package.submodule_search_locations[0]) / "transcribe" / "transcribe.py"
    spec = importlib.util.spec_from_file_location("transcribe_of_azure_transcribe", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def signature(address: str) -> str:
    """The secret of a SAS URL, as it stands there."""
    return address.partition("sig=")[2].partition("&")[0]


@pytest.mark.parametrize("version", ["v3.0", "v3.1", "v3.2"])
def test_one_recording(
    library: ModuleType, near: Live, azurite: Azurite, sample: Path, version: str
) -> None:
    recording = azurite.put(azurite.container(), "quilter.wav", sample.read_bytes())
    client = library.AzureTranscribeMono(f"{near.address}/speechtotext/{version}/", near.key)
    job = client.create_transcription(recording)
    done = client.check_status(job, time_sleep=0.1, time_out=120)
    assert (done["status"], done["error"]) == ("Succeeded", None)
    result = client.get_result(done["files_url"])
    assert "quilter" in result["full_transcript"].lower()
    assert [turn["speaker"] for turn in result["dialog_transcript"]] == [1]
    assert "quilter" in result["dialog_transcript"][0]["text"].lower()
    assert result["source"].startswith(recording.partition("?")[0])
    assert signature(recording) not in result["source"]


def test_many_recordings_of_two_channels(
    library: ModuleType, near: Live, azurite: Azurite, data: Path
) -> None:
    container = azurite.container()
    names = ["en-two-channels.flac", "en-jfk-stereo.flac"]
    recordings = [azurite.put(container, name, (data / name).read_bytes()) for name in names]
    client = library.AzureTranscribeBatchStereo(f"{near.address}/speechtotext/v3.1/", near.key)
    done = client.check_status(
        client.create_transcription(recordings), time_sleep=0.1, time_out=120
    )
    assert done["status"] == "Succeeded"
    results = client.get_result(done["files_url"])
    assert len(results) == 2
    for result in results:
        assert "Speaker 1:" in result["full_transcript"]
        assert {phrase["channel"] for phrase in result["dialog_transcript"]} == {0, 1}


def test_a_recording_that_is_not_there(library: ModuleType, near: Live, azurite: Azurite) -> None:
    missing = azurite.blob(azurite.container(), "missing.wav")
    client = library.AzureTranscribeMono(f"{near.address}/speechtotext/v3.1/", near.key)
    done = client.check_status(client.create_transcription(missing), time_sleep=0.1, time_out=120)
    assert done["status"] == "Failed"
    assert done["error"]["code"]
    assert signature(missing) not in done["error"]["message"]


def test_a_wrong_key_is_told(library: ModuleType, near: Live) -> None:
    client = library.AzureTranscribeMono(f"{near.address}/speechtotext/v3.1/", "wrong")
    with pytest.raises(requests.HTTPError, match="401"):
        client.create_transcription("https://example.com/a.wav")
