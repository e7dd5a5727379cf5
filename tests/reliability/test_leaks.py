"""What clients leave behind when they go."""

import io
import socket
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest
import requests

from ..server.live import SHORT, Live
from .conftest import StartLive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

_PLACES = 8
_ROUNDS = 10
# Pools of threads, each with its connection to the database, grow with use up to a few; a leak of
# one a round is more.
_SLACK = 8


def _threads(live: Live) -> int:
    return len(list(Path(f"/proc/{live.process.pid}/task").iterdir()))


def _open_files(live: Live) -> int:
    return len(list(Path(f"/proc/{live.process.pid}/fd").iterdir()))


def _resident_mib(live: Live) -> float:
    status = Path(f"/proc/{live.process.pid}/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kib) / 1024


def _becomes(condition: Callable[[], bool]) -> bool:
    for _ in range(300):
        if condition():
            return True
        time.sleep(0.1)
    return condition()


def _drop(live: Live, body: bytes, sent: int, *, reset: bool) -> None:
    """Begin a request and go away."""
    head = (
        f"POST {SHORT}?language=en-US HTTP/1.1\r\nHost: x\r\n"
        f"Ocp-Apim-Subscription-Key: {live.key}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", live.port), timeout=60) as connection:
        connection.sendall(head + body[:sent])
        # What has come together with the end of the connection is never looked at.
        time.sleep(0.03)
        if reset:
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def _opus(sample: Path) -> bytes:
    """The sample as OGG/Opus, whose decoder runs on a thread of its own."""
    buffer = io.BytesIO()
    with av.open(str(sample)) as source, av.open(buffer, "w", format="ogg") as target:
        stream = target.add_stream("libopus", rate=48000)
        stream.layout = "mono"
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48000)
        for frame in source.decode(audio=0):
            for each in resampler.resample(frame):
                each.pts = None
                target.mux(stream.encode(each))
        target.mux(stream.encode(None))
    return buffer.getvalue()


def _drop_at_every_stage(live: Live, bodies: list[bytes]) -> None:
    for body in bodies:
        for share in (0.0, 0.01, 0.3, 0.9, 1.0):
            for reset in (False, True):
                _drop(live, body, int(len(body) * share), reset=reset)


def test_dropped_connections_leave_nothing(start_live: StartLive, sample: Path) -> None:
    small = start_live(SCRIBA_MAX_PENDING=str(_PLACES))
    wav = sample.read_bytes()
    bodies = [wav, _opus(sample)]

    def idle() -> bool:
        metrics = requests.get(f"{small.address}/metrics", timeout=60).text
        # The one that asks is itself in progress.
        return "\nscriba_requests_in_progress 1.0\n" in metrics

    _drop_at_every_stage(small, bodies)
    assert _becomes(idle)
    assert small.post(wav).status_code == 200
    threads, files, memory = _threads(small), _open_files(small), _resident_mib(small)
    for _ in range(_ROUNDS):
        _drop_at_every_stage(small, bodies)
    assert _becomes(idle)
    assert _becomes(lambda: _threads(small) <= threads + _SLACK)
    assert _becomes(lambda: _open_files(small) <= files + _SLACK)
    assert _resident_mib(small) < memory + 60
    # Every place in the queue was given back.
    held = [small.post(wav) for _ in range(_PLACES + 1)]
    assert {answer.status_code for answer in held} == {200}


def test_refused_audio_leaves_nothing(start_live: StartLive, sample: Path) -> None:
    small = start_live(SCRIBA_MAX_PENDING=str(_PLACES))
    wav = sample.read_bytes()
    opus = _opus(sample)
    too_long = wav[:44] + bytes(61 * 32_000)
    refused = [b"", b"text", wav[:44], bytes(5000), opus[:100], b"OggS" + bytes(300), too_long]
    for body in refused:
        assert small.post(body).status_code == 400
    threads, files, memory = _threads(small), _open_files(small), _resident_mib(small)
    for _ in range(_ROUNDS):
        assert {small.post(body).status_code for body in refused} == {400}
    assert _becomes(lambda: _threads(small) <= threads + _SLACK)
    assert _becomes(lambda: _open_files(small) <= files + _SLACK)
    assert _resident_mib(small) < memory + 60
    assert small.post(opus).status_code == 200
