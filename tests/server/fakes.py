"""A recogniser whose every move the test decides, and the settings a server needs."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from scriba.errors import QueueFull
from scriba.pronunciation.assessment import (
    AssessedWord,
    Assessment,
    AssessmentOptions,
    Miscue,
    Phone,
    Prosody,
    Syllable,
)
from scriba.speech import Counts, Lease, Recognizer
from scriba.speech.forms import Forms, Profanity
from scriba.speech.live_events import Draft, Ended, Event, Failed, Final, Finished, Started
from scriba.speech.live_options import LiveOptions
from scriba.speech.options import Options
from scriba.speech.results import Hypothesis, Phrase, Recognition, Status, Timings, Word


@dataclass
class FakeSettings:
    """The settings as the server sees them."""

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 0
    cors_origins: str = ""
    body_timeout: float = 20.0
    drain_timeout: float = 10.0
    trust_forwarded: bool = False
    log_level: str = "debug"
    max_fast: int = 32
    max_upload_bytes: int = 1 << 20
    max_sessions: int = 100
    idle_timeout: float = 60.0
    tls_cert: Path | None = None
    tls_key: Path | None = None
    model_dir: Path = Path("no-models")
    storage: str | None = None
    allow_private_addresses: str = ""
    allowed_sources: str = ""
    max_download_bytes: int = 1 << 20
    download_timeout: float = 20.0
    stall_timeout: float = 10.0


def hypothesis(display: str, confidence: float = 0.9) -> Hypothesis:
    """A hypothesis whose four forms can be told apart."""
    lexical = display.lower().rstrip(".")
    return Hypothesis(confidence, Forms(lexical, f"{lexical} itn", f"{lexical} masked", display))


def success(*displays: str, start: float = 0.25, end: float = 1.5) -> Recognition:
    """A recognition of one phrase with these hypotheses."""
    nbest = tuple(hypothesis(text, 0.9 - 0.1 * rank) for rank, text in enumerate(displays))
    phrase = Phrase(start, end, nbest)
    return Recognition(Status.SUCCESS, 2.0, (phrase,), (start, end), Timings(0.125, 0.5))


def said(display: str, start: float = 0.25, end: float = 1.5) -> list[Event]:
    """The events of one phrase of a stream, after a draft of it."""
    (phrase,) = success(display, start=start, end=end).phrases
    return [
        Started(start),
        Draft(start, end, phrase.best.forms.lexical, phrase.language),
        Ended(end),
        Final(Status.SUCCESS, start, end, phrase),
    ]


@dataclass
class FakeStream:
    """Counts what it is given; answers what its recogniser was told to."""

    owner: "FakeSpeech"
    language: str
    profanity: Profanity
    words: bool = False
    samples: int = 0
    cancelled: threading.Event = field(default_factory=threading.Event)
    fed: threading.Event = field(default_factory=threading.Event)

    def feed(self, samples: np.ndarray) -> None:
        """Count samples."""
        self.samples += samples.size
        self.fed.set()

    def finish(self) -> "Future[Recognition]":
        """Answer at once, or when `hold` is released."""
        future: Future[Recognition] = Future()

        def settle() -> None:
            self.owner.hold.wait(30)
            if not future.set_running_or_notify_cancel():
                return
            if self.owner.failure is not None:
                future.set_exception(self.owner.failure)
            else:
                future.set_result(self.owner.result)

        threading.Thread(target=settle, daemon=True).start()
        return future

    def cancel(self) -> None:
        """Give the place back."""
        self.cancelled.set()


@dataclass
class FakeLive:
    """A stream whose events the test has laid out: told at its end, or once a second was fed."""

    owner: "FakeSpeech"
    options: LiveOptions
    listener: Callable[[Event], None]
    samples: int = 0
    told: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        """Seconds that were fed."""
        return self.samples / 16000

    @property
    def behind(self) -> float:
        """What the test says."""
        return self.owner.behind

    def feed(self, samples: np.ndarray) -> None:
        """Count samples."""
        self.samples += samples.size
        self.owner.begun.set()
        if self.options.mode == "interactive" and self.samples >= 16000:
            self._tell()

    def finish(self) -> None:
        """Tell all, when `hold` is released."""
        self.finished.set()
        self._tell()

    def cancel(self) -> None:
        """Nobody listens."""
        self.cancelled.set()

    def _tell(self) -> None:
        if not self.told:
            self.told = True
            threading.Thread(target=self._events, daemon=True).start()

    def _events(self) -> None:
        self.owner.hold.wait(30)
        failure = self.owner.failure
        last = Finished(self.seconds) if failure is None else Failed(failure)
        for event in [*self.owner.live_events, last]:
            if not self.cancelled.is_set():
                self.listener(event)


class FakePool:
    """Models that each say their id, loaded when the test says so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure: Exception | None = None
        self.cold: dict[str, Future[Lease]] = {}
        """What is not answered at once."""
        self.lent = 0
        self.counts = Counts(models=2, bytes=7, loads=3, failures=1, evictions=4, seconds=1.5)

    def request(self, id: str, *, long: bool = False) -> "Future[Lease]":
        """A lease of a recogniser that says the id."""
        self.asked.append(id)
        if id in self.cold:
            return self.cold[id]
        request: Future[Lease] = Future()
        if self.failure is not None:
            request.set_exception(self.failure)
        else:
            request.set_result(self.lease(id))
        return request

    def lease(self, id: str) -> Lease:
        """One more lease, counted until it is given back."""
        speech = FakeSpeech()
        speech.result = success(id)
        speech.phrases = [*success(id).phrases]
        speech.live_events = said(id)
        self.lent += 1
        return Lease(cast(Recognizer, speech), self._back)

    def _back(self) -> None:
        self.lent -= 1


