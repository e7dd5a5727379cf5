"""azure-ai-transcription (PyPI), the client of fast transcription, with another endpoint only."""

import asyncio
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from azure.ai.transcription import TranscriptionClient
from azure.ai.transcription.aio import TranscriptionClient as AsyncTranscriptionClient
from azure.ai.transcription.models import (
    EnhancedModeProperties,
    PhraseListProperties,
    TranscriptionContent,
    TranscriptionDiarizationOptions,
    TranscriptionOptions,
    TranscriptionResult,
)
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from ..server.conftest import Running, Start
from ..server.live import Live
from ..server.test_fast import settled


def client(address: str, key: str, **options: str) -> TranscriptionClient:
    return TranscriptionClient(endpoint=address, credential=AzureKeyCredential(key), **options)


def check(result: TranscriptionResult) -> None:
    """The recording that comes with Scriba."""
    text = result.combined_phrases[0].text
    assert "quilter" in text.lower()
    assert result.duration_milliseconds == pytest.approx(5855, abs=400)
    assert " ".join(phrase.text for phrase in result.phrases) == text
    for phrase in result.phrases:
        assert phrase.locale == "en-US"
        assert 0 < phrase.confidence <= 1
        assert " ".join(word.text for word in phrase.words) == phrase.text
        end = phrase.offset_milliseconds + phrase.duration_milliseconds
        for word in phrase.words:
            assert phrase.offset_milliseconds <= word.offset_milliseconds
            assert word.offset_milliseconds + word.duration_milliseconds <= end + 1


@pytest.mark.parametrize("version", [{}, {"api_version": "2024-11-15"}])
def test_a_file(live: Live, sample: Path, version: dict[str, str]) -> None:
    with client(live.address, live.key, **version) as service, sample.open("rb") as audio:
        asked = TranscriptionOptions(locales=["en-US"])
        check(service.transcribe(TranscriptionContent(definition=asked, audio=audio)))


def test_a_file_asynchronously(live: Live, sample: Path) -> None:
    audio = io.BytesIO(sample.read_bytes())

    async def run() -> TranscriptionResult:
        async with AsyncTranscriptionClient(
            endpoint=live.address, credential=AzureKeyCredential(live.key)
        ) as service:
            asked = TranscriptionOptions(locales=["en-US", "de-DE"])
            return await service.transcribe(TranscriptionContent(definition=asked, audio=audio))

    check(asyncio.run(run()))


def test_every_option(live: Live, data: Path) -> None:
    asked = TranscriptionOptions(
        locales=["en-US"],
        profanity_filter_mode="Tags",
        diarization_options=TranscriptionDiarizationOptions(max_speakers=2),
        phrase_list=PhraseListProperties(phrases=["Brooklyn"], biasing_weight=1.0),
        enhanced_mode=EnhancedModeProperties(task="transcribe"),
    )
    with client(live.address, live.key) as service:
        audio = (data / "en-brooklyn.flac").read_bytes()
        result = service.transcribe(TranscriptionContent(definition=asked, audio=audio))
    assert {phrase.speaker for phrase in result.phrases} <= {1, 2}
    assert result.phrases[0].speaker == 1


def test_a_base_model_may_be_named(live: Live, sample: Path) -> None:
    models = requests.get(
        f"{live.address}/speechtotext/models/base",
        params={"api-version": "2024-11-15", "filter": "locale eq 'en-US'"},
        headers={"Ocp-Apim-Subscription-Key": live.key},
        timeout=30,
    ).json()["values"]
    with client(live.address, live.key, api_version="2024-11-15") as service:
        asked = TranscriptionOptions(locales=["en-US"], models={"en-US": models[0]["self"]})
        form = TranscriptionContent(definition=asked, audio=sample.read_bytes())
        check(service.transcribe(form))
        other = TranscriptionOptions(locales=["en-US"], models={"en-US": models[-1]["self"]})
        form = TranscriptionContent(definition=other, audio=sample.read_bytes())
        with pytest.raises(HttpResponseError, match="models"):
            service.transcribe(form)


def test_channels(live: Live, data: Path) -> None:
    asked = TranscriptionOptions(locales=["en-US"], active_channels=[0, 1])
    with client(live.address, live.key) as service:
        audio = (data / "en-two-channels.flac").read_bytes()
        result = service.transcribe(TranscriptionContent(definition=asked, audio=audio))
    assert [each.channel for each in result.combined_phrases] == [0, 1]
    assert all(each.text for each in result.combined_phrases)
    assert {phrase.channel for phrase in result.phrases} == {0, 1}


def test_silence(live: Live, data: Path) -> None:
    asked = TranscriptionOptions(locales=["en-US"])
    with client(live.address, live.key) as service:
        audio = (data / "silence.flac").read_bytes()
        result = service.transcribe(TranscriptionContent(definition=asked, audio=audio))
    assert result.combined_phrases[0].text == ""
    assert result.phrases == []


@pytest.fixture
def recordings(sample: Path) -> Iterator[str]:
    """The address of a web server that has the sample, and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.startswith("/quilter.wav")
            body = sample.read_bytes() if found else b"nothing"
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_address(start: Start, recordings: str, sample: Path, tmp_path: Path) -> None:
    server = start(allow_private_addresses="127.0.0.0/8")
    with client(server.address, server.anywhere.key1) as service:
        result = service.transcribe_from_url(f"{recordings}/quilter.wav?sig=secret")
        assert result.combined_phrases[0].text == "Hello."
        assert result.duration_milliseconds == pytest.approx(5855, abs=400)
        with pytest.raises(HttpResponseError) as error:
            service.transcribe_from_url(f"{recordings}/missing.wav?sig=secret")
        both = TranscriptionOptions(audio_url=f"{recordings}/missing.wav", locales=["en-US"])
        form = TranscriptionContent(definition=both, audio=sample.read_bytes())
        assert service.transcribe(form).combined_phrases[0].text == "Hello."
    assert error.value.error is not None
    assert error.value.error.innererror == {"code": "InvalidRecordingsUri"}
    assert "404" in error.value.message
    assert "secret" not in error.value.message
    assert settled(tmp_path / "incoming")


def test_a_private_address_is_not_called(server: Running, recordings: str) -> None:
    with (
        client(server.address, server.anywhere.key1) as service,
        pytest.raises(HttpResponseError) as error,
    ):
        service.transcribe_from_url(f"{recordings}/quilter.wav")
    assert error.value.status_code == 400
    assert server.speech.heard == []


def test_errors_arrive_as_the_client_knows_them(server: Running, sample: Path) -> None:
    with (
        client(server.address, "wrong") as service,
        pytest.raises(ClientAuthenticationError),
    ):
        service.transcribe(TranscriptionContent(audio=b"x"))
    asked = TranscriptionOptions(
        enhanced_mode=EnhancedModeProperties(task="translate", target_language="de")
    )
    form = TranscriptionContent(definition=asked, audio=sample.read_bytes())
    with (
        client(server.address, server.anywhere.key1) as service,
        pytest.raises(HttpResponseError) as error,
    ):
        service.transcribe(form)
    assert error.value.error is not None
    assert error.value.error.code == "InvalidRequest"
    assert "does not translate" in error.value.message
