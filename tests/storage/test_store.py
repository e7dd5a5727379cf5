"""Opening and migrating a store."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from scriba.errors import StorageError
from scriba.storage import Resources, Secret, Store, open_store
from scriba.storage.tables import HEAD, metadata

from .conftest import SECRET


def test_head_is_what_the_migrations_say() -> None:
    config = Config()
    config.set_main_option("script_location", "scriba.storage:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


# SQLite cannot tell what an index over an expression is made of; PostgreSQL's run compares it.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_make_the_tables_as_declared(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_a_second_start_changes_nothing(store: Store, database_url: str, tmp_path: Path) -> None:
    created = Resources(store).create("demo")
    again = open_store(tmp_path / "data", database_url, SECRET)
    assert Resources(again).authenticate(created.key1) is not None
    again.close()


def test_another_secret_is_noticed(store: Store, database_url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="SCRIBA_SECRET"):
        open_store(tmp_path / "data", database_url, SECRET + "x")


def test_a_newer_database_is_refused(store: Store, database_url: str, tmp_path: Path) -> None:
    with store.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'ffff'"))
    with pytest.raises(StorageError, match="newer version"):
        open_store(tmp_path / "data", database_url, SECRET)


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.write() as connection:
            connection.execute(sa.text("INSERT INTO facts VALUES ('a', 'b')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.read() as connection:
        count = connection.execute(sa.text("SELECT count(*) FROM facts WHERE name = 'a'")).scalar()
    assert count == 0


_START = """
import sys
from pathlib import Path
from scriba.storage import Resources, open_store
store = open_store(Path(sys.argv[1]), sys.argv[2] or None)
print(store.secret.fingerprint(), Resources(store).create(sys.argv[3]).key1)
"""


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_processes_may_start_at_once_on_nothing(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = ""
    if backend == "postgresql":
        url = str(request.getfixturevalue("empty_postgres"))
    data = tmp_path / "new" / "data"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _START, str(data), url, f"demo{number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    ended = [(process.communicate(timeout=120), process.returncode) for process in running]
    assert [code for _, code in ended] == [0] * 4, [err for (_, err), _ in ended]
    fingerprints = {out.split()[0] for (out, _), _ in ended}
    assert len(fingerprints) == 1
    store = open_store(data, url or None)
    keys = [out.split()[1] for (out, _), _ in ended]
    assert all(Resources(store).authenticate(key) for key in keys)
    store.close()


def test_the_folder_is_private(tmp_path: Path) -> None:
    store = open_store(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0
    assert (tmp_path / "a" / "b" / "scriba.db").exists()
    store.close()


@pytest.mark.parametrize(
    "url", ["mysql://u:topsecret@h/db", "nonsense:topsecret", "sqlite://", "sqlite:///:memory:"]
)
def test_other_databases_are_refused_without_repeating_the_url(url: str) -> None:
    with pytest.raises(StorageError) as caught:
        Store.open(url, Secret(SECRET))
    assert "topsecret" not in str(caught.value)


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "scriba.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError, match="not a database"):
        open_store(tmp_path)


def test_an_unreachable_server_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        open_store(tmp_path, "postgresql://u:topsecret@127.0.0.1:1/db")
    assert "topsecret" not in str(caught.value)


def test_check_fails_once_the_database_is_gone(store: Store) -> None:
    store.check()
    with store.write() as connection:
        connection.execute(sa.text("DROP TABLE facts"))
    with pytest.raises(StorageError):
        store.check()
