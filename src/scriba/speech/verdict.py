"""What to make of a transcript: is it speech, is it the language asked for, is it right?

The figures were fitted on the `dev` part of the recordings with `bench/verdicts.py --fit`;
`docs/recogniser.md` shows how they do on `report`.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from math import exp, log
from typing import Protocol

from scriba.speech.engine import Guess, Transcript
from scriba.speech.language import locales
from scriba.speech.segments import Segment


class Heard(Protocol):
    """A segment and its transcript."""

    @property
    def segment(self) -> Segment: ...
    @property
    def transcript(self) -> Transcript: ...


def is_speech(heard: Heard) -> bool:
    """Whether somebody speaks in the segment, as far as voice detector and decoder tell."""
    best, no_speech = heard.transcript.guesses[0], heard.transcript.no_speech
    if not any(map(str.isalnum, best.text)):
        return False
    if heard.segment.faint:
        # The voice detector heard nothing: only a decoder that is sure of itself overrules it.
        return best.logprob > -1.0 and no_speech < 0.6
    if heard.transcript.looped and no_speech > 0.5:
        return False
    return not (no_speech > 0.68 and best.logprob < -0.75) and not (
        no_speech > 0.6 and best.logprob < -1.5
    )


def speaks(heard: Sequence[Heard], language: str) -> bool:
    """Whether the segments (at least one) are in the language (Whisper's code).

    They are unless those which are better explained by another language make up half of the speech.
    """
    lengths = [each.segment.speech[1] - each.segment.speech[0] + 0.1 for each in heard]
    foreign = [_is_foreign(each, language) for each in heard]
    return sum(n for n, is_so in zip(lengths, foreign, strict=True) if is_so) < 0.5 * sum(lengths)


def _is_foreign(heard: Heard, language: str) -> bool:
    """Whether the likeliest other language explains the segment clearly better.

    Neither half of the evidence would do: the language identification of small models takes an
    accent for another language, and the decoder's own scores are not quite comparable between
    languages. Isolated words, even if said over and over, are given the benefit of the doubt.
    """
    transcript = heard.transcript
    rival = transcript.rival
    if rival is None or heard.segment.speech[1] - heard.segment.speech[0] < 1.0:
        return False
    other = max(transcript.languages, key=lambda code: transcript.languages[code])
    if not _is_written_in(rival.text, other) or not _says_enough(rival.text):
        return False
    own = max(transcript.languages.get(language, 0.0), 1e-4)
    gain = rival.logprob - transcript.guesses[0].logprob
    return gain + 0.15 * log(transcript.languages[other] / own) > 0.55


def _says_enough(text: str) -> bool:
    """Whether a text has three different words, or five letters of a script without spaces."""
    found = set(re.sub(r"[\W_]+", " ", text.lower()).split())
    return len(found) >= 3 or any(len(word) >= 5 and not _SPACED.match(word) for word in found)


def _is_written_in(text: str, language: str) -> bool:
    """Whether a text's letters are of the script of a language that can be asked for.

    The decoder falls back to English letters where it only guesses the language.
    """
    script = _scripts().get(language)
    letters = [unicodedata.name(char, "") for char in text if char.isalpha()]
    if script is None or not letters:
        return False
    names = _LETTERS.get(script)
    if names is None:
        return not any(name.startswith("LATIN") for name in letters)
    return sum(name.startswith(names) for name in letters) >= 0.8 * len(letters)


_LETTERS = {
    "Latn": ("LATIN",),
    "Cyrl": ("CYRILLIC",),
    "Arab": ("ARABIC",),
    "Hans": ("CJK",),
    "Hant": ("CJK",),
    "Jpan": ("CJK", "HIRAGANA", "KATAKANA"),
    "Kore": ("HANGUL",),
}
"""How the names of a script's letters begin in Unicode; scripts not listed just are not Latin."""


_SPACED = re.compile(r"[\u0000-\u0dff\u1200-\u16ff\u1e00-\u1fff]")
"""A letter of a script that puts spaces between words."""


@cache
def _scripts() -> dict[str, str]:
    return {each.whisper: each.script for each in locales()}


def confidence(guess: Guess) -> float:
    """The expected share of right words in a hypothesis, 0 to 1.

    A logistic function of the mean log probability, bent at -0.35, and of the number of tokens:
    short texts have lower means for the same share of mistakes.
    """
    mean = guess.logprob
    z = 6.31 + 10.07 * mean - 7.31 * min(mean + 0.35, 0.0) - 0.72 * log(max(guess.tokens, 1))
    return 1 / (1 + exp(-z))


def word_confidence(probability: float, transcript: Transcript) -> float:
    """The probability that a word is right, from its tokens' and from its whole hypothesis."""
    mean, own = transcript.guesses[0].logprob, log(max(probability, 1e-3))
    z = 4.59 + 10.18 * own - 9.46 * min(own + 0.2, 0.0)
    z += 4.37 * mean - 3.24 * min(mean + 0.4, 0.0)
    return 1 / (1 + exp(-z))
