import errno
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import pytest

from scriba.net import reserve
from scriba.net.client import Client
from scriba.net.reserve import NoRoom, Reserve, spare
from scriba.net.sources import Sources

from .web import Web, send

GIB = 1 << 30
MIB = 1 << 20


class Disk:
    """A disk of 100 GiB that files of `Reserve` are not really written to."""

    def __init__(self) -> None:
        self.total = 100 * GIB
        self.free = 50 * GIB
        self.asked = 0

    def usage(self, where: Path) -> SimpleNamespace:
        self.asked += 1
        return SimpleNamespace(total=self.total, free=self.free)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk of everything that is fetched."""
    made = Disk()
    monkeypatch.setattr(reserve, "disk_usage", made.usage)
    return made


def test_the_reserve_is_a_gibibyte_and_less_on_a_small_disk(disk: Disk, tmp_path: Path) -> None:
    assert spare(tmp_path) == 49 * GIB
    disk.total, disk.free = 10 * GIB, GIB
    assert spare(tmp_path) == GIB // 2
    disk.free = 0
    assert spare(tmp_path) == -GIB // 2


def test_a_file_that_does_not_fit_is_refused_at_once(disk: Disk, tmp_path: Path) -> None:
    Reserve(tmp_path, 49 * GIB)
    with pytest.raises(NoRoom) as caught:
        Reserve(tmp_path, 49 * GIB + 1)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.needed == 49 * GIB + 1


def test_the_disk_is_looked_at_again_while_a_file_grows(disk: Disk, tmp_path: Path) -> None:
    kept = Reserve(tmp_path, 100 * MIB)
    asked = disk.asked
    for _ in range(16):
        kept.before(MIB)
    assert disk.asked == asked + 2
    disk.free = GIB
    with pytest.raises(NoRoom) as caught:
        kept.before(MIB)
    assert caught.value.needed == 100 * MIB


def test_the_last_bytes_before_the_reserve_may_be_used(disk: Disk, tmp_path: Path) -> None:
    disk.free = GIB + 10
    kept = Reserve(tmp_path)
    kept.before(10)
    disk.free = GIB
    with pytest.raises(NoRoom) as caught:
        kept.before(1)
    assert caught.value.needed == 11


def test_a_download_leaves_the_reserve(
    client: Client, web: Web, disk: Disk, tmp_path: Path
) -> None:
    def unsized(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(b"RIFF" * 100)
        request.close_connection = True

    web.pages["/sized.wav"] = lambda request: send(request, 200, b"RIFF" * 100)
    web.pages["/unsized.wav"] = unsized
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (allowed / "a.wav").write_bytes(b"RIFF" * 100)
    sources, to = Sources(client, str(allowed)), tmp_path / "f"
    addresses = [
        f"{web.address}/sized.wav",
        f"{web.address}/unsized.wav",
        f"file://{allowed}/a.wav",
    ]
    for address in addresses:
        disk.free = GIB + 400
        assert sources.fetch(address, to).size == 400
        to.unlink()
        disk.free = GIB
        with pytest.raises(NoRoom):
            sources.fetch(address, to)
        assert not to.exists()
