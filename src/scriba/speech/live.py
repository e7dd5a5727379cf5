"""Speech recognised while it goes on: drafts of what is being said, and its phrases."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np

from scriba.speech import verdict
from scriba.speech.decoder import Decoder
from scriba.speech.engine import Clip, Transcript
from scriba.speech.forms import render
from scriba.speech.growing import Excerpt, Growing
from scriba.speech.identification import Identifier
from scriba.speech.language import Locale
from scriba.speech.live_events import Draft, Ended, Event, Failed, Final, Finished, Started
from scriba.speech.live_options import LiveOptions
from scriba.speech.phrases import Heard, Style, phrase
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.results import Phrase, Status
from scriba.speech.scheduler import EngineClosed, Job, Lane
from scriba.speech.segments import LevelMeter, Segment, Segmenter, SegmentOptions

AT_ONCE = 2
"""Phrases of one stream that may wait for the engine or be in it at once."""

_STEP = SAMPLE_RATE // 10
"""Samples that are looked at together."""

_UNHEARD = 1.0
"""Seconds of audio without anything in it that are worth a word at the end."""


class Speakers(Protocol):
    """Tells the speakers of a stream apart."""

    def assign(self, audio: Samples, offset: float, phrase: Phrase) -> list[Phrase]: ...
    def guess(self, audio: Samples) -> int | None: ...


@dataclass(eq=False)
class _Waiting:
    """A closed segment whose phrase is not out yet."""

    segment: Segment
    drafted: bool
    decoder: Decoder | None = None
    job: Job | None = None
    heard: Heard | None = None
    code: str | None = None
    """Its language, once that is decided."""

    def withdraw(self) -> None:
        """Take back what the engine has not begun; what it has goes on."""
        job, self.job = self.job, None
        if job is not None and not job.result.cancel():
            self.job = job


class Live:
    """One stream. `feed` and `finish` from one thread at a time, `cancel` from any.

    All that happens to it happens under one lock: audio that comes, decodings that are done. So the
    events are in order, and none comes after `cancel`.
    """

    def __init__(
        self,
        decoder: Decoder,
        identifier: Identifier,
        locales: Mapping[str, Locale],
        options: LiveOptions,
        listener: Callable[[Event], None],
        *,
        binding: bool,
        others: Mapping[str, Decoder] | None = None,
        speakers: Speakers | None = None,
    ) -> None:
        self._decoder = decoder
        self._others = others or {}
        self._identifier = identifier
        self._locales = locales
        self._options = options
        self._listener = listener
        self._binding = binding
        self._speakers = speakers
        self._style = Style(options.profanity, options.punctuation)
        self._once = options.mode == "interactive"
        self._segmenter = Segmenter(_segmentation(options))
        self._lock = threading.RLock()
        self._over = False
        self._finishing = False
        self._speaking = False
        self._waiting: deque[_Waiting] = deque()
        self._growing = Growing(options.stable)
        self._draft: Job | None = None
        self._drafted = False
        self._guessed: str | None = None
        """The language that drafts of the open segment are in."""
        self._ahead: _Waiting | None = None
        """The open segment, decoded as if it had closed with the pause that it is in."""
        self._silent_from = 0.0
        self._anything = False

    @property
    def seconds(self) -> float:
        """Seconds of audio that were fed."""
        return self._segmenter.seconds

    @property
    def behind(self) -> float:
        """Seconds of speech that is over and whose phrases are not out yet."""
        with self._lock:
            return sum(len(each.segment.audio) for each in self._waiting) / SAMPLE_RATE

    def feed(self, samples: Samples) -> None:
        """Take the next samples (samples,), mono at 16 kHz; never waits for the engine."""
        samples = np.asarray(samples, np.float32)
        for at in range(0, len(samples), _STEP):
            if self._over or self._finishing:
                return
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

    def _tell(self, event: Event) -> None:
        if not self._over:
            self._listener(event)

    def _end(self) -> None:
        """Withdraw what waits for the engine."""
        self._over = True
        for entry in [*self._waiting, *([self._ahead] if self._ahead else [])]:
            entry.withdraw()
        self._waiting.clear()
        self._ahead = None
        self._withdraw_draft()

    def _advance(self, closed: list[Segment]) -> None:
        if self._over:
            return
        try:
            for segment in closed:
                self._begin(segment)
                self._close(segment)
            opened = self._segmenter.open
            if opened is not None and not self._finishing:
                self._begin(opened)
                self._look_ahead(opened)
                self._send_draft(opened)
            self._say()
        except EngineClosed as error:
            self._fail(error)

    def _begin(self, segment: Segment) -> None:
        if not self._speaking:
            self._speaking = True
            self._growing = Growing(self._options.stable)
            self._drafted = False
            self._guessed = None
            self._tell(Started(segment.speech[0]))

    def _close(self, segment: Segment) -> None:
        """The open segment is closed: its final decoding follows, or goes on if it has begun."""
        self._speaking = False
        self._withdraw_draft()
        ahead, self._ahead = self._ahead, None
        entry = _Waiting(segment, self._drafted)
        if ahead is not None and ahead.segment.speech == segment.speech:
            entry, entry.drafted = ahead, self._drafted
            # What has not begun waits in a lane for those that can wait.
            entry.withdraw()
        elif ahead is not None:
            ahead.withdraw()
        self._waiting.append(entry)
        self._tell(Ended(segment.speech[1]))

    def _withdraw_draft(self) -> None:
        draft, self._draft = self._draft, None
        if draft is not None:
            draft.result.cancel()

    def _look_ahead(self, segment: Segment) -> None:
        """Decode the open segment as it would be if its pause ended it, as soon as it is one."""
        if self._ahead is not None and self._ahead.segment.speech != segment.speech:
            self._ahead.withdraw()
            self._ahead = None
        if self._ahead is None and self._segmenter.pause >= SegmentOptions.pad:
            self._ahead = _Waiting(segment, False)
            self._decode(self._ahead, self._identifier.candidates, Lane.DRAFT)

    def _send_draft(self, segment: Segment) -> None:
        if not self._options.drafts or self._draft is not None or self._ahead is not None:
            return
        codes = (self._guessed,) if self._guessed else self._identifier.candidates
        excerpt = self._growing.next(segment, self._joint(codes[0]))
        if excerpt is None:
            return
        clip = Clip(
            excerpt.audio,
            codes[0],
            candidates=codes if len(codes) > 1 else (),
            draft=True,
            prefix=excerpt.prefix,
        )
        decoder = self._decoder_of(codes)
        self._draft = job = decoder.submit(clip, Lane.DRAFT)
        job.result.add_done_callback(partial(self._drafted_now, job, excerpt, segment.speech[0]))

    def _joint(self, code: str) -> str:
        return " " if self._locales[code].spaced else ""

    def _drafted_now(
        self, job: Job, excerpt: Excerpt, start: float, done: "Future[Transcript]"
    ) -> None:
        with self._lock:
            if self._over or self._draft is not job:
                return
            self._draft = None
            if done.cancelled() or done.exception() is not None:
                # The final decoding tells of the failure, if it is one that stays.
                return
            transcript = done.result()
            if len(self._identifier.candidates) > 1 and excerpt.end - start >= _UNHEARD * 2:
                self._guessed = transcript.language or None
            if self._growing.hear(excerpt, transcript):
                code = transcript.language or self._identifier.candidates[0]
                self._tell_draft(start, code, excerpt.audio)

    def _tell_draft(self, start: float, code: str, audio: Samples) -> None:
        words = self._growing.words
        spoken = self._locales[code]
        text = self._shown(self._joint(code).join(word.text for word in words), spoken)
        if text:
            self._drafted = True
            guess = self._options.draft_speakers and self._speakers is not None
            speaker = self._speakers.guess(audio) if guess and self._speakers else None
            self._tell(Draft(start, words[-1].end, text, spoken.tag, speaker))

    def _shown(self, text: str, spoken: Locale) -> str:
        forms = render(text, spoken.tag, self._style.profanity, self._style.punctuation)
        return forms.display if self._options.display_drafts else forms.lexical

    def _decoder_of(self, codes: tuple[str, ...]) -> Decoder:
        if len(codes) > 1:
            return self._decoder
        return self._others.get(self._locales[codes[0]].tag, self._decoder)

    def _decode(self, entry: _Waiting, codes: tuple[str, ...], lane: Lane) -> None:
        clip = Clip(
            entry.segment.audio,
            codes[0],
            self._options.words,
            codes if len(codes) > 1 else (),
            self._options.phrases,
        )
        entry.decoder = self._decoder_of(codes)
        entry.job = job = entry.decoder.submit(clip, lane)
        job.result.add_done_callback(partial(self._decoded, entry, job))

    def _decoded(self, entry: _Waiting, job: Job, done: "Future[Transcript]") -> None:
        with self._lock:
            if self._over or entry.job is not job:
                return
            if done.cancelled():
                if entry is self._ahead:
                    self._ahead = None
                else:
                    self._fail(EngineClosed())
                return
            error = done.exception()
            if error is not None:
                self._fail(error)
                return
            entry.heard = Heard(entry.segment, done.result(), entry.decoder)
            if entry is not self._ahead:
                self._advance([])

    def _fail(self, error: BaseException) -> None:
        self._tell(Failed(error))
        self._end()

    def _say(self) -> None:
        """Tell what is known now, and send to the engine what may be sent."""
        while self._waiting and self._settle(self._waiting[0]):
            entry = self._waiting.popleft()
            self._conclude(entry)
            if self._over:
                return
        free = AT_ONCE - sum(1 for each in self._waiting if each.job is not None)
        for entry in self._waiting:
            if free > 0 and entry.job is None:
                codes = (entry.code,) if entry.code else self._identifier.candidates
                self._decode(entry, codes, Lane.SHORT)
                free -= 1
        self._tell_silence()
        if self._finishing and not self._waiting:
            self._finish()

    def _settle(self, entry: _Waiting) -> bool:
        """Decide the language of the oldest segment; whether it can be told now."""
        if entry.heard is None:
            return False
        if entry.code is not None or not verdict.is_speech(entry.heard):
            return True
        ((_, entry.code),) = self._identifier.feed(entry.heard)
        known = entry.heard.transcript.language or entry.code
        if known == entry.code and entry.decoder is self._decoder_of((entry.code,)):
            return True
        entry.heard = None
        self._decode(entry, (entry.code,), Lane.SHORT)
        return False

    def _conclude(self, entry: _Waiting) -> None:
        """Tell the phrase of a segment, if there is one."""
        heard, code = entry.heard, entry.code
        if heard is None or code is None:
            return
        start, end = entry.segment.speech
        if self._binding and not verdict.speaks([heard], code):
            self._tell_final(Final(Status.NO_MATCH, start, end))
            return
        made = phrase(heard, self._locales[code], self._style)
        if made is None:
            return
        for each in self._told_apart(entry.segment, made):
            if self._options.drafts and not entry.drafted:
                forms = each.best.forms
                text = forms.display if self._options.display_drafts else forms.lexical
                self._tell(Draft(each.start, each.end, text, each.language, each.speaker))
            entry.drafted = False
            self._tell_final(Final(Status.SUCCESS, each.start, each.end, each))

    def _told_apart(self, segment: Segment, made: Phrase) -> list[Phrase]:
        if self._speakers is None:
            return [made]
        return self._speakers.assign(segment.audio, segment.offset, made)

    def _tell_final(self, final: Final) -> None:
        self._anything = True
        self._silent_from = final.end
        self._segmenter.level = LevelMeter()
        self._tell(final)
        if self._once:
            self._finish()

    def _tell_silence(self) -> None:
        """Say that nobody spoke for long, or ever."""
        if self._speaking or self._waiting or self._over:
            return
        quiet = self.seconds - self._silent_from
        over = self._finishing and not self._anything and (self._once or quiet >= _UNHEARD)
        if over or quiet >= self._patience:
            silent = self._segmenter.level.silent
            status = Status.INITIAL_SILENCE if silent else Status.BABBLE
            self._tell_final(Final(status, self._silent_from, self.seconds))

    @property
    def _patience(self) -> float:
        asked = self._options.initial_silence
        if asked is not None:
            return asked
        return 5.0 if self._once else 15.0

    def _finish(self) -> None:
        if not self._over:
            self._tell(Finished(self.seconds))
            self._end()


def _segmentation(options: LiveOptions) -> SegmentOptions:
    """How a stream is cut."""
    made = SegmentOptions()
    pause = options.segmentation_silence
    if options.mode == "interactive" and options.end_silence is not None:
        pause = options.end_silence
    if pause is not None:
        made = replace(made, pauses=((0.0, pause),))
    if options.longest is not None:
        longest = min(max(options.longest, made.reach + 1.0), made.longest)
        made = replace(made, longest=longest)
    return made
