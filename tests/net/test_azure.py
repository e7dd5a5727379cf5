from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from scriba.errors import AccessDenied, AnswerRefused, AnswerTooLarge, InvalidAddress, NetworkError
from scriba.net import azure
from scriba.net.azure import blob_url
from scriba.net.client import Client
from scriba.net.sources import Sources, problem

from ..azurite.emulator import Azurite
from .web import Web, send

HEAD = b'<?xml version="1.0" encoding="utf-8"?>'


@pytest.fixture
def sources(client: Client) -> Sources:
    """Sources without folders and buckets."""
    return Sources(client)


def test_a_container_is_listed_and_read(azurite: Azurite, sources: Sources, tmp_path: Path) -> None:
    container = azurite.container("rlw")
    names = ["a.wav", "calls/2026/b c.wav", "ü#1?%.wav", "zz/&<>'.ogg"]
    for name in reversed(names):
        azurite.put(container, name, name.encode())
    found = list(sources.list(container))
    assert [item.name for item in found] == sorted(names)
    assert [item.size for item in found] == [len(item.name.encode()) for item in found]
    for item in found:
        sources.fetch(item.address, tmp_path / "f")
        assert (tmp_path / "f").read_bytes() == item.name.encode()


def test_an_empty_container(azurite: Azurite, sources: Sources) -> None:
    assert list(sources.list(azurite.container())) == []


