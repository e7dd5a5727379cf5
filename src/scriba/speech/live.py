"""Speech recognised while it goes on: drafts of what is being said, and its phrases."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from scriba.speech.decoders import Decoders
from scriba.speech.engine import Transcript
from scriba.speech.identification import Continuous, Identifier
from scriba.speech.live_drafts import Drafts, draft_text
from scriba.speech.live_events import Draft, Ended, Event, Failed, Final, Finished, Started
from scriba.speech.live_options import LiveOptions
from scriba.speech.live_phrases import Outcome, Phrases
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.results import Phrase, Status
from scriba.speech.scheduler import EngineClosed
from scriba.speech.segments import LevelMeter, Segment, Segmenter, SegmentOptions

_STEP = SAMPLE_RATE // 10
"""Samples that are looked at together."""

_LEAST_PAUSE = 0.1
"""Seconds: less is within words."""

_UNHEARD = 1.0
"""Seconds of audio without any phrase that are worth a word when the audio is over."""

_SENTENCE = re.compile(r"(?<!\.)[.?!。？！؟।]['\"”’»」）)]*$")
"""The end of a sentence; an ellipsis is none."""

LIVE = SegmentOptions(pauses=((0.0, 0.7), (12.0, 0.6), (18.0, 0.4), (22.0, 0.2)))
"""Shorter pauses than a recording's: somebody waits. On `dev` they cost nothing yet, 0.6 s does."""

SEMANTIC = replace(LIVE, pauses=((0.0, 2.0), (12.0, 1.0), (18.0, 0.4), (22.0, 0.2)))
"""A sentence that has not ended is waited for."""


class Speakers(Protocol):
    """Tells the speakers of a stream apart."""

    def assign(self, audio: Samples, offset: float, phrase: Phrase) -> list[Phrase]: ...
    def guess(self, audio: Samples) -> int | None: ...


