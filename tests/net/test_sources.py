import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from scriba.errors import (
    AddressRefused,
    AnswerRefused,
    AnswerTimeout,
    AnswerTooLarge,
    InvalidAddress,
    NetworkError,
    SettingsError,
)
from scriba.net.client import Client
from scriba.net.sources import Sources, problem

from .web import Web, send


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An allowed folder with files, and one beside it that is not."""
    made = tmp_path / "allowed"
    (made / "sub" / "deep").mkdir(parents=True)
    (made / "a b.wav").write_bytes(b"one")
    (made / "sub" / "ü%#.wav").write_bytes(b"two!")
    (made / "sub" / "deep" / "c.wav").write_bytes(b"")
    (made / ".hidden").write_bytes(b"no")
    (tmp_path / "allowed2").mkdir()
    (tmp_path / "allowed2" / "secret.wav").write_bytes(b"secret")
    (made / "link.wav").symlink_to(tmp_path / "allowed2" / "secret.wav")
    (made / "linked").symlink_to(tmp_path / "allowed2")
    os.mkfifo(made / "pipe.wav")
    return made


def test_a_folder_is_listed_and_read(client: Client, root: Path, tmp_path: Path) -> None:
    sources = Sources(client, str(root))
    found = list(sources.list(f"file://{root}"))
    assert [(item.name, item.size) for item in found] == [
        ("a b.wav", 3),
        ("sub/deep/c.wav", 0),
        ("sub/ü%#.wav", 4),
    ]
    for item in found:
        assert sources.fetch(item.address, tmp_path / "f").size == item.size
        assert (tmp_path / "f").read_bytes() == (root / item.name).read_bytes()
    inner = list(sources.list(f"file://{root}/sub/"))
    assert [item.name for item in inner] == ["deep/c.wav", "ü%#.wav"]
    assert sources.fetch(inner[1].address, tmp_path / "f").size == 4


@pytest.mark.parametrize(
    "path",
    [
        *("../allowed2/secret.wav", "%2e%2e/allowed2/secret.wav", "sub/../../allowed2/secret.wav"),
        *("link.wav", "linked/secret.wav", "pipe.wav", "sub", "nothing.wav", "a%00b", "."),
    ],
)
def test_nothing_outside_can_be_reached(
    client: Client, root: Path, tmp_path: Path, path: str
) -> None:
    sources = Sources(client, str(root))
    with pytest.raises((AddressRefused, AnswerRefused, InvalidAddress)):
        sources.fetch(f"file://{root}/{path}", tmp_path / "f")
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize("where", ["/etc", "{root}2", "{root}/linked", "{root}/..", "/"])
def test_no_other_folder_is_listed(client: Client, root: Path, where: str) -> None:
    sources = Sources(client, f"s3://bucket/x, {root}")
    with pytest.raises((AddressRefused, AnswerRefused, InvalidAddress)):
        list(sources.list("file://" + where.format(root=root)))


def test_without_permission_there_are_no_folders_and_buckets(
    client: Client, root: Path, tmp_path: Path
) -> None:
    sources = Sources(client)
    for address in (f"file://{root}/a.wav", "s3://bucket/key", "file://host/x"):
        with pytest.raises((AddressRefused, InvalidAddress)):
            sources.fetch(address, tmp_path / "f")


@pytest.mark.parametrize("allowed", ["recordings", "~/x", "https://host/x", "/a/../b"])
def test_a_wrong_source_is_named(client: Client, allowed: str) -> None:
    with pytest.raises(SettingsError, match="SCRIBA_ALLOWED_SOURCES"):
        Sources(client, allowed)


@pytest.mark.parametrize("address", ["", "a.wav", "ftp://h/x", "data:,x", "az://c/b"])
def test_what_is_no_source_is_refused(client: Client, tmp_path: Path, address: str) -> None:
    with pytest.raises(InvalidAddress):
        Sources(client).fetch(address, tmp_path / "f")


def test_a_file_is_bounded(client: Client, root: Path, tmp_path: Path) -> None:
    sources = Sources(client, str(root), max_bytes=3)
    assert sources.fetch(f"file://{root}/a%20b.wav", tmp_path / "f").size == 3
    with pytest.raises(AnswerTooLarge):
        sources.fetch(f"file://{root}/a%20b.wav", tmp_path / "f", max_bytes=2)
    assert not (tmp_path / "f").exists()


def test_what_stumbles_is_fetched_again(
    web: Web, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    tried: list[int] = []

    def stumbling(request: BaseHTTPRequestHandler) -> None:
        tried.append(1)
        send(request, 502 if len(tried) < 3 else 200, b"audio")

    web.pages["/a.wav"] = stumbling
    assert Sources(client).fetch(web.address + "/a.wav", tmp_path / "f").size == 5
    assert len(tried) == 3
    with pytest.raises(AnswerRefused, match="answered 404") as error:
        Sources(client).fetch(web.address + "/b.wav?sig=hidden", tmp_path / "f")
    assert problem(error.value)[1].startswith("The recordings URI is invalid.")
    assert "hidden" not in problem(error.value)[1]
    assert [path for _, path, _ in web.requests].count("/b.wav?sig=hidden") == 1


def _dripping(broken: threading.Event) -> Callable[[BaseHTTPRequestHandler], None]:
    """A page that never ends; `broken` is set when the other side has heard enough."""

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000000")
        request.end_headers()
        try:
            while not broken.wait(0.02):
                request.wfile.write(b"x")
        except OSError:
            broken.set()

    return drip


def test_all_tries_together_are_bounded(web: Web, client: Client, tmp_path: Path) -> None:
    broken = threading.Event()
    web.pages["/a.wav"] = _dripping(broken)
    with pytest.raises(AnswerTimeout):
        Sources(client).fetch(web.address + "/a.wav", tmp_path / "f", total=0.3)
    assert broken.wait(20)
    assert len(web.requests) == 1
    assert not (tmp_path / "f").exists()


def test_what_nobody_waits_for_is_fetched_no_further(
    web: Web, client: Client, tmp_path: Path
) -> None:
    broken, stop = threading.Event(), threading.Event()
    web.pages["/a.wav"] = _dripping(broken)
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(NetworkError, match="nobody waits"):
        Sources(client).fetch(web.address + "/a.wav", tmp_path / "f", stopping=stop.is_set)
    assert broken.wait(20)
    assert len(web.requests) == 1
    assert not (tmp_path / "f").exists()


BUCKET = b"""<?xml version="1.0"?><ListBucketResult><Name>calls</Name><KeyCount>2</KeyCount>
<IsTruncated>false</IsTruncated>%s</ListBucketResult>"""
ENTRY = b"""<Contents><Key>%s</Key><Size>%d</Size><LastModified>2026-01-01T00:00:00.000Z
</LastModified><ETag>"x"</ETag></Contents>"""


@pytest.fixture
def bucket(web: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    """A web server that is an S3 bucket `calls` with two objects."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", web.address)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden-key")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    def dated(body: bytes, status: int = 200) -> object:
        return lambda request: send(
            request,
            status,
            body,
            Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT",
            ETag='"x"',
        )

    entries = ENTRY.replace(b"\n", b"") % (b"2026/a b.wav", 3)
    entries += ENTRY.replace(b"\n", b"") % (b"2026/sub/c.wav", 4)
    web.pages["/calls"] = dated(BUCKET % entries)  # type: ignore[assignment]
    web.pages["/calls/2026/a%20b.wav"] = dated(b"one")  # type: ignore[assignment]
    web.pages["/calls/2026/denied.wav"] = dated(b"", 403)  # type: ignore[assignment]
    return web


