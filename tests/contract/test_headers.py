"""Headers as anyone may write them, and queries as the document promises them."""

import json
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from scriba.server.openapi import document

from ..server.conftest import Running, wav
from ..server.live import SHORT

_SETTINGS = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# What HTTP lets into a header: no control characters but the tab.
_VALUE = st.text(
    st.characters(min_codepoint=9, max_codepoint=255).filter(
        lambda c: c == "\t" or " " <= c <= "~" or c >= "\xa0"
    ),
    max_size=80,
)
_LABEL = st.sampled_from(
    [
        *("audio/wav", "audio/ogg; codecs=opus", "AUDIO/WAV; codecs=audio/pcm; samplerate=16000"),
        *("text/plain", "application/json", "multipart/form-data", "*/*", ";;=", "audio", "", "/"),
        *('audio/wav;codec="audio/pcm";', "image/png", "application/x-www-form-urlencoded"),
    ]
)
_BODY = wav(0.2)


def _ask(server: Running, *lines: str) -> tuple[int, dict[str, str], bytes]:
    """Send a good request with these lines added; status, headers and body of the answer."""
    head = server.head(f"Content-Length: {len(_BODY)}", "Connection: close", *lines)
    return _parse(server.raw(head + _BODY))


def _parse(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


def _is_success(answer: tuple[int, dict[str, str], bytes]) -> bool:
    status, headers, body = answer
    assert headers["content-type"].startswith("application/json")
    return status == 200 and json.loads(body)["RecognitionStatus"] == "Success"


@_SETTINGS
@given(content=st.one_of(_LABEL, _VALUE), accept=st.one_of(_LABEL, _VALUE))
def test_no_label_refuses_audio_or_changes_the_answer(
    server: Running, content: str, accept: str
) -> None:
    assert _is_success(_ask(server, f"Content-Type: {content}", f"Accept: {accept}"))


_HARMLESS = (
    *("Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control"),
    *("Content-Disposition", "Content-Encoding", "Content-MD5", "Content-Range", "Cookie", "Date"),
    *("Forwarded", "From", "If-Match", "If-None-Match", "Origin", "Pragma", "Range", "Referer"),
    *("TE", "Traceparent", "User-Agent", "Via", "X-ConnectionId", "X-Forwarded-For"),
    *("X-Forwarded-Host", "X-HTTP-Method-Override", "X-RequestId", "X-Search-ClientId"),
)


@_SETTINGS
@given(
    headers=st.lists(st.tuples(st.sampled_from(_HARMLESS), _VALUE), max_size=8),
)
def test_other_headers_change_nothing(server: Running, headers: list[tuple[str, str]]) -> None:
    """Not even a bad token does: the key goes before it."""
    status, answered, body = answer = _ask(server, *(f"{name}: {value}" for name, value in headers))
    assert status == 200
    assert _is_success(answer)
    assert re.fullmatch(r"[a-z0-9._-]{1,64}", answered["x-requestid"])
    assert int(answered["content-length"]) == len(body)


@_SETTINGS
@given(
    key=st.none() | _VALUE,
    authorization=st.none() | _VALUE | _VALUE.map("Bearer {}".format),
    host=st.sampled_from(["localhost", "westus.stt.speech.example.com", "[::1]", "a b"]),
)
def test_no_made_up_credentials_pass(
    server: Running, key: str | None, authorization: str | None, host: str
) -> None:
    lines = [f"POST {SHORT}?language=en-US HTTP/1.1", f"Host: {host}"]
    if key is not None:
        lines.append(f"Ocp-Apim-Subscription-Key: {key}")
    if authorization is not None:
        lines.append(f"Authorization: {authorization}")
    lines += [f"Content-Length: {len(_BODY)}", "Connection: close", "", ""]
    status, _, body = _parse(server.raw("\r\n".join(lines).encode("latin-1") + _BODY))
    sent = (key or "").strip(" \t\xa0") or (authorization or "").strip(" \t\xa0")
    assert status == (401 if sent else 403)
    assert json.loads(body).keys() == {"Message"}


@_SETTINGS
@given(
    host=st.from_regex(r"[a-z0-9-]{0,12}\.(stt\.speech|api\.cognitive)\.[a-z]{1,8}", fullmatch=True)
)
def test_a_key_without_a_region_answers_under_every_host(server: Running, host: str) -> None:
    head = server.head(f"Content-Length: {len(_BODY)}", "Connection: close")
    head = head.replace(b"Host: localhost", f"Host: {host}".encode())
    assert _is_success(_parse(server.raw(head + _BODY)))


@pytest.mark.parametrize("mode", ["conversation", "interactive", "dictation"])
def test_every_query_that_the_document_allows_is_served(server: Running, mode: str) -> None:
    path = SHORT.replace("conversation", mode)
    operation = schemathesis.openapi.from_dict(document())[path]["post"]

    @_SETTINGS
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def check(case: schemathesis.Case) -> None:
        answer = server.post(path, params=case.query, data=_BODY)
        operation.validate_response(answer)
        if "cid" in case.query:
            # No endpoint has this id, which is all that is wrong.
            assert answer.status_code == 400, case.query
            assert "cid" in answer.json()["Message"]
            return
        assert answer.status_code == 200, case.query
        detailed = case.query.get("format") == "detailed"
        assert ("NBest" in answer.json()) == detailed

    check()
