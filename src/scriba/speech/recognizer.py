"""Audio in, phrases out: the library's main door."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scriba.errors import ModelError
from scriba.speech.adaptation import Adaptation
from scriba.speech.bundle import FORMATTING, Bundle
from scriba.speech.cpu import Layout, detect
from scriba.speech.decoder import Decoder
from scriba.speech.decoders import Decoders
from scriba.speech.engine import Clip, Engine
from scriba.speech.forms import Profanity
from scriba.speech.forms.rules import FormattingRules
from scriba.speech.identification import Continuous, Given, Identifier, Single, choice, supported
from scriba.speech.language import locale
from scriba.speech.live import Live, Speakers
from scriba.speech.live_events import Event
from scriba.speech.live_options import LiveOptions
from scriba.speech.options import Options
from scriba.speech.phrases import Style
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.results import Phrase, Recognition
from scriba.speech.scheduler import EngineClosed, Lane, Scheduler
from scriba.speech.stream import Stream
from scriba.speech.transcription import Transcription
from scriba.speech.whisper import Whisper

if TYPE_CHECKING:
    from scriba.speech.embedders import Embedder

_CHECK_SECONDS = 20.0


class Recognizer:
    """A model, ready to recognise. Safe to use from any number of threads.

    `model` is a folder with a CTranslate2 Whisper model, or a loaded `Engine`; `layout` says how
    the CPU is shared, by default what suits this machine. `max_pending` recordings of the short
    lane are accepted at once. `speaker_model` tells the speakers of streams apart, by default the
    one that comes with Scriba. Raises ModelError when the model cannot be loaded.

    Other models share its CPU and its lanes: `of` and `with_models` give recognisers that do.
    """

    def __init__(
        self,
        model: Path | Engine,
        *,
        layout: Layout | None = None,
        max_pending: int = 128,
        speaker_model: Path | None = None,
    ) -> None:
        self.layout = layout or detect()
        engine = self.load(model) if isinstance(model, Path) else model
        self._folder = model if isinstance(model, Path) else None
        self._name: str | None = None
        self._scheduler = Scheduler(self.layout.workers, max_pending)
        self._decoder = Decoder(self._scheduler, engine)
        self._others: Mapping[str, Decoder] = {}
        self._owner = True
        self._speaker_model = speaker_model

    def load(self, folder: Path) -> Engine:
        """An engine of the weights in a folder, for `of`; raises ModelError."""
        return Whisper(folder, self.layout)

    def of(
        self, bundle: Bundle, engine: Engine | None = None, *, name: str | None = None
    ) -> "Recognizer":
        """A recogniser of another model that shares this one's CPU and lanes.

        `engine` is the bundle's own weights or its base's; without it this recogniser's engine is
        used where it is that, and else loaded. Closing it changes nothing. `name` is what it is
        called, if not as its engine. Raises ModelError.
        """
        if engine is None:
            engine = self._engine_of(bundle)
        view = copy(self)
        learnt = None
        if bundle.folder is not None:
            learnt = Adaptation.load(bundle.folder, bundle.weight, bundle.locale or "en-US")
        view._decoder = Decoder(self._scheduler, engine, learnt, _rules(bundle))
        view._others = {}
        view._owner = False
        view._name = name
        return view

    def with_models(self, models: Mapping[str, "Recognizer"]) -> "Recognizer":
        """A recogniser that transcribes speech in some locales with the models of others.

        Which language is spoken is still decided by this one's model. The others must be `of` the
        same recogniser. Raises UnsupportedLocale.
        """
        view = copy(self)
        view._others = {locale(tag).tag: each._decoder for tag, each in models.items()}
        view._owner = False
        return view

    def _engine_of(self, bundle: Bundle) -> Engine:
        if bundle.weights is not None:
            same = bundle.weights == self._folder
            return self._decoder.engine if same else self.load(bundle.weights)
        if bundle.base != self._decoder.engine.name:
            raise ModelError(f"its base model {bundle.base} is not loaded")
        return self._decoder.engine

    @property
    def model_name(self) -> str:
        """The name of the loaded model."""
        return self._name or self._decoder.engine.name

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
        spoken = supported(self._decoder.engine, language)
        self._scheduler.admit()
        return Stream(self._decoder, spoken, Style(profanity), words)

    def transcribe(self, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]:
        """The phrases of a recording of any length, as they are found, as `options` ask.

        `blocks` (mono float32 samples at 16 kHz) are read only as fast as they are recognised.
        Raises UnsupportedLocale at once, before anything is read.
        """
        given = options.language is not None and not options.candidates
        among = choice(self._decoder.engine, options.candidates, options.language)
        identifier: Identifier
        if len(among.codes) == 1:
            identifier = Given(among.codes[0])
        elif options.identification == "single":
            identifier = Single(among)
        else:
            identifier = Continuous(among)
        work = Transcription(
            self._decoder, identifier, among.locales, options, binding=given, others=self._others
        )
        return work.phrases(blocks)

    def live(self, options: LiveOptions, listener: Callable[[Event], None]) -> Live:
        """A stream that is recognised while somebody speaks; `listener` is told what is heard.

        It is called with one event after the other, from any thread, and must not block. Raises
        UnsupportedLocale, EngineClosed.
        """
        if self._scheduler.closed:
            raise EngineClosed
        among = choice(self._decoder.engine, options.candidates, options.language)
        identifier: Identifier
        if len(among.codes) == 1:
            identifier = Given(among.codes[0])
        elif options.identification == "single":
            identifier = Single(among, waits=False)
        else:
            identifier = Continuous(among, waits=False)
        decoders = Decoders(self._decoder, identifier, among.locales, self._others)
        speakers = live_speakers(self._speaker_model) if options.speakers else None
        return Live(decoders, options, listener, speakers)

    def check(self) -> None:
        """Send a second of noise through queue and engine; raises ModelError if that fails."""
        noise = np.random.default_rng(0).normal(0, 0.01, SAMPLE_RATE).astype(np.float32)
        language = "en" if self._decoder.engine.supports("en") else ""
        job = self._decoder.submit(Clip(noise, language, False), Lane.SHORT, first=True)
        try:
            job.result.result(timeout=_CHECK_SECONDS)
        except TimeoutError as error:
            job.result.cancel()
            raise ModelError(f"no answer within {_CHECK_SECONDS:.0f} s") from error

    def close(self) -> None:
        """Let what runs end, and cancel the rest. Idempotent."""
        if self._owner:
            self._scheduler.close()


def live_speakers(model: Path | None) -> Speakers:
    """What tells the speakers of a stream apart; raises ModelError."""
    # Its models are loaded for those who ask for speakers only.
    from scriba.speech.diarization.live import LiveSpeakers

    return LiveSpeakers(embedder=_embedder(model))


@lru_cache(maxsize=2)
def _embedder(model: Path | None) -> "Embedder":
    from scriba.speech.embedders import load_embedder

    return load_embedder(model)


def _rules(bundle: Bundle) -> FormattingRules | None:
    """How a model's text is to be written, where it has rules for that."""
    if bundle.folder is None or FORMATTING not in bundle.files:
        return None
    path = bundle.folder / FORMATTING
    try:
        rules, problems = FormattingRules.parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: {error}") from error
    if problems:
        raise ModelError(f"{path}, line {problems[0].line}: {problems[0].reason}")
    return rules
