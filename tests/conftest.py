"""What tests of all rooms share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
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
