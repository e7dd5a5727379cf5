"""The closed segments of a stream on their way to phrases."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from threading import RLock

from scriba.speech import verdict
from scriba.speech.decoder import Decoder
from scriba.speech.decoders import Decoders, among
from scriba.speech.engine import Clip, Transcript
from scriba.speech.live_events import Final
from scriba.speech.live_options import LiveOptions
from scriba.speech.phrases import Heard, Style, phrase
from scriba.speech.resample import SAMPLE_RATE
from scriba.speech.results import Status
from scriba.speech.scheduler import EngineClosed, Job, Lane
from scriba.speech.segments import Segment

AT_ONCE = 2
"""Segments of one stream that may wait for the engine or be in it at once."""


@dataclass(eq=False)
class _Entry:
    """A segment whose phrase is not out yet."""

    segment: Segment
    drafted: bool = False
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a segment; `final` is None for noise, `drafted` whether it had a draft."""

    segment: Segment
    final: Final | None
    drafted: bool


class Phrases:
    """Decodes the segments of a stream and gives what became of them, in order.

    All is done under the stream's `lock`. `changed` is called when there may be something to take,
    with the error when the engine failed; `ahead` when the open segment was decoded in a pause.
    """

    def __init__(
        self,
        decoders: Decoders,
        options: LiveOptions,
        lock: RLock,
        changed: Callable[[BaseException | None], None],
        ahead: Callable[[Segment, Transcript], None],
    ) -> None:
        self._decoders = decoders
        self._options = options
        self._lock = lock
        self._changed = changed
        self._tell_ahead = ahead
        # With candidates there is no language that speech has to be in.
        self._binding = options.language is not None and not options.candidates
        self._style = Style(options.profanity, options.punctuation)
        self._waiting: deque[_Entry] = deque()
        self._ahead: _Entry | None = None
        """The open segment, decoded as if the pause that it is in had closed it."""

    @property
    def seconds(self) -> float:
        """Seconds of audio in the segments that wait."""
        return sum(len(each.segment.audio) for each in self._waiting) / SAMPLE_RATE

    @property
    def empty(self) -> bool:
        return not self._waiting

    def look_ahead(self, segment: Segment) -> None:
        """Decode the open segment, which is in a pause, as it is if that closes it."""
        if self._ahead is None:
            self._ahead = _Entry(segment)
            self._decode(self._ahead, self._decoders.codes, Lane.DRAFT)

    def forget_ahead(self) -> None:
        """The open segment goes on: what was decoded in its pause is not all of it."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.withdraw()

    def close(self, segment: Segment, *, drafted: bool) -> None:
        """The open segment is closed."""
        ahead, self._ahead = self._ahead, None
        entry = _Entry(segment)
        if ahead is not None:
            # What has not begun yet waits in a lane of those that can wait.
            ahead.withdraw()
            if ahead.segment.speech == segment.speech:
                entry = ahead
        entry.drafted = drafted
        self._waiting.append(entry)

    def withdraw(self) -> None:
        """Nobody waits for anything any more."""
        self.forget_ahead()
        for entry in self._waiting:
            entry.withdraw()
        self._waiting.clear()

    def take(self) -> Iterator[Outcome]:
        """What is known of the oldest segments; what may be sent to the engine then is."""
        while self._waiting and self._settle(self._waiting[0]):
            entry = self._waiting.popleft()
            yield Outcome(entry.segment, self._final(entry), entry.drafted)
        for entry in list(self._waiting)[:AT_ONCE]:
            if entry.job is None and entry.heard is None:
                self._decode(entry, (entry.code,) if entry.code else self._decoders.codes)

    def _decode(self, entry: _Entry, codes: tuple[str, ...], lane: Lane = Lane.SHORT) -> None:
        clip = Clip(
            entry.segment.audio,
            codes[0],
            # Without the times of words no phrase could be split where its speaker changes.
            self._options.words or self._options.speakers,
            among(codes),
            self._options.phrases,
        )
        entry.decoder = self._decoders.of(codes)
        entry.job = job = entry.decoder.submit(clip, lane)
        job.result.add_done_callback(partial(self._done, entry))

    def _done(self, entry: _Entry, done: "Future[Transcript]") -> None:
        with self._lock:
            if entry.job is None or entry.job.result is not done:
                return
            # The job would keep the entry, and the entry the job, with all their audio.
            entry.job = None
            if done.cancelled():
                self._changed(EngineClosed())
            elif (error := done.exception()) is not None:
                # A look ahead may fail: what it was for is decoded again when it is needed.
                if entry in self._waiting:
                    self._changed(error)
            else:
                entry.heard = Heard(entry.segment, done.result(), entry.decoder)
                if entry is not self._ahead:
                    self._changed(None)
                elif verdict.is_speech(entry.heard) and not self._is_foreign(entry.heard):
                    self._tell_ahead(entry.segment, entry.heard.transcript)

    def _settle(self, entry: _Entry) -> bool:
        """Decide the language of the oldest segment; whether all is known of it."""
        heard = entry.heard
        if heard is None:
            return False
        if entry.code is not None or not verdict.is_speech(heard):
            return True
        ((_, entry.code),) = self._decoders.identifier.feed(heard)
        known = heard.transcript.language or entry.code
        if known == entry.code and entry.decoder is self._decoders.of((entry.code,)):
            return True
        entry.heard = None
        return False

    def _is_foreign(self, heard: Heard) -> bool:
        """Whether speech is in another language than the one that it has to be in."""
        return self._binding and not verdict.speaks([heard], self._decoders.codes[0])

    def _final(self, entry: _Entry) -> Final | None:
        heard, code = entry.heard, entry.code
        if heard is None or code is None:
            return None
        start, end = entry.segment.speech
        if self._is_foreign(heard):
            return Final(Status.NO_MATCH, start, end)
        made = phrase(heard, self._decoders.locales[code], self._style)
        return None if made is None else Final(Status.SUCCESS, made.start, made.end, made)
