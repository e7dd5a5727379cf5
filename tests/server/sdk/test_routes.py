"""Who is let in, and how the others are told."""

import json
import socket
from collections.abc import Callable
from urllib.parse import quote

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from scriba.server.sdk.routes import MODES

from ..conftest import Running, Start
from .client import CONVERSATION, KEY, UNIVERSAL, Client, connected, wav

TIMEOUT = 60


def status(open_one: Callable[[], object]) -> tuple[int, str]:
    """Status and message of a refusal."""
    with pytest.raises(InvalidStatus) as caught:
        open_one()
    response = caught.value.response
    return response.status_code, json.loads(response.body or b"{}").get("Message", "")


@pytest.mark.parametrize("path", sorted(MODES))
@pytest.mark.parametrize("spelled", [str, str.upper, lambda path: path + "/"])
def test_all_paths_lead_here_in_any_case(
    server: Running, path: str, spelled: Callable[[str], str]
) -> None:
    with connected(server.address, spelled(path), server.anywhere.key1, language="en-US") as client:
        assert client.recognise(wav(1.0))[-1][0] == "turn.end"
    mode = server.speech.lives[0].options.mode
    assert mode == (MODES[path] or "conversation")


def test_the_key_or_a_token_in_the_query(server: Running) -> None:
    token = requests.post(
        server.address + "/sts/v1.0/issueToken",
        headers={KEY: server.anywhere.key1},
        timeout=TIMEOUT,
    ).text
    for name, value in ((KEY, server.anywhere.key1), ("Authorization", f"Bearer {token}")):
        query = {name.lower(): quote(value), "language": "en-US", "X-ConnectionId": "AB"}
        with connected(server.address, CONVERSATION, **query) as client:
            assert client.recognise(wav(1.0))[-1][0] == "turn.end"


def test_a_token_in_the_header(server: Running) -> None:
    token = requests.post(
        server.address + "/sts/v1.0/issueToken",
        headers={KEY: server.anywhere.key1},
        timeout=TIMEOUT,
    ).text
    target = server.address.replace("http", "ws") + UNIVERSAL
    with connect(target, additional_headers={"Authorization": f"Bearer {token}"}) as connection:
        assert Client(connection).recognise(wav(1.0))[-1][0] == "turn.end"


def test_a_key_is_taken_from_the_query_for_websockets_only(server: Running) -> None:
    answer = requests.post(
        server.address + CONVERSATION,
        params={KEY: server.anywhere.key1, "language": "en-US"},
        data=wav(1.0),
        timeout=TIMEOUT,
    )
    assert answer.status_code == 403


def test_wrong_credentials_in_the_header_are_a_status(server: Running) -> None:
    def opening(**headers: str) -> Callable[[], object]:
        target = server.address.replace("http", "ws") + CONVERSATION
        return lambda: connect(target, additional_headers=headers)

    code, message = status(opening(**{KEY: "wrong"}))
    assert (code, message) == (401, "Access denied: the subscription key is not valid.")
    assert status(opening(Authorization="Bearer nonsense"))[0] == 401
    code, message = status(opening())
    assert code == 403
    assert "Missing credentials" in message


def test_wrong_credentials_in_the_query_are_told_when_the_client_listens(server: Running) -> None:
    with connected(server.address, CONVERSATION, **{KEY: "wrong"}) as client:
        client.connection.send("Path: speech.config\r\n\r\n{}")
        client.context()
        assert client.closed() == (1007, "Access denied: the subscription key is not valid.")
    assert server.speech.lives == []


def test_a_key_of_another_region_is_refused(server: Running) -> None:
    target = f"ws://eastus.stt.speech.localhost:{server.port}{CONVERSATION}"
    code, message = status(
        lambda: connect(
            target,
            sock=socket.create_connection(("127.0.0.1", server.port)),
            additional_headers={KEY: server.westus.key1},
        )
    )
    assert code == 401
    assert "another region" in message


def test_other_paths_have_no_websocket(server: Running) -> None:
    target = server.address.replace("http", "ws") + "/speech/nothing"
    code, message = status(lambda: connect(target, additional_headers={KEY: "any"}))
    assert code == 404
    assert UNIVERSAL in message


def test_the_redirect_probe_of_the_javascript_client_finds_nothing(server: Running) -> None:
    answer = server.get(UNIVERSAL, params={"GenerateRedirectResponse": "true"})
    assert answer.status_code == 404


def test_there_are_no_more_connections_than_allowed(start: Start) -> None:
    server = start(max_sessions=1)
    key = server.anywhere.key1
    with connected(server.address, CONVERSATION, key, language="en-US") as client:
        target = server.address.replace("http", "ws") + CONVERSATION
        code, message = status(lambda: connect(target, additional_headers={KEY: key}))
        assert code == 503
        assert "1 connections of Speech SDKs" in message
        assert client.recognise(wav(1.0))[-1][0] == "turn.end"
        assert server.get("/healthz").status_code == 200


def test_the_subprotocol_is_echoed_where_it_is_offered(server: Running) -> None:
    target = server.address.replace("http", "ws") + CONVERSATION
    headers = {KEY: server.anywhere.key1}
    with connect(target, additional_headers=headers, subprotocols=["USP"]) as connection:  # type: ignore[list-item]
        assert connection.subprotocol == "USP"


def test_connections_turns_and_audio_are_counted(server: Running) -> None:
    with connected(server.address, CONVERSATION, server.anywhere.key1, language="en-US") as client:
        client.recognise(wav(1.5))
        text = server.get("/metrics").text
        assert "scriba_sdk_connections 1.0" in text
        assert 'scriba_sdk_turns_total{mode="conversation",outcome="done"} 1.0' in text
        assert "scriba_sdk_audio_seconds_total 1.5" in text
        assert "scriba_sdk_turns_open 0.0" in text
