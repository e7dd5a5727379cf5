"""The short-audio endpoint, with a recogniser that says what the test wants."""

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from scriba.errors import ModelError
from scriba.server.errors import ApiError
from scriba.server.schemas.short_audio import parse_query
from scriba.speech.results import Recognition, Status

from .conftest import Running, wav
from .fakes import FakeStream, success
from .live import SHORT


def test_simple_answer(server: Running) -> None:
    answer = server.post()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert list(answer.json().items()) == [
        ("RecognitionStatus", "Success"),
        ("DisplayText", "Hello."),
        ("Offset", 2_500_000),
        ("Duration", 12_500_000),
    ]


def test_detailed_answer(server: Running) -> None:
    body = server.post(params={"language": "en-US", "format": "detailed"}).json()
    assert list(body) == ["RecognitionStatus", "Offset", "Duration", "DisplayText", "NBest"]
    assert body["DisplayText"] == body["NBest"][0]["Display"] == "Hello."
    assert body["NBest"][1] == {
        "Confidence": 0.8,
        "Lexical": "hallo",
        "ITN": "hallo itn",
        "MaskedITN": "hallo masked",
        "Display": "Hallo.",
    }


def test_at_most_five_hypotheses(server: Running) -> None:
    server.speech.result = success(*"ABCDEFG")
    body = server.post(params={"language": "en-US", "format": "detailed"}).json()
    assert [each["Display"] for each in body["NBest"]] == list("ABCDE")


@pytest.mark.parametrize("mode", ["conversation", "interactive", "dictation"])
def test_every_mode(server: Running, mode: str) -> None:
    path = SHORT.replace("conversation", mode)
    assert server.post(path).json()["RecognitionStatus"] == "Success"


@pytest.mark.parametrize("form", ["simple", "detailed"])
@pytest.mark.parametrize(
    ("status", "speech", "times"),
    [
        (Status.NO_MATCH, (0.5, 1.5), (5_000_000, 10_000_000)),
        (Status.INITIAL_SILENCE, None, (20_000_000, 0)),
        (Status.BABBLE, (0.1, 1.0), (1_000_000, 9_000_000)),
    ],
)
def test_without_words(
    server: Running,
    form: str,
    status: Status,
    speech: tuple[float, float] | None,
    times: tuple[int, int],
) -> None:
    server.speech.result = Recognition(status, 2.0, (), speech)
    answer = server.post(params={"language": "en-US", "format": form})
    assert answer.status_code == 200
    assert answer.json() == {
        "RecognitionStatus": str(status),
        "Offset": times[0],
        "Duration": times[1],
    }


def test_marks_alone_are_no_words(server: Running) -> None:
    server.speech.result = success("Hello.", "...", "****.")
    body = server.post(params={"language": "en-US", "format": "detailed"}).json()
    assert [each["Display"] for each in body["NBest"]] == ["Hello.", "****."]
    server.speech.result = success("...")
    assert server.post().json()["RecognitionStatus"] == "NoMatch"


def test_nothing_left_after_profanity_was_removed_is_no_match(server: Running) -> None:
    server.speech.result = success("", "")
    for form in ("simple", "detailed"):
        body = server.post(
            params={"language": "en-US", "format": form, "profanity": "removed"}
        ).json()
        assert set(body) == {"RecognitionStatus", "Offset", "Duration"}
        assert body["RecognitionStatus"] == "NoMatch"


def test_query_names_and_values_in_any_case(server: Running) -> None:
    query = "LANGUAGE=DE-de&Format=Detailed&PROFANITY=Raw&storeaudio=FALSE&other=1&cid="
    answer = requests.post(
        f"{server.address}{SHORT.upper()}/?{query}",
        headers={"ocp-apim-subscription-key": server.anywhere.key2},
        data=wav(),
        timeout=30,
    )
    assert "NBest" in answer.json()
    assert (server.speech.streams[-1].language, server.speech.streams[-1].profanity) == (
        "de-DE",
        "raw",
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "'language' is required"),
        ({"language": ""}, "'language' is required"),
        ({"language": "xx-XX"}, "xx-XX"),
        ({"language": "english"}, "english"),
        ({"language": "en-US\x00"}, "en-US"),
        ({"language": "en-US", "format": "xml"}, "simple, detailed"),
        ({"language": "en-US", "format": ""}, "simple, detailed"),
        ({"language": "en-US", "profanity": "none"}, "masked, removed, raw"),
        ({"language": "en-US", "storeAudio": "maybe"}, "true, false"),
        ({"language": "en-US", "cid": "0"}, "Invalid cid"),
        ({"language": ["en-US", "de-DE"]}, "twice"),
        ({"language": "en-US", "Format": ["simple", "detailed"]}, "twice"),
    ],
)
def test_bad_queries(server: Running, query: dict[str, str], said: str) -> None:
    answer = server.post(params=query)
    assert answer.status_code == 400
    assert list(answer.json()) == ["Message"]
    assert said in answer.json()["Message"]
    assert server.speech.streams == []


