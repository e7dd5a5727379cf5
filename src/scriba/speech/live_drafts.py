"""Drafts: what is heard of a phrase while it is being said."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import RLock
from typing import Protocol

from scriba.speech.decoders import Decoders, among
from scriba.speech.engine import Clip, Transcript
from scriba.speech.forms import Forms, Group, render
from scriba.speech.forms.masking import mask
from scriba.speech.growing import Excerpt, Growing
from scriba.speech.language import Locale
from scriba.speech.live_events import Draft
from scriba.speech.live_options import LiveOptions
from scriba.speech.resample import Samples
from scriba.speech.scheduler import Job, Lane
from scriba.speech.segments import Segment

_SURE = 2.0
"""Seconds of speech from which the language of a draft is taken for the segment's."""


class Guesser(Protocol):
    """Says who speaks in a piece of audio, if that is known."""

    def guess(self, audio: Samples) -> int | None: ...


class Drafts:
    """The drafts of a stream's open segment, of which one is decoded at a time at most.

    All is done under the stream's `lock`, also what is told.
    """

    def __init__(
        self,
        decoders: Decoders,
        options: LiveOptions,
        lock: RLock,
        tell: Callable[[Draft], None],
        speakers: Guesser | None,
    ) -> None:
        self._decoders = decoders
        self._options = options
        self._lock = lock
        self._tell = tell
        self._speakers = speakers if options.draft_speakers else None
        self._job: Job | None = None
        self._asked: tuple[Segment, Excerpt]
        """What the job decodes."""
        self.begin()

    def begin(self) -> None:
        """A new segment is open."""
        self.withdraw()
        self._growing = Growing(self._options.stable)
        self._language: str | None = None
        self.told = False
        """Whether there was a draft of the segment."""

    def withdraw(self) -> None:
        """Nobody needs a draft of the segment any more."""
        job, self._job = self._job, None
        if job is not None:
            job.result.cancel()

    def look(self, segment: Segment) -> None:
        """The open segment is now this; decode it if it is time to."""
        codes = (self._language,) if self._language else self._decoders.codes
        excerpt = self._growing.next(segment, self._decoders.joint(codes[0]))
        if excerpt is None:
            return
        clip = Clip(
            excerpt.audio, codes[0], candidates=among(codes), draft=True, prefix=excerpt.prefix
        )
        decoder = self._decoders.of(codes)
        if self._job is not None:
            # What waits is told of the audio that came meanwhile, but keeps its place.
            if decoder.scheduler.renew(self._job, clip):
                self._asked = segment, excerpt
            return
        self._asked = segment, excerpt
        self._job = job = decoder.submit(clip, Lane.DRAFT)
        job.result.add_done_callback(self._done)

    def _done(self, done: "Future[Transcript]") -> None:
        with self._lock:
            if self._job is None or self._job.result is not done:
                return
            self._job = None
            if done.cancelled() or done.exception() is not None:
                # The final decoding tells of a failure, if it is one that lasts.
                return
            segment, excerpt = self._asked
            transcript = done.result()
            if excerpt.end - segment.speech[0] >= _SURE:
                self._language = transcript.language or None
            if self._growing.hear(excerpt, transcript):
                self._show(segment, transcript)

    def trust(self, segment: Segment, transcript: Transcript) -> None:
        """The open segment, after which there is a pause, was decoded as a phrase is."""
        self.withdraw()
        if self._growing.trust(segment, transcript):
            self._show(segment, transcript)

    def _show(self, segment: Segment, transcript: Transcript) -> None:
        code = transcript.language or self._decoders.codes[0]
        spoken = self._decoders.locales[code]
        words = self._growing.words
        text = self._text(self._decoders.joint(code).join(word.text for word in words), spoken)
        if not text:
            return
        self.told = True
        start = segment.speech[0]
        speaker = self._speakers.guess(segment.audio) if self._speakers else None
        self._tell(Draft(start, max(start, words[-1].end), text, spoken.tag, speaker))

    def _text(self, text: str, spoken: Locale) -> str:
        rules = self._decoders.of((spoken.whisper,)).rules
        forms = render(text, spoken.tag, self._options.profanity, self._options.punctuation, rules)
        shown = draft_text(forms, spoken, self._options)
        # A sentence that is being said has no end yet, though a display always has one.
        return shown.rstrip(".。") if text[-1:].isalnum() else shown


def draft_text(forms: Forms, spoken: Locale, options: LiveOptions) -> str:
    """What a draft shows of a text: its lexical form without profanity, or its display."""
    if options.display_drafts:
        return forms.display
    if options.profanity in ("raw", "tags"):
        return forms.lexical
    words = [Group(g.source, g.lexical, g.lexical, g.lexical) for g in forms.groups]
    return mask(words, spoken.tag, options.profanity, capital=False).masked_itn
