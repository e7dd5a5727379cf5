import gzip
import logging
import re
import socket
import ssl
import threading
import zlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import trustme

from scriba.errors import (
    AccessDenied,
    AddressRefused,
    AnswerRefused,
    AnswerTimeout,
    AnswerTooLarge,
    InvalidAddress,
    NetworkError,
    Unreachable,
)
from scriba.net.client import Client
from scriba.net.policy import Policy

from .web import Raw, Web, send

LOOPBACK = re.findall(
    r"\S+",
    """
    127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 017700000001 0177.0.0.1 0177.0.0.01
    0 0.0.0.0 [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:0:0:1] localhost LOCALHOST
    localhost.
    """,
)


@pytest.mark.parametrize("host", LOOPBACK)
def test_no_spelling_of_this_machine_is_called(guarded: Client, web: Web, host: str) -> None:
    web.page("/", 200, b"inside")
    with pytest.raises(NetworkError) as error:
        guarded.request("GET", f"http://{host}:{web.port}/")
    assert isinstance(error.value, AddressRefused | Unreachable | InvalidAddress)
    assert web.requests == []


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[fd00:ec2::254]", "10.0.0.1", "[64:ff9b::a9fe:a9fe]"]
)
def test_metadata_and_private_hosts_are_refused(guarded: Client, host: str) -> None:
    with pytest.raises(AddressRefused, match="SCRIBA_ALLOW_PRIVATE_ADDRESSES"):
        guarded.request("GET", f"http://{host}/latest/meta-data/")


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "/etc/passwd", "file:///etc/passwd", "ftp://h/x", "gopher://h/", "http://"),
        *("http:///x", "http://h:0/", "http://h:99999/", "http://h:x/", "//h/x", "http://[::1/"),
        *("data:text/plain,x", "unix:///socket", "http://" + "a" * 9000, "http://h\x00/"),
    ],
)
def test_what_is_no_web_address_is_refused(client: Client, url: str) -> None:
    with pytest.raises(InvalidAddress):
        client.request("GET", url)


def test_a_name_is_resolved_once_and_its_number_is_called(web: Web) -> None:
    web.page("/", 200, b"hello")
    answers = iter([["127.0.0.1"]])

    def once(host: str, port: int) -> list[str]:
        return next(answers)

    client = Client(Policy.parse("127.0.0.1"), resolve=once)
    try:
        answer = client.request("GET", f"http://recordings.example:{web.port}/")
        assert answer.body == b"hello"
        assert web.requests[0][2]["host"] == f"recordings.example:{web.port}"
        assert next(answers, None) is None
    finally:
        client.close()


def test_a_name_that_changes_its_mind_is_refused(web: Web) -> None:
    # Public at the first question, this machine at the second: whoever asks twice is caught.
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["203.0.113.7"] if len(asked) == 1 else ["127.0.0.1"]

    web.page("/", 200, b"inside")
    client = Client(Policy.parse("203.0.113.0/24"), connect=0.3, resolve=rebinding)
    try:
        with pytest.raises((Unreachable, AnswerTimeout)):
            client.request("GET", f"http://rebind.example:{web.port}/")
        with pytest.raises(AddressRefused):
            client.request("GET", f"http://rebind.example:{web.port}/")
    finally:
        client.close()
    assert web.requests == []


def test_of_several_addresses_only_allowed_ones_are_called(web: Web) -> None:
    web.page("/", 200, b"hello")
    found = ["10.0.0.1", "::1", "nonsense", "127.0.0.1"]
    client = Client(Policy.parse("127.0.0.1"), resolve=lambda *_: found)
    try:
        assert client.request("GET", f"http://many.example:{web.port}/").body == b"hello"
    finally:
        client.close()


def test_a_resolver_that_hangs_is_left_behind() -> None:
    over = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        over.wait(30)
        return []

    client = Client(Policy(), connect=0.1, resolve=hanging)
    try:
        with pytest.raises(AnswerTimeout, match="not resolved"):
            client.request("GET", "http://slow.example/")
    finally:
        over.set()
        client.close()


