import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scriba.errors import AudioTooLong, EmptyAudio, UnsupportedAudio
from scriba.speech import SAMPLE_RATE, decode_file
from scriba.speech.audio import channel_count
from scriba.speech.channels import decode_channels


def _wav(path: Path, channels: np.ndarray, rate: int = SAMPLE_RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((len(channels), 2, rate, 0, "NONE", ""))
        file.writeframes((channels.T * 32767).astype("<i2").tobytes())
    return path


def _tone(hertz: float, seconds: float = 1.0, rate: int = SAMPLE_RATE) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)


def _whole(blocks: object) -> np.ndarray:
    return np.concatenate(list(blocks))  # type: ignore[call-overload]


def _loudest(samples: np.ndarray) -> float:
    """The frequency of the strongest component, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples))
    return float(spectrum.argmax() * SAMPLE_RATE / len(samples))


def test_each_channel_has_its_own_sound(tmp_path: Path) -> None:
    path = _wav(tmp_path / "two.wav", np.stack([_tone(400), _tone(1000)]))
    found = decode_channels(path)
    assert {c: _loudest(_whole(blocks)) for c, blocks in found.items()} == {0: 400.0, 1: 1000.0}


def test_channels_of_another_rate_are_resampled(tmp_path: Path) -> None:
    path = _wav(tmp_path / "8k.wav", np.stack([_tone(400, rate=8000), _tone(900, rate=8000)]), 8000)
    second = _whole(decode_channels(path)[1])
    assert len(second) == pytest.approx(SAMPLE_RATE, abs=20)
    assert _loudest(second) == pytest.approx(900, abs=5)


def test_what_the_file_lacks_is_left_out(tmp_path: Path) -> None:
    path = _wav(tmp_path / "two.wav", np.stack([_tone(400), _tone(1000)]))
    assert list(decode_channels(path, (1, 5, 1, -1))) == [1]
    assert decode_channels(path, (7,)) == {}


def test_mono_is_its_only_channel(recordings: Path) -> None:
    found = decode_channels(recordings / "en-hale.flac")
    assert list(found) == [0]
    assert np.array_equal(_whole(found[0]), _whole(decode_file(recordings / "en-hale.flac")))


def test_the_average_is_of_both(recordings: Path) -> None:
    path = recordings / "en-two-channels.flac"
    assert channel_count(path) == 2
    first, second = (_whole(blocks) for blocks in decode_channels(path).values())
    assert not np.allclose(first, second, atol=0.01)
    assert np.allclose((first + second) / 2, _whole(decode_file(path)), atol=1e-4)


@pytest.mark.parametrize(("container", "codec"), [("mp4", "aac"), ("flac", "flac")])
def test_compressed_files_have_channels_as_well(
    encode: Callable[..., bytes], tmp_path: Path, container: str, codec: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(encode(container, codec, 48_000, "stereo"))
    found = {channel: _whole(blocks) for channel, blocks in decode_channels(path).items()}
    assert list(found) == [0, 1]
    assert len(found[0]) == len(found[1]) == pytest.approx(4 * SAMPLE_RATE, abs=3000)


def test_blocks_are_bounded(tmp_path: Path) -> None:
    path = _wav(tmp_path / "long.wav", np.zeros((2, 70 * SAMPLE_RATE)))
    sizes = [len(block) for block in decode_channels(path)[1]]
    assert sizes == [30 * SAMPLE_RATE, 30 * SAMPLE_RATE, 10 * SAMPLE_RATE]


def test_bad_files_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(EmptyAudio):
        decode_channels(tmp_path / "empty")
    (tmp_path / "text").write_bytes(b"this is not audio at all")
    with pytest.raises(UnsupportedAudio):
        decode_channels(tmp_path / "text")
    with pytest.raises(FileNotFoundError):
        decode_channels(tmp_path / "absent")


def test_too_long_is_said(tmp_path: Path) -> None:
    path = _wav(tmp_path / "long.wav", np.zeros((2, 3 * SAMPLE_RATE)))
    with pytest.raises(AudioTooLong):
        _whole(decode_channels(path, max_seconds=2.0)[0])
