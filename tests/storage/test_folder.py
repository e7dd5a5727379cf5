"""Blobs in a folder."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scriba.errors import BlobError, StorageFull
from scriba.storage.folder import FolderBlobs

PATH = "resource/entity/file"


def _all(pieces: Iterator[bytes]) -> bytes:
    return b"".join(pieces)


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
