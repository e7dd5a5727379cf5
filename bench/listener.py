"""The recogniser's ear alone: a Whisper that remembers what it heard in a clip, also on disk.

What language a recording is in is asked many times over the same clips: with other candidates, by
another rule. The encoder hears a clip once, its probabilities of the languages and the guesses in
those that were asked for are kept, and a run that was stopped goes on where it stopped. Not done
here, as it does not bear on the language: word times, second tries of loops and holes.
"""

import hashlib
import json
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np

from scriba.speech import Recognizer
from scriba.speech.cpu import detect
from scriba.speech.engine import Clip, Guess, TimedWord, Transcript
from scriba.speech.resample import Samples
from scriba.speech.whisper import Whisper

_KEPT = 8
"""Encodings that are kept in memory; 37 s of context take 4 MB."""


class Listener(Whisper):
    """An engine that gives languages and guesses. `kept` is the file of what was heard before."""

    def __init__(self, folder: Path, kept: Path) -> None:
        super().__init__(folder, detect())
        kept.parent.mkdir(exist_ok=True)
        self._file = sqlite3.connect(kept, check_same_thread=False)
        self._file.execute("CREATE TABLE IF NOT EXISTS heard (key TEXT PRIMARY KEY, value TEXT)")
        self._encoded: OrderedDict[str, Samples] = OrderedDict()
        self._lock = threading.Lock()

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        return [self._heard(clip) for clip in clips]

    def close(self) -> None:
        self._file.close()

    def _heard(self, clip: Clip) -> Transcript:
        spoken: dict[str, float] = self._recalled(clip, "languages", self._spoken)
        code = clip.language
        if clip.candidates:
            code = max(clip.candidates, key=lambda each: spoken.get(each, 0.0))
        plain = Clip(clip.audio, code, False, clip.candidates)
        best, no_speech, looped = self._recalled(plain, f"first {code}", self._first)
        heard = Transcript((Guess(*best),), (), no_speech, spoken, looped, language=code)
        none = np.zeros(0, np.float32)
        contender = self._contender(plain, heard, none)
        return Transcript(
            heard.guesses, (), no_speech, spoken, looped, language=code, contender=contender
        )

    def _recalled(self, clip: Clip, what: str, ask: Any) -> Any:
        key = f"{self.name} {hashlib.sha256(clip.audio.tobytes()).hexdigest()} {what}"
        with self._lock:
            row = self._file.execute("SELECT value FROM heard WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return json.loads(row[0])
        value = ask(clip)
        with self._lock:
            self._file.execute(
                "INSERT OR REPLACE INTO heard VALUES (?, ?)", (key, json.dumps(value))
            )
            self._file.commit()
        return value

    def _states_of(self, clip: Clip) -> Samples:
        key = hashlib.sha256(clip.audio.tobytes()).hexdigest()
        with self._lock:
            found = self._encoded.get(key)
        if found is None:
            found = self._encode(clip)
            with self._lock:
                self._encoded[key] = found
                while len(self._encoded) > _KEPT:
                    self._encoded.popitem(last=False)
        return found

    def _spoken(self, clip: Clip) -> dict[str, float]:
        view = ctranslate2.StorageView.from_array(self._states_of(clip))
        return {code: round(p, 6) for code, p in self._languages(view, 1)[0].items()}

    def _first(self, clip: Clip) -> tuple[tuple[str, float, int], float, bool]:
        found = self._decode([clip], self._states_of(clip), [self._limit(clip)], False)[0]
        best = found.guesses[0]
        return (best.text, best.logprob, best.tokens), found.no_speech, found.looped

    def _guess(self, clip: Clip, language: str, encoded: Samples) -> Guess:
        def ask(clip: Clip) -> tuple[str, float, int]:
            made = super(Listener, self)._guess(clip, language, self._states_of(clip))
            return made.text, made.logprob, made.tokens

        return Guess(*self._recalled(clip, f"guess {language}", ask))

    def _align(
        self, clips: Sequence[Clip], encoded: Samples, tokens: list[list[int]]
    ) -> list[tuple[TimedWord, ...]]:
        return [()] * len(clips)


def listening(folder: Path, kept: Path) -> tuple[Recognizer, Listener]:
    """A recogniser that hears with a `Listener`; close both."""
    engine = Listener(folder, kept)
    return Recognizer(engine), engine
