"""What a recognition engine is: clips in, transcripts out. One model family a module."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from scriba.speech.phrase_list import PhraseList
from scriba.speech.resample import Samples

if TYPE_CHECKING:
    from scriba.speech.adaptation import Adaptation


@dataclass(frozen=True, slots=True)
class Clip:
    """Audio to be recognised: mono 16 kHz samples (samples,), and its language (ISO 639-1).

    With `candidates` the engine takes the likeliest of these languages, and `language` does not
    count. `phrases` are to be preferred where the audio allows it, and so is what
    `adaptation` learnt.

    A `draft` is wanted soon rather than right: one guess, with its words, in parts of words where
    the language has no spaces. It begins with the text `prefix`, which was heard before.
    """

    audio: Samples
    language: str
    wish_words: bool = True
    candidates: tuple[str, ...] = ()
    phrases: PhraseList | None = None
    adaptation: "Adaptation | None" = None
    draft: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word as the engine wrote it; times in seconds from the start of the clip.

    `probability` is the geometric mean of its tokens' probabilities.
    """

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Guess:
    """One hypothesis of the decoder: its text and the mean log probability of its tokens."""

    text: str
    logprob: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard in a clip, `guesses` best first (at least one).

    `words` belong to the best guess, split at spaces as its text is. `no_speech` is the engine's
    probability that nobody speaks, `languages` its probability of each language (empty for a
    model of one language). `looped` says that every attempt ended in repetition. `rival` is the
    best guess in the language that seemed likelier than the clip's, where there was one.
    `language` is the one that the guesses are in ("" where the engine does not say); `contender`
    is the next likeliest of the clip's candidates, if it is close, with the best guess in it.
    """

    guesses: tuple[Guess, ...]
    words: tuple[TimedWord, ...]
    no_speech: float
    languages: dict[str, float]
    looped: bool = False
    rival: Guess | None = None
    language: str = ""
    contender: tuple[str, Guess] | None = None


class Engine(Protocol):
    """A loaded model. Safe to call from as many threads at a time as its layout has workers."""

    name: str

    def cost(self, clip: Clip) -> float:
        """Seconds of context that the clip takes up; clips of equal cost may share a batch."""
        ...

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        """The transcripts of clips of equal cost, in order."""
        ...

    def supports(self, language: str) -> bool:
        """Whether the model knows the language."""
        ...
