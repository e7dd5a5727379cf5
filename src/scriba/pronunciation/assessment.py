"""What an assessment returns. Times are seconds from the start of the audio, scores 0 to 100."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from scriba.speech.resample import Samples
from scriba.speech.results import Word


class Miscue(StrEnum):
    """How a word was read; the values are the API's `ErrorType`."""

    NONE = "None"
    OMISSION = "Omission"
    INSERTION = "Insertion"
    MISPRONUNCIATION = "Mispronunciation"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone of the reference as it was said.

    `symbol` is ARPAbet with the stress of vowels ("AH0"), `score` how near it came, `rivals` what
    it sounded like, likeliest first, each with a score; as many as were asked for.
    """

    symbol: str
    start: float
    end: float
    score: float
    rivals: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Syllable:
    """A syllable: its `phones` and the letters they are written with ("" where not known)."""

    phones: tuple[Phone, ...]
    grapheme: str
    score: float

    @property
    def start(self) -> float:
        return self.phones[0].start

    @property
    def end(self) -> float:
        return self.phones[-1].end


@dataclass(frozen=True, slots=True)
class Prosody:
    """Where the rhythm or the melody of a word is off; confidences 0 to 1.

    `pause` is the silence before the word in seconds; `unexpected_break` and `missing_break` say
    how sure it is that this pause should not, or a longer one should, be there. `monotone` says how
    sure it is that the words around this one are said on one pitch.
    """

    pause: float
    unexpected_break: float
    missing_break: float
    monotone: float


@dataclass(frozen=True, slots=True)
class AssessedWord:
    """A word of the reference, or one that was added to it (INSERTION), in order of time.

    `text` is as the reference writes it, without punctuation. An omitted word has no phones, the
    score 0, and begins and ends where it should have been said. `prosody` is there only where it
    was asked for.
    """

    text: str
    start: float
    end: float
    score: float
    miscue: Miscue
    syllables: tuple[Syllable, ...] = ()
    prosody: Prosody | None = None

    @property
    def phones(self) -> tuple[Phone, ...]:
        return tuple(phone for syllable in self.syllables for phone in syllable.phones)


@dataclass(frozen=True, slots=True)
class Assessment:
    """How a text was read.

    `accuracy`: how near the sounds came to a native speaker's; `fluency`: whether speech flows;
    `completeness`: the share of the reference that was said; `prosody`: rhythm and melody (None
    unless asked for); `total`: all of them in one. `snr` is in dB.
    """

    accuracy: float
    fluency: float
    completeness: float
    prosody: float | None
    total: float
    words: tuple[AssessedWord, ...]
    snr: float


@dataclass(frozen=True, slots=True)
class AssessmentOptions:
    """What is asked for.

    `reference` is the text to be read as people write it; empty: what was recognised is assessed.
    With `miscue` words left out and added are told; without it the reference is taken as spoken.
    `nbest_phonemes`: how many rivals each phone gets.
    """

    reference: str = ""
    miscue: bool = False
    prosody: bool = False
    nbest_phonemes: int = 0


class Assess(Protocol):
    """Assesses one recording, `scriba.pronunciation.assessor.Assessor`. Called from any thread."""

    def assess(
        self, audio: Samples, heard: Sequence[Word], options: AssessmentOptions
    ) -> Assessment | None:
        """Assess up to 30 s of audio (mono, 16 kHz), of which `heard` are the lexical words.

        None where there is no speech.
        """
        ...
