"""Doors that clients accept which only ever speak TLS."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from ..azurite.emulator import Azurite
from ..server.conftest import server, start
from ..server.live import Live, TlsDoor

__all__ = ["Azurite", "Door", "server", "start"]

Door = Callable[[int], str]


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Open a TLS door to a port; the address is one that the client's own checks accept."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    # From Python 3.12 on urllib keeps the certificates that its first call found.
    monkeypatch.setattr("urllib.request._opener", None)
    doors: list[TlsDoor] = []

    def open_door(port: int) -> str:
        doors.append(TlsDoor(context, port))
        return f"localhost:{doors[-1].port}"

    yield open_door
    for each in doors:
        each.close()


@pytest.fixture(scope="session")
def near(base_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """`scriba serve` that may call this machine, where the storage account is."""
    assert base_model.is_dir()
    folder = tmp_path_factory.mktemp("near") / "data"
    running = Live(folder, SCRIBA_ALLOW_PRIVATE_ADDRESSES="127.0.0.0/8")
    yield running
    assert running.stop() == 0
