"""A recording of any length to phrases, with a bounded number of its segments in memory."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from scriba.speech import verdict
from scriba.speech.decoder import Decoder
from scriba.speech.engine import Clip
from scriba.speech.identification import Identifier
from scriba.speech.language import Locale
from scriba.speech.options import Options
from scriba.speech.phrases import Heard, Style, phrase
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase
from scriba.speech.scheduler import Job
from scriba.speech.segments import Segment, Segmenter

AHEAD = 16
"""Segments of a recording that may wait or be at work at once."""


@dataclass(frozen=True)
class _Decided:
    """A segment whose language is decided; `again` is its second decoding where that is needed."""

    heard: Heard
    code: str
    again: Job | None

    def result(self) -> Heard:
        if self.again is None:
            return self.heard
        return replace(self.heard, transcript=self.again.result.result())


class Transcription:
    """One recording on its way. `identifier` decides in which of `locales` each segment is.

    With `binding`, speech that is clearly in another language is left out. `others` decode what is
    in their locale, once that is known.
    """

    def __init__(
        self,
        decoder: Decoder,
        identifier: Identifier,
        locales: Mapping[str, Locale],
        options: Options,
        *,
        binding: bool,
        others: Mapping[str, Decoder] | None = None,
    ) -> None:
        self._decoder = decoder
        self._others = others or {}
        self._identifier = identifier
        self._locales = locales
        self._options = options
        self._binding = binding
        self._style = Style(options.profanity, options.punctuation)
        self._segmenter = Segmenter(identifier.segments)
        self._ahead: deque[tuple[Segment, Decoder, Job]] = deque()
        self._decided: deque[_Decided] = deque()

    def phrases(self, blocks: Iterable[Samples]) -> Iterator[Phrase]:
        """The phrases, as they are found; `blocks` are read only as fast as that goes."""
        try:
            for block in blocks:
                self._submit(self._segmenter.feed(block))
                while len(self._ahead) > AHEAD or (self._ahead and self._ahead[0][2].result.done()):
                    self._hear()
                yield from self._finished(wait=False)
            self._submit(self._segmenter.finish())
            while self._ahead:
                self._hear()
                yield from self._finished(wait=False)
            self._settle(self._identifier.finish())
            yield from self._finished(wait=True)
        finally:
            for _, _, job in self._ahead:
                job.result.cancel()
            for each in self._decided:
                if each.again is not None:
                    each.again.result.cancel()

    def _submit(self, segments: list[Segment]) -> None:
        for segment in segments:
            codes = self._identifier.candidates
            self._ahead.append((segment, *self._job(segment, codes)))

    def _decoder_of(self, codes: tuple[str, ...]) -> Decoder:
        if len(codes) > 1:
            return self._decoder
        return self._others.get(self._locales[codes[0]].tag, self._decoder)

    def _job(self, segment: Segment, codes: tuple[str, ...]) -> tuple[Decoder, Job]:
        clip = Clip(
            segment.audio,
            codes[0],
            self._options.words,
            codes if len(codes) > 1 else (),
            self._options.phrases,
        )
        decoder = self._decoder_of(codes)
        return decoder, decoder.submit(clip, self._options.lane)

    def _hear(self) -> None:
        """Wait for the oldest segment, and decide what can be decided with it."""
        segment, decoder, job = self._ahead.popleft()
        heard = Heard(segment, job.result.result(), decoder)
        if verdict.is_speech(heard):
            self._settle(self._identifier.feed(heard))

    def _settle(self, decided: list[tuple[Heard, str]]) -> None:
        for heard, code in decided:
            known = heard.transcript.language or code
            if known == code and heard.decoder is self._decoder_of((code,)):
                self._decided.append(_Decided(heard, code, None))
            else:
                decoder, again = self._job(heard.segment, (code,))
                self._decided.append(_Decided(replace(heard, decoder=decoder), code, again))

    def _finished(self, *, wait: bool) -> Iterator[Phrase]:
        """The phrases that are ready, in order; the others as well if it is worth to `wait`."""
        while self._decided:
            first = self._decided[0]
            ready = first.again is None or first.again.result.done()
            if not (ready or wait or len(self._decided) > AHEAD):
                return
            heard = first.result()
            self._decided.popleft()
            if self._binding and not verdict.speaks([heard], first.code):
                continue
            made = phrase(heard, self._locales[first.code], self._style)
            if made is not None:
                yield made
