"""Audio in, phrases out: the library's main door."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from scriba.errors import ModelError
from scriba.speech.cpu import Layout, detect
from scriba.speech.engine import Clip, Engine
from scriba.speech.forms import Profanity
from scriba.speech.identification import Continuous, Given, Identifier, Single, choice, supported
from scriba.speech.options import Options
from scriba.speech.phrases import Style
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.results import Phrase, Recognition
from scriba.speech.scheduler import Lane, Scheduler
from scriba.speech.stream import Stream
from scriba.speech.transcription import Transcription
from scriba.speech.whisper import Whisper

_CHECK_SECONDS = 20.0


class Recognizer:
    """A model, ready to recognise. Safe to use from any number of threads.

    `model` is a folder with a CTranslate2 Whisper model, or a loaded `Engine`; `layout` says how
    the CPU is shared, by default what suits this machine. `max_pending` recordings of the short
    lane are accepted at once. Raises ModelError when the model cannot be loaded.
    """

    def __init__(
        self, model: Path | Engine, *, layout: Layout | None = None, max_pending: int = 128
    ) -> None:
        self.layout = layout or detect()
        self._engine = Whisper(model, self.layout) if isinstance(model, Path) else model
        self._scheduler = Scheduler(self._engine, self.layout.workers, max_pending)

    @property
    def model_name(self) -> str:
        """The name of the loaded model."""
        return self._engine.name

    @property
    def pending(self) -> int:
        """Recordings of the short lane that are waiting or at work."""
        return self._scheduler.pending

    def recognize(
        self, audio: Samples, *, language: str, profanity: Profanity = "masked", words: bool = True
    ) -> Recognition:
        """Recognise a whole recording: mono float32 samples (samples,) at 16 kHz.

        `language` is a locale such as "en-US", and binding: speech in another language gives
        NO_MATCH. Raises UnsupportedLocale, QueueFull.
        """
        stream = self.stream(language=language, profanity=profanity, words=words)
        try:
            stream.feed(np.asarray(audio, np.float32))
            return stream.finish().result()
        finally:
            stream.cancel()

    def stream(
        self, *, language: str, profanity: Profanity = "masked", words: bool = False
    ) -> Stream:
        """A recording that arrives bit by bit; takes a place in the short lane.

        Raises QueueFull at once when there is none, UnsupportedLocale.
        """
        spoken = supported(self._engine, language)
        self._scheduler.admit()
        return Stream(self._scheduler, spoken, Style(profanity), words)

    def transcribe(self, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]:
        """The phrases of a recording of any length, as they are found, as `options` ask.

        `blocks` (mono float32 samples at 16 kHz) are read only as fast as they are recognised.
        Raises UnsupportedLocale at once, before anything is read.
        """
        given = options.language is not None and not options.candidates
        among = choice(self._engine, options.candidates, options.language)
        identifier: Identifier
        if len(among.codes) == 1:
            identifier = Given(among.codes[0])
        elif options.identification == "single":
            identifier = Single(among)
        else:
            identifier = Continuous(among)
        work = Transcription(self._scheduler, identifier, among.locales, options, binding=given)
        return work.phrases(blocks)

    def check(self) -> None:
        """Send a second of noise through queue and engine; raises ModelError if that fails."""
        noise = np.random.default_rng(0).normal(0, 0.01, SAMPLE_RATE).astype(np.float32)
        language = "en" if self._engine.supports("en") else ""
        job = self._scheduler.submit(Clip(noise, language, False), Lane.SHORT, first=True)
        try:
            job.result.result(timeout=_CHECK_SECONDS)
        except TimeoutError as error:
            job.result.cancel()
            raise ModelError(f"no answer within {_CHECK_SECONDS:.0f} s") from error

    def close(self) -> None:
        """Let what runs end, and cancel the rest. Idempotent."""
        self._scheduler.close()
