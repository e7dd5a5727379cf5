"""What the job system costs: files through it against the recogniser called directly on them.

    python -m bench.jobs --data ../shared/data

Short English recordings of `data/speech`, 100 of them (repeated where there are fewer), through
one transcription (read, decoded, recognised, written, checkpointed in SQLite) against the same
recogniser, in the same process, called on the same files from as many threads as the worker uses.
The two take turns; the first round of each only warms up.
"""

import itertools
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.data import parser, speech_rows, split
from bench.worker import Worker
from scriba.resources.entity import Status
from scriba.settings import load_settings
from scriba.speech import cpu
from scriba.speech.audio import decode_file
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch
from scriba.speech.options import Options
from scriba.speech.recognizer import Recognizer

_OPTIONS = Options(language="en-US", words=False)


Took = tuple[float, float]
"""Seconds by the clock, and of the CPUs."""


def direct(recognizer: Recognizer, paths: list[Path], threads: int) -> Took:
    """The recogniser on its own."""

    def one(path: Path) -> int:
        return len(list(recognizer.transcribe(decode_file(path), _OPTIONS)))

    begun, busy = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, paths))
    return time.perf_counter() - begun, time.process_time() - busy


def through_jobs(worker: Worker, paths: list[Path]) -> Took:
    """From the request until its results are there."""
    begun, busy = time.perf_counter(), time.process_time()
    ended = worker.transcribe(paths, "en-US")
    took = time.perf_counter() - begun, time.process_time() - busy
    assert ended.status is Status.SUCCEEDED, ended.error
    assert ended.result["failed"] == 0, ended.result
    return took


def main() -> None:
    asked = parser(__doc__)
    asked.add_argument("--count", type=int, default=100, help="recordings (default 100)")
    asked.add_argument("--rounds", type=int, default=3, help="measured rounds of each (default 3)")
    asked.add_argument("--model", default="base")
    arguments = asked.parse_args()
    rows = [
        row
        for row in split(speech_rows(arguments.data), arguments.part)
        if row.locale.startswith("en") and row.text and row.seconds <= 15
    ]
    paths = [row.path for row in itertools.islice(itertools.cycle(rows), arguments.count)]
    folder = fetch(find(arguments.model), load_settings().model_dir)
    recognizer = Recognizer(folder, layout=cpu.detect())
    ours: list[Took] = []
    theirs: list[Took] = []
    try:
        with Worker(recognizer, arguments.data) as worker:
            for _ in range(arguments.rounds + 1):
                theirs.append(direct(recognizer, paths, worker.settings.files_at_once))
                ours.append(through_jobs(worker, paths))
                print(f"direct {_told(theirs[-1])}, through jobs {_told(ours[-1])}", flush=True)
    finally:
        recognizer.close()
    print(
        f"{len(paths)} files ({len(set(paths))} different), model {arguments.model}, "
        f"{recognizer.layout.workers} workers of {recognizer.layout.threads} threads, "
        f"median of {arguments.rounds}: jobs take {_ratio(ours, theirs, 0):.3f} of the "
        f"recogniser's time and {_ratio(ours, theirs, 1):.3f} of its CPU time"
    )


def _told(took: Took) -> str:
    return f"{took[0]:.2f} s ({took[1]:.2f} s of CPU)"


def _ratio(ours: list[Took], theirs: list[Took], which: int) -> float:
    """By medians, without the first round."""
    medians = [statistics.median(each[which] for each in took[1:]) for took in (ours, theirs)]
    return medians[0] / medians[1]


if __name__ == "__main__":
    main()
