import struct

import numpy as np
import pytest

from scriba.errors import EmptyAudio, NoAudioFrames, UnsupportedAudio
from scriba.speech.wav_stream import WavStream


def header(tag: int = 1, rate: int = 16000, channels: int = 1, bits: int = 16) -> bytes:
    """A header whose sizes are both 0."""
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)
    return b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<I", 16) + form + b"data\0\0\0\0"


def read(data: bytes, size: int) -> tuple[WavStream, np.ndarray]:
    stream = WavStream()
    parts = [stream.feed(data[at : at + size]) for at in range(0, len(data), size)]
    return stream, np.concatenate([*parts, stream.finish()])


TONE = (np.sin(np.arange(16000) / 10) * 20000).astype("<i2")


@pytest.mark.parametrize("size", [1, 3, 44, 45, 3200])
def test_a_stream_is_the_same_in_pieces_of_any_size(size: int) -> None:
    stream, samples = read(header() + TONE.tobytes(), size)
    assert np.allclose(samples, TONE / 32768)
    assert stream.seconds == stream.source_seconds == 1.0


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (48000, 1), (96000, 6)])
def test_any_rate_and_channels_become_16_khz_mono(rate: int, channels: int) -> None:
    data = np.zeros((rate, channels), "<i2")
    stream, samples = read(header(rate=rate, channels=channels) + data.tobytes(), 5000)
    assert abs(samples.size - 16000) < 50
    assert stream.source_seconds == pytest.approx(1.0)


@pytest.mark.parametrize("tag", [6, 7])
def test_companded_samples(tag: int) -> None:
    stream, samples = read(header(tag, 8000, 1, 8) + bytes(range(256)) * 10, 100)
    assert samples.max() > 0.5
    assert stream.source_seconds == 0.32


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"OggS" + bytes(100), "must begin with the header of a WAV file"),
        (b"fLaC" + bytes(100), "must begin with the header of a WAV file"),
        (header(tag=0xF1AC) + bytes(100), "must hold PCM"),
        (header(channels=9) + bytes(100), "9 channels"),
        (header(rate=1) + bytes(100), "1 samples a second"),
    ],
)
def test_what_is_no_plain_wav_is_refused_at_once(data: bytes, reason: str) -> None:
    with pytest.raises(UnsupportedAudio, match=reason):
        WavStream().feed(data)


def test_a_stream_without_audio() -> None:
    with pytest.raises(EmptyAudio):
        WavStream().finish()
    stream = WavStream()
    assert stream.feed(header()).size == 0
    with pytest.raises(NoAudioFrames):
        stream.finish()
