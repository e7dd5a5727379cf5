"""The durable queue: DBOS on the service's own database.

What is queued is identifiers only, never an address or a text: DBOS keeps its arguments readable.
Nothing listens and nothing is sent anywhere: without a key of its vendor DBOS opens no connection
but to the database.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from scriba.errors import JobsError
from scriba.net.redact import without_secrets

VERSION = "1"
"""The shape of the queued work. Workers of another one leave it alone, so it changes rarely."""

_QUEUE = "scriba"
_ALONE = "scriba-alone"
_RECOVERY = "_dbos_internal_queue"
_APPLICATION = "scriba"
_POLL_SECONDS = 0.4
_ALONE_POLL_SECONDS = 1.0
_AT_ONCE = 64
_AT_ONCE_OF_A_RESOURCE = 4
_LIVE = ["ENQUEUED", "PENDING", "DELAYED"]
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]

Work = Callable[..., None]

log = logging.getLogger(__name__)


class Queue:
    """Durable work of one process; `worker` is its name. At most one a process.

    Work is taken up again after a crash, by the next process of the same name or when another one
    calls `recover`. Raises JobsError where the database cannot be used.
    """

    def __init__(self, database_url: str, data_dir: Path, worker: str) -> None:
        self._url = _url(database_url, data_dir)
        self._worker = worker
        self._work: dict[str, Any] = {}
        self._dbos: Any = None
        self._lost: set[str] = set()
        self._lock = threading.Lock()

    def start(self, works: dict[str, Work]) -> None:
        """Begin to take up work; `works` are the functions by the names that they are queued by."""
        # Imported here, as it takes a second that no other command should wait for.
        from dbos import DBOS, DBOSConfig

        _log_to_ours()
        config = DBOSConfig(
            name=_APPLICATION,
            system_database_url=self._url,
            application_version=VERSION,
            executor_id=self._worker,
            log_level="WARNING",
            use_listen_notify=False,
            sys_db_pool_size=8,
            scheduler_polling_interval_sec=3600.0,
        )
        DBOS.destroy(destroy_registry=True)
        self._dbos = DBOS
        DBOS(config=config)
        for name, work in works.items():
            plain = _function(work)
            self._work[name] = DBOS.workflow(name=name, max_recovery_attempts=None)(plain)
        try:
            DBOS.launch()
            DBOS.register_queue(
                _QUEUE,
                worker_concurrency=_AT_ONCE,
                partition_worker_concurrency=_AT_ONCE_OF_A_RESOURCE,
                polling_interval_sec=_POLL_SECONDS,
                on_conflict="always_update",
            )
            DBOS.register_queue(
                _ALONE,
                worker_concurrency=1,
                polling_interval_sec=_ALONE_POLL_SECONDS,
                on_conflict="always_update",
            )
        except Exception as error:
            DBOS.destroy(destroy_registry=True)
            raise JobsError(_reason(error)) from error

    def enqueue(self, id: str, share: str, priority: int, name: str, *arguments: Any) -> None:
        """Queue a work under an id; does nothing where the id is known.

        Works of different `share` take turns; in one, the lowest `priority` number goes first,
        then the oldest.
        """
        from dbos import SetEnqueueOptions, SetWorkflowID

        options = SetEnqueueOptions(queue_partition_key=share, priority=priority)
        with SetWorkflowID(id), options:
            self._dbos.enqueue_workflow(_QUEUE, self._work[name], *arguments)

    def begin(self, id: str, name: str, *arguments: Any) -> None:
        """Do a work in this process at once, without a queue; nothing where the id is known."""
        from dbos import SetWorkflowID

        with SetWorkflowID(id):
            self._dbos.start_workflow(self._work[name], *arguments)

    def enqueue_alone(self, part: str, priority: int, name: str, *arguments: Any) -> None:
        """Queue a part of the work that calls this; does nothing where the part is known.

        Of all these works one at a time is done in a process, the lowest `priority` number first.
        """
        from dbos import SetEnqueueOptions, SetWorkflowID

        id = f"{self._dbos.workflow_id}:{part}"
        with SetWorkflowID(id), SetEnqueueOptions(priority=priority):
            self._dbos.enqueue_workflow(_ALONE, self._work[name], *arguments)

    def live(self) -> set[str]:
        """What the ids of all queued and running work begin with, up to the first colon."""
        return {_begin(each) for each in self._list(status=_LIVE)}

    def next_round(self, begin: str) -> int:
        """The number after the last one in ids that begin so: BEGIN:ROUND or BEGIN:ROUND:PART."""
        found = self._list(workflow_id_prefix=f"{begin}:")
        return max((int(each.workflow_id.split(":")[1]) for each in found), default=-1) + 1

    def recover(self, worker: str) -> int:
        """Put the work that a dead worker had in hand back into the queue; returns how much."""
        return sum(self._again(each.workflow_id, worker) for each in self._of(worker))

    def recover_lost(self) -> int:
        """The same for work that this worker took and does not do, as when the disk was full.

        Only what was so at the previous call as well: it may just be starting.
        """
        active = set(self._dbos_instance()._active_workflows_set.activeList())
        lost = {each.workflow_id for each in self._of(self._worker)} - active
        again = sum(self._again(id, self._worker) for id in lost & self._lost)
        self._lost = lost
        return again

    def purge(self, older_than: float) -> int:
        """Forget what ended more than `older_than` seconds ago; returns how much."""
        before = (datetime.now(UTC) - timedelta(seconds=older_than)).isoformat()
        found = self._list(status=_ENDED, end_time=before, limit=1000)
        if found:
            self._dbos.delete_workflows([each.workflow_id for each in found])
        return len(found)

    def check(self) -> None:
        """One round trip to the queue; raises when that fails."""
        self._list(limit=1)

    def stop_taking(self) -> None:
        """Take up no more work; what is in hand goes on. Idempotent."""
        if self._dbos is not None:
            for event in self._dbos_instance().background_thread_stop_events:
                event.set()

    @property
    def in_hand(self) -> int:
        """Works that run in this process."""
        if self._dbos is None:
            return 0
        return len(self._dbos_instance()._active_workflows_set.activeList())

    def close(self) -> bool:
        """Leave what is in hand to others; whether that could be said to them. Idempotent."""
        with self._lock:
            if self._dbos is None:
                return True
            self.stop_taking()
            told = True
            try:
                self.recover(self._worker)
            except Exception as error:
                log.warning("the work in hand is not given back: %s", _reason(error))
                told = False
            dbos, self._dbos = self._dbos, None
            dbos.destroy(destroy_registry=True)
            return told

    def _of(self, worker: str) -> Iterable[Any]:
        found: list[Any] = self._list(status="PENDING", executor_id=worker)
        return found

    def _list(self, **which: Any) -> list[Any]:
        found: list[Any] = self._dbos.list_workflows(load_input=False, load_output=False, **which)
        return found

    def _again(self, id: str, worker: str) -> bool:
        system = self._dbos_instance()._sys_db
        # What went through no queue goes through DBOS's own, as when it recovers it by itself.
        return bool(system.reenqueue_for_recovery(id, [worker], _RECOVERY))

    def _dbos_instance(self) -> Any:
        # What a live worker does with the work of a dead one has no public name in DBOS, which
        # leaves that to a service of its vendor.
        from dbos._dbos import _get_dbos_instance

        return _get_dbos_instance()


def _function(work: Work) -> Work:
    """A function of its own, as DBOS leaves marks on what it is given."""

    def run(*arguments: Any) -> None:
        work(*arguments)

    return run


def _begin(work: Any) -> str:
    return str(work.workflow_id).partition(":")[0]


class _Redacted(logging.Filter):
    """Keeps addresses' secrets out, and the statements that the database's errors repeat."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = without_secrets(_without_statement(record.getMessage()))
        record.args = ()
        if record.exc_info and isinstance(record.exc_info[1], Exception):
            record.msg += f" {_reason(record.exc_info[1])}"
        record.exc_info = record.exc_text = None
        return True


def _reason(error: Exception) -> str:
    said = _without_statement(str(error)).strip().splitlines()
    return f"{type(error).__name__}: {without_secrets(said[0] if said else '')}"


def _without_statement(text: str) -> str:
    return text.partition("\n[SQL:")[0]


def _log_to_ours() -> None:
    log = logging.getLogger("dbos")
    # With a handler in place DBOS adds none of its own.
    if not any(isinstance(each, logging.NullHandler) for each in log.handlers):
        log.addHandler(logging.NullHandler())
        log.addFilter(_Redacted())
    log.propagate = True


def _url(database_url: str, data_dir: Path) -> str:
    """PostgreSQL is shared. SQLite has one writer, so the queue has a file of its own."""
    url = sa.make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return url.set(drivername="postgresql").render_as_string(hide_password=False)
    folder = Path(url.database).parent if url.database else data_dir
    path = (folder / "jobs.db").absolute()
    try:
        with closing(sqlite3.connect(path, timeout=60)) as plain:
            # Kept in the file: readers and the writer do not wait for each other.
            plain.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        raise JobsError(f"{path}: {error}") from error
    return sa.URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)
