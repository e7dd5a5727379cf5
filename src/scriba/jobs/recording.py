"""One recording: its channels to phrases, and its phrases to a result file."""

import heapq
import pickle
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Protocol, TypeVar

from scriba.errors import BadChannels
from scriba.jobs.results import ResultWriter, shape
from scriba.resources.transcription import Speakers, TranscriptionSpec
from scriba.resources.versions import Version
from scriba.speech.audio import SAMPLE_RATE
from scriba.speech.channels import decode_channels
from scriba.speech.options import Options
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase
from scriba.speech.scheduler import Lane
from scriba.speech.stated import stated_seconds

T = TypeVar("T")

_CUT_SECONDS = 0.5


class Speech(Protocol):
    """The part of the recogniser that is used here."""

    def transcribe(self, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]: ...


class Speaking(Protocol):
    """Tells who speaks: hears a recording, then gives its phrases their speakers."""

    def feed(self, samples: Samples) -> None: ...

    def assign(self, phrases: Iterable[Phrase]) -> Iterator[Phrase]: ...


Diarize = Callable[[Speakers], Speaking]
"""Makes a diarizer that keeps to a number of speakers."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one recording's result is to be."""

    spec: TranscriptionSpec
    locale: str
    version: Version
    source: str
    """The recording's address as it may be shown."""


@dataclass(frozen=True, slots=True)
class Done:
    """A written result: seconds of the recording, seconds of speech in it, bytes of the file.

    `note` is what whoever asked should know of a recording that was not transcribed whole.
    """

    seconds: float
    speech_seconds: float
    size: int
    note: str | None = None


def transcribe_file(
    audio: Path,
    target: Path,
    wish: Wish,
    speech: Speech,
    diarize: Diarize,
    check: Callable[[], None],
) -> Done:
    """Write the result of the recording `audio` to `target`, with memory that stays flat.

    Drafts stand beside `target` and are gone in the end. `check` is called for every half minute
    of audio and may raise to stop. Raises AudioError, UnsupportedLocale.
    """
    spec = wish.spec
    readers = decode_channels(audio, spec.channels)
    if not readers:
        listed = " and ".join(map(str, spec.channels))
        raise BadChannels(f"the recording has no channel {listed}; the first is 0")
    speaking = None
    if spec.diarization is not None:
        if len(readers) > 1:
            raise BadChannels(
                "diarization needs a recording of one channel: choose one with `channels`, or "
                "leave diarization out, as each party of a call has a channel"
            )
        speaking = diarize(spec.diarization)
    options = _options(wish)
    seconds = spoken = 0.0
    with ExitStack() as stack:
        spools: dict[int, Spool] = {}
        for channel, reader in readers.items():
            stack.enter_context(_closing(reader))
            spool = stack.enter_context(Spool(target.with_suffix(f".{channel}")))
            heard = _Heard(reader, check, speaking)
            found = speech.transcribe(heard.blocks(), options)
            # Closing withdraws what waits for the engine, also when this stops half way.
            stack.enter_context(_closing(found))
            for phrase in found:
                spoken += phrase.end - phrase.start
                spool.add(phrase)
            spools[channel] = spool
            seconds = max(seconds, heard.seconds)
        form = shape(
            wish.version,
            words=spec.words,
            display_words=spec.display_words,
            locales=spec.identification is not None,
        )
        writer = ResultWriter(target.with_suffix(".body"), form, wish.locale, spools)
        stack.enter_context(writer)
        for channel, phrase in _merged(spools, speaking):
            writer.add(channel, phrase)
        size = writer.finish(target, wish.source, seconds)
        return Done(seconds, spoken, size, _cut(audio, seconds))


def _cut(audio: Path, seconds: float) -> str | None:
    """What to tell of a recording that ends before it should, or could not be read in part."""
    stated = stated_seconds(audio)
    if stated is None or stated - seconds < max(_CUT_SECONDS, stated / 1000):
        return None
    return (
        f"The recording is damaged or was cut off: its header says that it lasts {stated:.1f} s, "
        f"of which {seconds:.1f} s could be read and were transcribed."
    )


@contextmanager
def _closing(items: Iterator[T]) -> Iterator[None]:
    """Close a generator at the end, and leave another iterator alone."""
    try:
        yield
    finally:
        if isinstance(items, Generator):
            items.close()


class Spool:
    """Phrases on disk, in order; `path` is gone in the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] = path.open("w+b")
        self._count = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def add(self, phrase: Phrase) -> None:
        """Append a phrase; how the forms correspond is kept of its best hypothesis only."""
        # The best one's is what tells where a phrase of two speakers may be cut.
        best, *others = phrase.nbest
        plain = (replace(each, forms=replace(each.forms, groups=())) for each in others)
        pickle.dump(replace(phrase, nbest=(best, *plain)), self._file, pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def phrases(self) -> Iterator[Phrase]:
        """All phrases, from the first."""
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)  # noqa: S301 (a draft of our own)


class _Heard:
    """The audio of a channel on its way to the recogniser; `seconds` is how much went by."""

    def __init__(
        self, blocks: Iterator[Samples], check: Callable[[], None], speaking: Speaking | None
    ) -> None:
        self.seconds = 0.0
        self._blocks = blocks
        self._check = check
        self._speaking = speaking

    def blocks(self) -> Iterator[Samples]:
        for block in self._blocks:
            self._check()
            self.seconds += block.size / SAMPLE_RATE
            if self._speaking is not None:
                self._speaking.feed(block)
            yield block


def _merged(spools: dict[int, Spool], speaking: Speaking | None) -> Iterator[tuple[int, Phrase]]:
    def of(channel: int, spool: Spool) -> Iterator[tuple[int, Phrase]]:
        phrases = spool.phrases()
        if speaking is not None:
            phrases = speaking.assign(phrases)
        return ((channel, phrase) for phrase in phrases)

    each = [of(channel, spool) for channel, spool in spools.items()]
    return heapq.merge(*each, key=lambda item: (item[1].start, item[0]))


def _options(wish: Wish) -> Options:
    spec = wish.spec
    identification = spec.identification
    return Options(
        language=wish.locale,
        candidates=identification.candidates if identification else (),
        identification=identification.mode if identification else "single",
        profanity=spec.profanity,
        punctuation=spec.punctuation,
        # A phrase in which speakers take turns is cut between words.
        words=spec.words or spec.display_words or spec.diarization is not None,
        lane=Lane.BATCH,
    )