def test_a_host_that_is_not_there(client: Client) -> None:
    def none(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    client = Client(Policy(), resolve=none)
    try:
        with pytest.raises(Unreachable, match="no host of this name") as error:
            client.request("GET", "http://nobody.example/")
        assert not error.value.temporary
    finally:
        client.close()


def test_redirects_are_followed_and_checked(web: Web, client: Client) -> None:
    web.page("/a", 302, b"", Location="/b")
    web.page("/b", 307, b"", Location=f"{web.address}/c?x=1")
    web.page("/c", 200, b"end")
    assert client.request("GET", web.address + "/a").body == b"end"
    web.page("/loop", 301, b"", Location="/loop")
    with pytest.raises(AnswerRefused, match="more than 5 times"):
        client.request("GET", web.address + "/loop")


@pytest.mark.parametrize(
    "place",
    [
        *("http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[::1]/", "http://0x7f.1/"),
        *("http://127.0.0.2/", "//localhost.localdomain@10.0.0.1/"),
    ],
)
def test_a_redirect_to_a_private_address_is_refused(web: Web, place: str) -> None:
    # Only this web server may be called; what it leads to is checked on its own.
    client = Client(Policy.parse("127.0.0.1"), connect=1.0, stall=1.0)
    try:
        url = web.page("/away", 302, b"", Location=place)
        if "0x7f" in place:
            # The same address in another spelling is the same address: allowed, but nobody's.
            with pytest.raises(NetworkError):
                client.request("GET", url)
            return
        with pytest.raises(AddressRefused):
            client.request("GET", url)
    finally:
        client.close()


@pytest.mark.parametrize("place", ["file:///etc/passwd", "gopher://h/", "http://h:0/", "http://["])
def test_a_redirect_to_something_else_is_refused(web: Web, client: Client, place: str) -> None:
    url = web.page("/away", 302, b"", Location=place)
    with pytest.raises((InvalidAddress, AnswerRefused)):
        client.request("GET", url)


def test_a_post_is_not_sent_on(web: Web, client: Client) -> None:
    url = web.page("/hook", 307, b"", Location="/elsewhere")
    assert client.request("POST", url, content=b"x").status == 307
    assert [path for _, path, _ in web.requests] == ["/hook"]


def test_headers_do_not_go_to_another_host(web: Web, client: Client) -> None:
    other = Web()
    try:
        other.page("/x", 200, b"")
        user = web.address.replace("://", "://user:pw@")
        web.page("/same", 302, b"", Location="/away")
        web.page("/away", 302, b"", Location=other.address + "/x")
        client.request("GET", user + "/same", headers={"X-Secret": "s"})
        first, second = (headers for _, _, headers in web.requests)
        assert first["authorization"] == "Basic dXNlcjpwdw=="
        assert second["x-secret"] == "s"
        (_, _, last), *_ = other.requests
        assert "authorization" not in last
        assert "x-secret" not in last
    finally:
        other.stop()


def test_tls_counts_for_the_name_that_was_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("good.example").configure_cert(context)
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    web = Web(context)
    client = Client(Policy.parse("127.0.0.1"), resolve=lambda *_: ["127.0.0.1"])
    try:
        web.page("/", 200, b"secure")
        web.page("/plain", 302, b"", Location="http://good.example/")
        assert client.request("GET", f"https://good.example:{web.port}/").body == b"secure"
        with pytest.raises(Unreachable, match="certificate"):
            client.request("GET", f"https://bad.example:{web.port}/")
        with pytest.raises(AddressRefused, match="from https to http"):
            client.request("GET", f"https://good.example:{web.port}/plain")
    finally:
        client.close()
        web.stop()


def test_a_proxy_of_the_environment_is_not_used(
    web: Web, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert client.request("GET", web.page("/", 200, b"direct")).body == b"direct"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
    ],
)
def test_silence_ends_a_request(data: bytes) -> None:
    server = Raw(data)
    client = Client(Policy(everything=True), stall=0.2, total=10)
    try:
        with pytest.raises(AnswerTimeout) as error:
            client.request("GET", server.address)
        assert error.value.temporary
    finally:
        client.close()
        server.stop()


def test_a_drip_ends_with_the_whole_time() -> None:
    server = Raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000, drip=0.02)
    client = Client(Policy(everything=True), stall=5, total=0.5)
    try:
        with pytest.raises(AnswerTimeout):
            client.request("GET", server.address)
    finally:
        client.close()
        server.stop()


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Big: " + b"a" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"",
    ],
)
def test_what_is_broken_is_said(data: bytes, tmp_path: Path) -> None:
    server = Raw(data, hold=False)
    client = Client(Policy(everything=True), stall=2)
    try:
        with pytest.raises(NetworkError) as error:
            client.download(server.address, tmp_path / "f", max_bytes=1000)
        assert error.value.temporary
        assert not (tmp_path / "f").exists()
    finally:
        client.close()
        server.stop()


