"""What a caller may ask of a transcription."""

from dataclasses import dataclass
from typing import Literal

from scriba.speech.forms import Profanity, Punctuation
from scriba.speech.phrase_list import PhraseList
from scriba.speech.scheduler import Lane

Identification = Literal["single", "continuous"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a recording is to be transcribed.

    Without `candidates`, `language` (a locale such as "en-US") is binding: speech that is clearly
    in another language is left out. With candidates the language is found among them, once for the
    recording ("single") or for each phrase ("continuous"), and `language`, if given, is taken for
    speech that seems to be in none of them. With neither, it is found among all languages that the
    model knows.

    `words` asks for the times of words. `lane` is BATCH unless somebody waits for the answer.
    """

    language: str | None = None
    candidates: tuple[str, ...] = ()
    identification: Identification = "single"
    profanity: Profanity = "masked"
    punctuation: Punctuation = "dictatedAndAutomatic"
    words: bool = True
    lane: Lane = Lane.BATCH
    phrases: PhraseList | None = None
