"""What recognition returns. Times are seconds from the start of the audio."""

from dataclasses import dataclass, field
from enum import StrEnum

from scriba.speech.forms import Forms


class Status(StrEnum):
    """The outcome of a recognition; the values are the API's `RecognitionStatus`."""

    SUCCESS = "Success"
    NO_MATCH = "NoMatch"
    INITIAL_SILENCE = "InitialSilenceTimeout"
    BABBLE = "BabbleTimeout"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the display form, as displayed (with punctuation), or of the lexical form.

    `start` and `end` in seconds, `confidence` the estimated probability (0 to 1) that the word is
    right.
    """

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One entry of an n-best list.

    `confidence` is the share of its words (0 to 1) that is expected to be right. `words` are the
    display words in order of time, `lexical_words` those of the lexical form; only the best
    hypothesis of a phrase carries them, and only where words were asked for.
    """

    confidence: float
    forms: Forms
    words: tuple[Word, ...] = ()
    lexical_words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of speech between two pauses: `nbest` holds at least one hypothesis, best first.

    `language` is the locale that it was recognised in, `speaker` counts from 1 (None: not told
    apart).
    """

    start: float
    end: float
    nbest: tuple[Hypothesis, ...]
    language: str | None = None
    speaker: int | None = None

    @property
    def best(self) -> Hypothesis:
        return self.nbest[0]


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds that a recognition spent waiting for the engine and in it."""

    queue: float = 0.0
    inference: float = 0.0


@dataclass(frozen=True, slots=True)
class Recognition:
    """The result for one recording of `duration` seconds; without SUCCESS there are no phrases.

    `speech` is the (start, end) of the speech that was heard, None when there was none.
    """

    status: Status
    duration: float
    phrases: tuple[Phrase, ...] = ()
    speech: tuple[float, float] | None = None
    timings: Timings = field(default_factory=Timings)
