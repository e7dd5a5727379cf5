"""The pitch track: tones of known pitch, noise, silence, real voices."""

from pathlib import Path

import numpy as np
import pytest

from scriba.pronunciation.pitch import HOP, Pitch, track
from scriba.speech import SAMPLE_RATE, decode_file

DATA = Path(__file__).parents[1] / "data"


def _voice(hertz: np.ndarray, level: float = 0.1) -> np.ndarray:
    """A sound with ten falling harmonics that follows a pitch for each sample."""
    phase = 2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE
    sound = sum(np.sin(k * phase) / k for k in range(1, 11))
    return (level * sound).astype(np.float32)


def _steady(hertz: float, seconds: float = 1.0) -> np.ndarray:
    return np.full(int(seconds * SAMPLE_RATE), hertz)


@pytest.mark.parametrize("hertz", [70.0, 110.0, 180.0, 260.0, 420.0])
def test_a_steady_voice_has_its_pitch(hertz: float) -> None:
    found = track(_voice(_steady(hertz))).hertz[5:-5]
    assert np.all(np.abs(found / hertz - 1) < 0.02)


def test_a_glide_is_followed_at_the_right_times() -> None:
    hertz = np.geomspace(100, 300, 2 * SAMPLE_RATE)
    found = track(_voice(hertz)).hertz[10:-10]
    wanted = hertz[:: int(HOP * SAMPLE_RATE)][10 : 10 + len(found)]
    assert np.all(np.abs(12 * np.log2(found / wanted)) < 0.7)


def test_a_voice_in_noise_keeps_its_pitch() -> None:
    voice = _voice(_steady(150.0))
    noise = np.random.default_rng(1).normal(0, np.sqrt(np.mean(voice**2) / 10), len(voice))
    found = track((voice + noise).astype(np.float32)).hertz[5:-5]
    assert np.mean(found > 0) > 0.9
    assert np.median(np.abs(found[found > 0] / 150 - 1)) < 0.01


@pytest.mark.parametrize("level", [0.0, 1e-5, 0.1])
def test_noise_and_silence_have_no_pitch(level: float) -> None:
    noise = np.random.default_rng(2).normal(0, 1, SAMPLE_RATE).astype(np.float32) * level
    assert np.mean(track(noise.astype(np.float32)).voiced) < 0.05


def test_a_pause_between_two_voices_is_found() -> None:
    quiet = np.zeros(SAMPLE_RATE // 2, np.float32)
    found = track(np.concatenate([_voice(_steady(120.0)), quiet, _voice(_steady(240.0))]))
    assert np.median(found.hertz[10:90]) == pytest.approx(120, rel=0.02)
    assert not found.voiced[106:144].any()
    assert np.median(found.hertz[160:240]) == pytest.approx(240, rel=0.02)
    between = np.median(found.semitones(1.6, 2.4)) - np.median(found.semitones(0.1, 0.9))
    assert between == pytest.approx(12, abs=0.3)


@pytest.mark.parametrize("samples", [0, 1, 100, 159, 160, 161, 700])
def test_audio_of_next_to_nothing_has_as_many_values_as_it_lasts(samples: int) -> None:
    assert track(np.zeros(samples, np.float32)).hertz.shape == (samples // 160,)


def test_a_man_reads_low() -> None:
    found = track(np.concatenate(list(decode_file(DATA / "en-quilter.flac"))))
    assert 0.3 < np.mean(found.voiced) < 0.8
    assert 80 < np.median(found.hertz[found.voiced]) < 150


def test_semitones_outside_the_audio_are_none() -> None:
    pitch = Pitch(np.full(10, 100, np.float32))
    assert pitch.semitones(5.0, 6.0).shape == (0,)
    assert pitch.semitones(-1.0, 0.05).shape == (5,)
