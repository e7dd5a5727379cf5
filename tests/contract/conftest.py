"""The server with a recogniser whose answers are known: what is at test is the contract."""

from ..server.conftest import api, server, start, store

__all__ = ["api", "server", "start", "store"]
