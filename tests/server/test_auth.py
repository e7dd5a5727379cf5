"""Keys, tokens and regions at the running server."""

import socket
import time

import jwt
import pytest
import requests

from scriba.server.tokens import LIFETIME_SECONDS, MANAGEMENT, SPEECH, Tokens

from .conftest import Running, Start, wav
from .live import SHORT

ISSUE = "/sts/v1.0/issueToken"
KEY = "Ocp-Apim-Subscription-Key"


def token(server: Running, key: str, **options: object) -> requests.Response:
    return requests.post(server.address + ISSUE, headers={KEY: key}, timeout=30, **options)  # type: ignore[arg-type]


def test_either_key_or_a_token_made_from_it(server: Running) -> None:
    for key in (server.westus.key1, server.westus.key2):
        assert server.post(headers={KEY: key}).status_code == 200
        issued = token(server, key)
        assert issued.status_code == 200
        assert issued.headers["Content-Type"].startswith("text/plain")
        bearer = {"Authorization": f"Bearer {issued.text}"}
        assert server.post(headers=bearer).status_code == 200
        assert server.post(headers={"authorization": f"bearer  {issued.text}"}).status_code == 200


def test_a_token_says_whose_it_is(server: Running) -> None:
    claims = jwt.decode(token(server, server.westus.key1).text, options={"verify_signature": False})
    assert (claims["name"], claims["region"]) == ("west", "westus")
    assert claims["exp"] - claims["iat"] == LIFETIME_SECONDS == 600
    assert server.westus.key1 not in str(claims)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"data": ""},
        {"data": "a=b", "headers": {"Content-type": "application/x-www-form-urlencoded"}},
        {"json": {"a": 1}},
        {"data": b"x" * 500_000},
    ],
)
def test_issuing_ignores_the_body(server: Running, options: dict[str, object]) -> None:
    headers = {KEY: server.anywhere.key1, **options.pop("headers", {})}  # type: ignore[dict-item]
    answer = requests.post(server.address + ISSUE, headers=headers, timeout=30, **options)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert answer.text.count(".") == 2


def test_issuing_is_not_a_get(server: Running) -> None:
    answer = server.get(ISSUE, headers={KEY: server.anywhere.key1})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


def test_the_management_scope(server: Running) -> None:
    issued = token(server, server.anywhere.key1, params={"SCOPE": "SpeechServicesManagement"})
    claims = jwt.decode(issued.text, options={"verify_signature": False})
    assert claims["scope"] == MANAGEMENT
    bearer = {"Authorization": f"Bearer {issued.text}"}
    assert server.post(headers=bearer).status_code == 200
    assert token(server, server.anywhere.key1, params={"scope": "all"}).status_code == 400


@pytest.mark.parametrize("path", [SHORT, ISSUE])
@pytest.mark.parametrize("headers", [{}, {KEY: ""}, {"X-Key": "a"}])
def test_nothing_sent_is_403(server: Running, path: str, headers: dict[str, str]) -> None:
    answer = server.post(path, headers=headers)
    assert answer.status_code == 403
    assert KEY in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {KEY: "0" * 32},
        {KEY: "x" * 5000},
        {KEY: b"\xff\xfe"},
        {"Authorization": "Basic dTpw"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Bearer " + "a" * 5000},
        {"Authorization": b"Bearer \xff.\xff.\xff"},
    ],
)
def test_wrong_credentials_are_401(server: Running, headers: dict[str, str]) -> None:
    answer = server.post(headers=headers)
    assert answer.status_code == 401
    assert list(answer.json()) == ["Message"]
    assert "WWW-Authenticate" in answer.headers


def test_a_token_buys_no_token(server: Running) -> None:
    bearer = {"Authorization": f"Bearer {token(server, server.anywhere.key1).text}"}
    assert server.post(ISSUE, headers=bearer).status_code == 401


def test_tokens_end(server: Running) -> None:
    now = time.time()
    secret = server.store.secret.derive("access tokens")
    resource = server.resources.get("anywhere")

    def status(issued_at: float) -> int:
        issued = Tokens(secret, clock=lambda: issued_at).issue(resource)
        return server.post(headers={"Authorization": f"Bearer {issued}"}).status_code

    assert status(now - LIFETIME_SECONDS + 60) == 200
    assert status(now - LIFETIME_SECONDS - 1) == 401


