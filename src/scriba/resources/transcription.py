"""What a transcription was asked to do, in one form for all versions of the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Punctuation = Literal["none", "dictated", "automatic", "dictatedAndAutomatic"]
ProfanityFilter = Literal["masked", "removed", "tags", "raw"]
IdentificationMode = Literal["single", "continuous"]


@dataclass(frozen=True, slots=True)
class Speakers:
    """How many speakers diarization may tell apart; `maximum` None leaves it open."""

    minimum: int = 1
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Identification:
    """Language identification: the locales to choose from, once a file or for each phrase.

    `models` names the model of a candidate (locale -> model id) where the default is not wanted.
    """

    candidates: tuple[str, ...]
    mode: IdentificationMode = "continuous"
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TranscriptionSpec:
    """Exactly one of `content_urls`, `container_url` and `dataset` names the recordings.

    `model` is the id of a base model or an own one, None for the default. `words` and
    `display_words` ask for word times of the lexical and the display form. `time_to_live` is in
    seconds, None to keep the results; `project` is an id. `asked` holds what a version of the API
    echoes and what cannot be rebuilt from the other fields, and in `own` which models are no base
    models. Addresses may hold signatures: never show them as they are.
    """

    content_urls: tuple[str, ...] = ()
    container_url: str | None = None
    dataset: str | None = None
    model: str | None = None
    words: bool = False
    display_words: bool = False
    channels: tuple[int, ...] = (0, 1)
    punctuation: Punctuation = "dictatedAndAutomatic"
    profanity: ProfanityFilter = "masked"
    diarization: Speakers | None = None
    identification: Identification | None = None
    time_to_live: float | None = None
    destination: str | None = None
    project: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)

    def expires(self, ended: datetime) -> datetime | None:
        """When it is removed, given when its work ended; None to keep it."""
        return ended + timedelta(seconds=self.time_to_live) if self.time_to_live else None

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values, as `Entity.spec` holds it."""
        speakers, identification = self.diarization, self.identification
        return {
            "content_urls": list(self.content_urls),
            "container_url": self.container_url,
            "dataset": self.dataset,
            "model": self.model,
            "words": self.words,
            "display_words": self.display_words,
            "channels": list(self.channels),
            "punctuation": self.punctuation,
            "profanity": self.profanity,
            "diarization": None
            if speakers is None
            else {"minimum": speakers.minimum, "maximum": speakers.maximum},
            "identification": None
            if identification is None
            else {
                "candidates": list(identification.candidates),
                "mode": identification.mode,
                "models": dict(identification.models),
            },
            "time_to_live": self.time_to_live,
            "destination": self.destination,
            "project": self.project,
            "asked": dict(self.asked),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "TranscriptionSpec":
        """The inverse of `to_json`; names that are absent take their defaults."""
        known = {name: value[name] for name in cls.__slots__ if name in value}
        for name in ("content_urls", "channels"):
            if name in known:
                known[name] = tuple(known[name])
        if (speakers := known.get("diarization")) is not None:
            known["diarization"] = Speakers(speakers["minimum"], speakers["maximum"])
        if (identification := known.get("identification")) is not None:
            known["identification"] = Identification(
                tuple(identification["candidates"]),
                identification["mode"],
                identification["models"],
            )
        return cls(**known)
