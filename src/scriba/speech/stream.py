"""A recording of the short lane, recognised while it arrives."""

import threading
from concurrent.futures import Future

from scriba.speech import verdict
from scriba.speech.decoder import Decoder
from scriba.speech.engine import Clip, Transcript
from scriba.speech.language import Locale
from scriba.speech.phrases import Heard, Style, phrase
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase, Recognition, Status, Timings
from scriba.speech.scheduler import Job, Lane
from scriba.speech.segments import Segment, Segmenter


class Stream:
    """One recording of the short lane. `feed` and `finish` from one thread at a time."""

    def __init__(self, decoder: Decoder, spoken: Locale, style: Style, words: bool) -> None:
        self._decoder = decoder
        self._spoken = spoken
        self._style = style
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
            self._work.append((segment, self._decoder.submit(clip, Lane.SHORT)))

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
        self._decoder.scheduler.release()

    def _recognition(self) -> Recognition:
        heard = [Heard(segment, job.result.result(), self._decoder) for segment, job in self._work]
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
            made = (phrase(each, self._spoken, self._style) for each in speech)
            phrases = [each for each in made if each is not None]
        status = Status.SUCCESS if phrases else Status.NO_MATCH
        return Recognition(status, seconds, tuple(phrases), span, timings)
