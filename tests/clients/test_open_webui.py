"""The request that Open WebUI sends, and what it reads of the answer."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ..server.conftest import Running
from ..server.live import Live

# Its default list; AUDIO_STT_AZURE_MAX_SPEAKERS comes from the environment, as a string.
LOCALES = "en-US,es-ES,es-MX,fr-FR,hi-IN,it-IT,de-DE,en-GB,en-IN,ja-JP,ko-KR,pt-BR,zh-CN"


def transcribe(address: str, key: str, audio: bytes, definition: Any) -> tuple[int, Any]:
    async def run() -> tuple[int, Any]:
        form = aiohttp.FormData()
        form.add_field("definition", json.dumps(definition))
        form.add_field("audio", audio, filename="recording.wav")
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{address}/speechtotext/transcriptions:transcribe?api-version=2024-11-15",
                data=form,
                headers={"Ocp-Apim-Subscription-Key": key},
            ) as answer,
        ):
            return answer.status, await answer.json()

    return asyncio.run(run())


@pytest.mark.parametrize(
    "definition",
    [
        {"locales": LOCALES.split(","), "diarization": {"maxSpeakers": "3", "enabled": True}},
        {"locales": ["en-US"], "diarization": {"maxSpeakers": 3, "enabled": True}},
        {},
    ],
)
def test_a_recording(live: Live, sample: Path, definition: Any) -> None:
    status, answer = transcribe(live.address, live.key, sample.read_bytes(), definition)
    assert status == 200
    assert "quilter" in answer["combinedPhrases"][0]["text"].strip().lower()


def test_what_it_shows_of_an_error(server: Running) -> None:
    status, answer = transcribe(server.address, server.anywhere.key1, b"", {})
    assert status == 400
    assert answer["innerError"]["code"] == "EmptyAudioFile"
    assert answer["message"] == answer["error"]["message"]
