"""The protocol, on a server whose recogniser says what the test lays out. Rules of the protocol's
description come first, in its order."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from scriba.errors import QueueFull
from scriba.resources.limits import Limits
from scriba.speech.forms import Forms
from scriba.speech.live_events import Draft, Ended, Event, Final, Started
from scriba.speech.results import Hypothesis, Phrase, Status, Word
from scriba.speech.scheduler import EngineClosed

from ..conftest import Running, Start
from .client import CONVERSATION, INTERACTIVE, UNIVERSAL, Client, connected, wav

Connect = Callable[..., AbstractContextManager[Client]]


def phrase(text: str, start: float, end: float, **more: Any) -> Phrase:
    lexical = text.lower().rstrip(".")
    words = tuple(Word(word, start, end, 0.75) for word in text.split())
    said = tuple(Word(word, start, end, 0.75) for word in lexical.split())
    nbest = tuple(
        Hypothesis(
            0.9 - rank / 10, Forms(lexical, lexical, lexical, text + "!" * rank), words, said
        )
        for rank in range(7)
    )
    return Phrase(start, end, nbest, more.get("language", "en-US"), more.get("speaker"))


def said(text: str = "Good morning.", start: float = 0.05, end: float = 1.25) -> list[Event]:
    found = phrase(text, start, end)
    return [
        Started(start),
        Draft(start, 0.85, text.split()[0].lower(), "en-US"),
        Ended(end),
        Final(Status.SUCCESS, start, end, found),
    ]


@pytest.fixture
def speaking(server: Running) -> Running:
    """A server that hears a phrase in every turn."""
    server.speech.live_events = said()
    return server


@pytest.fixture
def connect(speaking: Running) -> Connect:
    """Connects to it with a good key."""

    def open_one(path: str = CONVERSATION, **query: str) -> AbstractContextManager[Client]:
        query.setdefault("language", "en-US")
        return connected(speaking.address, path, speaking.anywhere.key1, **query)

    return open_one


def paths(messages: list[tuple[str, Any]]) -> list[str]:
    return [path for path, _ in messages]


@pytest.mark.parametrize(
    "id", ["0715AB2D2E3F4A5B6C7D8E9F0A1BA5FC", "efba0c1d2e3f4a5b6c7d8e9f0a1b467b"]
)
def test_the_request_id_is_echoed_byte_for_byte(connect: Connect, id: str) -> None:
    with connect() as client:
        client.recognise(wav(2.0), id)
        assert all(f"X-RequestId:{id}\r\n" in frame for frame in client.raw)


def test_a_turn_in_order_and_every_message_as_the_clients_need_it(connect: Connect) -> None:
    with connect() as client:
        messages = client.recognise(wav(2.0))
    assert paths(messages) == [
        "turn.start",
        "speech.startDetected",
        "speech.hypothesis",
        "speech.phrase",
        "speech.endDetected",
        "speech.phrase",
        "turn.end",
    ]
    for frame in client.raw:
        head, _, body = frame.partition("\r\n\r\n")
        names = [line.split(":")[0] for line in head.split("\r\n")]
        assert {"X-RequestId", "Path"} <= set(names)
        assert isinstance(json.loads(body), dict)
    bodies = [body for _, body in messages]
    assert len(bodies[0]["context"]["serviceTag"]) == 32
    assert bodies[1] == {"Offset": 500000}
    assert bodies[2]["Text"] == "good"
    assert (bodies[2]["Offset"], bodies[2]["Duration"]) == (500000, 8000000)
    assert bodies[3]["RecognitionStatus"] == "Success"
    assert bodies[3]["DisplayText"] == "Good morning."
    assert (bodies[3]["Offset"], bodies[3]["Duration"]) == (500000, 12000000)
    assert "NBest" not in bodies[3]
    assert bodies[4] == {"Offset": 12500000}
    assert bodies[6] == {}


def integers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name in ("Offset", "Duration"):
                yield each
            yield from integers(each)
    elif isinstance(value, list):
        for each in value:
            yield from integers(each)


def test_detailed_answers_have_both_texts_and_times_are_integers(connect: Connect) -> None:
    options = {"options": ["WordTimings", "WordConfidence"]}
    context = {
        "phraseDetection": {"language": "en-us"},
        "phraseOutput": {"format": "Detailed", "detailed": options},
    }
    with connect() as client:
        messages = client.recognise(wav(2.0), body=context)
    found = next(body for path, body in messages if path == "speech.phrase")
    assert found["DisplayText"] == found["NBest"][0]["Display"] == "Good morning."
    assert len(found["NBest"]) == 5
    best = found["NBest"][0]
    assert best["Words"][0] == {
        "Word": "good",
        "Offset": 500000,
        "Duration": 12000000,
        "Confidence": 0.75,
    }
    assert best["DisplayWords"][1]["DisplayText"] == "morning."
    assert "Words" not in found["NBest"][1]
    assert all(type(each) is int for each in integers([body for _, body in messages]))


def test_turns_follow_each_other_on_one_connection(speaking: Running, connect: Connect) -> None:
    with connect() as client:
        first = client.recognise(wav(2.0))
        second = client.recognise(wav(1.0))
    assert first[3][1]["Offset"] == second[3][1]["Offset"] == 500000
    assert first[0][1] != second[0][1]
    assert [live.samples for live in speaking.speech.lives] == [32000, 16000]
    assert all(live.cancelled.wait(10) for live in speaking.speech.lives)


@pytest.mark.parametrize(
    ("samples", "rate", "milliseconds"),
    [(107534, 16000, 6721), (104000, 16000, 6500), (53767, 8000, 6721), (296392, 44100, 6721)],
)
def test_all_audio_is_acknowledged_up_to_the_next_millisecond(
    connect: Connect, samples: int, rate: int, milliseconds: int
) -> None:
    with connect() as client:
        messages = client.recognise(wav(samples / rate, rate))
    assert messages[-2] == (
        "speech.phrase",
        {
            "RecognitionStatus": "EndOfDictation",
            "Offset": milliseconds * 10000,
            "Duration": 0,
        },
    )


def test_a_tiny_second_turn_has_no_phrase(speaking: Running, connect: Connect) -> None:
    speaking.speech.live_events = []
    for data in (b"", wav(0.0), wav(0.001)):
        with connect() as client:
            messages = client.recognise(data)
        assert paths(messages) == ["turn.start", "speech.phrase", "turn.end"]
        assert messages[1][1]["RecognitionStatus"] == "EndOfDictation"


def test_one_phrase_ends_an_interactive_turn_while_audio_still_comes(connect: Connect) -> None:
    with connect(INTERACTIVE) as client:
        id = client.context()
        client.audio(id, wav(3.0))
        messages = client.turn()
        assert paths(messages)[-2:] == ["speech.phrase", "turn.end"]
        assert messages[-2][1]["RecognitionStatus"] == "Success"
        client.audio(id, wav(1.0))
        client.end(id)
        assert paths(client.recognise(wav(2.0)))[0] == "turn.start"


def test_speech_ends_once_in_an_interactive_turn(speaking: Running, connect: Connect) -> None:
    speaking.speech.live_events = [Started(0.1), Ended(0.5), Started(0.7), *said()[1:]]
    with connect(INTERACTIVE) as client:
        messages = client.recognise(wav(3.0))
    assert paths(messages)[1:5] == [
        "speech.startDetected",
        "speech.endDetected",
        "speech.hypothesis",
        "speech.phrase",
    ]


def test_interactive_silence_is_told_before_the_end(speaking: Running, connect: Connect) -> None:
    speaking.speech.live_events = []
    with connect(INTERACTIVE) as client:
        messages = client.recognise(wav(0.5))
    assert messages[-2][1]["RecognitionStatus"] == "InitialSilenceTimeout"


def test_the_mode_of_the_universal_path_is_in_the_context(
    speaking: Running, connect: Connect
) -> None:
    with connect(UNIVERSAL) as client:
        client.recognise(wav(2.0), body={"phraseDetection": {"mode": "INTERACTIVE"}})
        client.connection.send('Path: speech.config\r\n\r\n{"recognition": "dictation"}')
        client.recognise(wav(2.0))
    modes = [live.options.mode for live in speaking.speech.lives]
    assert modes == ["interactive", "dictation"]


def test_a_failure_of_the_recogniser_is_told(speaking: Running, connect: Connect) -> None:
    speaking.speech.failure = RuntimeError("the engine broke")
    with connect() as client:
        messages = client.recognise(wav(2.0))
    assert messages[-2][1]["RecognitionStatus"] == "Error"
    assert "engine broke" not in messages[-2][1]["Message"]
    assert messages[-1][0] == "turn.end"


@pytest.mark.parametrize(
    ("failure", "status"), [(QueueFull("all"), "TooManyRequests"), (EngineClosed(), "Error")]
)
def test_a_turn_that_cannot_begin_now_ends_with_its_status(
    speaking: Running, connect: Connect, failure: Exception, status: str
) -> None:
    speaking.speech.live_failure = failure
    with connect() as client:
        client.context()
        messages = client.turn()
        assert paths(messages) == ["turn.start", "speech.phrase", "turn.end"]
        assert messages[1][1]["RecognitionStatus"] == status
        speaking.speech.live_failure = None
        assert paths(client.recognise(wav(2.0)))[-1] == "turn.end"


def test_the_recognitions_of_a_resource_are_limited(speaking: Running, connect: Connect) -> None:
    limited = speaking.resources.create("limited", limits=Limits(recognitions=1))
    speaking.speech.hold.clear()
    address, key = speaking.address, limited.key1
    with connected(address, CONVERSATION, key, language="en-US") as first:
        with connected(address, CONVERSATION, key, language="en-US") as second:
            id = first.context()
            assert first.next()[0] == "turn.start"
            second.context()
            assert second.turn()[1][1]["RecognitionStatus"] == "TooManyRequests"
            assert "429" in refusal(lambda: connected(address, CONVERSATION, key, language="en-US"))
        speaking.speech.hold.set()
        first.end(id)
        first.turn()
        first.recognise(wav(1.0))


def refusal(open_one: Callable[[], AbstractContextManager[Client]]) -> str:
    with pytest.raises(Exception) as caught, open_one():  # noqa: PT011
        pass
    return str(caught.value)


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        ({"phraseDetection": {"language": "xx-YY"}}, "The language 'xx-YY' is not supported"),
        ({"phraseDetection": {"mode": "sprint"}}, "speech.context.phraseDetection.mode must be"),
        ({"translation": {"targetLanguages": ["de"]}}, "Scriba does not translate"),
        (
            {"phraseDetection": {"enrichment": {"pronunciationAssessment": {}}}},
            "Pronunciation assessment is not available",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    connect: Connect, context: dict[str, Any], reason: str
) -> None:
    with connect() as client:
        client.context(body=context)
        code, why = client.closed()
    assert code == 1007
    assert why.startswith(reason)


@pytest.mark.parametrize(
    "frame",
    [
        "garbage",
        b"garbage",
        b"\xff\xffPath:audio",
        "Path:speech.context\r\n\r\n{}",
        "Path:speech.context\r\nX-RequestId:1\r\n\r\n{",
        "Path:speech.config\r\nX-RequestId:1\r\n\r\n[]",
        "Path:speech.config\r\n\r\n" + "[" * 70000,
        b"\x00\x0cPath:audio\r\nRIFF",
        "Path:speech.context\r\nX-RequestId:1\r\nX:" + "a" * 10000 + "\r\n\r\n{}",
    ],
)
def test_garbage_ends_the_connection_with_a_reason(connect: Connect, frame: str | bytes) -> None:
    with connect() as client:
        client.connection.send(frame)
        code, reason = client.closed()
    assert code == 1007
    assert reason


def test_audio_that_is_none_ends_the_connection(connect: Connect) -> None:
    with connect() as client:
        id = client.context()
        client.audio(id, b"this is no audio at all " * 1000)
        code, reason = client.closed()
    assert code == 1007
    assert "audio" in reason


def test_a_message_that_is_too_large_ends_the_connection(connect: Connect) -> None:
    with connect() as client:
        with suppress(ConnectionClosed):
            client.connection.send(b"\x00\x0cPath:audio\r\n" + bytes(2 << 20))
        assert client.closed()[0] == 1009


def test_unknown_messages_are_ignored(connect: Connect) -> None:
    with connect() as client:
        client.connection.send("Path: surprise\r\nX-RequestId: 1\r\n\r\nwhatever")
        messages = client.recognise(wav(2.0))
        client.connection.send("Path: telemetry\r\nX-RequestId: 1\r\n\r\n{}")
        assert client.recognise(wav(2.0))[-1] == messages[-1]


def test_a_client_may_begin_with_the_audio(speaking: Running, connect: Connect) -> None:
    with connect(language="de-DE") as client:
        client.audio("f00d", wav(2.0))
        client.end("f00d")
        assert paths(client.turn())[-1] == "turn.end"
    assert speaking.speech.lives[0].options.language == "de-DE"


def test_a_new_turn_ends_the_one_before(speaking: Running, connect: Connect) -> None:
    with connect() as client:
        old = client.context()
        client.audio(old, wav(0.5))
        new = client.context()
        seen = [client.next()[:2] for _ in range(3)]
        assert seen == [("turn.start", old), ("turn.end", old), ("turn.start", new)]
        client.audio(new, wav(1.0))
        client.end(new)
        client.turn()
    assert [live.cancelled.wait(10) for live in speaking.speech.lives] == [True, True]
    assert speaking.speech.lives[1].samples == 16000


def test_a_client_that_leaves_takes_its_turn_with_it(speaking: Running, connect: Connect) -> None:
    with connect() as client:
        client.audio(client.context(), wav(1.0))
        assert speaking.speech.begun.wait(30)
        client.connection.socket.shutdown(socket.SHUT_RDWR)
        assert speaking.speech.lives[0].cancelled.wait(30)


def test_a_long_phrase_list_is_taken(speaking: Running, connect: Connect) -> None:
    items = [{"text": f"Contoso {number}"} for number in range(3000)]
    body = {"phraseDetection": {"language": "en-us"}, "dgi": {"groups": [{"items": items}]}}
    with connect() as client:
        client.recognise(wav(1.0), body=body)
    phrases = speaking.speech.lives[0].options.phrases
    assert phrases is not None
    assert len(phrases.phrases) == 3000


def test_languages_and_speakers_are_told(speaking: Running, connect: Connect) -> None:
    german = phrase("Guten Morgen.", 0.1, 1.0, language="de-DE", speaker=2)
    speaking.speech.live_events = [
        Started(0.1),
        Draft(0.1, 0.5, "guten", None, None),
        Draft(0.1, 0.6, "guten morgen", "de-DE", 1),
        Ended(1.0),
        Final(Status.SUCCESS, 0.1, 1.0, german),
    ]
    body = {
        "languageId": {"languages": ["en-US", "de-DE"], "mode": "DetectContinuous"},
        "phraseDetection": {"speakerDiarization": {"mode": "Anonymous"}},
    }
    with connect() as client:
        messages = client.recognise(wav(2.0), body=body)
    found = messages[-4][1]
    assert found["PrimaryLanguage"] == {"Language": "de-DE", "Confidence": "High"}
    assert found["SpeakerId"] == "Guest-2"
    drafts = [body for path, body in messages if path == "speech.hypothesis"]
    assert drafts[-1]["SpeakerId"] == "Guest-1"
    options = speaking.speech.lives[0].options
    assert (options.candidates, options.identification) == (("en-US", "de-DE"), "continuous")
    assert options.speakers


def test_audio_waits_while_the_recogniser_is_behind(speaking: Running, connect: Connect) -> None:
    with connect() as client:
        id = client.context()
        speaking.speech.behind = 30.0
        client.audio(id, wav(20.0))
        client.end(id)
        assert speaking.speech.begun.wait(30)
        assert not speaking.speech.lives[0].finished.wait(1.0)
        assert speaking.speech.lives[0].samples < 16000
        speaking.speech.behind = 0.0
        assert client.turn()[-2][1]["Offset"] == 200000000


def test_a_client_that_leaves_while_its_audio_waits_is_noticed(
    speaking: Running, connect: Connect
) -> None:
    speaking.speech.behind = 30.0
    with connect() as client:
        client.audio(client.context(), wav(2.0))
        assert speaking.speech.begun.wait(30)
        client.connection.socket.shutdown(socket.SHUT_RDWR)
        assert speaking.speech.lives[0].cancelled.wait(30)


def test_an_idle_connection_ends(start: Start) -> None:
    server = start(idle_timeout=0.5)
    with connected(server.address, CONVERSATION, server.anywhere.key1, language="en-US") as client:
        code, reason = client.closed()
    assert (code, reason) == (1000, "Nothing was asked for 0.5 s.")
    with connected(server.address, CONVERSATION, server.anywhere.key1, language="en-US") as client:
        client.audio(client.context(), wav(0.1))
        code, reason = client.closed()
    assert (code, reason) == (1007, "No audio came for 0.5 s.")
    assert server.speech.lives[0].cancelled.wait(10)
