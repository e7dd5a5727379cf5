"""What the server needs of the recogniser and of the settings, and nothing more."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from scriba.net.outgoing import OutgoingSettings
from scriba.resources.entity import Entity
from scriba.resources.transcription import Speakers
from scriba.speech import Counts, Lease
from scriba.speech.forms import Profanity
from scriba.speech.live_events import Event
from scriba.speech.live_options import LiveOptions
from scriba.speech.options import Options
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase, Recognition


class Stream(Protocol):
    """One recording on its way through the recogniser; `cancel` may be called at any time."""

    def feed(self, samples: Samples) -> None:
        """Take the next samples (mono, 16 kHz)."""

    def finish(self) -> "Future[Recognition]":
        """No more samples come; the result follows."""
        ...

    def cancel(self) -> None:
        """Nobody waits for the result any more."""


class Live(Protocol):
    """Speech that is recognised while it goes on, `scriba.speech.live.Live`."""

    def feed(self, samples: Samples) -> None:
        """Take the next samples (mono, 16 kHz); never waits for the engine."""

    def finish(self) -> None:
        """No more samples come; `Finished` follows."""

    def cancel(self) -> None:
        """Nobody listens any more: no event comes after this returns."""

    @property
    def seconds(self) -> float:
        """Seconds of audio that were fed."""
        ...

    @property
    def behind(self) -> float:
        """Seconds of speech that is over and whose phrases are not out yet."""
        ...


class Speech(Protocol):
    """The recogniser, `scriba.speech.Recognizer`."""

    @property
    def model_name(self) -> str:
        """The model that is loaded."""
        ...

    def stream(self, *, language: str, profanity: Profanity = ..., words: bool = ...) -> Stream:
        """A place in the queue; raises QueueFull at once."""
        ...

    def transcribe(self, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]:
        """The phrases of a recording of any length; raises UnsupportedLocale at once."""
        ...

    def live(self, options: LiveOptions, listener: Callable[[Event], None]) -> Live:
        """Recognise while somebody speaks; raises UnsupportedLocale, EngineClosed at once.

        `listener` is called in order, from any thread but never two at once.
        """
        ...

    def with_models(self, models: Mapping[str, Any]) -> "Speech":
        """A recogniser that transcribes speech in some locales with the models of others."""
        ...

    def check(self) -> None:
        """Run something small through the engine; raises when that fails."""


class ModelPool(Protocol):
    """The models beside the running one, `scriba.speech.Pool`."""

    @property
    def counts(self) -> Counts:
        """What is loaded, and what was."""
        ...

    def request(self, id: str, *, long: bool = ...) -> "Future[Lease]":
        """Ask for a model without waiting; what is not awaited is to be abandoned.

        `long` says that it may be kept for minutes. Raises ModelsBusy; the future fails with that
        or ModelError.
        """
        ...


class Speaking(Protocol):
    """Tells who speaks: hears a recording, then gives its phrases their speakers."""

    def feed(self, samples: Samples) -> None:
        """Take the next samples (mono, 16 kHz)."""

    def assign(self, phrases: Iterable[Phrase]) -> Iterator[Phrase]:
        """The phrases with speakers, split where the speaker changes; no more samples come."""
        ...


Diarize = Callable[[Speakers], Speaking]
"""Makes one that keeps to a number of speakers."""


class Captions(Protocol):
    """A stored result in another form, `scriba.jobs.captions`."""

    def __call__(self, result: bytes, form: str) -> str:
        """The text of a result file's JSON as srt, vtt, txt or rttm."""
        ...


class JobQueue(Protocol):
    """The durable work, `scriba.jobs.runtime.Jobs`."""

    def submit(self, entity: Entity) -> None:
        """Start the work of a new entity; to say it twice changes nothing."""

    def check(self) -> None:
        """Raise where work cannot be taken or done now."""


class ServerSettings(OutgoingSettings, Protocol):
    """The settings that the server reads, as `scriba.settings.Settings` has them."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def data_dir(self) -> Path: ...
    @property
    def model_dir(self) -> Path: ...
    @property
    def storage(self) -> str | None: ...
    @property
    def cors_origins(self) -> str: ...
    @property
    def body_timeout(self) -> float: ...
    @property
    def drain_timeout(self) -> float: ...
    @property
    def trust_forwarded(self) -> bool: ...
    @property
    def log_level(self) -> str: ...
    @property
    def max_fast(self) -> int: ...
    @property
    def max_upload_bytes(self) -> int: ...
    @property
    def max_sessions(self) -> int: ...
    @property
    def idle_timeout(self) -> float: ...
    @property
    def tls_cert(self) -> Path | None: ...
    @property
    def tls_key(self) -> Path | None: ...
