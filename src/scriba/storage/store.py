"""A database, SQLite or PostgreSQL, opened and brought up to date."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from scriba.errors import OutdatedDatabase, StorageError
from scriba.resources.entity import Entity
from scriba.storage.secret import Secret, load_secret
from scriba.storage.tables import HEAD, facts

_LOCK = 0x5C81BA
_WRITES = "scriba_writes"


class Store:
    """A database and the secret its keys are hashed with; safe to use from several threads."""

    def __init__(self, engine: Engine, secret: Secret) -> None:
        self.engine = engine
        self.secret = secret
        self._hearing: list[Callable[[Entity], None]] = []

    @classmethod
    def open(cls, url: str, secret: Secret) -> "Store":
        """Open `sqlite:///FILE` or `postgresql://...`; nothing is connected or created yet."""
        parsed = _parse(url)
        if parsed.get_backend_name() == "sqlite":
            return cls(_sqlite(parsed), secret)
        return cls(_postgres(parsed), secret)

    def migrate(self, *, upgrade: bool = True) -> "Store":
        """Bring the tables up to date; any number of processes may do so at once.

        With `upgrade` false only an empty database gets its tables. Raises StorageError where the
        database cannot be reached, is older and not to be upgraded, was made by a newer Scriba,
        or with another secret (no key in it could ever match).
        """
        try:
            found = self.revision()
            if found != HEAD:
                if found is not None and not upgrade and found < HEAD:
                    raise OutdatedDatabase(
                        f"it is at version {found} and this Scriba needs {HEAD}; run `scriba db "
                        "upgrade`, or set SCRIBA_AUTO_UPGRADE=true"
                    )
                with self._alone():
                    self._upgrade()
            self._check_secret()
        except SQLAlchemyError as error:
            raise _storage_error(error) from error
        except sqlite3.Error as error:
            raise StorageError(str(error)) from error
        return self

    def when_deleted(self, hear: Callable[[Entity], None]) -> Callable[[], None]:
        """Have entities told that are deleted in this process; what is returned ends that.

        `hear` is called after the deletion, on any thread. It must not wait or raise.
        """
        self._hearing.append(hear)
        return lambda: self._hearing.remove(hear)

    def tell_deleted(self, entity: Entity) -> None:
        """Tell those who want to know that an entity was deleted."""
        for hear in tuple(self._hearing):
            hear(entity)

    def check(self) -> None:
        """One round trip to the database; raises StorageError."""
        with self.read() as connection:
            connection.execute(sa.select(facts.c.name).limit(1))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with; raises StorageError when the database fails."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise _storage_error(error) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction, committed at the end.

        IntegrityError passes through, any other failure of the database becomes StorageError.
        """
        try:
            with self.engine.execution_options(**{_WRITES: True}).begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise _storage_error(error) from error

    def revision(self) -> str | None:
        """The migration that the database is at, None for an empty one; raises StorageError."""
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            return None if found is None else str(found)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold off other processes that migrate the same database; a crash frees the lock."""
        if self.engine.dialect.name == "sqlite":
            path = self.engine.url.database
            lock = sqlite3.connect(f"{path}.lock", timeout=60, isolation_level=None)
            try:
                lock.execute("BEGIN EXCLUSIVE")
                yield
            except sqlite3.Error as error:
                raise StorageError(f"{path}.lock: {error}") from error
            finally:
                lock.close()
            return
        with self.engine.connect() as connection:
            connection.execute(sa.text("SELECT pg_advisory_lock(:n)"), {"n": _LOCK})
            try:
                yield
            finally:
                connection.execute(sa.text("SELECT pg_advisory_unlock(:n)"), {"n": _LOCK})

    def _upgrade(self) -> None:
        # Imported here: most starts find an up-to-date database and need no Alembic.
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        engine = self.engine
        if engine.dialect.name == "sqlite":
            # Kept in the file, and refused inside a transaction: so on a connection of its own.
            with closing(sqlite3.connect(str(engine.url.database), timeout=60)) as plain:
                plain.execute("PRAGMA journal_mode=WAL")
            # A migration that makes a table anew drops the old one, and with keys enforced all
            # that refers to it would go too.
            engine = _sqlite(engine.url, foreign_keys=False)
        config = Config()
        config.set_main_option("script_location", "scriba.storage:migrations")
        config.set_main_option("path_separator", "os")
        try:
            with engine.execution_options(**{_WRITES: True}).begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except CommandError as error:
            raise StorageError(
                f"it was made by a newer version of Scriba ({error}); upgrade Scriba"
            ) from error
        finally:
            if engine is not self.engine:
                engine.dispose()

    def _check_secret(self) -> None:
        ours = self.secret.fingerprint()
        wanted = sa.select(facts.c.value).where(facts.c.name == "secret")
        with self.read() as connection:
            found = connection.execute(wanted).scalar()
        if found is None:
            try:
                with self.write() as connection:
                    connection.execute(facts.insert().values(name="secret", value=ours))
                found = ours
            except IntegrityError:
                with self.read() as connection:
                    found = connection.execute(wanted).scalar()
        if found != ours:
            raise StorageError(
                "it was made with another secret, so no key in it can match; set SCRIBA_SECRET to "
                "the same value on every host that shares this database"
            )


def open_store(
    data_dir: Path,
    database_url: str | None = None,
    secret: str | None = None,
    *,
    upgrade: bool = True,
) -> Store:
    """The up-to-date store of a data folder, which is made if absent.

    Without `database_url` it is DATA_DIR/scriba.db; without `secret` DATA_DIR/secret. An older
    database is brought up to date unless `upgrade` is false. Raises StorageError, OutdatedDatabase
    and SecretError.
    """
    store = connect(data_dir, database_url, secret)
    try:
        return store.migrate(upgrade=upgrade)
    except BaseException:
        store.close()
        raise


def connect(data_dir: Path, database_url: str | None = None, secret: str | None = None) -> Store:
    """As `open_store`, but the database is taken as it is."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageError(f"{data_dir}: {error.strerror or error}") from error
    loaded = load_secret(data_dir, secret)
    url = database_url or URL.create("sqlite", database=str(data_dir / "scriba.db"))
    if isinstance(url, URL):
        url = url.render_as_string(hide_password=False)
    return Store.open(url, loaded)


