"""What to make of a transcript: is it speech, is it the language asked for, is it right?

The figures were fitted on `dev` by `bench/verdicts.py`; `docs/recogniser.md` shows how they do on
`report`.
"""

from collections.abc import Sequence
from math import exp
from typing import Protocol

from scriba.speech.engine import Guess, Transcript
from scriba.speech.segments import Segment


class Heard(Protocol):
    """A segment and its transcript."""

    @property
    def segment(self) -> Segment: ...
    @property
    def transcript(self) -> Transcript: ...


def is_speech(heard: Heard) -> bool:
    """Whether somebody speaks in the segment, as far as voice detector and decoder tell."""
    best = heard.transcript.guesses[0]
    if not best.text:
        return False
    return not (heard.transcript.no_speech > 0.6 and best.logprob < -1.0)


def speaks(heard: Sequence[Heard], language: str) -> bool:
    """Whether the segments are in the language (Whisper's code)."""
    return True


def confidence(guess: Guess, heard: Heard) -> float:
    """The expected share of right words, 0 to 1."""
    return exp(guess.logprob)


def word_confidence(probability: float, transcript: Transcript) -> float:
    """The probability that a word is right."""
    return probability
