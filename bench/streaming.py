"""Live recognition: errors, waits, steadiness, how many streams, and what an hour costs.

    python -m bench.streaming wer --data ../shared/data --part dev
    python -m bench.streaming latency --data ../shared/data --streams 1 4
    python -m bench.streaming capacity --data ../shared/data
    python -m bench.streaming cost --data ../shared/data --minutes 1 10 60

Data: recordings of `data/speech` with a reference, told their locale. `wer` feeds them as fast as
they are taken and compares with `recognize` and `transcribe` on the same samples. The others feed
0.1 s at a time in real time, with two seconds of silence after each recording. They do so in
simulated time (`bench/virtual.py`): each decoding takes as long as the CPU time it took, on one of
two workers of a thread each, so a busy machine measures nearly what a quiet one would. `latency
--real` uses the clock instead. `capacity` adds streams on one worker until the wait for finals is
a second longer than that of a stream alone. `cost` plays one stream of recordings in a row and
counts CPU seconds, voice detection and text forms included, and resident memory.
"""

import argparse
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from bench.baseline import spoken
from bench.data import Row, load, parser, speech_rows, split
from bench.live_figures import Figures, percentile
from bench.scoring import Edits, difference_interval, edits, interval, rate
from bench.virtual import CHUNK, VirtualScheduler, play
from scriba.settings import load_settings
from scriba.speech import (
    Event,
    Failed,
    Final,
    Finished,
    Live,
    LiveOptions,
    Options,
    Recognizer,
    combine,
)
from scriba.speech.catalogue import find
from scriba.speech.cpu import Layout
from scriba.speech.decoder import Decoder
from scriba.speech.decoders import Decoders
from scriba.speech.engine import Engine
from scriba.speech.fetch import fetch
from scriba.speech.identification import Given
from scriba.speech.language import locale
from scriba.speech.whisper import Whisper

ALONE = Layout(1, 1, "one decoding after the other")

_RATE = 16_000
_AFTER = np.zeros(2 * _RATE, np.float32)


def options(row: Row) -> LiveOptions:
    each = spoken(row)
    assert each is not None
    return LiveOptions(language=each.tag, profanity="raw")


class Words:
    """Counts the words of a stream and keeps nothing."""

    def __init__(self) -> None:
        self.words = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, Final) and event.phrase is not None:
            self.words += len(event.phrase.best.forms.lexical.split())


