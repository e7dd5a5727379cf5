"""Blobs: the same promises in a folder, an Azure container and an S3 bucket."""

import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from scriba.errors import BlobError, BlobNotFound, InvalidStorage, StorageFull
from scriba.storage import Resources, Store
from scriba.storage.blobs import Blobs, BlobsOf, open_blobs, storage_url
from scriba.storage.folder import FolderBlobs

from ..azurite.emulator import Azurite, missing
from .bucket import ID, REGION, SECRET, Bucket

PATH = "resource/entity/file"


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """The storage emulator."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    running = Azurite(tmp_path_factory.mktemp("azurite"))
    yield running
    running.stop()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A stand-in for S3, whose address and credentials are in the environment."""
    running = Bucket()
    for name, value in {
        "AWS_ENDPOINT_URL": running.address,
        "AWS_ACCESS_KEY_ID": ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    yield running
    running.stop()


@pytest.fixture
def account(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> Azurite:
    """The emulator, with its account and key in the environment."""
    for name, value in {
        "AZURE_STORAGE_ACCOUNT_NAME": azurite.account,
        "AZURE_STORAGE_ACCOUNT_KEY": azurite.key,
        "AZURE_STORAGE_ENDPOINT": f"{azurite.host}/{azurite.account}",
    }.items():
        monkeypatch.setenv(name, value)
    return azurite


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


# A folder


def test_a_folder_holds_whole_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = FolderBlobs(tmp_path / "files")
    blobs.put(PATH, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StorageFull, match="No space left"):
            blobs.put(PATH, b"new")
        with pytest.raises(StorageFull):
            blobs.put("other/entity/file", b"new")
    assert _all(blobs.read(PATH)) == b"old"
    files = [each for each in (tmp_path / "files").rglob("*") if each.is_file()]
    assert [each.name for each in files] == ["file"]


def test_what_killed_writers_left_is_removed_in_time(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.put(PATH, b"x")
    (drafts,) = (each for each in tmp_path.iterdir() if each.name.startswith("."))
    for name, age in (("old", 2 * 24 * 3600), ("at-work", 3600)):
        (drafts / name).write_bytes(b"half")
        os.utime(drafts / name, (time.time() - age,) * 2)
    FolderBlobs(tmp_path).put(PATH, b"x")
    assert [each.name for each in drafts.iterdir()] == ["at-work"]


def test_a_folder_is_private(tmp_path: Path) -> None:
    FolderBlobs(tmp_path / "files").put(PATH, b"x")
    for folder in ("files", "files/resource", "files/resource/entity"):
        assert (tmp_path / folder).stat().st_mode & 0o077 == 0


def test_a_reader_keeps_what_it_began_with(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.put(PATH, b"old")
    pieces = blobs.read(PATH)
    blobs.put(PATH, b"new")
    blobs.delete_prefix("resource")
    assert _all(pieces) == b"old"


def test_a_reader_that_is_left_closes_its_file(tmp_path: Path) -> None:
    FolderBlobs(tmp_path).put(PATH, b"old")
    FolderBlobs(tmp_path).read(PATH)


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    blobs = FolderBlobs(tmp_path / "file" / "below")
    for call in (blobs.check, lambda: blobs.put(PATH, b"x")):
        with pytest.raises(BlobError):
            call()


# Addresses


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


# Storages that fail


def _raises_nothing_secret(blobs: Blobs, *secrets: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: blobs.put(PATH, b"x"),
        lambda: blobs.read(PATH),
        lambda: blobs.size(PATH),
        lambda: blobs.delete_prefix("resource"),
        blobs.check,
    ]
    for call in calls:
        with pytest.raises(BlobError) as caught:
            call()
        error: BaseException | None = caught.value
        while error is not None:
            assert not any(secret in f"{error} {error!r}" for secret in secrets)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_a_wrong_signature_is_said_without_it(azurite: Azurite) -> None:
    container = azurite.container()
    wrong = container[:-12] + "WRONGWRO%3D"
    signature = wrong.partition("sig=")[2]
    _raises_nothing_secret(open_blobs(wrong), signature)
    with pytest.raises(BlobError, match="no permission"):
        open_blobs(wrong).put(PATH, b"x")


def test_a_read_only_container_is_said(azurite: Azurite) -> None:
    container = azurite.sas(_name(azurite.container()), "rl")
    with pytest.raises(BlobError, match="it must allow to read, add, create"):
        open_blobs(container).check()


def test_a_container_that_is_gone(azurite: Azurite) -> None:
    blobs = open_blobs(azurite.sas("nothing-here", "rwdlac"))
    with pytest.raises(BlobError):
        blobs.check()
    with pytest.raises(BlobNotFound):
        blobs.size(PATH)


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (403, BlobError, "no permission"),
        (400, BlobError, "answered 400"),
        (507, StorageFull, "full"),
        (503, BlobError, "answered 503"),
    ],
)
def test_a_bucket_that_fails(
    bucket: Bucket, status: int, error: type[BlobError], said: str
) -> None:
    bucket.fail = status
    with pytest.raises(error, match=said):
        open_blobs("s3://files").check()


def test_a_wrong_key_is_said_without_it(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    _raises_nothing_secret(open_blobs("s3://files"), "not-the-secret", ID)


def test_a_blob_that_changes_under_a_reader_is_noticed(bucket: Bucket, tmp_path: Path) -> None:
    blobs = open_blobs("s3://files")
    (tmp_path / "source").write_bytes(os.urandom(20_000_000))
    blobs.put(PATH, tmp_path / "source")
    pieces = blobs.read(PATH)
    next(pieces)
    blobs.put(PATH, b"other")
    with pytest.raises(BlobError, match="changed while it was read"):
        list(pieces)


# Which storage is whose


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


_WRITE = """
import sys
from itertools import count
from pathlib import Path
from scriba.storage.folder import FolderBlobs
blobs = FolderBlobs(Path(sys.argv[1]))
for i in count():
    blobs.put(f"r/e/{i % 5}", bytes([i % 5]) * 3_000_000)
    print(i, flush=True)
"""


def test_a_killed_writer_leaves_whole_blobs(tmp_path: Path) -> None:
    for _ in range(3):
        command = [sys.executable, "-c", _WRITE, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for line in writer.stdout:
                if int(line) == 7:
                    break
            writer.kill()
        blobs = FolderBlobs(tmp_path)
        for i in range(5):
            assert _all(blobs.read(f"r/e/{i}")) == bytes([i]) * 3_000_000
