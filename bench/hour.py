"""A stream of an hour through the real Speech SDKs: words, offsets and memory along the way.

    SCRIBA_MODEL=tiny.en python -m bench.hour --minutes 60 --clients python node browser

The recordings of `tests/data` in English are said over and over with pauses, in an order that
changes, sent at `--percent` of the speed of speech. For each tenth of the stream are printed: its
word error rate, by how much phrases begin earlier or later than what was put there, and the
service's resident memory when that tenth was told. A share of words that grows, offsets that wander
or memory that grows with the stream would show.
"""

import argparse
import random
import statistics
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tests.sdk.client import CLIENTS, CONTINUOUS, Client, Event, Result
from tests.sdk.recordings import Recordings, word_errors

from bench.service import Service
from scriba.speech.resample import SAMPLE_RATE

DATA = Path(__file__).parents[1] / "tests" / "data"
NAMES = ("en-quilter", "en-wizard", "en-hale", "en-brooklyn", "en-accented-1", "en-accented-2")
PAUSE = 1.0
AHEAD = {"SPEECH-TransmitLengthBeforThrottleMs": "30000"}
SPEED = "SPEECH-AudioThrottleAsPercentageOfRealTime"


@dataclass(frozen=True, slots=True)
class Said:
    """A recording within the stream; times in seconds."""

    start: float
    end: float
    text: str


def stream(folder: Path, seconds: float) -> tuple[Path, list[Said]]:
    """A WAV file of that length or a little more, and what is said in it when."""
    recordings = Recordings(DATA, folder)
    sources = {name: recordings.samples(name) for name in NAMES}
    still = np.random.default_rng(1).normal(0, 3e-4, int(PAUSE * SAMPLE_RATE))
    order = random.Random(5)
    said: list[Said] = []
    path = folder / "hour.wav"
    at = 0
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        while at < seconds * SAMPLE_RATE:
            name = order.choice(NAMES)
            samples = sources[name]
            for part in (samples, still):
                file.writeframes((np.clip(part, -1, 1) * 32767).astype("<i2").tobytes())
            end = at + len(samples)
            said.append(Said(at / SAMPLE_RATE, end / SAMPLE_RATE, recordings.text(name)))
            at = end + len(still)
    return path, said


def report(said: list[Said], finals: list[tuple[Result, int]], tenth: float) -> None:
    """A line for each tenth."""
    first = {name: _late(said, finals, name, tenth) for name in range(10)}
    for number in range(10):
        low, high = number * tenth, (number + 1) * tenth
        wanted = " ".join(each.text for each in said if low <= each.start < high)
        heard = [each for each in finals if low <= each[0].start + PAUSE / 2 < high]
        rate = word_errors(wanted, " ".join(each.text for each, _ in heard))
        resident = max((bytes for _, bytes in heard), default=0) / 2**20
        print(
            f"minutes {low / 60:5.1f} to {high / 60:5.1f}: {100 * rate:4.1f} % of words wrong, "
            f"phrases begin {first[number]:+.2f} s after what was put there (median), "
            f"{resident:.0f} MiB",
            flush=True,
        )


def _late(said: list[Said], finals: list[tuple[Result, int]], number: int, tenth: float) -> float:
    found = []
    for each in said:
        if number * tenth <= each.start < (number + 1) * tenth:
            near = min((final.start - each.start for final, _ in finals), key=abs)
            found.append(near)
    return statistics.median(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--clients", nargs="+", choices=CLIENTS, default=list(CLIENTS))
    # What the service does not keep up with fills the native client's buffer, and that gives up.
    parser.add_argument("--percent", type=int, default=400, help="of the speed of speech")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Service() as service:
        path, said = stream(Path(folder), arguments.minutes * 60)
        seconds = said[-1].end
        for name in arguments.clients:
            client = Client(name)
            finals: list[tuple[Result, int]] = []

            def listen(event: Event, finals: list[tuple[Result, int]] = finals) -> None:
                if event["event"] == "recognized" and event["reason"] == "RecognizedSpeech":
                    finals.append((Result.of(event), service.resident))

            job = {
                "host": f"ws://127.0.0.1:{service.port}",
                "key": service.key,
                "language": "en-US",
                "wav": str(path),
                "named_properties": {**AHEAD, SPEED: str(arguments.percent)},
                "steps": CONTINUOUS,
            }
            begun = time.perf_counter()
            try:
                told = client.run(job, on_event=listen, timeout=3600)
            finally:
                client.close()
            took = time.perf_counter() - begun
            ends = [(event.get("error"), event.get("details")) for event in told.of("canceled")][:2]
            print(f"{name}: {seconds / 60:.0f} minutes in {took / 60:.1f}, ended by {ends}")
            report(said, finals, seconds / 10)


if __name__ == "__main__":
    main()
