"""Hostile archives: bombs, paths, links, lies, and lists without end."""

import io
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scriba.customization import archives
from scriba.customization.archives import opened
from scriba.customization.texts import Problem
from scriba.errors import DatasetError

from .conftest import Pack, wav


def _zip(build: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        build(file)
    return buffer.getvalue()


def _refused(path: Path) -> dict[str, str]:
    with opened(path) as archive:
        assert not archive.entries
        return {name: problem.code for name, problem in archive.refused}


def _extract(path: Path, tmp_path: Path) -> Problem | None:
    with opened(path) as archive:
        return archive.extract(archive.entries[0], tmp_path / "out", lambda: None)


@pytest.mark.parametrize(
    "name",
    [
        "../up.wav",
        "a/../../up.wav",
        "/etc/x.wav",
        "C:\\x.wav",
        "..\\up.wav",
        "a//b.wav",
        "a\nb.wav",
    ],
)
def test_names_that_lead_elsewhere(pack: Pack, name: str) -> None:
    assert list(_refused(pack({name: b"x"})).values()) == ["InvalidName"]


def test_a_long_name(pack: Pack) -> None:
    assert list(_refused(pack({"a" * 301: b"x"})).values()) == ["InvalidName"]


def test_links_and_devices(tmp_path: Path) -> None:
    def build(file: zipfile.ZipFile) -> None:
        for name, mode in (("link", 0o120777), ("device", 0o020666)):
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            file.writestr(info, "/etc/passwd")

    path = tmp_path / "a.zip"
    path.write_bytes(_zip(build))
    assert _refused(path) == {"link": "NoFile", "device": "NoFile"}


def test_encrypted_entries_and_other_methods(tmp_path: Path) -> None:
    def build(file: zipfile.ZipFile) -> None:
        file.writestr("secret.wav", b"abc", zipfile.ZIP_STORED)
        file.writestr("lzma.wav", b"abc", zipfile.ZIP_LZMA)

    content = bytearray(_zip(build))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    assert _refused(path) == {"secret.wav": "Encrypted", "lzma.wav": "Compression"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_second_of_one_name(tmp_path: Path) -> None:
    def build(file: zipfile.ZipFile) -> None:
        for name in ("a.wav", "a.wav", "A.WAV"):
            file.writestr(name, b"x")

    path = tmp_path / "a.zip"
    path.write_bytes(_zip(build))
    with opened(path) as archive:
        assert [entry.name for entry in archive.entries] == ["a.wav"]
        assert [problem.code for _, problem in archive.refused] == ["DuplicateName"] * 2


def test_clutter_of_operating_systems_and_folders_are_passed_over(pack: Pack) -> None:
    path = pack({"a/": b"", "a/x.wav": b"x", "__MACOSX/a/._x.wav": b"x", ".DS_Store": b"x"})
    with opened(path) as archive:
        assert [entry.name for entry in archive.entries] == ["a/x.wav"]
        assert not archive.refused


def test_names_in_utf8_that_do_not_say_so(tmp_path: Path) -> None:
    content = _zip(lambda file: file.writestr("gr\u00fcn.wav", b"x"))
    # Bit 11 of the flags, in the entry and in the list.
    content = content.replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00")
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with opened(path) as archive:
        assert [entry.name for entry in archive.entries] == ["grün.wav"]


def test_a_bomb_is_given_up(tmp_path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_FREE_BYTES", 1 << 20)
    path = pack({"bomb.wav": bytes(30 << 20)})
    problem = _extract(path, tmp_path)
    assert problem is not None
    assert problem.code == "TooLarge"
    assert (tmp_path / "out").stat().st_size < 4 << 20


def test_many_small_bombs_are_given_up(
    tmp_path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_FREE_TOTAL_BYTES", 1 << 20)
    path = pack({f"{n}.wav": bytes(1 << 20) for n in range(9)})
    with opened(path) as archive:
        first, *others = archive.entries
        assert archive.extract(first, tmp_path / "out", lambda: None) is None
        with pytest.raises(DatasetError, match="far more than recordings"):
            [archive.extract(entry, tmp_path / "out", lambda: None) for entry in others]


@pytest.mark.parametrize("lie", [1, 5_000, 1 << 31])
def test_a_size_that_is_a_lie(tmp_path: Path, pack: Pack, lie: int) -> None:
    path = pack({"a.wav": b"ab" * 4_000})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.rindex(b"PK\x01\x02") + 24, lie)
    path.write_bytes(content)
    problem = _extract(path, tmp_path)
    assert problem is not None
    assert problem.code == "Damaged"


def test_a_wrong_sum(tmp_path: Path, pack: Pack) -> None:
    path = pack({"a.wav": random.Random(0).randbytes(4_000)})
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 16] ^= 1
    path.write_bytes(content)
    problem = _extract(path, tmp_path)
    assert problem is not None
    assert "CRC" in problem.reason


def test_more_entries_than_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(archives.MAX_ENTRIES + 1):
            file.writestr(f"{number}.wav", b"")
    with pytest.raises(DatasetError, match="at most 20,001") as caught, opened(path):
        pass
    assert caught.value.code == "QuotaViolation"


def test_a_million_entries_are_not_even_read(tmp_path: Path) -> None:
    entry = b"PK\x01\x02" + bytes(42)
    path = tmp_path / "a.zip"
    with open(path, "wb") as file:
        file.write(b"PK\x03\x04" + bytes(26))
        for _ in range(1000):
            file.write(entry * 1000)
        # The classic end says 65,535 entries, however many follow.
        file.write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, 46_000_000, 30, 0))
    with pytest.raises(DatasetError, match="too long"), opened(path):
        pass