def test_many_blobs_come_in_pages(
    azurite: Azurite, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(azure, "_PAGE", 3)
    container = azurite.container()
    for i in range(8):
        azurite.put(container, f"{i}.wav", b"")
    assert [item.name for item in sources.list(container)] == [f"{i}.wav" for i in range(8)]
    with pytest.raises(InvalidAddress, match="more than 7"):
        list(sources.list(container, limit=7))
    assert len(list(sources.list(container, limit=8))) == 8


def test_results_are_written(
    azurite: Azurite, sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(azure, "_BLOCK", 1000)
    container = azurite.container("rw")
    for size in (0, 1000, 1001, 4500):
        file = tmp_path / "f"
        file.write_bytes(bytes(i % 251 for i in range(size)))
        for _ in range(2):
            sources.put(container, f"out/{size} ü.json", file)
        assert azurite.get(container, f"out/{size} ü.json") == file.read_bytes()


def test_trying_whether_results_can_be_written_leaves_nothing(
    azurite: Azurite, sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(azure, "_BLOCK", 1 << 10)
    container = azurite.container("rwl")
    for _ in range(2):
        sources.probe(container, "report.json")
    assert list(sources.list(container)) == []
    for size in (10, 5000):
        (tmp_path / "f").write_bytes(bytes(size))
        sources.put(container, "report.json", tmp_path / "f")
        sources.probe(container, "report.json")
        assert azurite.get(container, "report.json") == bytes(size)
    name = container.partition("?")[0].rsplit("/", 1)[1]
    with pytest.raises(AccessDenied):
        sources.probe(azurite.sas(name, "rl"), "report.json")
    with pytest.raises(AnswerRefused, match="answered 404"):
        sources.probe(azurite.sas("no-such-container", "rw"), "report.json")


def test_signatures_that_do_not_suffice(azurite: Azurite, sources: Sources, tmp_path: Path) -> None:
    name = azurite.container().partition("?")[0].rsplit("/", 1)[1]
    (tmp_path / "f").write_bytes(b"x")
    for url in (azurite.sas(name, "r"), azurite.sas(name, "rl", expires=-100)):
        with pytest.raises(AccessDenied) as error:
            list(sources.list(url))
        code, message = problem(error.value)
        assert code == "InvalidRecordingsUri"
        assert message.startswith("Authentication failed for recordings URI.")
        assert "sig=REDACTED" in message
    with pytest.raises(AccessDenied):
        sources.put(azurite.sas(name, "rl"), "x.json", tmp_path / "f")
    with pytest.raises(AnswerRefused, match="answered 404"):
        list(sources.list(azurite.sas("no-such-container", "rl")))
    with pytest.raises(AnswerRefused, match="answered 404"):
        sources.fetch(azurite.blob(azurite.sas(name, "rl"), "nothing.wav"), tmp_path / "g")


@pytest.mark.parametrize(
    ("container", "name", "url"),
    [
        ("https://a.blob.x/c?sv=1&sig=s", "a b.wav", "https://a.blob.x/c/a%20b.wav?sv=1&sig=s"),
        ("https://a.blob.x/c/?sig=s", "x/../y", "https://a.blob.x/c/x/../y?sig=s"),
        (
            "https://a.blob.x/c?restype=container&comp=list&sig=s",
            "?",
            "https://a.blob.x/c/%3F?sig=s",
        ),
        ("http://127.0.0.1:1/acct/c", "ü", "http://127.0.0.1:1/acct/c/%C3%BC"),
    ],
)
def test_addresses_of_blobs(container: str, name: str, url: str) -> None:
    assert blob_url(container, name) == url


@pytest.mark.parametrize("container", ["https://a.blob.x?sig=s", "https://a.blob.x/?sig=s"])
def test_an_address_without_container(sources: Sources, container: str) -> None:
    with pytest.raises(InvalidAddress, match="no container"):
        list(sources.list(container))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<html><body>hello</body></html>",
        HEAD + b"<EnumerationResults><Blobs>",
        HEAD + b"<EnumerationResults>" + b"<a>" * 100 + b"</a>" * 100 + b"</EnumerationResults>",
        HEAD
        + b"<EnumerationResults><Blobs><Blob><Name>"
        + b"n" * 70_000
        + b"</Name></Blob></Blobs></EnumerationResults>",
        HEAD
        + b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        + b"<EnumerationResults><NextMarker>&b;</NextMarker></EnumerationResults>",
        HEAD
        + b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        + b"<EnumerationResults><NextMarker>&a;</NextMarker></EnumerationResults>",
        b'<?xml version="1.0" encoding="x-unknown"?><EnumerationResults/>',
    ],
)
def test_what_is_no_listing_is_refused(web: Web, sources: Sources, body: bytes) -> None:
    web.page("/c", 200, body, Content_Type="application/xml")
    with pytest.raises(AnswerRefused, match="storage container"):
        list(sources.list(f"{web.address}/c?sig=s"))


def test_a_listing_that_never_ends(
    web: Web, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = HEAD + b"<EnumerationResults><NextMarker>again</NextMarker></EnumerationResults>"
    web.page("/c", 200, same)
    with pytest.raises(AnswerRefused, match="twice"):
        list(sources.list(f"{web.address}/c"))
    monkeypatch.setattr(azure, "_MAX_LISTING", 1000)
    web.page("/c", 200, HEAD + b"<EnumerationResults>" + b" " * 2000 + b"</EnumerationResults>")
    with pytest.raises(AnswerTooLarge):
        list(sources.list(f"{web.address}/c"))


def test_odd_entries_of_a_listing(web: Web, sources: Sources) -> None:
    def blob(name: bytes, size: bytes = b"5", kind: bytes = b"file") -> bytes:
        return (
            b"<Blob>"
            + name
            + b"<Snapshot/><Properties><Content-Length>"
            + size
            + b"</Content-Length><ResourceType>"
            + kind
            + b"</ResourceType></Properties>"
            b"<Metadata><Name>other</Name></Metadata></Blob>"
        )

    body = b"".join(
        [
            HEAD,
            b"<EnumerationResults><Blobs>",
            blob(b"<Name>folder</Name>", kind=b"directory"),
            blob(b"<Name>folder/</Name>", b"0"),
            blob(b'<Name Encoded="true">a%EF%BF%BE.wav</Name>'),
            blob(b"<Name>b&amp;%20.wav</Name>"),
            blob(b"<Name>bad</Name>", b"-1"),
            blob(b"<Name></Name>"),
            b"</Blobs><NextMarker/></EnumerationResults>",
        ]
    )
    web.page("/c", 200, body)
    found = [(item.name, item.size) for item in sources.list(f"{web.address}/c?sig=s")]
    assert found == [("a\ufffe.wav", 5), ("b&%20.wav", 5)]


def test_a_storage_that_stumbles_is_asked_again(
    web: Web, sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    tried: list[str] = []

    def stumbling(request: BaseHTTPRequestHandler) -> None:
        tried.append(request.command)
        send(request, 503 if len(tried) < 3 else 201, b"")

    (tmp_path / "f").write_bytes(b"x")
    web.pages["/c/x.json"] = stumbling
    sources.put(f"{web.address}/c?sig=s", "x.json", tmp_path / "f")
    assert tried == ["PUT"] * 3
    web.page("/c/y.json", 500, b"")
    with pytest.raises(NetworkError, match="answered 500"):
        sources.put(f"{web.address}/c?sig=s", "y.json", tmp_path / "f")
