"""A long recording: peak memory and time, against the same minutes as short files.

    python -m bench.long --data ../shared/data --hours 10

One WAV file is made of the English recordings of `data/speech` in a row (half a second between
them), as often as it takes. It goes through the job system in a process of its own; so do the same
recordings as files of their own, `--short` minutes of them, as the time for a minute is what is
compared. Memory is the process's peak; what it had before the job (model, libraries, a warm-up) is
printed too. Speakers are told apart with --diarize.
"""

import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np

from bench.data import Row, load, parser, speech_rows, split
from bench.worker import Worker
from scriba.cli.worker import diarize, return_memory
from scriba.resources.entity import Status
from scriba.resources.transcription import Speakers
from scriba.settings import load_settings
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch
from scriba.speech.recognizer import Recognizer

_GAP = 0.5
_RATE = 16_000


def make(rows: list[Row], seconds: float, target: Path) -> float:
    """Write a recording of at least so many seconds; returns its length."""
    written = 0.0
    gap = np.zeros(round(_GAP * _RATE), np.int16).tobytes()
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        for row in itertools.cycle(rows):
            samples = load(row.path)
            file.writeframes((samples.clip(-1, 1) * 32767).astype(np.int16).tobytes() + gap)
            written += len(samples) / _RATE + _GAP
            if written >= seconds:
                return written
    raise AssertionError


def measure(model: str, paths: list[Path], speakers: bool) -> dict[str, float]:
    """Transcribe files in this process: seconds, seconds of CPU, peak memory before and after."""
    return_memory()
    folder = fetch(find(model), load_settings().model_dir)
    recognizer = Recognizer(folder)
    try:
        sources = {path.parent for path in (*paths, _warm_up())}
        with Worker(recognizer, *sources, diarize=diarize) as worker:
            worker.transcribe([_warm_up()], "en-US")
            before = _peak()
            begun, busy = time.perf_counter(), time.process_time()
            wanted = Speakers() if speakers else None
            ended = worker.transcribe(paths, "en-US", wanted)
            took, cpu = time.perf_counter() - begun, time.process_time() - busy
    finally:
        recognizer.close()
    assert ended.status is Status.SUCCEEDED, ended.error
    return {
        "seconds": took,
        "cpu": cpu,
        "audio": float(ended.result["seconds"]),
        "failed": float(ended.result["failed"]),
        "before": before,
        "peak": _peak(),
    }


def _warm_up() -> Path:
    import scriba

    return Path(scriba.__file__).parent / "data" / "quilter.wav"


def _peak() -> float:
    """The largest resident memory so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _apart(arguments: Any, paths: list[Path]) -> dict[str, float]:
    """The same in a process of its own, whose peak is nobody else's."""
    command = [sys.executable, "-m", "bench.long", "--data", str(arguments.data)]
    command += ["--model", arguments.model, "--child"]
    command += ["--diarize"] if arguments.diarize else []
    told = json.dumps([str(path) for path in paths])
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _told(what: str, found: dict[str, float]) -> str:
    minutes = found["audio"] / 60
    return (
        f"{what}: {minutes:.1f} minutes in {found['seconds']:.0f} s ({found['cpu']:.0f} s of CPU), "
        f"{found['seconds'] / minutes:.2f} s a minute; memory {found['before']:.0f} MiB before, "
        f"peak {found['peak']:.0f} MiB; {found['failed']:.0f} failed"
    )


def main() -> None:
    asked = parser(__doc__, "dev")
    asked.add_argument("--hours", type=float, default=10.0)
    asked.add_argument("--short", type=float, default=30.0, help="minutes as short files")
    asked.add_argument("--model", default="base")
    asked.add_argument("--diarize", action="store_true", help="tell speakers apart as well")
    asked.add_argument("--child", action="store_true", help="used by this program itself")
    arguments = asked.parse_args()
    if arguments.child:
        paths = [Path(path) for path in json.load(sys.stdin)]
        print(json.dumps(measure(arguments.model, paths, arguments.diarize)))
        return
    rows = [
        row
        for row in split(speech_rows(arguments.data), arguments.part)
        if row.locale.startswith("en") and row.text
    ]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "long.wav"
        length = make(rows, arguments.hours * 3600, target)
        print(f"made {length / 3600:.2f} h, {target.stat().st_size / 2**20:.0f} MiB", flush=True)
        long = _apart(arguments, [target])
        print(_told("one file", long), flush=True)
    short: list[Path] = []
    left = min(arguments.short * 60, arguments.hours * 3600)
    for row in itertools.cycle(rows):
        short.append(row.path)
        left -= row.seconds
        if left <= 0:
            break
    apart = _apart(arguments, short)
    print(_told(f"{len(short)} files", apart))
    ratio = (long["seconds"] / long["audio"]) / (apart["seconds"] / apart["audio"])
    print(f"a minute of the long file takes {ratio:.2f} of a minute of short files")


if __name__ == "__main__":
    main()
