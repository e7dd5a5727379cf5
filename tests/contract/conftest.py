"""The server with a recogniser whose answers are known: what is at test is the contract.

The management API in this process runs on SQLite and on PostgreSQL.
"""

from ..server.conftest import api, server, start
from ..storage.conftest import store

__all__ = ["api", "server", "start", "store"]
