"""Who says what in a recording."""

from collections.abc import Iterable, Iterator

from scriba.resources.transcription import Speakers
from scriba.speech.diarization import Diarizer, assign
from scriba.speech.embedders import Embedder
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase


class Diarization:
    """Hears one recording, then gives its phrases their speakers.

    Voices are compared by `embedder`, or Scriba's own.
    """

    def __init__(self, speakers: Speakers, embedder: Embedder | None = None) -> None:
        self._diarizer = Diarizer(
            embedder, min_speakers=speakers.minimum, max_speakers=speakers.maximum
        )

    def feed(self, samples: Samples) -> None:
        """Take the next samples (mono, 16 kHz)."""
        self._diarizer.feed(samples)

    def assign(self, phrases: Iterable[Phrase]) -> Iterator[Phrase]:
        """The phrases with speakers, split where the speaker changes; no more samples come."""
        yield from assign(phrases, self._diarizer.finish())
