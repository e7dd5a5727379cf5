import numpy as np
import pytest

from scriba.speech.mel import log_mel


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray:
    time = np.arange(int(seconds * 16_000)) / 16_000
    return (0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def test_shape_and_range() -> None:
    features = log_mel(tone(440), 150)
    assert features.shape == (80, 150)
    assert features.dtype == np.float32
    # Everything more than 8 decades (2 after scaling by 4) below the loudest is cut off.
    assert features.max() - features.min() <= 2.0 + 1e-6


def test_a_higher_tone_lands_in_a_higher_filter() -> None:
    peaks = [int(log_mel(tone(h), 100)[:, 50].argmax()) for h in (200, 500, 1000, 2000, 4000)]
    assert peaks == sorted(set(peaks))


def test_loudness_changes_the_level_not_the_shape() -> None:
    loud, quiet = log_mel(tone(700), 100), log_mel(tone(700) / 10, 100)
    assert loud.max() - quiet.max() == pytest.approx(0.5, abs=1e-3)
    assert np.allclose(loud - loud.max(), quiet - quiet.max(), atol=1e-3)


def test_what_follows_the_audio_is_silence() -> None:
    features = log_mel(tone(440, 0.5), 200)
    assert np.all(features[:, 60:] == features.min())


def test_longer_audio_is_cut() -> None:
    assert np.array_equal(log_mel(tone(440, 3.0), 100)[:, :98], log_mel(tone(440), 100)[:, :98])


def test_silence_and_nothing_are_finite() -> None:
    assert np.isfinite(log_mel(np.zeros(0, np.float32), 10)).all()
    assert np.isfinite(log_mel(np.zeros(16_000, np.float32), 100)).all()
