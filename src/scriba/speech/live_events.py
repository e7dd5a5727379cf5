"""What live recognition tells. Times are seconds from the start of the audio that was fed."""

from dataclasses import dataclass

from scriba.speech.results import Phrase, Status


@dataclass(frozen=True, slots=True)
class Started:
    """Speech begins at `offset`."""

    offset: float


@dataclass(frozen=True, slots=True)
class Draft:
    """All that was heard so far of the phrase that is being spoken; a later draft replaces it.

    `language` is the locale it is in, `speaker` counts from 1 (None: not told apart, or not known).
    """

    start: float
    end: float
    text: str
    language: str | None = None
    speaker: int | None = None


@dataclass(frozen=True, slots=True)
class Final:
    """What became of a stretch of audio: SUCCESS with a phrase, any other status without."""

    status: Status
    start: float
    end: float
    phrase: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """Speech ended at `offset`; the Final of it follows."""

    offset: float


@dataclass(frozen=True, slots=True)
class Finished:
    """All is said about `seconds` of audio; the last event."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The engine failed; the last event."""

    error: BaseException


Event = Started | Draft | Final | Ended | Finished | Failed