def upsert(connection: Connection) -> Callable[..., Any]:
    """The INSERT of this database that knows what to do on a conflict."""
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # The URL may hold a password, so it is not repeated.
        raise StorageError("the database URL cannot be read; see docs/operations.md") from error
    if parsed.drivername == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise StorageError(
        f"{parsed.drivername!r} databases are not supported; use sqlite:///FILE or postgresql://..."
    )


def _sqlite(url: URL, *, foreign_keys: bool = True) -> Engine:
    engine = sa.create_engine(url, hide_parameters=True)
    keys = "ON" if foreign_keys else "OFF"

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        # Python's driver would begin transactions by itself, and only before some statements.
        connection.isolation_level = None
        for pragma in ("busy_timeout=15000", f"foreign_keys={keys}", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A reader that turns writer fails at once when another wrote meanwhile; IMMEDIATE waits.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres(url: URL) -> Engine:
    try:
        return sa.create_engine(
            url,
            # An error that reaches a log must not show what was stored: addresses hold signatures.
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=10,
            # A server that vanished without a word is given up after about 20 seconds.
            connect_args={
                "connect_timeout": 10,
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 2,
                "tcp_user_timeout": 20_000,
            },
        )
    except ModuleNotFoundError as error:
        raise StorageError(
            "PostgreSQL needs the driver psycopg: pip install 'scriba[postgres]'"
        ) from error


def _storage_error(error: SQLAlchemyError) -> StorageError:
    # str() of SQLAlchemy's errors shows the statement with its parameters: never that.
    cause = getattr(error, "orig", None)
    first = str(cause).strip().splitlines()[0] if cause and str(cause).strip() else ""
    return StorageError(first or type(error).__name__)
