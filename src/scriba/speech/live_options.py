"""What a caller may ask of live recognition."""

from dataclasses import dataclass
from typing import Literal

from scriba.speech.forms import Profanity, Punctuation
from scriba.speech.options import Identification
from scriba.speech.phrase_list import PhraseList

Mode = Literal["interactive", "conversation", "dictation"]


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How speech is to be recognised while it goes on. Times in seconds.

    `language`, `candidates` and `identification` are as in `Options`, but nothing waits for what is
    said later: "single" is decided with the first phrase, "continuous" with each.

    In `mode` "interactive" one phrase is recognised, and what follows is ignored. `initial_silence`
    is how long nobody may speak until that is said: 5 in interactive mode, else 15, and then again
    after as long; with 0 it is said in the end only. `segmentation_silence` is the pause that ends
    a phrase (None: the adaptive rule), `end_silence` the same in interactive mode, where it goes
    first. `longest` limits a phrase. With `semantic` phrases end where sentences do rather than at
    any pause.

    With `drafts` what was heard of a phrase so far is told again and again; `stable` decodings in a
    row must agree on a word of it. Drafts are lexical, or as displayed with `display_drafts`.
    `speakers` tells speakers apart, with `draft_speakers` in drafts as well.
    """

    language: str | None = None
    candidates: tuple[str, ...] = ()
    identification: Identification = "single"
    mode: Mode = "conversation"
    profanity: Profanity = "masked"
    punctuation: Punctuation = "automatic"
    words: bool = True
    phrases: PhraseList | None = None
    initial_silence: float | None = None
    segmentation_silence: float | None = None
    end_silence: float | None = None
    longest: float | None = None
    semantic: bool = False
    drafts: bool = True
    stable: int = 1
    display_drafts: bool = False
    speakers: bool = False
    draft_speakers: bool = False
