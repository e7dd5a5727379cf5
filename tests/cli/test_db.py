import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scriba.cli import main
from scriba.storage import Resources, open_store
from scriba.storage.tables import HEAD

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A data folder whose database is at version 0001, with a resource in it."""
    from alembic import command
    from alembic.config import Config

    from scriba.storage.store import connect

    store = connect(tmp_path)
    config = Config()
    config.set_main_option("script_location", "scriba.storage:migrations")
    config.set_main_option("path_separator", "os")
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO resources (id, name, key1_hash, key2_hash, key1_hint, key2_hint, created)"
            " VALUES ('1', 'mine', 'a', 'b', '1111', '2222', '2026-01-02 03:04:05.000000')"
        )
    store.close()
    return tmp_path


def test_status_says_what_is_to_be_done(capsys: Capture, old: Path) -> None:
    assert main(["db", "status", "--data-dir", str(old)]) == 1
    plain = capsys.readouterr().out
    assert "version   0001" in plain
    assert "scriba db upgrade" in plain
    assert main(["db", "upgrade", "--data-dir", str(old), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"from": "0001", "to": HEAD}
    assert main(["db", "status", "--data-dir", str(old), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["needed"]) == (HEAD, HEAD)
    assert main(["keys", "show", "mine", "--data-dir", str(old)]) == 0


def test_a_new_folder_has_nothing_to_upgrade_from(capsys: Capture, tmp_path: Path) -> None:
    assert main(["db", "status", "--data-dir", str(tmp_path)]) == 1
    assert "it is empty" in capsys.readouterr().out
    assert main(["db", "upgrade", "--data-dir", str(tmp_path)]) == 0
    assert "from nothing" in capsys.readouterr().out
    assert main(["db", "upgrade", "--data-dir", str(tmp_path)]) == 0
    assert "up to date" in capsys.readouterr().out


def test_an_older_database_is_left_alone_where_that_is_set(
    capsys: Capture, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIBA_AUTO_UPGRADE", "false")
    assert main(["keys", "list", "--data-dir", str(old)]) == 1
    assert "scriba db upgrade" in capsys.readouterr().err
    with closing(sqlite3.connect(old / "scriba.db")) as plain:
        assert plain.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    monkeypatch.delenv("SCRIBA_AUTO_UPGRADE")
    assert main(["keys", "list", "--data-dir", str(old)]) == 0
    assert "mine" in capsys.readouterr().out


def test_a_new_database_is_made_whatever_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIBA_AUTO_UPGRADE", "false")
    assert main(["keys", "create", "mine", "--data-dir", str(tmp_path)]) == 0
    store = open_store(tmp_path, upgrade=False)
    assert [resource.name for resource in Resources(store).list()] == ["mine"]
    store.close()


def test_a_newer_database_is_not_touched(capsys: Capture, tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "scriba.db")) as plain:
        plain.execute("UPDATE alembic_version SET version_num = 'ffff'")
        plain.commit()
    assert main(["db", "status", "--data-dir", str(tmp_path)]) == 1
    assert "newer Scriba" in capsys.readouterr().out
    assert main(["db", "upgrade", "--data-dir", str(tmp_path)]) == 1
    assert "newer version" in capsys.readouterr().err
