"""Audio in, phrases out: the library's main door."""

import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scriba.errors import ModelError, UnsupportedLocale
from scriba.speech import verdict
from scriba.speech.cpu import Layout, detect
from scriba.speech.engine import Clip, Engine, Transcript
from scriba.speech.forms import Profanity, render
from scriba.speech.language import Locale, locale
from scriba.speech.nbest import distinct
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.results import Hypothesis, Phrase, Recognition, Status, Timings, Word
from scriba.speech.scheduler import Job, Lane, Scheduler
from scriba.speech.segments import Segment, Segmenter
from scriba.speech.timing import display_words
from scriba.speech.whisper import Whisper

log = logging.getLogger(__name__)

_CHECK_SECONDS = 20.0
_AHEAD = 16
"""Segments of a long recording that may wait or be at work at once: bounds its memory."""


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
    ) -> "Stream":
        """A recording that arrives bit by bit; takes a place in the short lane.

        Raises QueueFull at once when there is none, UnsupportedLocale.
        """
        spoken = self._locale(language)
        self._scheduler.admit()
        return Stream(self._scheduler, spoken, profanity, words)

    def transcribe(
        self, blocks: Iterable[Samples], *, language: str, profanity: Profanity = "masked"
    ) -> Iterator[Phrase]:
        """The phrases of a recording of any length, as they are found, in the batch lane.

        `blocks` are read only as fast as they are recognised. Raises UnsupportedLocale.
        """
        spoken = self._locale(language)
        return self._transcribe(blocks, spoken, profanity)

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

    def _locale(self, tag: str) -> Locale:
        spoken = locale(tag)
        if not self._engine.supports(spoken.whisper):
            raise UnsupportedLocale(f"the model {self.model_name} does not know {spoken.tag}")
        return spoken

    def _transcribe(
        self, blocks: Iterable[Samples], spoken: Locale, profanity: Profanity
    ) -> Iterator[Phrase]:
        segmenter = Segmenter()
        ahead: deque[tuple[Segment, Job]] = deque()

        def submit(segments: list[Segment]) -> None:
            for segment in segments:
                clip = Clip(segment.audio, spoken.whisper)
                ahead.append((segment, self._scheduler.submit(clip, Lane.BATCH)))

        def next_phrase() -> Iterator[Phrase]:
            heard = _hear(*ahead.popleft())
            if verdict.is_speech(heard) and verdict.speaks([heard], spoken.whisper):
                phrase = _phrase(heard, spoken, profanity)
                if phrase is not None:
                    yield phrase

        try:
            for block in blocks:
                submit(segmenter.feed(block))
                while len(ahead) > _AHEAD or (ahead and ahead[0][1].result.done()):
                    yield from next_phrase()
            submit(segmenter.finish())
            while ahead:
                yield from next_phrase()
        finally:
            for _, job in ahead:
                job.result.cancel()


class Stream:
    """One recording of the short lane. `feed` and `finish` from one thread at a time."""

    def __init__(
        self, scheduler: Scheduler, spoken: Locale, profanity: Profanity, words: bool
    ) -> None:
        self._scheduler = scheduler
        self._spoken = spoken
        self._profanity = profanity
        self._words = words
        self._segmenter = Segmenter()
        self._work: list[tuple[Segment, Job]] = []
        self._result: Future[Recognition] = Future()
        self._lock = threading.Lock()
        self._over = False
        self._left = 0

    def feed(self, samples: Samples) -> None:
        """Take the next samples; segments that they close go to the engine at once."""
        self._submit(self._segmenter.feed(samples))

    def finish(self) -> "Future[Recognition]":
        """No more samples come. The result is computed where the last segment is."""
        self._submit(self._segmenter.finish())
        jobs = [job for _, job in self._work]
        self._left = len(jobs)
        if not jobs:
            self._conclude()
        for job in jobs:
            job.result.add_done_callback(self._one_done)
        return self._result

    def cancel(self) -> None:
        """Nobody waits any more: withdraw what has not begun and give the place back."""
        self._release()
        for _, job in self._work:
            job.result.cancel()
        self._result.cancel()

    def _submit(self, segments: list[Segment]) -> None:
        if self._over:
            return
        for segment in segments:
            clip = Clip(segment.audio, self._spoken.whisper, self._words)
            self._work.append((segment, self._scheduler.submit(clip, Lane.SHORT)))

    def _one_done(self, _: "Future[Transcript]") -> None:
        with self._lock:
            self._left -= 1
            last = self._left == 0
        if last:
            self._conclude()

    def _conclude(self) -> None:
        self._release()
        if not self._result.set_running_or_notify_cancel():
            return
        try:
            self._result.set_result(self._recognition())
        except BaseException as error:
            self._result.set_exception(error)

    def _release(self) -> None:
        with self._lock:
            if self._over:
                return
            self._over = True
        self._scheduler.release()

    def _recognition(self) -> Recognition:
        heard = [_hear(segment, job) for segment, job in self._work]
        jobs = [job for _, job in self._work]
        timings = Timings(max((j.queue for j in jobs), default=0.0), sum(j.inference for j in jobs))
        seconds = self._segmenter.seconds
        speech = [each for each in heard if verdict.is_speech(each)]
        if not speech:
            silent = self._segmenter.level.silent
            status = Status.INITIAL_SILENCE if silent else Status.BABBLE
            return Recognition(status, seconds, timings=timings)
        span = (speech[0].segment.speech[0], speech[-1].segment.speech[1])
        phrases: list[Phrase] = []
        if verdict.speaks(speech, self._spoken.whisper):
            made = (_phrase(each, self._spoken, self._profanity) for each in speech)
            phrases = [phrase for phrase in made if phrase is not None]
        status = Status.SUCCESS if phrases else Status.NO_MATCH
        return Recognition(status, seconds, tuple(phrases), span, timings)


@dataclass(frozen=True)
class Heard:
    """A segment and its transcript."""

    segment: Segment
    transcript: Transcript


def _hear(segment: Segment, job: Job) -> Heard:
    return Heard(segment, job.result.result())


def _phrase(heard: Heard, spoken: Locale, profanity: Profanity) -> Phrase | None:
    """The phrase of a segment; None when nothing of it remains to be shown."""
    segment, transcript = heard.segment, heard.transcript
    hypotheses = []
    for i, guess in enumerate(transcript.guesses):
        forms = render(guess.text, spoken.tag, profanity)
        # Marks alone ("...") say nothing.
        if not any(map(str.isalnum, forms.lexical)) or not forms.display:
            continue
        words: tuple[Word, ...] = ()
        if i == 0 and transcript.words:
            words = tuple(
                Word(
                    text,
                    min(max(start, segment.speech[0]), segment.speech[1]),
                    min(max(end, segment.speech[0]), segment.speech[1]),
                    verdict.word_confidence(chance, transcript),
                )
                for text, start, end, chance in display_words(
                    forms.groups, transcript.words, segment.offset
                )
            )
        hypotheses.append(Hypothesis(verdict.confidence(guess), forms, words))
    if not hypotheses:
        return None
    start, end = segment.speech
    return Phrase(start, end, distinct(hypotheses))
