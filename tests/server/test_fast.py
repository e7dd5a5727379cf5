"""`POST /speechtotext/transcriptions:transcribe` over HTTP, with a recogniser that is told what."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import requests

from scriba.errors import UnsupportedLocale
from scriba.server import transcriber
from scriba.speech.results import Hypothesis, Phrase, Word

from ..net.web import Web
from .conftest import Running, Start, wav
from .fakes import hypothesis

PATH = "/speechtotext/transcriptions:transcribe"
VERSIONS = ("2024-05-15-preview", "2024-11-15", "2025-10-15")
NEWEST = VERSIONS[-1]


def transcribe(
    server: Running,
    definition: Any = None,
    audio: bytes | None = None,
    *,
    version: str = NEWEST,
    key: str | None = None,
) -> requests.Response:
    """A form with `definition` and, unless it is b"-", `audio`: one second by default."""
    files: dict[str, Any] = {}
    if audio != b"-":
        files["audio"] = ("a.wav", wav() if audio is None else audio)
    if definition is not None:
        text = definition if isinstance(definition, str) else json.dumps(definition)
        files["definition"] = (None, text)
    return send(server, files, version=version, key=key)


def send(server: Running, files: Any, *, version: str = NEWEST, key: str | None = None) -> Any:
    return requests.post(
        server.address + PATH,
        params={"api-version": version},
        headers={"Ocp-Apim-Subscription-Key": key or server.anywhere.key1},
        files=files,
        timeout=30,
    )


def phrase(text: str, start: float, end: float, **options: Any) -> Phrase:
    """A phrase whose words divide its time evenly."""
    words = text.split()
    step = (end - start) / len(words)
    timed = tuple(
        Word(word, start + i * step, start + (i + 1) * step, 0.8) for i, word in enumerate(words)
    )
    guess = hypothesis(text)
    return Phrase(start, end, (Hypothesis(0.9, guess.forms, timed),), "en-US", **options)


def settled(folder: Path) -> bool:
    """Whether nothing of any upload is left in a moment."""
    for _ in range(100):
        if not folder.exists() or not os.listdir(folder):
            return True
        time.sleep(0.05)
    return False


def error_codes(answer: requests.Response, status: int) -> tuple[str, str | None]:
    """The codes of an error, after it has been seen to be the same in both shapes."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    inner = body.get("innerError", {}).get("code")
    assert body["error"]["code"] == body["code"]
    assert body["error"]["message"] == body["message"] != ""
    assert body["error"].get("target") == body.get("target")
    assert body["error"].get("innererror", {}).get("code") == inner
    assert answer.headers["x-ms-error-code"] == inner or body["code"]
    return body["code"], inner


