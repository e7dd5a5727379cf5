"""What the phone model would tell of words that nobody said."""

import numpy as np

from scriba.pronunciation.acoustics import Sound
from scriba.pronunciation.alignment import SILENCE
from scriba.pronunciation.phones import PHONES, bare
from scriba.pronunciation.reference import read

FRAMES = 4
"""Frames of 20 ms that each phone lasts."""


def sound_of(said: str, *, clear: float = 4.0) -> Sound:
    """What the phone model would tell of words said one by one, each phone surely by `clear`."""
    columns = [SILENCE] * 10
    for word in read(said):
        for each in word.spoken:
            for symbol in each.pronunciations[0]:
                columns += [PHONES.index(bare(symbol))] * FRAMES
        columns += [SILENCE] * 3
    columns += [SILENCE] * 10
    posteriors = np.full((len(columns), SILENCE + 1), -clear, np.float32)
    posteriors[np.arange(len(columns)), columns] = -0.05
    states = np.zeros((len(columns), 8), np.float32)
    return Sound(states, posteriors, posteriors, np.zeros(len(columns), np.float32))