def test_a_bucket_is_listed_and_read(bucket: Web, client: Client, tmp_path: Path) -> None:
    sources = Sources(client, "s3://calls/2026/")
    found = list(sources.list("s3://calls/2026"))
    assert [(item.name, item.size) for item in found] == [("a b.wav", 3), ("sub/c.wav", 4)]
    assert "prefix=2026" in bucket.requests[0][1]
    assert sources.fetch(found[0].address, tmp_path / "f").size == 3
    with pytest.raises(AnswerTooLarge):
        sources.fetch(found[0].address, tmp_path / "f", max_bytes=2)
    for name, words in (("none.wav", "does not exist"), ("denied.wav", "not open")):
        with pytest.raises(Exception, match=words) as error:
            sources.fetch(f"s3://calls/2026/{name}", tmp_path / "f")
        assert "hidden" not in str(error.value)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "s3://calls/2027/a.wav",
            "s3://calls2/2026/a.wav",
            "s3://calls/20266/a.wav",
            "s3://calls",
        ),
        *("s3://calls/2026/../2027/a.wav", "s3://calls/2026/%2e%2e/x", "s3://u:p@calls/2026/a"),
        *("s3://calls/", "s3:///2026/a.wav", "S3://calls/2026x"),
    ],
)
def test_no_other_bucket_is_read(bucket: Web, client: Client, tmp_path: Path, address: str) -> None:
    with pytest.raises((AddressRefused, InvalidAddress)):
        Sources(client, "s3://calls/2026").fetch(address, tmp_path / "f")
    assert bucket.requests == []
