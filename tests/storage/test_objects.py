"""Blobs in containers and buckets that fail, and what is said of it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scriba.errors import BlobError, BlobNotFound, StorageFull
from scriba.storage.blobs import Blobs, open_blobs

from ..azurite.emulator import Azurite
from .bucket import ID, Bucket

PATH = "resource/entity/file"


def _name(container: str) -> str:
    return container.partition("?")[0].rpartition("/")[2]


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
