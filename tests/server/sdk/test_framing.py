import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.errors import ProtocolError
from scriba.server.sdk.framing import Message, binary_frame, parse, text_frame

NATIVE_ID = "efba0c1d2e3f4a5b6c7d8e9f0a1b467b"
JS_ID = "0715AB2D2E3F4A5B6C7D8E9F0A1BA5FC"

ids = st.text(string.hexdigits, min_size=1, max_size=64)
paths = st.sampled_from(["speech.phrase", "turn.start", "turn.end", "speech.hypothesis"])


def test_native_spelling_of_a_text_message() -> None:
    message = parse(
        "Path:speech.context\r\nX-RequestId:efba0c1d\r\nX-Timestamp:2026-11-21T02:58:45.184Z\r\n"
        '\r\n{"a":1}'
    )
    assert message == Message("speech.context", "efba0c1d", b'{"a":1}')


def test_javascript_spelling_of_a_text_message() -> None:
    message = parse(
        f"Path: speech.config\r\nX-RequestId: {JS_ID}\r\nX-Timestamp: 2026-11-21T03:06:03.266Z\r\n"
        'Content-Type: application/json\r\n\r\n{"b":"\\r\\n"}'
    )
    assert message == Message("speech.config", JS_ID, b'{"b":"\\r\\n"}', "application/json")


def test_native_binary_message() -> None:
    head = (
        "X-Timestamp:2026-11-21T02:58:45.184Z\r\nPath:audio\r\nContent-Type:audio/x-wav\r\n"
        f"X-RequestId:{NATIVE_ID}\r\nX-StreamId:1\r\n"
    ).encode()
    message = parse(len(head).to_bytes(2, "big") + head + b"RIFF")
    assert message == Message("audio", NATIVE_ID, b"RIFF", "audio/x-wav")


def test_audio_without_payload() -> None:
    frame = binary_frame({"Path": "audio", "X-RequestId": JS_ID})
    assert parse(frame) == Message("audio", JS_ID, b"")


def test_names_of_headers_in_any_case_and_the_path_too() -> None:
    assert parse("PATH:Speech.Context\r\nx-requestid:Ab\r\n\r\n").path == "speech.context"
    assert parse("PATH:Speech.Context\r\nx-requestid:Ab\r\n\r\n").request_id == "Ab"


def test_a_message_without_request_id() -> None:
    assert parse("Path:speech.config\r\n\r\n{}").request_id is None


def test_server_messages_are_spelled_as_the_native_client_compares_them() -> None:
    frame = text_frame("turn.start", NATIVE_ID, {"context": {"serviceTag": "f00d"}})
    head, body = frame.split("\r\n\r\n")
    assert head.split("\r\n") == [
        f"X-RequestId:{NATIVE_ID}",
        "Content-Type:application/json; charset=utf-8",
        "Path:turn.start",
    ]
    assert json.loads(body) == {"context": {"serviceTag": "f00d"}}


def test_a_body_is_there_even_when_it_says_nothing() -> None:
    assert text_frame("turn.end", NATIVE_ID).endswith("\r\n\r\n{}")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("", "no header Path"),
        ("hello", "not 'Name:value'"),
        ("Path:\r\n\r\n{}", "no header Path"),
        ("X-RequestId:1\r\n\r\n{}", "no header Path"),
        ("Path:audio\r\nPath:telemetry\r\n\r\n", "Path twice"),
        ("Path:audio\r\nX-RequestId:a\nb\r\n\r\n", "X-RequestId"),
        ("Path:audio\r\nX-RequestId:" + "a" * 129 + "\r\n\r\n", "X-RequestId"),
        ("Path:" + "a" * 9000 + "\r\n\r\n", "bytes of headers"),
        ("A:1\r\n" * 40 + "\r\n", "more than 32 headers"),
        (b"", "and has 0"),
        (b"\x00", "and has 0"),
        (b"\x00\x00", "no header Path"),
        (b"\x00\x88Path:audio\r\n", "take 136 bytes, and has 12"),
        (b"\xff\xff" + b"a" * 65535, "bytes of headers"),
        (b"\x00\x05" + b"\xff\xfe\x00\x01\x02", "not 'Name:value'"),
    ],
)
def test_what_is_no_message_is_refused_with_a_reason(frame: str | bytes, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        parse(frame)


@given(st.one_of(st.text(), st.binary()))
def test_garbage_is_a_message_or_refused(frame: str | bytes) -> None:
    try:
        path = parse(frame).path
    except ProtocolError:
        return
    assert path


@given(
    paths,
    ids,
    st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none()), max_size=5),
)
def test_text_frames_are_read_as_written(path: str, id: str, body: dict[str, object]) -> None:
    frame = text_frame(path, id, body)
    read = parse(frame)
    assert (read.path, read.request_id) == (path, id)
    assert json.loads(read.body) == body
    assert frame.count("\r\n\r\n") == 1


@given(ids, st.binary(max_size=300))
def test_binary_frames_are_read_as_written(id: str, payload: bytes) -> None:
    headers = {"X-StreamId": "1", "Path": "audio", "X-RequestId": id}
    assert parse(binary_frame(headers, payload)) == Message("audio", id, payload)


@given(ids, st.binary(max_size=300), st.data())
def test_a_cut_frame_is_refused_or_holds_less(id: str, payload: bytes, data: st.DataObject) -> None:
    frame = binary_frame({"Path": "audio", "X-RequestId": id}, payload)
    cut = frame[: data.draw(st.integers(0, len(frame)))]
    head = len(frame) - len(payload)
    if len(cut) < head:
        with pytest.raises(ProtocolError):
            parse(cut)
    else:
        assert parse(cut) == Message("audio", id, cut[head:])
