"""Bodies as anyone may write them: real decoders, a recogniser that counts samples."""

import io
import json
from itertools import pairwise
from pathlib import Path

import av
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ..server.conftest import Running, wav

_SETTINGS = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_CONTAINERS = {
    "ogg": ("libopus", 48000),
    "webm": ("libopus", 48000),
    "flac": ("flac", 16000),
    "mp3": ("libmp3lame", 44100),
    "mp4": ("aac", 44100),
    "amr": ("libopencore_amrnb", 8000),
    "wav": ("pcm_s24le", 22050),
}


@pytest.fixture(scope="module")
def files(sample: Path) -> dict[str, bytes]:
    """A second of the sample in every container."""
    return {name: _encoded(sample, name, *codec) for name, codec in _CONTAINERS.items()}


def _encoded(sample: Path, container: str, codec: str, rate: int) -> bytes:
    buffer = io.BytesIO()
    with av.open(str(sample)) as source, av.open(buffer, "w", format=container) as target:
        stream = target.add_stream(codec, rate=rate)
        stream.layout = "mono"
        form = stream.codec_context.format or "s16"
        resampler = av.AudioResampler(format=form, layout="mono", rate=rate)
        for frame in source.decode(audio=0):
            if frame.time is not None and frame.time > 1:
                break
            for each in resampler.resample(frame):
                each.pts = None
                target.mux(stream.encode(each))
        target.mux(stream.encode(None))
    return buffer.getvalue()


def _samples(server: Running, body: bytes, ends: list[int] | None = None) -> int:
    """How many samples the recogniser is given, the body being cut into chunks at `ends`."""
    bounds = [0, *sorted(set(ends or [])), len(body)]
    pieces = (body[a:b] for a, b in pairwise(bounds) if a < b)
    answer = server.post(data=body if ends is None else pieces)
    assert answer.status_code == 200, answer.text
    return server.speech.streams[-1].samples


@pytest.mark.parametrize("container", _CONTAINERS)
def test_where_chunks_end_does_not_matter(
    server: Running, files: dict[str, bytes], container: str
) -> None:
    body = files[container]
    whole = _samples(server, body)
    assert whole > 12_000

    @_SETTINGS
    @given(ends=st.lists(st.integers(1, len(body) - 1), max_size=12))
    def check(ends: list[int]) -> None:
        assert _samples(server, body, ends) == whole

    check()


def _answer(server: Running, body: bytes) -> requests.Response:
    """The answer to a body that may be anything: a result, or a 400 that says why."""
    answer = server.post(data=body)
    assert answer.status_code in (200, 400)
    told = json.loads(answer.text)
    if answer.status_code == 400:
        assert told.keys() == {"Message"}
        assert len(told["Message"]) > 20
    assert server.speech.streams[-1].samples <= 60 * 16_000
    return answer


@pytest.mark.parametrize("container", _CONTAINERS)
def test_damaged_files_get_an_answer(
    server: Running, files: dict[str, bytes], container: str
) -> None:
    body = files[container]
    place = st.integers(0, len(body) - 1)

    @_SETTINGS
    @given(
        cut=st.none() | place,
        flips=st.lists(st.tuples(st.integers(0, 200) | place, st.integers(0, 255)), max_size=10),
        inserted=st.tuples(place, st.binary(max_size=40)),
        repeats=st.integers(1, 3),
    )
    def check(
        cut: int | None,
        flips: list[tuple[int, int]],
        inserted: tuple[int, bytes],
        repeats: int,
    ) -> None:
        damaged = bytearray(body)
        for at, value in flips:
            damaged[min(at, len(damaged) - 1)] = value
        damaged[inserted[0] : inserted[0]] = inserted[1]
        _answer(server, bytes(damaged[:cut]) * repeats)

    check()
    assert server.get("/ready").status_code == 200


@_SETTINGS
@given(
    start=st.sampled_from(
        [
            *(b"", b"RIFF", b"OggS", b"fLaC", b"ID3", b"\xff\xfb", b"\x1aE\xdf\xa3", b"#!AMR\n"),
            *(b"\0\0\0\x20ftyp", b"RIFF\xff\xff\xff\xffWAVEfmt ", b"FORM", b"RF64"),
        ]
    ),
    rest=st.binary(max_size=2000),
)
def test_any_bytes_get_an_answer(server: Running, start: bytes, rest: bytes) -> None:
    _answer(server, start + rest)


@_SETTINGS
@given(share=st.integers(0, 100))
def test_a_wav_is_heard_as_far_as_it_goes(server: Running, share: int) -> None:
    body = wav(1.0)
    sent = 44 + (len(body) - 44) * share // 100
    if sent < 46:
        assert server.post(data=body[:sent]).status_code == 400
    else:
        assert _samples(server, body[:sent]) == (sent - 44) // 2


def test_the_rest_of_a_long_recording_is_not_waited_for(server: Running) -> None:
    """The client keeps the connection open and sends no more: the answer comes all the same."""
    head = server.head("Transfer-Encoding: chunked")
    body = wav(61.0)
    answer = server.raw(head + b"%x\r\n" % len(body) + body + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"60 seconds" in answer
    assert server.speech.streams[-1].cancelled.wait(20)
