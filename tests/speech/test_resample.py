"""Resampling: one stream however it is cut, in time, and true to the sound."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriba.speech.resample import SAMPLE_RATE, Resampler

RATES = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000]


def resample(samples: np.ndarray, rate: int, cuts: list[int]) -> np.ndarray:
    resampler = Resampler(rate, samples.shape[0])
    edges = [0, *sorted(cut % samples.shape[1] for cut in cuts), samples.shape[1]]
    parts = [resampler.process(samples[:, a:b]) for a, b in pairwise(edges)]
    return np.concatenate([*parts, resampler.flush()], axis=1)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_keeps_its_pitch_its_level_and_its_place(rate):
    tone = np.sin(2 * np.pi * 700 * np.arange(rate) / rate).astype(np.float32)
    got = resample(tone[None], rate, [])[0]
    assert abs(got.size - SAMPLE_RATE) <= 1
    expected = np.sin(2 * np.pi * 700 * np.arange(got.size) / SAMPLE_RATE)
    assert np.abs(got - expected)[200:-200].max() < 1e-4


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_what_16_khz_cannot_hold_is_filtered_out(rate):
    tone = np.sin(2 * np.pi * 10_000 * np.arange(rate) / rate).astype(np.float32)
    assert np.abs(resample(tone[None], rate, [])[0, 200:-200]).max() < 1e-3


@settings(max_examples=40, deadline=None)
@given(rate=st.sampled_from(RATES), cuts=st.lists(st.integers(0, 10_000), max_size=20))
def test_no_seam_where_blocks_meet(rate, cuts):
    noise = np.random.default_rng(rate).standard_normal((2, 5_000)).astype(np.float32)
    np.testing.assert_allclose(
        resample(noise, rate, cuts), resample(noise, rate, []), rtol=0, atol=1e-6
    )


def test_nothing_in_nothing_out():
    resampler = Resampler(44_100, 2)
    assert resampler.process(np.zeros((2, 0), np.float32)).shape == (2, 0)
    assert resampler.flush().shape == (2, 0)