def test_a_download_is_written_and_bounded(web: Web, client: Client, tmp_path: Path) -> None:
    to = tmp_path / "f"
    url = web.page("/a.wav", 200, b"x" * 1000, Content_Type="audio/wav; charset=x")
    done = client.download(url, to, max_bytes=1000)
    assert (done.size, done.content_type, to.read_bytes()) == (1000, "audio/wav", b"x" * 1000)
    with pytest.raises(AnswerTooLarge, match="999"):
        client.download(url, to, max_bytes=999)

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Connection", "close")
        request.end_headers()
        request.close_connection = True
        for _ in range(1000):
            request.wfile.write(b"x" * 65536)

    web.pages["/endless"] = endless
    with pytest.raises(AnswerTooLarge):
        client.download(web.address + "/endless", to, max_bytes=1_000_000)
    assert not to.exists()


def test_compressed_answers_are_read_within_the_bound(
    web: Web, client: Client, tmp_path: Path
) -> None:
    to = tmp_path / "f"
    packed = gzip.compress(b"x" * 5000)
    url = web.page("/gz", 200, packed, Content_Encoding="gzip")
    assert client.download(url, to, max_bytes=5000).size == 5000
    url = web.page("/z", 200, zlib.compress(b"y" * 100), Content_Encoding="deflate")
    assert client.download(url, to, max_bytes=5000).size == 100
    bomb = gzip.compress(b"\0" * (64 << 20))
    url = web.page("/bomb", 200, bomb, Content_Encoding="gzip")
    with pytest.raises(AnswerTooLarge):
        client.download(url, to, max_bytes=1 << 20)
    assert len(client.request("GET", url, max_bytes=1000).body) == 1000
    for body in (b"not gzip", packed[:-10]):
        url = web.page("/broken", 200, body, Content_Encoding="gzip")
        with pytest.raises(AnswerRefused, match="compressed"):
            client.download(url, to, max_bytes=5000)
    url = web.page("/br", 200, b"?", Content_Encoding="br, gzip")
    with pytest.raises(AnswerRefused, match="encoding"):
        client.download(url, to, max_bytes=5000)


@pytest.mark.parametrize(
    ("status", "kind", "temporary"),
    [
        (401, AccessDenied, False),
        (403, AccessDenied, False),
        (404, AnswerRefused, False),
        (410, AnswerRefused, False),
        (429, AnswerRefused, True),
        (500, AnswerRefused, True),
        (503, AnswerRefused, True),
    ],
)
def test_a_status_is_an_error_that_says_it(
    web: Web, client: Client, tmp_path: Path, status: int, kind: type, temporary: bool
) -> None:
    url = web.page("/x", status, b"")
    with pytest.raises(NetworkError, match=f"answered {status}") as error:
        client.download(url + "?sig=hidden", tmp_path / "f", max_bytes=10)
    assert isinstance(error.value, kind)
    assert (error.value.temporary, error.value.status) == (temporary, status)
    assert "hidden" not in str(error.value)


def test_a_page_instead_of_a_recording_is_told(web: Web, client: Client, tmp_path: Path) -> None:
    refused = ("text/html",)
    page = web.page("/login", 200, b"\n<!DOCTYPE html><html>", Content_Type="text/html")
    with pytest.raises(AnswerRefused, match="text/html"):
        client.download(page, tmp_path / "f", max_bytes=100, refused_types=refused)
    # Some servers call everything a page; the bytes decide.
    audio = web.page("/a.wav", 200, b"RIFF....WAVE", Content_Type="text/html")
    assert client.download(audio, tmp_path / "f", max_bytes=100, refused_types=refused).size == 12


def test_connections_are_kept_and_survive_the_host_closing_them(web: Web, client: Client) -> None:
    url = web.page("/", 200, b"x")
    for _ in range(3):
        assert client.request("GET", url).status == 200

    def closing(request: BaseHTTPRequestHandler) -> None:
        send(request, 200, b"x")
        request.close_connection = True

    web.pages["/close"] = closing
    for _ in range(20):
        assert client.request("GET", web.address + "/close").status == 200
        assert client.request("POST", web.address + "/close", content=b"x").status == 200


def test_secrets_are_not_logged(
    web: Web, client: Client, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    url = web.page("/x", 200, b"x").replace("://", "://me:hidden1@") + "?sig=hidden2"
    client.download(url, tmp_path / "f", max_bytes=10)
    with pytest.raises(AnswerRefused):
        client.download(url.replace("/x", "/y"), tmp_path / "f", max_bytes=10)
    assert "hidden" not in caplog.text
