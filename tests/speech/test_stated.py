import struct
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from scriba.speech.audio import decode_file
from scriba.speech.stated import stated_seconds

_KINDS = {
    "flac": ("flac", {}),
    "matroska": ("libopus", {}),
    "mp4": ("aac", {"movflags": "faststart"}),
    "aiff": ("pcm_s16be", {}),
    "wav": ("pcm_s16le", {}),
    "ogg": ("libopus", {}),
    "adts": ("aac", {}),
}


def made(kind: str, path: Path, seconds: float = 6.0) -> bytes:
    """Noise in a container, written to `path`."""
    codec, options = _KINDS[kind]
    rate = 48_000
    noise = np.random.default_rng(0).standard_normal((1, round(seconds * rate))) * 3000
    with av.open(str(path), "w", format=kind, options=options) as output:
        stream = output.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(noise.astype(np.int16), format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.format.name, "mono", rate, 960)
        for each in [*resampler.resample(frame), *resampler.resample(None)]:
            each.pts = None
            output.mux(stream.encode(each))
        output.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["flac", "matroska", "mp4", "aiff", "wav"])
def test_a_cut_file_still_says_how_long_it_should_be(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    whole = made(kind, path)
    assert stated_seconds(path) == pytest.approx(6.0, abs=0.1)
    decoded = sum(block.size for block in decode_file(path)) / 16_000
    assert decoded == pytest.approx(6.0, abs=0.1)
    path.write_bytes(whole[: len(whole) // 2])
    assert stated_seconds(path) == pytest.approx(6.0, abs=0.1)


@pytest.mark.parametrize("kind", ["ogg", "adts"])
def test_what_only_guesses_says_nothing(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    made(kind, path)
    assert stated_seconds(path) is None


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_size_that_nobody_knew_is_none(size: int, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(32_000))
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 40, size)
    path.write_bytes(data)
    assert stated_seconds(path) is None


def test_no_audio_at_all_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content in (b"", b"hello, this is text " * 100, b"fLaC", b"RIFF\0\0\0\0WAVEfmt "):
        path.write_bytes(content)
        assert stated_seconds(path) is None
