"""SpeechRecognition (PyPI), written for the cloud, pointed at this server and unchanged."""

import warnings
from pathlib import Path

import pytest

from scriba.speech.results import Recognition, Status

from ..server.conftest import Running
from ..server.live import Live
from .conftest import Door

with warnings.catch_warnings():
    # It imports modules of the standard library that are on their way out.
    warnings.simplefilter("ignore", DeprecationWarning)
    import speech_recognition as sr


def _audio(sample: Path) -> sr.AudioData:
    with sr.AudioFile(str(sample)) as source:
        return sr.Recognizer().record(source)


def test_speech_recognition_with_a_path_prefix(live: Live, door: Door, sample: Path) -> None:
    location = f"{door(live.port)}/x"
    text, confidence = sr.Recognizer().recognize_azure(
        _audio(sample), key=live.key, location=location
    )
    assert "quilter" in text.lower()
    assert 0 < confidence <= 1


def test_speech_recognition_reads_every_field(server: Running, door: Door, sample: Path) -> None:
    result = sr.Recognizer().recognize_azure(
        _audio(sample),
        key=server.westus.key2,
        location=f"{door(server.port)}/westus",
        language="de-DE",
        profanity="raw",
        show_all=True,
    )
    assert result["NBest"][0]["Display"] == "Hello."
    assert server.speech.streams[-1].language == "de-DE"
    assert server.speech.streams[-1].profanity == "raw"


def test_speech_recognition_is_refused_with_a_wrong_key_or_region(
    server: Running, door: Door, sample: Path
) -> None:
    address = door(server.port)
    for key, prefix in (("wrong", "x"), (server.westus.key1, "eastus")):
        with pytest.raises(sr.RequestError, match="Unauthorized"):
            sr.Recognizer().recognize_azure(_audio(sample), key=key, location=f"{address}/{prefix}")


def test_speech_recognition_keeps_its_token_until_the_key_is_no_longer_sent(
    server: Running, door: Door, sample: Path
) -> None:
    recognizer = sr.Recognizer()
    options = {"key": server.westus.key1, "location": f"{door(server.port)}/westus"}
    recognizer.recognize_azure(_audio(sample), **options)
    server.resources.rotate("west", 1)
    # The library asks for a token every ten minutes only; the one it holds needs no database.
    text, _ = recognizer.recognize_azure(_audio(sample), **options)
    assert text == "Hello."
    with pytest.raises(sr.RequestError, match="Unauthorized"):
        sr.Recognizer().recognize_azure(_audio(sample), **options)


def test_speech_recognition_takes_no_match_for_no_words(
    server: Running, door: Door, sample: Path
) -> None:
    server.speech.result = Recognition(Status.NO_MATCH, 2.0)
    with pytest.raises(sr.UnknownValueError):
        sr.Recognizer().recognize_azure(
            _audio(sample), key=server.westus.key1, location=f"{door(server.port)}/westus"
        )
