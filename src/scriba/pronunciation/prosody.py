"""Where the rhythm or the melody of a reading is off: pauses of the wrong length, and one pitch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scriba.pronunciation.assessment import Prosody
from scriba.pronunciation.pitch import Floats, Pitch, track

LIMIT = 0.75
"""Confidence from which the API calls a break or a melody an error."""

_LEANING = (
    "a an the this these those my your his her its our their whose every each some any no "
    "of to in on at by for from with into about over under between through during without "
    "than as if and or but nor so because when while where that which who "
    "i you he she we they it's i'm am is are was were be been being have has had do does did "
    "will would shall should can could may might must not very too more most mister mrs miss "
    "doctor saint"
)
"""Words that lean on the one after them: nobody pauses in "the | house" or "of | it"."""

_OPENING = (
    "and or but nor so because if when while where that which who whose as than although though "
    "unless until before after since to of in on at by for from with into about over under "
    "between through during without the a an this these those my your his her its our their "
    "i you he she it we they there is are was were has have had will would can could"
)
"""Words that often begin a phrase, before which readers take breath."""

_STOP = 2.0
_COMMA = 1.0
_PHRASE = 0.6
_WITHIN = 0.35
_LEANT = 0.2
"""Seconds that a pause may take: after a full stop, after a comma, before a phrase, between two
words of content, after a word that leans on the next. Of 792 words of native readings (LibriSpeech,
VCTK, LJSpeech, telephone prompts) 13 come after a longer one."""

_LEAST = 0.1
"""Seconds up to which a silence is the closure of a plosive, no pause."""

_MISSED_STOP = 0.08
"""Seconds below which the pause that a full stop asks for is missing."""

_UNSURE = 0.6
"""The most confidence that a comma's pause is missing: good readers leave out many of them."""

_AROUND = 1.0
"""Seconds before and after a word in which the melody is looked at."""

_FLAT = 2.0
"""Semitones between the lowest and the highest tenth of the pitch at which speech is monotone."""

_VALUES = 40
"""Values of pitch, 0.4 s of voice, below which nothing is said of the melody."""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word as it was read, from `start` to `end` in seconds.

    The flags say what punctuation stands after it, as `ReferenceWord`'s do.
    """

    text: str
    start: float
    end: float
    break_after: bool = False
    strong_break_after: bool = False


def assess_prosody(
    audio: Floats, words: Sequence[TimedWord], *, punctuated: bool = True
) -> list[Prosody]:
    """The breaks and the melody at each word, in order.

    `audio` is (samples,) at 16 kHz, `words` are those that were said, in order of time. Where they
    are not `punctuated` a sentence may end after each.
    """
    if not words:
        return []
    pitch = track(audio)
    found = [Prosody(0.0, 0.0, 0.0, monotony(pitch, words, 0))]
    for at in range(1, len(words)):
        pause = max(0.0, words[at].start - words[at - 1].end)
        found.append(
            Prosody(
                pause,
                unexpected(pause, words[at - 1], words[at].text, punctuated=punctuated),
                missing(pause, words[at - 1]),
                monotony(pitch, words, at),
            )
        )
    return found


def unexpected(pause: float, before: TimedWord, after: str, *, punctuated: bool = True) -> float:
    """How sure it is (0 to 1) that a pause of so many seconds should not be there."""
    if pause < _LEAST:
        return 0.0
    allowed = _allowed(before, after) if punctuated else _STOP
    return _confidence(3 * math.log2(pause / allowed))


def _allowed(before: TimedWord, after: str) -> float:
    """Seconds that a pause after a word and before another may take."""
    if before.strong_break_after:
        return _STOP
    if before.break_after:
        return _COMMA
    if before.text.lower() in _LEANING.split():
        return _LEANT
    return _PHRASE if after.lower() in _OPENING.split() else _WITHIN


def missing(pause: float, before: TimedWord) -> float:
    """How sure it is (0 to 1) that a longer pause should be there."""
    if not before.break_after:
        return 0.0
    sure = _confidence(3 * (1 - pause / _MISSED_STOP))
    return sure if before.strong_break_after else _UNSURE * sure


def monotony(pitch: Pitch, words: Sequence[TimedWord], at: int) -> float:
    """How sure it is (0 to 1) that the speech around a word is on one pitch."""
    start = max(words[0].start, words[at].start - _AROUND)
    end = min(words[-1].end, words[at].end + _AROUND)
    heard = pitch.semitones(start, end)
    if len(heard) < _VALUES:
        return 0.0
    # A tracker that takes a period twice or half is an octave off, which is no melody.
    heard = heard[np.abs(heard - np.median(heard)) < 9]
    if len(heard) < _VALUES:
        return 0.0
    low, high = np.percentile(heard, [10, 90])
    return _confidence(3 * (1 - float(high - low) / _FLAT))


def _confidence(margin: float) -> float:
    """0 to 1; `LIMIT` where the margin is 0."""
    return 1 / (1 + math.exp(-margin - math.log(LIMIT / (1 - LIMIT))))
