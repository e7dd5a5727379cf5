"""Blobs: the same promises in a folder, an Azure container and an S3 bucket."""

import os
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from scriba.errors import BlobError, BlobNotFound, InvalidStorage
from scriba.storage import Resources, Store
from scriba.storage.blobs import Blobs, BlobsOf, open_blobs, storage_url

PATH = "resource/entity/file"


def _name(container: str) -> str:
    return container.partition("?")[0].rpartition("/")[2]


@pytest.fixture(params=["folder", "sas", "az", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty storage of each kind."""
    if request.param == "folder":
        return str(tmp_path / "files")
    if request.param == "s3":
        request.getfixturevalue("bucket")
        return "s3://files/pre fix/deep"
    emulator = request.getfixturevalue("account" if request.param == "az" else "azurite")
    container = str(emulator.container())
    if request.param == "sas":
        return container.replace("?", "/prefix?")
    return f"az://{_name(container)}/prefix"


@pytest.fixture
def blobs(url: str) -> Blobs:
    return open_blobs(url)


def _all(pieces: Iterator[bytes]) -> bytes:
    return b"".join(pieces)


def test_what_is_put_is_read(blobs: Blobs) -> None:
    assert blobs.put(PATH, b"one") == 3
    assert _all(blobs.read(PATH)) == b"one"
    assert blobs.put(PATH, b"longer") == 6
    assert _all(blobs.read(PATH)) == b"longer"
    assert blobs.size(PATH) == 6
    assert blobs.put(PATH, b"") == 0
    assert _all(blobs.read(PATH)) == b""


def test_files_come_in_pieces(blobs: Blobs, tmp_path: Path) -> None:
    data = os.urandom(20_000_000)
    (tmp_path / "source").write_bytes(data)
    assert blobs.put(PATH, tmp_path / "source") == len(data)
    assert blobs.size(PATH) == len(data)
    pieces = list(blobs.read(PATH))
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= 8 << 20
    assert b"".join(pieces) == data
    assert (tmp_path / "source").exists()


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 1), (3, 4), (9, 1), (9, 5), (10, 5), (50, 5), (4, None), (10, None), (50, None), (0, 0)],
)
def test_a_range_is_what_there_is_of_it(blobs: Blobs, start: int, length: int | None) -> None:
    data = b"0123456789"
    blobs.put(PATH, data)
    wanted = data[start:] if length is None else data[start : start + length]
    assert _all(blobs.read(PATH, start, length)) == wanted


def test_a_missing_blob_is_said_at_once(blobs: Blobs) -> None:
    blobs.put(PATH, b"x")
    for path in ("resource/entity/other", "nothing/at/all"):
        with pytest.raises(BlobNotFound):
            blobs.read(path)
        with pytest.raises(BlobNotFound):
            blobs.size(path)


def test_a_missing_source_is_no_missing_blob(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises((FileNotFoundError, BlobError)):
        blobs.put(PATH, tmp_path / "nothing")
    with pytest.raises(BlobNotFound):
        blobs.size(PATH)


def test_a_prefix_is_removed_and_nothing_beside_it(blobs: Blobs) -> None:
    for path in ("r/e/a", "r/e/b", "r/e2/a", "r2/e/a"):
        blobs.put(path, b"x")
    blobs.delete_prefix("r/e")
    blobs.delete_prefix("r/e")
    blobs.delete_prefix("nothing")
    for path in ("r/e/a", "r/e/b"):
        with pytest.raises(BlobNotFound):
            blobs.size(path)
    assert blobs.size("r/e2/a") == blobs.size("r2/e/a") == 1
    blobs.delete_prefix("r")
    with pytest.raises(BlobNotFound):
        blobs.size("r/e2/a")
    assert blobs.size("r2/e/a") == 1


@pytest.mark.parametrize(
    "path", ["", "/", "..", "a/../b", "/etc/passwd", "a//b", ".hidden", "a/b\0", "a\\b", "a b", "ü"]
)
def test_names_from_outside_are_no_paths(blobs: Blobs, path: str) -> None:
    calls: list[Callable[[str], object]] = [
        blobs.size,
        blobs.read,
        blobs.delete_prefix,
        lambda path: blobs.put(path, b"x"),
        lambda path: blobs.signed_url(path, timedelta(hours=1)) or blobs.size(path),
    ]
    for call in calls:
        with pytest.raises(BlobError, match="not the path of a blob"):
            call(path)


def test_check_leaves_nothing(blobs: Blobs, url: str) -> None:
    blobs.check()
    blobs.put(PATH, b"x")
    blobs.check()
    if "://" not in url:
        assert [each.name for each in Path(url).rglob("*") if each.is_file()] == ["file"]


def test_threads_write_and_read_at_once(blobs: Blobs) -> None:
    contents = [bytes([i]) * 100_000 for i in range(6)]
    blobs.put(PATH, contents[0])
    gate = threading.Barrier(6)

    def work(number: int) -> bytes:
        gate.wait()
        blobs.put(PATH, contents[number])
        blobs.put(f"resource/entity/{number}", contents[number])
        return _all(blobs.read(f"resource/entity/{number}"))

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(6))) == contents
    assert _all(blobs.read(PATH)) in contents


def test_a_signed_address_needs_no_key(blobs: Blobs, url: str) -> None:
    blobs.put(PATH, b"words", name="../a folder/ä 'b'.json", content_type="application/json")
    found = blobs.signed_url(PATH, timedelta(hours=1))
    if not url.startswith(("az:", "s3:")):
        assert found is None
        return
    assert found is not None
    with urllib.request.urlopen(found, timeout=30) as answer:
        assert answer.read() == b"words"
        assert answer.headers["Content-Type"] == "application/json"
        said = answer.headers["Content-Disposition"]
    assert said == "attachment; filename*=UTF-8''%C3%A4%20%27b%27.json"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(found.replace("entity", "other"), timeout=30)
    refused.value.close()
    assert refused.value.code == 403
    assert blobs.signed_url(PATH, timedelta(days=8)) is None


@pytest.mark.parametrize(
    "address",
    [
        "relative/folder",
        "file://host/folder",
        "ftp://host/folder",
        "s3://",
        "s3://b?cket",
        "s3://bucket/../up",
        "az://",
        "az://UPPER",
        "https://here.blob.core.windows.net/?sig=topsecret",
        "https://here.blob.core.windows.net/container",
        "https://127.0.0.1:1/account?sig=topsecret",
        "https://here.blob.core.windows.net/container/../x?sig=topsecret",
        "http://[topsecret",
    ],
)
def test_other_addresses_are_refused_without_a_secret(address: str) -> None:
    with pytest.raises(InvalidStorage) as caught:
        open_blobs(address)
    assert "topsecret" not in str(caught.value)


def test_an_account_is_needed_for_az(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(InvalidStorage, match="AZURE_STORAGE_ACCOUNT_NAME"):
        open_blobs("az://container")


def test_a_folder_may_be_written_as_an_address(tmp_path: Path) -> None:
    folder = tmp_path / "with space"
    open_blobs(folder.as_uri()).put(PATH, b"x")
    assert open_blobs(str(folder)).size(PATH) == 1


def test_files_lie_in_the_data_folder_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert storage_url(None, Path("/data")) == "/data/files"
    assert storage_url("files here", Path("/data")) == str(tmp_path / "files here")
    assert storage_url("s3://bucket/x", Path("/data")) == "s3://bucket/x"


def test_a_resource_may_have_its_own(store: Store, tmp_path: Path) -> None:
    resources = Resources(store)
    own = resources.create("own", storage=str(tmp_path / "own"))
    plain = resources.create("plain")
    of = BlobsOf(store, str(tmp_path / "service"))
    of(own.id).put(f"{own.id}/e/f", b"x")
    of(plain.id).put(f"{plain.id}/e/f", b"x")
    assert of.owns(own.id)
    assert not of.owns(plain.id)
    assert (tmp_path / "own" / own.id / "e" / "f").is_file()
    assert (tmp_path / "service" / plain.id / "e" / "f").is_file()
    assert of(own.id) is of(own.id)
    resources.update("own", storage=None)
    assert of(own.id) is of(plain.id)