@pytest.mark.parametrize("content", [b"", b"RIFFxxxx", b"PK", b"PK\x03\x04", b"\x1f\x8b\x08\x00"])
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(DatasetError), opened(path):
        pass


def test_whatever_is_damaged_is_refused_or_read(tmp_path: Path, pack: Pack) -> None:
    content = pack({"a.wav": wav(0.2), "trans.txt": "a.wav\thello"}).read_bytes()
    path = tmp_path / "damaged.zip"
    chance = random.Random(1)
    for _ in range(400):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 3, 20))):
            # Most of it near the end, where the list is.
            at = chance.choice((chance.randrange(len(damaged)), -chance.randrange(1, 260)))
            damaged[at] = chance.choice((0, 255, chance.randrange(256)))
        path.write_bytes(damaged[: chance.choice((len(damaged), chance.randrange(len(damaged))))])
        try:
            with opened(path) as archive:
                for entry in archive.entries:
                    archive.extract(entry, tmp_path / "out", lambda: None)
        except DatasetError:
            pass


def test_stopping_is_looked_for(tmp_path: Path, pack: Pack) -> None:
    class Stop(Exception):
        pass

    def check() -> None:
        raise Stop

    with opened(pack({"a.wav": b"x"})) as archive, pytest.raises(Stop):
        archive.extract(archive.entries[0], tmp_path / "out", check)


def test_large_archives_and_streamed_ones_are_read(tmp_path: Path) -> None:
    class Stream(io.RawIOBase):
        """A file that cannot go back, as a pipe."""

        def __init__(self) -> None:
            super().__init__()
            self.content = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            piece = bytes(data)  # type: ignore[call-overload]
            self.content += piece
            return len(piece)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        with file.open(zipfile.ZipInfo("large.wav"), "w", force_zip64=True) as entry:
            entry.write(b"ab" * 1000)
        file.writestr("small.wav", b"cd" * 1000)
    path = tmp_path / "a.zip"
    path.write_bytes(stream.content)
    with opened(path) as archive:
        found = {}
        for entry_ in archive.entries:
            assert archive.extract(entry_, tmp_path / "out", lambda: None) is None
            found[entry_.name] = (tmp_path / "out").read_bytes()
    assert found == {"large.wav": b"ab" * 1000, "small.wav": b"cd" * 1000}


def test_entries_that_share_their_bytes_count_each(
    tmp_path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_FREE_TOTAL_BYTES", 1 << 20)
    content = pack({"a.wav": bytes(1 << 20)}).read_bytes()
    start = content.index(b"PK\x01\x02")
    entry, end = content[start : content.index(b"PK\x05\x06")], content[-22:]
    names = [f"{n:05}" for n in range(50)]
    listed = b"".join(entry.replace(b"a.wav", name.encode()) for name in names)
    local = content[:start].replace(b"a.wav", names[0].encode())
    counts = struct.pack("<HHII", 50, 50, len(listed), start)
    path = tmp_path / "overlapping.zip"
    path.write_bytes(local + listed + end[:8] + counts + end[20:])
    refused, held = [], 0
    with opened(path) as archive:
        try:
            for one in archive.entries:
                refused.append(archive.extract(one, tmp_path / "out", lambda: None))
                held += (tmp_path / "out").stat().st_size if refused[-1] is None else 0
        except DatasetError as error:
            refused.append(Problem("", str(error)))
    assert any(refused)
    assert held <= 2 << 20
