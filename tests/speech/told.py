"""What the tests of live recognition share: an engine that hears what it is told to, an ear."""

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np

from scriba.speech import (
    SAMPLE_RATE,
    Draft,
    Event,
    Failed,
    Final,
    Finished,
    Live,
    LiveOptions,
    Phrase,
    Recognizer,
)
from scriba.speech.engine import Clip, Guess, TimedWord, Transcript
from scriba.speech.resample import Samples

ENGLISH = LiveOptions(language="en-US")


class Told:
    """An engine that hears a word in each 0.4 s of a clip; its gate can be closed."""

    name = "told"

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Semaphore(0)
        self.batches: list[list[Clip]] = []
        self.languages: list[dict[str, float]] = []
        self.ending = "."
        self.broken = False

    def cost(self, clip: Clip) -> float:
        return 5.0

    def supports(self, language: str) -> bool:
        return language in ("en", "de", "fr", "ja")

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        self.batches.append(list(clips))
        self.begun.release()
        assert self.gate.wait(60)
        if self.broken:
            raise ValueError("broken")
        return [self._one(clip) for clip in clips]

    def _one(self, clip: Clip) -> Transcript:
        language, spoken = clip.language, {"en": 1.0}
        if clip.candidates:
            found = self.languages if not clip.draft else self.languages[:]
            spoken = found.pop(0)
            language = max(clip.candidates, key=lambda code: spoken.get(code, 0.0))
        known = len(clip.prefix.split())
        count = max(known, int(len(clip.audio) / SAMPLE_RATE / 0.4))
        texts = [language + chr(97 + i // 26) + chr(97 + i % 26) for i in range(count)]
        words = tuple(TimedWord(t, 0.4 * i, 0.4 * i + 0.4, 0.9) for i, t in enumerate(texts))
        text = " ".join(texts) + ("" if clip.draft else self.ending)
        return Transcript((Guess(text, -0.1, count),), words, 0.0, spoken, language=language)

    @property
    def finals(self) -> list[Clip]:
        return [clip for batch in self.batches for clip in batch if not clip.draft]


class Ear:
    """Listens to a stream, and finds two events at once or one after the last."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.over = threading.Event()
        self.then: Callable[[Event], None] = lambda event: None
        self._one = threading.Lock()

    def __call__(self, event: Event) -> None:
        assert self._one.acquire(blocking=False), "two events at once"
        try:
            assert not self.over.is_set(), "an event after the last"
            self.events.append(event)
            if isinstance(event, Finished | Failed):
                self.over.set()
        finally:
            self._one.release()
        self.then(event)

    def wait(self) -> list[Event]:
        assert self.over.wait(60)
        return self.events

    def finals(self) -> list[Final]:
        return [event for event in self.events if isinstance(event, Final)]

    def drafts(self) -> list[Draft]:
        return [event for event in self.events if isinstance(event, Draft)]

    def phrases(self) -> list[Phrase]:
        return [final.phrase for final in self.finals() if final.phrase is not None]


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def idle(live: Live) -> bool:
    """Whether nothing of the stream waits for the engine or is in it."""
    ahead = live._phrases._ahead
    return (
        live._phrases.empty
        and live._drafts._job is None
        and (ahead is None or ahead.heard is not None)
    )


def slowly(live: Live, audio: Samples) -> None:
    """Feed audio so slowly that each decoding is done before the next piece comes."""
    for at in range(0, len(audio), 1600):
        live.feed(audio[at : at + 1600])
        until(lambda: idle(live))


def hear(
    speech: Recognizer, audio: Samples, options: LiveOptions = ENGLISH, *, slow: bool = True
) -> Ear:
    ear = Ear()
    live = speech.live(options, ear)
    if slow:
        slowly(live, audio)
    else:
        live.feed(audio)
    live.finish()
    ear.wait()
    return ear
