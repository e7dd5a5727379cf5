"""Software written for the cloud, pointed at this server and otherwise unchanged."""

import ssl
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from .conftest import Running
from .live import Live, TlsDoor

with warnings.catch_warnings():
    # It imports modules of the standard library that are on their way out.
    warnings.simplefilter("ignore", DeprecationWarning)
    import speech_recognition as sr

Door = Callable[[int], str]


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Open a TLS door to a port; the address is one that the client's own checks accept."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    # From Python 3.12 on urllib keeps the certificates that its first call found.
    monkeypatch.setattr("urllib.request._opener", None)
    doors: list[TlsDoor] = []

    def open_door(port: int) -> str:
        doors.append(TlsDoor(context, port))
        return f"localhost:{doors[-1].port}"

    yield open_door
    for each in doors:
        each.close()


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
