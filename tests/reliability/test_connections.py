"""Connections of the Speech SDK's kind that are opened, abused and left."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from ..server.live import SHORT, Live
from .abuse import ABUSES, abuse, recognise
from .conftest import StartLive
from .test_leaks import _becomes, _open_files, _resident_mib, _threads

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

_SLACK = 8


def _round(small: Live, wav: bytes) -> list[str]:
    """Every abuse at once twice over, and what is said to a good client meanwhile."""
    with ThreadPoolExecutor(8) as pool:
        left = [
            pool.submit(abuse, small.port, small.key, wav, number)
            for number in range(2 * len(ABUSES))
        ]
        said = [recognise(small.port, small.key, wav) for _ in range(2)]
        wires = [each.result() for each in left]
    said.append(recognise(small.port, small.key, wav))
    for wire in wires:
        if wire is not None:
            with suppress(OSError):
                wire.socket.close()
    return said


def _at_rest(small: Live) -> bool:
    lines = requests.get(f"{small.address}/metrics", timeout=60).text.splitlines()
    counts = dict(line.rsplit(" ", 1) for line in lines if line and line[0] != "#")
    busy = ("scriba_sdk_connections", "scriba_sdk_turns_open", "scriba_requests_in_progress")
    # The one that asks is itself in progress.
    return [float(counts[name]) for name in busy] == [0, 0, 1]


def _assess(small: Live, wav: bytes) -> None:
    """Wait for the assessor, which is loaded beside the start and takes memory."""
    answer = requests.post(
        f"{small.address}{SHORT}?language=en-US",
        headers={"Ocp-Apim-Subscription-Key": small.key, "Pronunciation-Assessment": "e30="},
        data=wav,
        timeout=60,
    )
    assert answer.status_code == 200
    assert answer.json()["NBest"][0]["AccuracyScore"] > 0


def test_abused_connections_leave_nothing(start_live: StartLive, sample: Path) -> None:
    small = start_live()
    wav = sample.read_bytes()
    expected = recognise(small.port, small.key, wav)
    assert "apostle of the middle classes" in expected
    _assess(small, wav)
    assert _round(small, wav) == [expected] * 3
    assert _becomes(lambda: _at_rest(small))
    threads, files, memory = _threads(small), _open_files(small), _resident_mib(small)
    for _ in range(3):
        assert _round(small, wav) == [expected] * 3
    assert _becomes(lambda: _at_rest(small))
    assert _becomes(lambda: _threads(small) <= threads + _SLACK)
    assert _becomes(lambda: _open_files(small) <= files + _SLACK)
    assert _resident_mib(small) < memory + 60
