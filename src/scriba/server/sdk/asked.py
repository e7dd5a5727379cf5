"""What a turn asks for, once query, speech.config and speech.context are read together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scriba.server.schemas.pronunciation import AssessmentRequest
from scriba.server.schemas.recognition import Format
from scriba.speech import PhraseList
from scriba.speech.forms import Profanity, Punctuation
from scriba.speech.live_options import LiveOptions, Mode
from scriba.speech.options import Identification


@dataclass(frozen=True, slots=True)
class Asked:
    """One turn. Times in seconds; None is what the service does by itself.

    `language` is None with `candidates`, and with `cid` where the endpoint says it. `words` and
    `word_confidence` ask for the words of a detailed answer. `models` names the endpoint of a
    locale. `open_range` looks for the language among all that the model knows. `continues` says
    that the audio goes on with that of another turn.
    """

    language: str | None = None
    mode: Mode = "conversation"
    format: Format = "simple"
    words: bool = False
    word_confidence: bool = False
    candidates: tuple[str, ...] = ()
    open_range: bool = False
    identification: Identification = "single"
    profanity: Profanity = "masked"
    punctuation: Punctuation | None = None
    phrases: PhraseList | None = None
    initial_silence: float | None = None
    end_silence: float | None = None
    segmentation_silence: float | None = None
    longest: float | None = None
    semantic: bool = False
    stable: int = 1
    display_drafts: bool = False
    speakers: bool = False
    draft_speakers: bool = False
    store_audio: bool = False
    cid: str | None = None
    assessment: AssessmentRequest | None = None
    continues: bool = False
    models: Mapping[str, str] = field(default_factory=dict)

    @property
    def identifies(self) -> bool:
        """Whether the language is to be told."""
        return bool(self.candidates) or self.open_range

    def live_options(self) -> LiveOptions:
        """What the recogniser is asked for."""
        dictated: Punctuation = "dictatedAndAutomatic" if self.mode == "dictation" else "automatic"
        return LiveOptions(
            language=self.language,
            candidates=self.candidates,
            identification=self.identification,
            mode=self.mode,
            profanity=self.profanity,
            punctuation=self.punctuation or dictated,
            words=self.words or self.assessment is not None,
            phrases=self.phrases,
            initial_silence=self.initial_silence,
            segmentation_silence=self.segmentation_silence,
            end_silence=self.end_silence,
            longest=self.longest,
            semantic=self.semantic,
            stable=self.stable,
            display_drafts=self.display_drafts,
            speakers=self.speakers,
            draft_speakers=self.draft_speakers,
        )
