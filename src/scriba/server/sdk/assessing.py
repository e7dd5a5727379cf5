"""Phrases of a turn are assessed before they are told, and what follows them waits for that."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace

from scriba.errors import AudioLost
from scriba.pronunciation.assessment import Assess, Assessment
from scriba.pronunciation.reading import Reading
from scriba.server.assessments import Assessments
from scriba.server.schemas.assessed import Assessed, as_read
from scriba.server.schemas.pronunciation import MAX_SECONDS, AssessmentRequest
from scriba.server.tape import Reel
from scriba.speech.live_events import Event, Failed, Final, Finished
from scriba.speech.results import Status, Word

_MARGIN = 0.3
"""Seconds around a phrase that belong to its sounds."""

_SETTLE_SECONDS = 0.05
"""When all audio is here, the recogniser says at once whether a phrase was the last."""

_LONGEST = MAX_SECONDS - 2 * _MARGIN


@dataclass(frozen=True, slots=True)
class Scored:
    """A phrase and how well it was said."""

    final: Final
    assessed: Assessed


class Assessing:
    """Passes a turn's events on in order, phrases with their scores; used on the event loop.

    `tell` gets the events, `ended` says whether all audio is here. Audio is cut from `reel`.
    """

    def __init__(
        self,
        request: AssessmentRequest,
        assessments: Assessments,
        reel: Reel,
        tell: Callable[[Event | Scored], None],
        ended: Callable[[], bool],
        *,
        once: bool,
        continues: bool,
    ) -> None:
        self._request = request
        self._assessments = assessments
        self._reel = reel
        self._tell = tell
        self._ended = ended
        self._once = once
        self._continues = continues
        self._reading = Reading(request.options, begun=continues)
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Event] = deque()
        self._final: Final | None = None
        """The phrase whose assessment is awaited."""
        self._settling: asyncio.TimerHandle | None = None
        self._running: Future[Assessment | None] | None = None
        self._closed = False

    @property
    def behind(self) -> float:
        """Seconds of speech whose assessment is not out yet."""
        finals = [each for each in (self._final, *self._waiting) if isinstance(each, Final)]
        return sum(each.end - each.start for each in finals)

    def take(self, event: Event) -> None:
        """Take the recogniser's next event."""
        if self._closed:
            return
        self._waiting.append(event)
        if self._settling is not None:
            self._begin()
        self._go_on()

    def close(self) -> None:
        """Nobody listens any more. Idempotent."""
        self._closed = True
        self._waiting.clear()
        self._final = None
        if self._settling is not None:
            self._settling.cancel()
        if self._running is not None:
            self._running.cancel()

    def _go_on(self) -> None:
        while self._waiting and self._final is None and not self._closed:
            event = self._waiting.popleft()
            if not isinstance(event, Final) or not self._worth(event):
                self._tell(event)
                continue
            self._final = event
            if self._once or self._waiting or not self._ended():
                self._begin()
            else:
                self._settling = self._loop.call_later(_SETTLE_SECONDS, self._begin)

    def _worth(self, final: Final) -> bool:
        """Whether a phrase is to be assessed: one with words, or the only one of a whole text."""
        if final.phrase is not None:
            return True
        whole = self._once and not self._continues and bool(self._request.options.reference)
        return whole and final.status is Status.NO_MATCH and final.end > final.start

    def _begin(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        final = self._final
        if final is None or self._closed:
            return
        last = self._once or (bool(self._waiting) and isinstance(self._waiting[0], Finished))
        start = max(0.0, final.start - _MARGIN)

        def work(assessor: Assess) -> Assessment | None:
            return self._assess(assessor, final, start, last)

        try:
            self._running = self._assessments.start(work)
        except Exception as error:
            self._failed(error)
            return
        self._running.add_done_callback(self._done)

    def _assess(
        self, assessor: Assess, final: Final, start: float, last: bool
    ) -> Assessment | None:
        """On a thread: cut the phrase's audio and assess it."""
        end = min(final.end, final.start + _LONGEST) + _MARGIN
        tape = self._reel.cut(start, end)
        try:
            audio = tape.samples()
        except (OSError, ValueError) as error:
            raise AudioLost("the folder for audio cannot be written") from error
        finally:
            tape.close()
        words = final.phrase.best.lexical_words if final.phrase is not None else ()
        heard = [
            Word(word.text, max(0.0, word.start - start), word.end - start, word.confidence)
            for word in words
            if word.start < end
        ]
        return self._reading.assess(assessor, audio, heard, last=last)

    def _done(self, future: "Future[Assessment | None]") -> None:
        # Without a loop the server is gone, and so is the client.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._assessed, future)

    def _assessed(self, future: "Future[Assessment | None]") -> None:
        final, self._final, self._running = self._final, None, None
        if self._closed or final is None:
            return
        error = future.exception() if not future.cancelled() else AudioLost("the service ends")
        if error is not None:
            self._failed(error)
            return
        found = future.result()
        if found is None:
            # Words were heard that the audio does not bear out, or none that fit the text.
            self._tell(replace(final, status=Status.NO_MATCH, phrase=None))
        else:
            start = max(0.0, final.start - _MARGIN)
            assessed = Assessed(found, self._request, start)
            phrase = final.phrase or as_read(found, start)
            final = replace(final, status=Status.SUCCESS, phrase=assessed.around(phrase))
            self._tell(Scored(final, assessed))
        self._go_on()

    def _failed(self, error: BaseException) -> None:
        self._waiting.clear()
        self._final = None
        self._tell(Failed(error))