def test_the_newest_result(server: Running) -> None:
    server.speech.phrases = [phrase("Hello there.", 0.04, 0.5), phrase("Bye.", 0.6, 0.9)]
    answer = transcribe(server, {"locales": ["en-US"]})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json() == {
        "durationMilliseconds": 1000,
        "combinedPhrases": [{"text": "Hello there. Bye."}],
        "phrases": [
            {
                "offsetMilliseconds": 40,
                "durationMilliseconds": 460,
                "text": "Hello there.",
                "words": [
                    {"text": "Hello", "offsetMilliseconds": 40, "durationMilliseconds": 230},
                    {"text": "there.", "offsetMilliseconds": 270, "durationMilliseconds": 230},
                ],
                "locale": "en-US",
                "confidence": 0.9,
            },
            {
                "offsetMilliseconds": 600,
                "durationMilliseconds": 300,
                "text": "Bye.",
                "words": [{"text": "Bye.", "offsetMilliseconds": 600, "durationMilliseconds": 300}],
                "locale": "en-US",
                "confidence": 0.9,
            },
        ],
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_the_names_of_each_version(server: Running, version: str) -> None:
    server.speech.phrases = [phrase("Hello.", 0.04, 0.5)]
    body = transcribe(server, {}, version=version).json()
    old = version == VERSIONS[0]
    duration = "duration" if old else "durationMilliseconds"
    offset = "offset" if old else "offsetMilliseconds"
    assert set(body) == {duration, "combinedPhrases", "phrases"}
    assert set(body["phrases"][0]) == {
        *(duration, offset, "text", "words", "locale", "confidence"),
    }
    assert set(body["phrases"][0]["words"][0]) == {duration, offset, "text"}


def test_channels_stand_apart_and_phrases_in_order_of_time(server: Running, data: Path) -> None:
    server.speech.phrases = [phrase("One.", 0.1, 0.5), phrase("Two.", 0.6, 0.9)]
    audio = (data / "en-two-channels.flac").read_bytes()
    body = transcribe(server, {"channels": [0, 1]}, audio).json()
    assert body["combinedPhrases"] == [
        {"channel": 0, "text": "One. Two."},
        {"channel": 1, "text": "One. Two."},
    ]
    assert [(each["channel"], each["text"]) for each in body["phrases"]] == [
        (0, "One."),
        (1, "One."),
        (0, "Two."),
        (1, "Two."),
    ]


def test_silence_is_a_result(server: Running) -> None:
    server.speech.phrases = []
    body = transcribe(server, {"locales": ["en-US"]}).json()
    assert body == {
        "durationMilliseconds": 1000,
        "combinedPhrases": [{"text": ""}],
        "phrases": [],
    }


def test_scripts_without_spaces_are_joined_without(server: Running) -> None:
    server.speech.phrases = [
        Phrase(start, start + 0.5, (hypothesis(text),), language)
        for start, text, language in (
            (0.0, "これは", "ja-JP"),
            (0.5, "本です。", "ja-JP"),
            (1.0, "Yes.", "en-US"),
            (1.5, "No.", "en-US"),
        )
    ]
    body = transcribe(server, {"locales": ["ja-JP", "en-US"]}).json()
    assert body["combinedPhrases"][0]["text"] == "これは本です。 Yes. No."
    assert [each["locale"] for each in body["phrases"]] == ["ja-JP", "ja-JP", "en-US", "en-US"]


AUDIO = ("audio", ("speech.wav", wav(), "audio/wav"))
DEFINITION = '{"locales": ["de-DE"]}'
MARKED = ("definition", (None, "\ufeff" + DEFINITION, "text/plain; charset=utf-8"))


@pytest.mark.parametrize(
    "parts",
    [
        [AUDIO, ("definition", (None, DEFINITION))],
        [("definition", (None, DEFINITION)), AUDIO],
        [("definition", (None, DEFINITION, "application/json")), AUDIO],
        [("definition", ("", DEFINITION)), AUDIO],
        [("definition", ("", DEFINITION, "application/json")), AUDIO],
        [("definition", ("definition.json", DEFINITION, "application/json")), AUDIO],
        [("Definition", (None, DEFINITION)), ("Audio", (None, wav()))],
        [("other", (None, "x")), ("more", ("x.bin", b"y" * 9000)), AUDIO, MARKED],
    ],
)
def test_parts_in_every_shape(server: Running, parts: Any) -> None:
    assert send(server, parts).status_code == 200
    assert server.speech.heard[-1].options.language == "de-DE"
    assert server.speech.heard[-1].samples == 16000


def test_without_a_definition_any_language_is_looked_for(server: Running) -> None:
    assert transcribe(server).status_code == 200
    options = server.speech.heard[-1].options
    assert (options.language, options.candidates) == (None, ())


def test_what_has_no_effect_is_noted(server: Running) -> None:
    answer = transcribe(server, {"enhancedMode": {"enabled": True}, "somethingElse": 1})
    assert answer.status_code == 200
    note = answer.headers["X-Scriba-Note"]
    assert "enhancedMode" in note
    assert "somethingElse" in note


@pytest.mark.parametrize(
    ("definition", "inner"),
    [
        ("not json", "InvalidPayload"),
        ({"locales": ["xx-XX"]}, "InvalidLocale"),
        ({"channels": [5]}, "InvalidChannelSpecification"),
        ({"channels": [1]}, "BadChannelConfiguration"),
        ({"profanityFilterMode": "Rude"}, "InvalidParameterValue"),
        ({"diarization": {"maxSpeakers": 99}}, "InvalidParameterValue"),
        ({"models": {"en-US": "https://example.com/models/base/1"}}, "InvalidModel"),
        ({"enhancedMode": {"enabled": True, "task": "translate"}}, "InvalidParameterValue"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_bad_definitions(server: Running, version: str, definition: Any, inner: str) -> None:
    answer = transcribe(server, definition, version=version)
    assert error_codes(answer, 400) == ("InvalidRequest", inner)


@pytest.mark.parametrize(
    ("audio", "inner"),
    [(b"", "EmptyAudioFile"), (b"<html>not audio</html>", "InvalidAudioFormat")],
)
def test_bad_audio(server: Running, audio: bytes, inner: str) -> None:
    answer = transcribe(server, {}, audio)
    assert error_codes(answer, 400) == ("InvalidRequest", inner)
    assert answer.json()["message"].endswith(".")


def test_a_form_without_audio(server: Running) -> None:
    answer = transcribe(server, {}, b"-")
    assert error_codes(answer, 400) == ("InvalidRequest", "EmptyAudioFile")
    assert "audioUrl" in answer.json()["message"]
    older = transcribe(server, {"audioUrl": "https://example.com"}, b"-", version=VERSIONS[1])
    assert older.status_code == 400
    assert "2025-10-15" in older.json()["message"]


def test_audio_that_is_too_long(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcriber, "MAX_SECONDS", 0.5)
    answer = transcribe(server, {})
    assert error_codes(answer, 400) == ("InvalidRequest", "AudioLengthLimitExceeded")
    assert server.speech.heard == []


def test_audio_that_is_too_large(start: Start, tmp_path: Path) -> None:
    server = start(max_upload_bytes=100_000)
    assert transcribe(server, {}, wav(6.0)).status_code == 413
    assert server.speech.heard == []
    announced = server.raw(_head(server, "Content-Length: 9000000"))
    assert announced.startswith(b"HTTP/1.1 413 ")
    assert settled(tmp_path / "incoming")


def test_a_definition_that_is_too_large(server: Running) -> None:
    answer = transcribe(server, "{}" + " " * (1 << 20))
    code, _ = error_codes(answer, 413)
    assert code == "InvalidRequest"
    assert answer.json()["target"] == "definition"


def test_what_is_no_form(server: Running) -> None:
    answer = requests.post(
        server.address + PATH,
        params={"api-version": NEWEST},
        headers={"Ocp-Apim-Subscription-Key": server.anywhere.key1},
        json={},
        timeout=30,
    )
    assert error_codes(answer, 415)[0] == "UnsupportedMediaType"
    cut = server.raw(
        _head(server, "Content-Length: 40") + b"--x\r\nContent-Disposition: form-data; name"
    )
    assert cut.startswith(b"HTTP/1.1 400 ")


def test_keys_are_looked_at_before_the_body(server: Running) -> None:
    assert transcribe(server, {}, key="wrong").status_code == 401
    answer = server.raw(
        _head(server, "Content-Length: 9000", "Expect: 100-continue").replace(
            server.anywhere.key1.encode(), b"wrong"
        )
    )
    assert answer.startswith(b"HTTP/1.1 401 ")
    token = requests.post(
        server.address + "/sts/v1.0/issueToken",
        headers={"Ocp-Apim-Subscription-Key": server.anywhere.key1},
        timeout=30,
    ).text
    answered = requests.post(
        server.address + PATH,
        params={"api-version": NEWEST},
        headers={"Authorization": f"Bearer {token}"},
        files={"audio": wav()},
        timeout=30,
    )
    assert answered.status_code == 200


def test_what_the_model_does_not_know(server: Running) -> None:
    server.speech.failure = UnsupportedLocale("the model tiny does not know de-DE")
    answer = transcribe(server, {"locales": ["de-DE"]})
    assert error_codes(answer, 400) == ("InvalidRequest", "InvalidLocale")


def test_a_recogniser_that_fails(server: Running, tmp_path: Path) -> None:
    server.speech.failure = RuntimeError("secret detail")
    answer = transcribe(server, {})
    assert error_codes(answer, 500) == ("InternalServerError", None)
    assert "secret" not in answer.text
    assert settled(tmp_path / "incoming")


def test_no_more_than_so_many_at_once(start: Start) -> None:
    server = start(max_fast=1)
    server.speech.hold.clear()
    with socket.create_connection(("127.0.0.1", server.port)) as first:
        first.sendall(_whole(server))
        assert server.speech.begun.wait(20)
        answer = transcribe(server, {})
        error_codes(answer, 429)
        assert int(answer.headers["Retry-After"]) >= 1
        server.speech.hold.set()
        assert first.recv(100).startswith(b"HTTP/1.1 200 ")
    assert transcribe(server, {}).status_code == 200


def test_a_client_that_leaves_within_the_upload(start: Start, tmp_path: Path) -> None:
    server = start(max_fast=1)
    server.raw(_whole(server)[:-2000], seconds=0.3)
    for _ in range(100):
        if transcribe(server, {}).status_code == 200:
            break
        time.sleep(0.05)
    assert len(server.speech.heard) == 1
    assert settled(tmp_path / "incoming")


def test_a_client_that_leaves_while_it_waits(server: Running, tmp_path: Path) -> None:
    server.speech.hold.clear()
    server.speech.phrases *= 100
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(_whole(server))
        assert server.speech.begun.wait(20)
    time.sleep(0.2)
    server.speech.hold.set()
    assert server.speech.heard[0].ended.wait(20)
    assert settled(tmp_path / "incoming")
    assert transcribe(server, {}).status_code == 200


def test_work_that_nobody_waits_for_keeps_its_place_until_it_ends(start: Start) -> None:
    server = start(max_fast=1)
    server.speech.hold.clear()
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(_whole(server))
        assert server.speech.begun.wait(20)
    time.sleep(0.3)
    assert transcribe(server, {}).status_code == 429
    server.speech.hold.set()
    assert server.speech.heard[0].ended.wait(20)
    for _ in range(100):
        if transcribe(server, {}).status_code == 200:
            break
        time.sleep(0.05)
    assert len(server.speech.heard) == 2


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server without pages."""
    made = Web()
    yield made
    made.stop()


def _endless(web: Web) -> tuple[threading.Event, threading.Event]:
    """A recording at /a.wav that never ends: it has begun, the other side has hung up."""
    begun, broken = threading.Event(), threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000000")
        request.end_headers()
        try:
            while not broken.wait(0.02):
                request.wfile.write(b"x")
                begun.set()
        except OSError:
            broken.set()

    web.pages["/a.wav"] = drip
    return begun, broken


_LOCAL = {"allow_private_addresses": "127.0.0.0/8", "download_timeout": 600.0}


def test_a_recording_that_nobody_waits_for_is_fetched_no_further(
    start: Start, tmp_path: Path, web: Web
) -> None:
    begun, broken = _endless(web)
    server = start(max_fast=1, **_LOCAL)
    body = (
        b'--x\r\nContent-Disposition: form-data; name="definition"\r\n\r\n'
        + json.dumps({"audioUrl": web.address + "/a.wav"}).encode()
        + b"\r\n--x--\r\n"
    )
    head = _head(server, f"Content-Length: {len(body)}")
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(head + body)
        assert begun.wait(20)
    assert broken.wait(20)
    assert settled(tmp_path / "incoming")
    for _ in range(100):
        if transcribe(server, {}).status_code == 200:
            break
        time.sleep(0.05)
    assert len(server.speech.heard) == 1


def test_a_recording_that_takes_too_long_to_fetch(
    start: Start, tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriba.server.fast_service._FETCH_SECONDS", 0.5)
    _, broken = _endless(web)
    server = start(**_LOCAL)
    form = {"definition": (None, json.dumps({"audioUrl": web.address + "/a.wav"}))}
    answer = send(server, form)
    assert error_codes(answer, 400)[1] == "InvalidRecordingsUri"
    assert broken.wait(20)
    assert settled(tmp_path / "incoming")


def test_an_upload_that_stops(start: Start, tmp_path: Path) -> None:
    server = start(body_timeout=0.3)
    answer = server.raw(_whole(server)[:-2000])
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert settled(tmp_path / "incoming")


def test_a_disk_that_is_full(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scriba.server.multipart._unnamed", full)
    answer = transcribe(server, {})
    error_codes(answer, 503)
    assert "Retry-After" in answer.headers


def _head(server: Running, *lines: str) -> bytes:
    start = (
        f"POST {PATH}?api-version={NEWEST} HTTP/1.1",
        "Host: localhost",
        "Content-Type: multipart/form-data; boundary=x",
        f"Ocp-Apim-Subscription-Key: {server.anywhere.key1}",
    )
    return ("\r\n".join(start + lines) + "\r\n\r\n").encode()


def _whole(server: Running) -> bytes:
    disposition = b'Content-Disposition: form-data; name="audio"\r\n\r\n'
    body = b"--x\r\n" + disposition + wav() + b"\r\n--x--\r\n"
    return _head(server, f"Content-Length: {len(body)}", "Connection: close") + body
