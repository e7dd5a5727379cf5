"""Runs jobs in a Speech SDK, each SDK in a process of its own, and reads what it tells."""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_JS = _HERE / "js"
_COMMANDS = {
    "python": [sys.executable, str(_HERE / "python_sdk.py")],
    "node": ["node", str(_JS / "node.js")],
    "browser": ["node", str(_JS / "browser.js")],
}
CLIENTS = tuple(_COMMANDS)

CONTINUOUS = [{"do": "continuous"}]
# The SDKs send audio in real time but for its first five seconds; with this as fast as it goes.
AT_ONCE = {"SPEECH-TransmitLengthBeforThrottleMs": "600000"}

ASKED: dict[str, Any] = {
    "text": "",
    "grading": "HundredMark",
    "granularity": "Phoneme",
    "miscue": False,
    "prosody": False,
    "alphabet": "SAPI",
    "rivals": 0,
}
"""What a job's `assessment` has."""

Event = dict[str, Any]


def missing(name: str) -> str | None:
    """Why an SDK cannot be run here, or None."""
    if name == "python":
        return None
    if shutil.which("node") is None:
        return "node is not installed"
    if not (_JS / "node_modules" / "playwright-core").is_dir():
        return "the JavaScript SDK is not installed; `make test` does it"
    return None


@dataclass(frozen=True, slots=True)
class Result:
    """A result of the SDK; times in seconds."""

    kind: str
    text: str
    start: float
    end: float
    fields: Event

    @classmethod
    def of(cls, event: Event) -> "Result":
        start = (event.get("offset") or 0) / 1e7
        end = start + (event.get("duration") or 0) / 1e7
        return cls(event["event"], event["text"], start, end, event)


class Told:
    """All events of a job, in order."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events

    def __repr__(self) -> str:
        return "\n".join(map(str, self.events))

    @property
    def names(self) -> list[str]:
        return [event["event"] for event in self.events]

    def of(self, name: str) -> list[Event]:
        return [event for event in self.events if event["event"] == name]

    def results(self, name: str) -> list[Result]:
        return [Result.of(event) for event in self.of(name)]

    @property
    def finals(self) -> list[Result]:
        """Phrases with words."""
        found = self.results("recognized")
        return [each for each in found if each.fields["reason"] == "RecognizedSpeech"]

    @property
    def text(self) -> str:
        return " ".join(each.text for each in self.finals)

    @property
    def canceled(self) -> Event:
        """The one event that says what went wrong."""
        (found,) = (event for event in self.of("canceled") if event["canceled"] == "Error")
        return found


class Client:
    """One SDK; jobs run one after the other in one process, a hanging one is killed."""

    def __init__(self, name: str, **environment: str) -> None:
        self.name = name
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader: threading.Thread | None = None

    def run(
        self,
        job: dict[str, Any],
        *,
        on_event: Callable[[Event], None] = lambda event: None,
        timeout: float = 90,
    ) -> Told:
        """Do `job`; AssertionError with all that was told if it takes longer than `timeout`."""
        if self._process is None:
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        told = Told([])
        try:
            for event in self._events(timeout):
                told.events.append(event)
                on_event(event)
        except queue.Empty:
            self.close()
            raise AssertionError(f"{self.name} hangs after {told!r}") from None
        except BaseException:
            # What still comes of this job must not be taken for the next one's.
            self.close()
            raise
        return told

    def go_on(self) -> None:
        """Let a job that holds do its next step."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def _events(self, timeout: float) -> Iterator[Event]:
        while line := self._lines.get(timeout=timeout):
            event = json.loads(line)
            if event["event"] == "done":
                return
            yield event
        self.close()
        raise AssertionError(f"the process of {self.name} ended")

    def _start(self) -> None:
        self._lines = queue.Queue()
        self._process = subprocess.Popen(
            _COMMANDS[self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def close(self) -> None:
        """End the process, at once if it does not want to."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert self._reader is not None
        self._reader.join()
        process.stdout.close()
