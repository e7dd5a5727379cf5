"""Fast transcription held against the published documents of its three versions."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError

from scriba.resources.versions import Version

from ..server.conftest import Running
from ..server.test_fast import phrase, transcribe
from .swagger import swagger

VERSIONS = [version for version in Version if not version.in_path]
RESULT = {"$ref": "#/definitions/TranscribeResult"}
ERROR = {"$ref": "#/definitions/Error"}


@pytest.mark.parametrize("version", VERSIONS)
def test_results(server: Running, data: Path, version: Version) -> None:
    server.speech.phrases = [
        phrase("Hello there.", 0.1, 0.5),
        replace(phrase("Bye.", 0.6, 0.9), speaker=2),
        replace(phrase("Nowhere.", 0.9, 1.2), language=None),
    ]
    audio = (data / "en-two-channels.flac").read_bytes()
    definitions: list[Any] = [{}, {"locales": ["en-US"]}, {"channels": [0, 1]}]
    for definition in definitions:
        answer = transcribe(server, definition, audio, version=version)
        assert answer.status_code == 200
        swagger(version).validate(answer.json(), RESULT)
    server.speech.phrases = []
    swagger(version).validate(transcribe(server, {}, version=version).json(), RESULT)


def test_the_documents_tell_the_versions_apart(server: Running) -> None:
    answer = transcribe(server, {}, version=Version.V2024_11)
    with pytest.raises(ValidationError):
        swagger(Version.PREVIEW_2024_05).validate(answer.json(), RESULT)


@pytest.mark.parametrize("version", VERSIONS)
def test_errors(server: Running, version: Version) -> None:
    newest = swagger(Version.V2025_10)
    answers = [
        transcribe(server, "no JSON", version=version),
        transcribe(server, {"locales": ["xx"], "channels": [3]}, version=version),
        transcribe(server, {"channels": [1]}, version=version),
        transcribe(server, {}, b"", version=version),
        transcribe(server, {}, b"no audio", version=version),
        transcribe(server, {}, b"-", version=version),
        transcribe(server, {}, version=version, key="wrong"),
    ]
    for answer in answers:
        body = answer.json()
        wrapped = body.pop("error")
        # The newest document lists every code that there is; older clients read the same fields.
        newest.validate(body, ERROR)
        assert (wrapped["code"], wrapped["message"]) == (body["code"], body["message"])


@pytest.mark.parametrize("version", VERSIONS)
def test_published_requests(server: Running, version: Version) -> None:
    """Taken as they stand; two are no JSON for want of a bracket, which is put there."""
    examples = [example for example in swagger(version).examples() if "transcribe" in example.path]
    assert examples
    for example in examples:
        definition = example.parameters["definition"]
        try:
            asked = json.loads(definition)
        except json.JSONDecodeError:
            definition = definition.replace('"en-US"]', '["en-US"]')
            asked = json.loads(definition)
        answer = transcribe(server, definition, version=version)
        if asked.get("enhancedMode", {}).get("task") == "translate":
            # There is no translation here, and that is said.
            assert answer.status_code == 400
            assert "does not translate" in answer.json()["message"]
            continue
        if "audioUrl" in asked:
            definition = definition.replace("{audioUrl}", "https://example.com/a.wav")
            answer = transcribe(server, definition, version=version)
        assert answer.status_code == 200, answer.text
        swagger(version).validate(answer.json(), RESULT)
