"""Files lost and results doubled while processes are killed and the database restarts.

    python -m bench.faults --data ../shared/data [--only kills|worker|database|receiver|disk]

kills: `scriba serve` on SQLite, killed with -9 five times during a job of 200 files, started again
on the same port and data each time. worker: PostgreSQL, a server that does no work and two
`scriba worker`, one of which is killed with -9. database: the same with PostgreSQL restarted.
receiver: a receiver of webhooks that takes no connection for `--down` seconds while jobs of one
file each begin and end. disk: a small disk of its own (a mounted tmpfs, which takes root), full to
the last byte for `--full` seconds.
Counted are recordings without a result, results beyond one for each recording, recordings that
count as failed, and events of webhooks that were not told or told twice. tiny.en, as the words do
not matter.
"""

import http.server
import itertools
import json
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from bench.data import Row, parser, speech_rows, split
from bench.house import House, housed, postgres, until

_KILLS = 5
_DISK_MIB = 64
_EVENTS = ("TranscriptionCreation", "TranscriptionProcessing", "TranscriptionCompletion")


class Skipped(Exception):
    """A fault that cannot be made here; the message says why."""


class Receiver:
    """A receiver of webhooks on one port, open or not; `told` counts by entity and event."""

    def __init__(self) -> None:
        self.told: Counter[tuple[str, str]] = Counter()
        self._port = 0
        self._server: http.server.ThreadingHTTPServer | None = None
        self.open()
        self.address = f"http://127.0.0.1:{self._port}/hook"

    def open(self) -> None:
        """Take connections."""
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections. Idempotent."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        told = self.told

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                token = parse_qs(urlsplit(self.path).query).get("validationToken", [""])[0]
                if not token:
                    event = self.headers["X-MicrosoftSpeechServices-Event"]
                    told[json.loads(body)["self"], event] += 1
                self.send_response(200)
                self.send_header("Content-Length", str(len(token)))
                self.end_headers()
                self.wfile.write(token.encode())

            def log_message(self, *_: object) -> None:
                """Write no log."""

        return Handler


def kills(rows: list[Row], data: Path, folder: Path) -> Counter[str]:
    """The only process, killed five times."""
    with housed(folder, data) as house:
        process = house.serve()
        job = house.submit([row.path for row in rows])
        for number in range(1, _KILLS + 1):
            least = number * len(rows) // (_KILLS + 1)
            until(partial(_reached, house, job, least), 1800)
            process.kill()
            process.wait()
            begun = time.monotonic()
            process = house.serve()
            print(f"killed at {least}, ready after {time.monotonic() - begun:.1f} s", flush=True)
        return _outcome(house, job, rows)


