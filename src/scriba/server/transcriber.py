"""A recording on disk to the phrases of its channels, on a thread, until told to stop."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from threading import Event
from typing import BinaryIO, Protocol, runtime_checkable

from scriba.errors import BadChannels
from scriba.resources.transcription import Speakers
from scriba.server.interfaces import Diarize, Speaking, Speech
from scriba.server.schemas.definition import Definition
from scriba.speech.audio import SAMPLE_RATE, channel_count, decode_file, duration_of
from scriba.speech.options import Options
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase
from scriba.speech.scheduler import Lane

MAX_SECONDS = 7200.0

# No codec packs two hours into less, so a smaller file need not be measured.
_SMALLEST_BYTES = 4 << 20


@runtime_checkable
class _Closable(Protocol):
    """What can be ended before its end, as a generator can."""

    def close(self) -> None: ...


class Stopped(Exception):
    """Nobody waits for the result any more."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The phrases of each channel (None: of all, mixed) in order of time, and the length in s."""

    channels: Sequence[tuple[int | None, Sequence[Phrase]]]
    seconds: float


class Transcriber:
    """Transcribes one recording as a definition asks; `run` on a thread, `stop` from any."""

    def __init__(
        self, speech: Speech, definition: Definition, diarize: Diarize | None = None
    ) -> None:
        self._speech = speech
        self._diarize = diarize
        self._definition = definition
        self._stop = Event()
        self._seconds = 0.0

    def stop(self) -> None:
        """Make `run` end soon with Stopped."""
        self._stop.set()

    def run(self, file: BinaryIO) -> Transcript:
        """Transcribe a file in any container.

        Raises AudioError (AudioTooLong beyond two hours; BadChannels where one is missing),
        UnsupportedLocale, Stopped, and what the recogniser raises.
        """
        _check_length(file, self._blocks)
        channels: Sequence[int | None] = self._definition.channels or (None,)
        if self._definition.channels:
            count = channel_count(_rewound(file))
            if max(self._definition.channels) >= count:
                raise BadChannels(
                    f"'channels' asks for {list(self._definition.channels)} (counted from 0), and "
                    f"there {'is' if count == 1 else 'are'} {count}"
                )
        found = [(channel, self._channel(file, channel)) for channel in channels]
        return Transcript(found, self._seconds)

    def _channel(self, file: BinaryIO, channel: int | None) -> list[Phrase]:
        asked = self._definition.diarization
        speaking = None
        if asked is not None:
            assert self._diarize is not None
            speaking = self._diarize(Speakers(maximum=asked.max_speakers))
        blocks = self._blocks(file, channel, speaking)
        phrases: list[Phrase] = []
        found = self._speech.transcribe(blocks, self._options())
        with ExitStack() as held:
            if isinstance(found, _Closable):
                # This withdraws what waits for the engine, also when this stops half way.
                held.callback(found.close)
            for phrase in found:
                if self._stop.is_set():
                    raise Stopped
                phrases.append(replace(phrase, nbest=phrase.nbest[:1]))
        return phrases if speaking is None else list(speaking.assign(phrases))

    def _blocks(
        self, file: BinaryIO, channel: int | None = None, speaking: Speaking | None = None
    ) -> Iterator[Samples]:
        seconds = 0.0
        for block in decode_file(_rewound(file), max_seconds=MAX_SECONDS, channel=channel):
            if self._stop.is_set():
                raise Stopped
            if speaking is not None:
                speaking.feed(block)
            seconds += block.size / SAMPLE_RATE
            yield block
        self._seconds = max(self._seconds, seconds)

    def _options(self) -> Options:
        locales = self._definition.locales
        return Options(
            language=locales[0] if len(locales) == 1 else None,
            candidates=locales if len(locales) > 1 else (),
            # Each phrase of the answer has a locale, so a recording may change its language.
            identification="continuous",
            profanity=self._definition.profanity,
            punctuation="automatic",
            words=True,
            lane=Lane.FAST,
            phrases=self._definition.phrase_list,
        )


def _check_length(file: BinaryIO, decode: Callable[[BinaryIO], Iterator[Samples]]) -> None:
    """Raise AudioTooLong before the work begins where the header, and then decoding, say so."""
    told = duration_of(_rewound(file))
    size = file.seek(0, io.SEEK_END)
    if size > _SMALLEST_BYTES if told is None else told > MAX_SECONDS:
        # A header may be wrong, so it is not believed without a look.
        for _ in decode(file):
            pass


def _rewound(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file
