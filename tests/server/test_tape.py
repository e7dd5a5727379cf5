"""Audio of requests that are logged: what is kept, where, and what a failing disk costs."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from scriba.server.tape import IN_MEMORY, Reel, Tape
from scriba.speech import SAMPLE_RATE


def numbers(data: bytes) -> list[int]:
    """The samples of a WAV file."""
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        found: list[int] = np.frombuffer(file.readframes(file.getnframes()), "<i2").tolist()
    return found


def counting(start: int, end: int) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    """Samples that say their place, up to 32767."""
    return (np.arange(start, end) % 32_768 / 32_768).astype(np.float32)


def test_audio_is_a_wav_of_what_was_heard() -> None:
    made = Tape()
    made.add(np.array([0.0, 0.5, -1.0], np.float32))
    made.add(np.array([1.0, 7.0], np.float32))
    assert numbers(made.wav()) == [0, 16_384, -32_768, 32_767, 32_767]
    assert (made.size, made.seconds) == (10, 5 / SAMPLE_RATE)
    made.close()
    made.add(np.ones(5, np.float32))
    assert (made.size, made.torn) == (10, True)


def test_the_samples_are_what_was_heard(tmp_path: Path) -> None:
    made, length = Tape(tmp_path), IN_MEMORY
    heard = counting(0, length)
    made.add(heard)
    found = made.samples()
    assert (found.dtype, found.shape) == (np.float32, (length,))
    assert np.array_equal(found, heard)
    made.close()
    with pytest.raises(ValueError, match="closed"):
        made.samples()


def test_a_long_tape_leaves_memory_and_nothing_behind(tmp_path: Path) -> None:
    made, length = Tape(tmp_path), IN_MEMORY
    for start in range(0, length, 10_000):
        made.add(counting(start, min(start + 10_000, length)))
    assert numbers(made.wav()) == [place % 32_768 for place in range(length)]
    assert numbers(made.wav())[:3] == [0, 1, 2]
    # It has no name there, so a process that is killed leaves nothing.
    assert list(tmp_path.iterdir()) == []
    made.close()


def test_a_disk_that_fails_tears_the_tape_and_raises_nothing(tmp_path: Path) -> None:
    made = Tape(tmp_path / "absent")
    made.add(np.zeros(1000, np.float32))
    assert not made.torn
    made.add(np.zeros(IN_MEMORY, np.float32))
    assert made.torn
    made.close()
    reel = Reel(tmp_path / "absent")
    for _ in range(40):
        reel.add(np.ones(SAMPLE_RATE, np.float32))
    assert reel.cut(39.0, 40.0).torn
    reel.close()


@pytest.mark.parametrize("block", [777, 16_000, 200_000])
def test_a_reel_holds_the_last_of_a_stream(tmp_path: Path, block: int) -> None:
    reel, length = Reel(tmp_path, seconds=20.0), 64 * SAMPLE_RATE
    for start in range(0, length, block):
        reel.add(counting(start, min(start + block, length)))
    for first, last in ((45.0, 46.5), (44.0, 64.0), (63.999, 64.0)):
        tape = reel.cut(first, last)
        places = range(round(first * SAMPLE_RATE), round(last * SAMPLE_RATE))
        assert numbers(tape.wav()) == [place % 32_768 for place in places]
        tape.close()
    # What has gone and what has not come is left out.
    for first, last, held in ((0.0, 43.0, 0.0), (43.0, 45.0, 1.0), (63.0, 70.0, 1.0), (65, 70, 0)):
        tape = reel.cut(first, last)
        assert (tape.seconds, tape.torn) == (held, False)
        tape.close()
    reel.close()
    assert reel.cut(50.0, 51.0).torn
    assert list(tmp_path.iterdir()) == []
