"""Which frames of a recording count as which phone."""

from collections.abc import Callable, Sequence

import numpy as np

from scriba.pronunciation.acoustics import Sound
from scriba.pronunciation.alignment import (
    SILENCE,
    AlignedPhone,
    Pronunciation,
    TooShort,
    align,
)

Cut = Callable[[Sound, Sequence[Sequence[Pronunciation]]], Sequence[AlignedPhone]]
"""From words, each with its pronunciations, to their phones; raises TooShort."""


def aligned(heard: Sound, words: Sequence[Sequence[Pronunciation]]) -> Sequence[AlignedPhone]:
    """By forced alignment."""
    return align(heard.likelihoods, words).phones


def evenly(heard: Sound, words: Sequence[Sequence[Pronunciation]]) -> Sequence[AlignedPhone]:
    """Without alignment: phones of one length from the first sound to the last.

    Shows what alignment is worth.
    """
    spoken = np.flatnonzero(heard.log_posteriors[:, SILENCE] < np.log(0.5))
    phones = [(number, symbol) for number, word in enumerate(words) for symbol in word[0]]
    if len(spoken) == 0 or spoken[-1] + 1 - spoken[0] < len(phones):
        raise TooShort(f"{len(spoken)} frames of sound are too few for {len(phones)} phones")
    edges = np.linspace(spoken[0], spoken[-1] + 1, len(phones) + 1).astype(int).tolist()
    return [
        AlignedPhone(word, symbol, start, end)
        for (word, symbol), start, end in zip(phones, edges, edges[1:], strict=False)
    ]
