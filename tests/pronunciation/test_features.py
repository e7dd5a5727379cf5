"""The figures of phones, of a sound made by hand."""

import numpy as np

from scriba.pronunciation.acoustics import Sound
from scriba.pronunciation.alignment import SILENCE, AlignedPhone
from scriba.pronunciation.features import PHONE, READING, features
from scriba.pronunciation.phones import PHONES

_LPP = 2 * (SILENCE + 1)
"""Where the mean log posterior of the phone itself stands."""


def _sound(columns: list[int]) -> Sound:
    """Frames each of which is a phone with 0.9 of the probability."""
    posteriors = np.full((len(columns), SILENCE + 1), np.log(0.1 / SILENCE), np.float32)
    posteriors[np.arange(len(columns)), columns] = np.log(0.9)
    states = np.arange(len(columns), dtype=np.float32)[:, None].repeat(4, axis=1)
    return Sound(states, posteriors, posteriors, np.full(len(columns), -20.0, np.float32))


K, AE, T = (PHONES.index(phone) for phone in ("K", "AE", "T"))


def test_a_phone_that_was_said_stands_out_from_one_that_was_not() -> None:
    sound = _sound([K] * 3 + [AE] * 4 + [K] * 3)
    read = [AlignedPhone(0, "K", 0, 3), AlignedPhone(0, "AE1", 3, 7), AlignedPhone(0, "T", 7, 10)]
    found = features(sound, read)
    assert found.phones.tolist() == [K, AE, T]
    assert found.figures.shape == (3, PHONE)
    assert found.reading.shape == (READING,)
    own = found.figures[:, _LPP] * 3
    assert np.allclose(own, [np.log(0.9), np.log(0.9), np.log(0.1 / SILENCE)], atol=1e-5)
    margin = found.figures[:, _LPP + 1]
    assert margin[0] > 0 > margin[2]


def test_states_are_means_over_the_phone() -> None:
    found = features(
        _sound([K] * 4 + [AE] * 2), [AlignedPhone(0, "K", 0, 4), AlignedPhone(0, "AE", 4, 6)]
    )
    assert found.states[:, 0].tolist() == [1.5, 4.5]


def test_words_are_counted_without_gaps() -> None:
    sound = _sound([K] * 6)
    read = [AlignedPhone(2, "K", 0, 2), AlignedPhone(5, "K", 2, 4), AlignedPhone(5, "T", 4, 6)]
    assert features(sound, read).words.tolist() == [0, 1, 1]


def test_pauses_show_in_the_reading() -> None:
    fluent = features(_sound([K] * 60), [AlignedPhone(0, "K", 0, 30), AlignedPhone(1, "K", 30, 60)])
    halting = features(
        _sound([K] * 60), [AlignedPhone(0, "K", 0, 15), AlignedPhone(1, "K", 45, 60)]
    )
    assert fluent.reading[3] == 0
    assert np.isclose(halting.reading[3], np.log1p(30))
    assert halting.reading[5] > fluent.reading[5]