class Ear:
    """Notes a stream's events and their times."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.events: list[tuple[float, Event]] = []
        self.over = threading.Event()
        self._now = now

    def __call__(self, event: Event) -> None:
        self.events.append((self._now(), event))
        if isinstance(event, Failed):
            raise event.error
        if isinstance(event, Finished):
            self.over.set()

    def text(self) -> str:
        finals = [event for _, event in self.events if isinstance(event, Final)]
        return " ".join(f.phrase.best.forms.display for f in finals if f.phrase is not None)


def wer(folder: Path, rows: Sequence[Row], asked: argparse.Namespace) -> None:
    """Word errors of a stream, of short audio and of batch."""
    recognizer = Recognizer(folder)

    def three(row: Row) -> tuple[Edits, ...]:
        audio, wished = load(row.path), options(row)
        ear = Ear(time.perf_counter)
        live = recognizer.live(wished, ear)
        live.feed(audio)
        live.finish()
        assert ear.over.wait(600)
        assert wished.language is not None
        short = recognizer.recognize(audio, language=wished.language, profanity="raw", words=False)
        batch = recognizer.transcribe(
            [audio], Options(wished.language, profanity="raw", punctuation="automatic", words=False)
        )
        texts = (
            ear.text(),
            combine(short).best.forms.display if short.phrases else "",
            " ".join(phrase.best.forms.display for phrase in batch),
        )
        return tuple(edits(row.text or "", text, row.locale) for text in texts)

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(three, rows))
    recognizer.close()
    names = ("streamed", "recognize", "transcribe")
    by_language = {
        "English": [c for c, row in zip(counts, rows, strict=True) if row.locale[:2] == "en"],
        "others": [c for c, row in zip(counts, rows, strict=True) if row.locale[:2] != "en"],
        "all": counts,
    }
    for name, found in by_language.items():
        if not found:
            continue
        columns = list(zip(*found, strict=True))
        words = sum(each.words for each in columns[0])
        print(f"{name}: {len(found)} recordings, {words} words")
        for which, column in zip(names, columns, strict=True):
            low, high = interval(column)
            told = f"  {which}: {100 * rate(column):.2f} % ({100 * low:.1f}-{100 * high:.1f})"
            if which != "streamed":
                low, high = difference_interval(columns[0], column)
                less = rate(columns[0]) - rate(column)
                told += f"; streamed {100 * less:+.2f} ({100 * low:+.2f} to {100 * high:+.2f})"
            print(told, flush=True)


def stream(
    engine: Engine, scheduler: VirtualScheduler, asked: LiveOptions, ear: Callable[[Event], None]
) -> Live:
    """A stream in simulated time."""
    each = locale(asked.language or "")
    decoder = Decoder(scheduler, engine)  # type: ignore[arg-type]
    among = Decoders(decoder, Given(each.whisper), {each.whisper: each}, {})
    return Live(among, asked, ear)


def simulated(
    engine: Engine, queues: Sequence[Sequence[Row]], workers: int
) -> list[tuple[Row, Ear]]:
    """Streams at once in simulated time, each a queue of recordings one after the other."""
    scheduler = VirtualScheduler(workers)
    done = []
    for i, queue in enumerate(queues):
        start = i * 0.37
        for row in queue:
            audio = np.concatenate([load(row.path), _AFTER])
            ear = Ear(lambda start=start: scheduler.now - start)
            play(scheduler, stream(engine, scheduler, options(row), ear), audio, start)
            start += len(audio) / _RATE
            done.append((row, ear))
    scheduler.run()
    return done


def real(recognizer: Recognizer, queues: Sequence[Sequence[Row]]) -> list[tuple[Row, Ear]]:
    """The same by the clock."""

    def one(queue: Sequence[Row]) -> list[tuple[Row, Ear]]:
        done = []
        for row in queue:
            audio = np.concatenate([load(row.path), _AFTER])
            begun = time.perf_counter()
            ear = Ear(lambda begun=begun: time.perf_counter() - begun)
            live = recognizer.live(options(row), ear)
            for at in range(0, len(audio), CHUNK):
                due = begun + min(at + CHUNK, len(audio)) / _RATE
                time.sleep(max(0.0, due - time.perf_counter()))
                live.feed(audio[at : at + CHUNK])
            live.finish()
            assert ear.over.wait(60)
            done.append((row, ear))
        return done

    with ThreadPoolExecutor(len(queues)) as pool:
        return [each for done in pool.map(one, queues) for each in done]


def figures(done: Sequence[tuple[Row, Ear]]) -> Figures:
    found = Figures()
    for row, ear in done:
        each = spoken(row)
        assert each is not None
        found.add(ear.events, each)
    return found


def latency(folder: Path, rows: Sequence[Row], asked: argparse.Namespace) -> None:
    """Waits and steadiness with so many streams at once."""
    speech = Recognizer(folder) if asked.real else Whisper(folder, ALONE)
    for count in asked.streams:
        queues = [rows[i::count] for i in range(count)]
        if isinstance(speech, Recognizer):
            done = real(speech, queues)
        else:
            done = simulated(speech, queues, 2)
        print(f"{count} at once, {len(done)} recordings")
        print(figures(done).told(), flush=True)
    if isinstance(speech, Recognizer):
        speech.close()


def capacity(folder: Path, rows: Sequence[Row], asked: argparse.Namespace) -> None:
    """Streams on one worker until finals are a second later than those of one alone."""
    engine = Whisper(folder, ALONE)
    alone = 0.0
    for count in itertools.count(1):
        queues = [[rows[(i + k) % len(rows)] for k in range(asked.each)] for i in range(count)]
        found = figures(simulated(engine, queues, 1))
        late = percentile(found.finals, 0.95)
        alone = alone or late
        print(
            f"{count} on one core: finals' median {percentile(found.finals, 0.5):.2f} s, 95 % "
            f"within {late:.2f} s; a word's draft {percentile(found.words, 0.5):.2f} s, "
            f"{100 * found.late / max(1, len(found.words)):.0f} % only in the final",
            flush=True,
        )
        if late > alone + 1.0 or count >= asked.at_most:
            return


def cost(folder: Path, rows: Sequence[Row], asked: argparse.Namespace) -> None:
    """What a second costs after some minutes of one stream."""
    scheduler = VirtualScheduler(2)
    ear = Words()
    live = stream(Whisper(folder, ALONE), scheduler, LiveOptions(language="en-US"), ear)
    marks = sorted(asked.minutes)
    begun = minute = time.process_time()
    first, fed = 0.0, 0
    for chunk in _chunks(rows, marks[-1] * 60):
        fed += len(chunk)
        scheduler.run(until=fed / _RATE)
        live.feed(chunk)
        if fed % (60 * _RATE):
            continue
        now, minutes = time.process_time(), fed / _RATE / 60
        last, all_of_it = (now - minute) / 60, (now - begun) / (60 * minutes)
        minute, first = now, first or last
        if minutes in marks:
            print(
                f"{minutes:.0f} min: {all_of_it:.3f} CPU seconds a second, {last:.3f} in the last "
                f"minute ({last / first:.2f} of the first), resident {_resident() / 2**20:.0f} "
                f"MiB, {live.behind:.1f} s behind, {ear.words} words",
                flush=True,
            )
    live.cancel()


def _chunks(rows: Sequence[Row], seconds: float) -> Iterator[np.ndarray]:
    """Recordings in a row, half a second apart, in pieces of a tenth of a second."""
    rest = np.zeros(0, np.float32)
    left = int(seconds * _RATE)
    for row in itertools.cycle(rows):
        rest = np.concatenate([rest, load(row.path), np.zeros(_RATE // 2, np.float32)])
        while len(rest) >= CHUNK:
            yield rest[:CHUNK]
            rest = rest[CHUNK:]
            left -= CHUNK
            if left <= 0:
                return


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def main() -> None:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = made.add_subparsers(dest="which", required=True)
    common = parser(__doc__, "dev")
    common.add_argument("--most", type=int, default=0, help="recordings; 0: all that fit")
    common.add_argument("--model", default="base")
    for name in ("wer", "latency", "capacity", "cost"):
        each = which.add_parser(name, parents=[common], add_help=False)
        if name == "latency":
            each.add_argument("--streams", type=int, nargs="+", default=[1, 4])
            each.add_argument("--real", action="store_true", help="by the clock")
        if name == "capacity":
            each.add_argument("--each", type=int, default=3, help="recordings of a stream")
            each.add_argument("--at-most", type=int, default=12)
        if name == "cost":
            each.add_argument("--minutes", type=float, nargs="+", default=[1, 10, 60])
    asked = made.parse_args()
    rows = [row for row in split(speech_rows(asked.data), asked.part) if row.text and spoken(row)]
    rows = [row for row in rows if row.locale != "multi"]
    if asked.which != "wer":
        rows = [row for row in rows if 3.0 <= row.seconds <= 26.0]
    if asked.which == "cost":
        rows = [row for row in rows if row.locale.startswith("en")]
    random.Random(5).shuffle(rows)
    rows = rows[: asked.most or None]
    folder = fetch(find(asked.model), load_settings().model_dir)
    {"wer": wer, "latency": latency, "capacity": capacity, "cost": cost}[asked.which](
        folder, rows, asked
    )


if __name__ == "__main__":
    main()
