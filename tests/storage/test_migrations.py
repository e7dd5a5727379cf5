"""Databases of older versions: brought up to date with all that is in them."""

import hashlib
import hmac
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from scriba.errors import OutdatedDatabase
from scriba.resources.limits import S0
from scriba.storage import Entities, Resources, Secret, Store, open_store
from scriba.storage.tables import HEAD

from .conftest import SECRET
from .making import entity

CREATED = "2025-10-09 08:07:06.543210"
KEY = "0123456789abcdef" * 2


@pytest.fixture
def old(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """A database at version 0001 with two resources, as that version wrote them."""
    secret = Secret(SECRET)
    store = Store.open(database_url, secret)
    config = Config()
    config.set_main_option("script_location", "scriba.storage:migrations")
    config.set_main_option("path_separator", "os")
    hash_key = secret.derive("subscription keys")
    zone = "+00" if store.engine.dialect.name == "postgresql" else ""
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            sa.text("INSERT INTO facts VALUES ('secret', :value)"),
            {"value": secret.fingerprint()},
        )
        for number, name in enumerate(("First", "second")):
            keys = [KEY[number:] + KEY[:number] + str(which) for which in (1, 2)]
            hashes = [hmac.digest(hash_key, key.encode(), hashlib.sha256).hex() for key in keys]
            connection.execute(
                sa.text(
                    "INSERT INTO resources (id, name, region, key1_hash, key2_hash, key1_hint,"
                    " key2_hint, created, key1_rotated)"
                    " VALUES (:id, :name, 'westus', :h1, :h2, 'aaaa', 'bbbb', :at, :at)"
                ),
                {
                    "id": f"id-{number}",
                    "name": name,
                    "h1": hashes[0],
                    "h2": hashes[1],
                    "at": CREATED + zone,
                },
            )
    yield store
    store.close()


def test_nothing_is_lost_on_the_way_up(old: Store, database_url: str, tmp_path: Path) -> None:
    assert old.revision() == "0001"
    store = open_store(tmp_path / "data", database_url, SECRET)
    try:
        assert store.revision() == HEAD
        resources = Resources(store)
        first, second = resources.list()
        assert (first.name, second.name) == ("First", "second")
        assert first.created.isoformat() == "2025-10-09T08:07:06.543210+00:00"
        assert first.rotated1 == first.created
        assert (first.limits, first.storage, first.rotated2) == (None, None, None)
        found = resources.authenticate(KEY + "1")
        assert found == first
        assert resources.update("first", limits=S0).limits == S0
        made = entity(first.id)
        Entities(store).create(made)
        assert Entities(store).get(made.kind, made.id) == made
    finally:
        store.close()


def test_an_older_database_is_left_as_it_is(old: Store, database_url: str, tmp_path: Path) -> None:
    with pytest.raises(OutdatedDatabase, match=r"0001.*scriba db upgrade.*SCRIBA_AUTO_UPGRADE"):
        open_store(tmp_path / "data", database_url, SECRET, upgrade=False)
    assert old.revision() == "0001"
    open_store(tmp_path / "data", database_url, SECRET).close()
    open_store(tmp_path / "data", database_url, SECRET, upgrade=False).close()


_START = """
import sys
from pathlib import Path
from scriba.storage import Resources, open_store
store = open_store(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
print(len(Resources(store).list()), store.revision())
store.close()
"""


def test_several_processes_upgrade_once(old: Store, database_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _START, str(tmp_path / "data"), database_url, SECRET]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    ended = [process.communicate(timeout=120)[0].split() for process in running]
    assert ended == [["2", HEAD]] * 4


def test_a_failed_upgrade_changes_nothing(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    make = op.create_table

    def fail(name: str, *arguments: object, **options: object) -> None:
        if name == "deliveries":
            raise RuntimeError("the power is gone")
        make(name, *arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(op, "create_table", fail)
        with pytest.raises(RuntimeError, match="power"):
            old.migrate()
    assert old.revision() == "0001"
    with old.read() as connection:
        tables = set(sa.inspect(connection).get_table_names())
    assert tables == {"alembic_version", "facts", "resources"}
    assert old.migrate().revision() == HEAD
