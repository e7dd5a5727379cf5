"""The server as a process: addresses, signals, draining."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scriba.errors import CannotListen
from scriba.server.run import Server
from scriba.storage import open_store

from .conftest import wav
from .fakes import FakeSettings, FakeSpeech
from .live import SHORT

_PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from server.fakes import FakeSettings, FakeSpeech
from scriba.server import run
from scriba.storage import Resources, open_store
data = Path(sys.argv[1])
store = open_store(data)
print(Resources(store).create("demo").key1, flush=True)
settings = FakeSettings(data, drain_timeout=float(sys.argv[3]))
run(settings, FakeSpeech(), store, on_started=lambda address: print(address, flush=True))
store.close()
print("ended", flush=True)
"""


class _Process:
    def __init__(self, data_dir: Path, drain_timeout: float) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _PROGRAM,
                str(data_dir),
                str(Path(__file__).parents[1]),
                str(drain_timeout),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.key = self._line()
        self.port = int(self._line().rsplit(":", 1)[1])

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        """Stop it whatever it does."""
        self.process.kill()
        self.process.communicate()

    def begin(self, data: bytes, sent: int) -> socket.socket:
        """Send the head and the first `sent` bytes of a body."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(
            f"POST {SHORT}?language=en-US HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            f"Ocp-Apim-Subscription-Key: {self.key}\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        connection.sendall(data[:sent])
        return connection


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[_Process]:
    process = _Process(tmp_path, 20)
    yield process
    process.end()


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[_Process]:
    process = _Process(tmp_path, 1)
    yield process
    process.end()


def _wait_until_closed(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail("the server still accepts connections")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_a_running_request_finish(patient: _Process, number: int) -> None:
    data = wav(2.0)
    with patient.begin(data, 30_000) as connection:
        os.kill(patient.process.pid, number)
        _wait_until_closed(patient.port)
        connection.sendall(data[30_000:])
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in answer.lower()
    assert patient.process.wait(30) == 0
    assert patient._line() == "ended"


def test_draining_ends(hasty: _Process) -> None:
    with hasty.begin(wav(2.0), 30_000):
        hasty.process.terminate()
        assert hasty.process.wait(30) == 0


def test_an_idle_connection_does_not_hold_the_server_up(patient: _Process) -> None:
    with socket.create_connection(("127.0.0.1", patient.port), timeout=30) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(1000).startswith(b"HTTP/1.1 200")
        with socket.create_connection(("127.0.0.1", patient.port), timeout=30) as half:
            half.sendall(b"GET /heal")
            patient.process.terminate()
            assert patient.process.wait(30) == 0


def test_an_address_in_use_is_an_error(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"127.0.0.1:{port}.*--port"):
            Server(FakeSettings(tmp_path, port=port), FakeSpeech(), store)
    with pytest.raises(CannotListen, match=r"no\.such\.host"):
        Server(FakeSettings(tmp_path, host="no.such.host.invalid"), FakeSpeech(), store)
    store.close()