def test_a_token_of_another_server_or_algorithm(server: Running) -> None:
    resource = server.resources.get("anywhere")
    claims = {"iss": "scriba", "sub": resource.id, "scope": SPEECH, "iat": 0, "exp": 2**40}
    forged = [
        Tokens(b"x" * 32).issue(resource),
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode(claims, server.store.secret.derive("subscription keys"), algorithm="HS256"),
        jwt.encode(claims, b"y" * 64, algorithm="HS512"),
    ]
    for issued in forged:
        assert server.post(headers={"Authorization": f"Bearer {issued}"}).status_code == 401


def test_rotation_and_deletion_count_at_once(server: Running) -> None:
    created = server.resources.create("short-lived")
    key1, key2 = {KEY: created.key1}, {KEY: created.key2}
    assert server.post(headers=key1).status_code == 200
    new = server.resources.rotate("short-lived", 1)
    assert server.post(headers=key1).status_code == 401
    assert server.post(headers={KEY: new}).status_code == 200
    assert server.post(headers=key2).status_code == 200
    server.resources.delete("short-lived")
    assert server.post(headers=key2).status_code == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("westus.stt.speech.microsoft.com", 200),
        ("WestUS.stt.speech.example.com:8443", 200),
        ("westus.api.cognitive.example.com", 200),
        ("localhost:8080", 200),
        ("speech.example.com", 200),
        ("www.example.com", 200),
        ("127.0.0.1", 200),
        ("eastus.stt.speech.microsoft.com", 401),
        ("eastus.tts.speech.example.com", 401),
        ("eastus.s2s.speech.example.com", 401),
        ("eastus.api.cognitive.microsoft.com", 401),
    ],
)
def test_the_host_names_the_region(server: Running, host: str, status: int) -> None:
    headers = {KEY: server.westus.key1, "Host": host}
    assert server.post(headers=headers).status_code == status
    issued = token(server, server.westus.key1).text
    bearer = {"Authorization": f"Bearer {issued}", "Host": host}
    assert server.post(headers=bearer).status_code == status
    anywhere = {KEY: server.anywhere.key1, "Host": host}
    assert server.post(headers=anywhere).status_code == 200


@pytest.mark.parametrize(
    ("prefix", "status"), [("x", 200), ("westus", 200), ("eastus", 401), ("my-laptop", 200)]
)
def test_a_path_prefix_names_one_of_azures_regions(
    server: Running, prefix: str, status: int
) -> None:
    path = f"/{prefix}.stt.speech.microsoft.com{SHORT}"
    assert server.post(path, headers={KEY: server.westus.key1}).status_code == status
    path = f"/{prefix}.api.cognitive.microsoft.com{ISSUE}"
    assert server.post(path, headers={KEY: server.westus.key1}).status_code == status


def test_a_forwarded_host_counts_only_where_the_proxy_is_trusted(start: Start) -> None:
    for trust, status in ((False, 200), (True, 401)):
        server = start(trust_forwarded=trust)
        headers = {
            KEY: server.westus.key1,
            "X-Forwarded-Host": "eastus.stt.speech.example.com",
        }
        assert server.post(headers=headers).status_code == status


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (f"{KEY}: wrong", b"401"),
        ("X: y", b"403"),
        ("Authorization: Bearer wrong", b"401"),
    ],
)
def test_refused_before_100_continue(server: Running, line: str, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(
            f"POST {SHORT}?language=en-US HTTP/1.1\r\nHost: x\r\n{line}\r\n"
            "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert connection.recv(65536).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    ("query", "line"),
    [("?language=xx", "X: y"), ("?language=en-US", "Pronunciation-Assessment: e30=")],
)
def test_a_bad_request_is_refused_before_100_too(server: Running, query: str, line: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(
            f"POST {SHORT}{query} HTTP/1.1\r\nHost: x\r\n{line}\r\n"
            f"{KEY}: {server.anywhere.key1}\r\n"
            "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert connection.recv(65536).startswith(b"HTTP/1.1 400")


def test_100_continue_comes_before_the_body(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        data = wav()
        connection.sendall(server.head("Expect: 100-continue", f"Content-Length: {len(data)}"))
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(data)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
