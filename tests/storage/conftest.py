"""Stores, buckets and accounts of storage for tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scriba.storage import Store, open_store

from ..azurite.emulator import Azurite
from .bucket import ID, REGION, Bucket
from .bucket import SECRET as BUCKET_SECRET

SECRET = "a-secret-that-only-these-tests-use-0123456789"


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
