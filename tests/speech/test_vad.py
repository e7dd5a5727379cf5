import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scriba.speech import decode_file
from scriba.speech.vad import WINDOW, VoiceDetector


def probabilities(audio: np.ndarray, step: int | None = None) -> np.ndarray:
    detector = VoiceDetector()
    step = step or max(len(audio), 1)
    parts = [detector.feed(audio[i : i + step]) for i in range(0, len(audio), step)]
    return np.concatenate([*parts, detector.finish()])


def test_a_probability_for_every_window(recordings: Path) -> None:
    audio = next(decode_file(recordings / "en-quilter.flac"))
    found = probabilities(audio)
    assert len(found) == -(-len(audio) // WINDOW)
    assert np.all((found >= 0) & (found <= 1))


@pytest.mark.parametrize("step", [1, 511, 512, 513, 4000])
def test_pieces_give_what_the_whole_gives(recordings: Path, step: int) -> None:
    audio = next(decode_file(recordings / "en-quilter.flac"))[:8000]
    assert np.allclose(probabilities(audio, step), probabilities(audio), atol=1e-5)


def test_speech_and_silence_are_told_apart(recordings: Path) -> None:
    speech = probabilities(next(decode_file(recordings / "en-quilter.flac")))
    assert np.mean(speech > 0.5) > 0.6
    for name in ("silence.flac", "dial-tone.flac"):
        assert probabilities(next(decode_file(recordings / name))).max() < 0.3


@pytest.mark.parametrize("step", [None, 500, 16000])
def test_speech_after_a_long_silence_is_heard_as_at_the_beginning(
    recordings: Path, step: int | None
) -> None:
    speech = next(decode_file(recordings / "en-quilter.flac"))
    speech = speech[int(np.argmax(np.abs(speech) > 0.01)) :]
    silence = np.zeros(-len(speech) % WINDOW + 400 * WINDOW, np.float32)
    found = probabilities(np.concatenate([speech, silence, speech]), step)
    first = (len(speech) + len(silence)) // WINDOW
    assert np.allclose(found[first:], probabilities(speech), atol=1e-5)
    room = np.random.default_rng(0).normal(0, 1e-3, len(silence)).astype(np.float32)
    kept = probabilities(np.concatenate([speech, room, speech]), step)
    assert not np.allclose(kept[first:], probabilities(speech), atol=1e-5)


def test_the_library_below_tells_nobody(tmp_path: Path) -> None:
    places = {name: str(tmp_path) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    code = "from scriba.speech.vad import VoiceDetector; VoiceDetector().finish()"
    subprocess.run([sys.executable, "-c", code], env=environment | places, check=True)
    # Where it tells, it keeps an identifier of the device and its events in these folders.
    assert list(tmp_path.rglob("*")) == []
