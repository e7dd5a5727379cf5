"""What decodes a stream, as far as its language is known."""

from collections.abc import Mapping
from dataclasses import dataclass

from scriba.speech.decoder import Decoder
from scriba.speech.identification import Identifier
from scriba.speech.language import Locale


@dataclass(frozen=True, slots=True)
class Decoders:
    """A model, `others` for speech in some locales, and who decides on the language.

    `locales` are those of the languages (Whisper's codes) to choose from.
    """

    model: Decoder
    identifier: Identifier
    locales: Mapping[str, Locale]
    others: Mapping[str, Decoder]

    @property
    def codes(self) -> tuple[str, ...]:
        """The languages that what is said now may be in."""
        return self.identifier.candidates

    def of(self, codes: tuple[str, ...]) -> Decoder:
        """The model for speech in one of these languages."""
        if len(codes) > 1:
            return self.model
        return self.others.get(self.locales[codes[0]].tag, self.model)

    def joint(self, code: str) -> str:
        """What stands between words."""
        return " " if self.locales[code].spaced else ""


def among(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The `candidates` of a `Clip`: none where the language is known."""
    return codes if len(codes) > 1 else ()
