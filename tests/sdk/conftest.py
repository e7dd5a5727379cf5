"""The three SDKs, each in a process of its own, and what they hear."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from ..server.live import Live
from .client import CLIENTS, Client, Told, missing
from .recordings import Recordings


class Ask(Protocol):
    """Does a job with the service of the tests; what it says goes before what is usual."""

    def __call__(self, *, timeout: float = 90, **job: Any) -> Told: ...


@pytest.fixture(scope="session", params=CLIENTS)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Each of the SDKs in turn."""
    if why := missing(request.param):
        pytest.skip(why)
    made = Client(request.param)
    yield made
    made.close()


@pytest.fixture(scope="session")
def recordings(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Recordings:
    return Recordings(data, tmp_path_factory.mktemp("recordings"))


@pytest.fixture
def ask(client: Client, live: Live) -> Ask:
    """Ask one of the SDKs; jobs say what is not as in most of them."""
    usual = {"host": f"ws://127.0.0.1:{live.port}", "key": live.key, "language": "en-US"}

    def run(*, timeout: float = 90, **job: Any) -> Told:
        told = client.run({**usual, "steps": [{"do": "once"}], **job}, timeout=timeout)
        assert not {"broken", "unhandled", "error"} & set(told.names), told
        return told

    return run