def test_the_same_value_twice_is_no_contradiction() -> None:
    asked = parse_query([("language", "en-US"), ("Language", "en-us"), ("x", "1"), ("x", "2")])
    assert asked.language == "en-US"
    with pytest.raises(ApiError):
        parse_query([("language", "en-US"), ("language", "en-GB")])


@pytest.mark.parametrize(
    "content_type",
    [
        "audio/wav; codecs=audio/pcm; samplerate=16000",
        'audio/wav;codec="audio/pcm";',
        "audio/ogg; codecs=opus",
        "text/plain",
        "multipart/form-data",
        ";;;",
        "",
    ],
)
def test_the_audio_decides_and_not_its_label(server: Running, content_type: str) -> None:
    headers = {
        "Ocp-Apim-Subscription-Key": server.anywhere.key1,
        "Content-Type": content_type,
        "Accept": "text/xml",
    }
    answer = server.post(headers=headers)
    assert answer.json()["RecognitionStatus"] == "Success"
    assert server.speech.streams[-1].samples == 16000


def test_a_chunked_body_arrives_whole(server: Running) -> None:
    data = wav(3.0)
    pieces = (data[at : at + 1024] for at in range(0, len(data), 1024))
    assert server.post(data=pieces).status_code == 200
    assert server.speech.streams[-1].samples == 48000


def test_recognition_begins_before_the_body_ends(server: Running) -> None:
    data = wav(2.0)
    heard: list[bool] = []

    def pieces() -> object:
        yield data[:40_000]
        heard.append(server.speech.begun.wait(20))
        heard.append(server.speech.streams[-1].fed.wait(20))
        yield data[40_000:]

    assert server.post(data=pieces()).status_code == 200
    assert heard == [True, True]


@pytest.mark.parametrize(
    "body", [b"", b"RIFF", b"hello", wav()[:44], gzip.compress(wav()), b"\x00" * 5000]
)
def test_what_is_no_audio(server: Running, body: bytes) -> None:
    answer = server.post(data=body)
    assert answer.status_code == 400
    assert answer.json()["Message"]
    assert server.speech.streams[-1].cancelled.wait(20)


def test_more_than_a_minute_is_refused(server: Running) -> None:
    assert server.post(data=wav(60)).status_code == 200
    answer = server.post(data=wav(61))
    assert answer.status_code == 400
    assert "60 s" in answer.json()["Message"]
    assert server.speech.streams[-1].cancelled.wait(20)


def test_a_full_queue(server: Running) -> None:
    server.speech.full = True
    answer = server.post()
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert list(answer.json()) == ["Message"]


@pytest.mark.parametrize("failure", [RuntimeError("secret detail"), ModelError("no weights")])
def test_a_failing_engine(server: Running, failure: Exception) -> None:
    server.speech.failure = failure
    answer = server.post()
    assert answer.status_code == 500
    assert answer.json()["RecognitionStatus"] == "Error"
    assert "secret detail" not in answer.text
    server.speech.failure = None
    assert server.post().status_code == 200


@pytest.mark.parametrize("step", ["feed", "finish"])
def test_an_engine_that_fails_while_the_body_arrives(
    server: Running, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ModelError("no weights")

    monkeypatch.setattr(FakeStream, step, fail)
    answer = server.post()
    assert answer.status_code == 500
    assert answer.json()["RecognitionStatus"] == "Error"
    assert "no weights" in answer.json()["Message"]
    assert server.speech.streams[-1].cancelled.wait(20)


def test_every_stream_is_given_back(server: Running) -> None:
    server.post()
    server.post(data=b"no audio")
    assert all(stream.cancelled.wait(20) for stream in server.speech.streams)


def test_many_at_once(server: Running) -> None:
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: server.post().status_code, range(128)))
    assert answers == [200] * 128


def test_a_client_that_leaves_is_not_recognised_on(server: Running) -> None:
    server.speech.hold.clear()
    waiting = threading.Thread(
        target=server.raw,
        args=(server.head(f"Content-Length: {len(wav())}") + wav(),),
        kwargs={"seconds": 0.5},
    )
    waiting.start()
    waiting.join()
    assert server.speech.streams[-1].cancelled.wait(20)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods(server: Running, method: str) -> None:
    answer = requests.request(method, server.address + SHORT, timeout=30)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert list(answer.json()) == ["Message"]