def worker(rows: list[Row], data: Path, folder: Path) -> Counter[str]:
    """One of two workers, killed."""
    with postgres(folder) as (url, _), housed(folder, data, url) as house:
        house.serve(SCRIBA_WORKER="false")
        workers = [house.start("worker") for _ in range(2)]
        job = house.submit([row.path for row in rows])
        until(lambda: house.done(job) >= len(rows) // 4, 1800)
        workers[0].send_signal(signal.SIGKILL)
        workers[0].wait()
        return _outcome(house, job, rows)


def database(rows: list[Row], data: Path, folder: Path) -> Counter[str]:
    """PostgreSQL, restarted at once."""
    with postgres(folder) as (url, restart), housed(folder, data, url) as house:
        house.serve(SCRIBA_WORKER="false")
        for _ in range(2):
            house.start("worker")
        job = house.submit([row.path for row in rows])
        until(lambda: house.done(job) >= len(rows) // 4, 1800)
        begun = time.monotonic()
        restart()
        print(f"restarted in {time.monotonic() - begun:.1f} s", flush=True)
        return _outcome(house, job, rows)


def receiver(rows: list[Row], data: Path, folder: Path, down: float) -> Counter[str]:
    """A receiver of webhooks that is down for a while in which a job begins and ends."""
    with housed(folder, data, SCRIBA_ALLOW_PRIVATE_ADDRESSES="127.0.0.0/8") as house:
        house.serve()
        there = Receiver()
        try:
            hook = house.post(
                "webhooks",
                {
                    "displayName": "faults",
                    "webUrl": there.address,
                    "events": {
                        "transcriptionCreation": True,
                        "transcriptionProcessing": True,
                        "transcriptionCompletion": True,
                    },
                },
            )
            until(lambda: house.get(hook["self"])["status"] == "Succeeded", 60)
            there.close()
            begun = time.monotonic()
            jobs = [house.submit([row.path]) for row in rows]
            for job in jobs:
                until(partial(_succeeded, house, job), 1800)
            print(f"{len(jobs)} jobs ended while nobody listens", flush=True)
            time.sleep(max(0.0, down - (time.monotonic() - begun)))
            there.open()
            begun = time.monotonic()
            wanted = {(job, event) for job in jobs for event in _EVENTS}
            with suppress(RuntimeError):
                until(lambda: wanted <= there.told.keys(), 900)
            print(
                f"down for {down:.0f} s; all told {time.monotonic() - begun:.0f} s later",
                flush=True,
            )
            time.sleep(5)
            return Counter(
                {
                    "webhooks lost": len(wanted - there.told.keys()),
                    "told twice": sum(there.told.values()) - len(there.told),
                    "told": len(there.told),
                }
            )
        finally:
            there.close()


def disk(rows: list[Row], data: Path, folder: Path, full: float) -> Counter[str]:
    """A disk that is full to its last byte for a while in the middle of a job."""
    place = folder / "data"
    with _small_disk(place), housed(folder, data) as house:
        house.serve()
        job = house.submit([row.path for row in rows])
        until(lambda: house.done(job) >= len(rows) // 4, 1800)
        filler = place / "filler"
        deadline = time.monotonic() + full
        with filler.open("wb", buffering=0) as file:
            while time.monotonic() < deadline:
                try:
                    file.write(bytes(4096))
                except OSError:
                    # What frees a little of it meanwhile shall not have it.
                    time.sleep(0.05)
        before = house.get(job)["status"]
        filler.unlink()
        print(f"full for {full:.0f} s, the job is {before}", flush=True)
        return _outcome(house, job, rows)


@contextmanager
def _small_disk(place: Path) -> Iterator[None]:
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MIB}m", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise Skipped(
            "a small disk cannot be mounted here; run it as root, or in `unshare --map-root-user "
            "--mount` where the system allows that"
        ) from None
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _succeeded(house: House, job: str) -> bool:
    return bool(house.get(job)["status"] == "Succeeded")


def _reached(house: House, job: str, least: int) -> bool:
    return house.done(job) >= least


def _outcome(house: House, job: str, rows: list[Row]) -> Counter[str]:
    """What is missing, doubled or failed once the job has ended."""
    until(lambda: house.get(job)["status"] in ("Succeeded", "Failed"), 3600)
    begun = house.get(job)
    found: list[Any] = []
    page: str | None = f"{job}/files?top=100"
    while page:
        answer = house.get(page)
        found += answer["values"]
        page = answer.get("@nextLink")
    names = Counter(file["name"] for file in found)
    wanted = {f"contenturl_{n}.json" for n in range(len(rows))} | {"report.json"}
    counts = Counter({"lost": len(wanted - names.keys()), "doubled": names.total() - len(names)})
    sources = []
    for file in found:
        content = requests.get(file["links"]["contentUrl"], timeout=60)
        content.raise_for_status()
        document = content.json()
        if file["kind"] == "Transcription":
            sources.append((file["name"], document["source"]))
        else:
            counts["failed"] = document["failedTranscriptionsCount"]
            counts["lost"] += len(rows) - len(document["details"])
    for n, row in enumerate(rows):
        counts["wrong"] += (f"contenturl_{n}.json", f"file://{row.path.absolute()}") not in sources
    stray = [path for path in (house.folder / "data" / "files").rglob("*") if path.is_file()]
    counts["stray blobs"] = len(stray) - len(found)
    counts["not succeeded"] = begun["status"] != "Succeeded"
    return counts


_FAULTS: dict[str, Callable[..., Counter[str]]] = {
    "kills": kills,
    "worker": worker,
    "database": database,
    "receiver": receiver,
    "disk": disk,
}


def main() -> None:
    asked = parser(__doc__, "dev")
    asked.add_argument("--only", choices=_FAULTS)
    asked.add_argument("--count", type=int, default=200, help="recordings (default 200)")
    asked.add_argument("--down", type=float, default=600.0, help="seconds without a receiver")
    asked.add_argument("--full", type=float, default=60.0, help="seconds with a full disk")
    arguments = asked.parse_args()
    short = [
        row
        for row in split(speech_rows(arguments.data), arguments.part)
        if row.locale.startswith("en") and row.text and row.seconds <= 12
    ]
    rows = list(itertools.islice(itertools.cycle(short), arguments.count))
    for name, fault in _FAULTS.items():
        if arguments.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                # The PostgreSQL server may run as a user of its own.
                Path(folder).chmod(0o755)
                more = {"receiver": [arguments.down], "disk": [arguments.full]}.get(name, [])
                try:
                    counts = fault(rows, arguments.data, Path(folder), *more)
                except Skipped as reason:
                    print(f"{name}: skipped, as {reason}", flush=True)
                    continue
            told = ", ".join(f"{what} {number}" for what, number in sorted(counts.items()))
            print(f"{name}, {len(rows)} files: {told}", flush=True)


if __name__ == "__main__":
    main()
