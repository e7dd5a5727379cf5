"""Web servers on the loopback address, and clients that may and may not call it."""

from collections.abc import Iterator

import pytest

from scriba.net.client import Client
from scriba.net.policy import Policy

from .web import Web


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server without pages."""
    made = Web()
    yield made
    made.stop()


@pytest.fixture
def client() -> Iterator[Client]:
    """A client that may call this machine."""
    made = Client(Policy.parse("127.0.0.0/8"), connect=2.0, stall=1.0, total=10.0)
    yield made
    made.close()


@pytest.fixture
def guarded() -> Iterator[Client]:
    """A client with the policy of a fresh installation."""
    made = Client(Policy(), connect=2.0, stall=1.0, total=10.0)
    yield made
    made.close()