class Live:
    """One stream. `feed` and `finish` from one thread at a time, `cancel` from any.

    All that happens to it happens under one lock: audio that was fed, decodings that are done. So
    `listener` is told one event after the other, and none after `cancel`.
    """

    def __init__(
        self,
        decoders: Decoders,
        options: LiveOptions,
        listener: Callable[[Event], None],
        speakers: Speakers | None = None,
    ) -> None:
        self._options = options
        self._listener = listener
        self._speakers = speakers
        self._decoders = decoders
        self._lock = threading.RLock()
        self._segmenter = Segmenter(_segmentation(options, decoders.identifier))
        self._phrases = Phrases(decoders, options, self._lock, self._changed, self._in_pause)
        self._drafts = Drafts(decoders, options, self._lock, self._tell_draft, speakers)
        self._once = options.mode == "interactive"
        self._speaking = False
        self._ended: Segment | None = None
        """The open segment, if its words end a sentence."""
        self._held: Draft | None = None
        """The newest draft of the open segment, while phrases before it are not out."""
        self._told_until = 0.0
        self._told = False
        self._finishing = False
        self._over = False

    @property
    def seconds(self) -> float:
        """Seconds of audio that were fed."""
        return self._segmenter.seconds

    @property
    def behind(self) -> float:
        """Seconds of audio in segments that are closed and whose phrases are not out yet.

        Who feeds audio should wait while this is large: it is kept in memory.
        """
        with self._lock:
            return self._phrases.seconds

    def feed(self, samples: Samples) -> None:
        """Take the next samples (samples,), mono at 16 kHz; never waits for the engine."""
        samples = np.asarray(samples, np.float32)
        for at in range(0, len(samples), _STEP):
            if self._over or self._finishing:
                return
            # Voice detection takes time, and the rest need not wait for it.
            closed = self._segmenter.feed(samples[at : at + _STEP])
            with self._lock:
                self._advance(closed)

    def finish(self) -> None:
        """No more samples come; `Finished` follows when all is said."""
        if self._over or self._finishing:
            return
        closed = self._segmenter.finish()
        with self._lock:
            self._finishing = True
            self._advance(closed)

    def cancel(self) -> None:
        """Nobody listens any more: no event comes after this returns. Idempotent."""
        with self._lock:
            self._end()

    def _advance(self, closed: list[Segment]) -> None:
        """Audio was fed, and these segments are closed."""
        if self._over:
            return
        try:
            for segment in closed:
                self._begin(segment)
                self._close(segment)
            opened = self._segmenter.open
            if opened is not None:
                self._begin(opened)
                self._go_on(opened)
            self._say()
            self._tell_silence()
        except EngineClosed as error:
            self._fail(error)

    def _begin(self, segment: Segment) -> None:
        if not self._speaking:
            self._speaking = True
            self._drafts.begin()
            self._tell(Started(segment.speech[0]))

    def _go_on(self, segment: Segment) -> None:
        """The segment is open: decode what is to be decoded of it."""
        if self._segmenter.pause < LIVE.pad:
            self._phrases.forget_ahead()
            self._ended = None
            if self._options.drafts:
                self._drafts.look(segment)
        elif self._ended is not None and (closed := self._segmenter.close()):
            self._close(closed)
        else:
            self._phrases.look_ahead(segment)

    def _close(self, segment: Segment) -> None:
        self._speaking = False
        self._ended = None
        self._drafts.withdraw()
        held, self._held = self._held, None
        self._phrases.close(segment, drafted=self._drafts.told and held is None)
        self._tell(Ended(segment.speech[1]))

    def _in_pause(self, segment: Segment, transcript: Transcript) -> None:
        """The open segment was decoded as if the pause that it is in had closed it."""
        if self._options.drafts:
            self._drafts.trust(segment, transcript)
        if self._options.semantic and _SENTENCE.search(transcript.guesses[0].text):
            self._ended = segment

    def _changed(self, error: BaseException | None) -> None:
        """A decoding is done."""
        if self._over:
            return
        if error is not None:
            self._fail(error)
            return
        try:
            self._say()
        except EngineClosed as closed:
            self._fail(closed)

    def _say(self) -> None:
        """Tell what is known now."""
        for outcome in self._phrases.take():
            if outcome.final is not None:
                self._tell_outcome(outcome, outcome.final)
            if self._over:
                return
        if self._held is not None and self._phrases.empty:
            held, self._held = self._held, None
            self._tell(held)
        if self._finishing and self._phrases.empty:
            quiet = not self._told and (self._once or self.seconds >= _UNHEARD)
            if quiet:
                self._tell_final(self._silence())
            self._finish()

    def _tell_outcome(self, outcome: Outcome, final: Final) -> None:
        if final.phrase is None:
            self._tell_final(final)
            return
        phrases = [final.phrase]
        if self._speakers is not None:
            segment = outcome.segment
            phrases = self._speakers.assign(segment.audio, segment.offset, final.phrase)
        drafted = outcome.drafted or not self._options.drafts
        for each in phrases:
            if not drafted:
                self._tell(self._draft(each))
            self._tell_final(replace(final, start=each.start, end=each.end, phrase=each))
            drafted = not self._options.drafts
            if self._over:
                return

    def _draft(self, phrase: Phrase) -> Draft:
        """A draft for a phrase that was over before there was time for one."""
        spoken = next(x for x in self._decoders.locales.values() if x.tag == phrase.language)
        text = draft_text(phrase.best.forms, spoken, self._options)
        speaker = phrase.speaker if self._options.draft_speakers else None
        return Draft(phrase.start, phrase.end, text, phrase.language, speaker)

    def _tell_silence(self) -> None:
        """Say that nobody has spoken for long."""
        if self._speaking or not self._phrases.empty or self._over:
            return
        patience = self._options.initial_silence
        if patience is None:
            patience = 5.0 if self._once else 15.0
        if 0 < patience <= self.seconds - self._told_until:
            self._tell_final(self._silence())

    def _silence(self) -> Final:
        silent = self._segmenter.level.silent
        status = Status.INITIAL_SILENCE if silent else Status.BABBLE
        return Final(status, self._told_until, self.seconds)

    def _tell_final(self, final: Final) -> None:
        self._told, self._told_until = True, final.end
        self._segmenter.level = LevelMeter()
        self._tell(final)
        if self._once:
            self._finish()

    def _tell_draft(self, draft: Draft) -> None:
        """Tell a draft once all phrases before it are out: it would seem to go on with them."""
        if self._phrases.empty:
            self._tell(draft)
        else:
            self._held = draft

    def _tell(self, event: Event) -> None:
        if not self._over:
            self._listener(event)

    def _finish(self) -> None:
        self._tell(Finished(self.seconds))
        self._end()

    def _fail(self, error: BaseException) -> None:
        self._tell(Failed(error))
        self._end()

    def _end(self) -> None:
        self._over = True
        self._phrases.withdraw()
        self._drafts.withdraw()


def _segmentation(options: LiveOptions, identifier: Identifier) -> SegmentOptions:
    """How a stream is cut."""
    made = SEMANTIC if options.semantic else LIVE
    if isinstance(identifier, Continuous):
        # Where the language may change, phrases end as soon as they do in recordings.
        made = identifier.segments
    pause = options.segmentation_silence
    if options.mode == "interactive" and options.end_silence is not None:
        pause = options.end_silence
    if pause is not None:
        made = replace(made, pauses=((0.0, max(pause, _LEAST_PAUSE)),))
    if options.longest is not None:
        longest = min(max(options.longest, made.reach + 1.0), made.longest)
        made = replace(made, longest=longest)
    return made