@dataclass
class Heard:
    """A recording that was transcribed: what was asked, how long and how loud it was."""

    options: Options
    samples: int = 0
    level: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)


PHONES = (
    Phone("G", 0.25, 0.35, 100.0),
    Phone("UH1", 0.35, 0.5, 63.0, (("UW", 71.0), ("UH", 63.0), ("AH0", 0.5))),
    Phone("D", 0.5, 0.6, 95.0),
)

ASSESSMENT = Assessment(
    accuracy=81.25,
    fluency=90.0,
    completeness=50.0,
    prosody=70.0,
    total=77.77,
    words=(
        AssessedWord(
            "Good",
            0.25,
            0.6,
            86.0,
            Miscue.NONE,
            (Syllable(PHONES, "Good", 86.0),),
            Prosody(0.0, 0.0, 0.1, 0.2),
        ),
        AssessedWord("morning", 0.6, 0.6, 0.0, Miscue.OMISSION),
        AssessedWord("hm", 1.1, 1.5, 40.0, Miscue.INSERTION, prosody=Prosody(0.5, 0.75, 0.76, 0.8)),
    ),
    snr=21.123456,
)
"""With everything that an assessment may have."""


@dataclass
class FakeAssessor:
    """Answers what the test says, and keeps what it was asked."""

    result: Assessment | None = ASSESSMENT
    failure: Exception | None = None
    asked: list[tuple[int, tuple[Word, ...], AssessmentOptions]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    def assess(
        self, audio: np.ndarray, heard: Sequence[Word], options: AssessmentOptions
    ) -> Assessment | None:
        """Answer at once, or when `hold` is released."""
        self.asked.append((audio.size, tuple(heard), options))
        self.hold.wait(30)
        if self.failure is not None:
            raise self.failure
        return self.result


class FakeSpeech:
    """Stands in for scriba.speech.Recognizer where the words do not matter."""

    model_name = "fake <model>"

    def __init__(self) -> None:
        self.result = success("Hello.", "Hallo.")
        self.failure: Exception | None = None
        self.check_failure: Exception | None = None
        self.full = False
        self.hold = threading.Event()
        self.hold.set()
        self.streams: list[FakeStream] = []
        self.heard: list[Heard] = []
        self.phrases: list[Phrase] = [*success("Hello.", "Hallo.").phrases]
        self.begun = threading.Event()
        self.models: dict[str, Any] = {}
        self.live_events: list[Event] = []
        self.lives: list[FakeLive] = []
        self.behind = 0.0
        self.live_failure: Exception | None = None

    def live(self, options: LiveOptions, listener: Callable[[Event], None]) -> FakeLive:
        """A stream that goes as the test has laid it out."""
        if self.live_failure is not None:
            raise self.live_failure
        live = FakeLive(self, options, listener)
        self.lives.append(live)
        return live

    def stream(
        self, *, language: str, profanity: Profanity = "masked", words: bool = False
    ) -> FakeStream:
        """A stream, unless the test says that the queue is full."""
        if self.full:
            raise QueueFull("128 requests")
        stream = FakeStream(self, language, profanity, words)
        self.streams.append(stream)
        self.begun.set()
        return stream

    def transcribe(self, blocks: Iterable[np.ndarray], options: Options) -> Iterator[Phrase]:
        """The phrases that the test has laid out, once all was heard and `hold` is released."""
        return self._transcribe(blocks, options)

    def _transcribe(self, blocks: Iterable[np.ndarray], options: Options) -> Iterator[Phrase]:
        heard = Heard(options)
        self.heard.append(heard)
        try:
            for block in blocks:
                heard.samples += block.size
                heard.level = max(heard.level, float(np.abs(block).max(initial=0.0)))
                self.begun.set()
            self.hold.wait(30)
            if self.failure is not None:
                raise self.failure
            yield from self.phrases
        finally:
            heard.ended.set()

    def with_models(self, models: Mapping[str, Any]) -> "FakeSpeech":
        """Notes the models, which say what their own `model_name` is."""
        other = copy(self)
        other.models = dict(models)
        return other

    def check(self) -> None:
        """Succeed or fail as told."""
        if self.check_failure is not None:
            raise self.check_failure
