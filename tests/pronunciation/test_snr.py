"""The ratio of speech to noise."""

import numpy as np
import pytest

from scriba.pronunciation.snr import snr


def _sound(level: float, seconds: float = 1.0) -> np.ndarray:
    noise = np.random.default_rng(3).normal(0, level, int(seconds * 16_000))
    return noise.astype(np.float32)


@pytest.mark.parametrize("wanted", [3.0, 10.0, 20.0, 40.0])
def test_the_ratio_of_known_sounds(wanted: float) -> None:
    noise = _sound(1e-3, 3.0)
    noise[16_000:32_000] += _sound(1e-3 * 10 ** (wanted / 20))
    assert snr(noise, [(1.0, 2.0)]) == pytest.approx(wanted, abs=1.0)


def test_a_clap_outside_the_speech_is_no_noise_that_speech_is_in() -> None:
    audio = _sound(1e-3, 3.0)
    audio[16_000:32_000] += _sound(1e-1)
    clean = snr(audio, [(1.0, 2.0)])
    audio[40_000:41_000] += 0.5
    assert snr(audio, [(1.0, 2.0)]) == pytest.approx(clean, abs=0.5)


def test_speech_everywhere_is_compared_with_its_own_pauses() -> None:
    audio = np.concatenate([_sound(0.1, 0.8), _sound(1e-3, 0.2)])
    assert 30 < snr(audio, [(0.0, 1.0)]) < 45


@pytest.mark.parametrize("spans", [[], [(5.0, 6.0)], [(0.5, 0.5)]])
def test_without_speech_there_is_no_ratio(spans: list[tuple[float, float]]) -> None:
    assert snr(_sound(0.1), spans) == 0.0


def test_without_noise_the_ratio_has_an_end() -> None:
    audio = np.zeros(32_000, np.float32)
    audio[8_000:16_000] = _sound(0.1, 0.5)
    assert snr(audio, [(0.5, 1.0)]) == 60.0


def test_audio_that_is_empty() -> None:
    assert snr(np.zeros(0, np.float32), [(0.0, 1.0)]) == 0.0
