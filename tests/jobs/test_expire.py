from datetime import timedelta
from typing import Any

import pytest

from scriba.errors import BlobError
from scriba.jobs.expire import Expiry
from scriba.resources.entity import Entity, Status, now
from scriba.storage import Resources, Store
from scriba.storage.entities import Entities
from scriba.storage.files import Files
from scriba.storage.logs import KEPT, Logs

from ..storage.making import entity
from .conftest import Bench, until


class Blobs:
    """Storages of which one fails."""

    def __init__(self, failing: str) -> None:
        self.failing = failing
        self.asked: list[str] = []

    def __call__(self, resource_id: str) -> Any:
        return self

    def delete_prefix(self, prefix: str) -> None:
        self.asked.append(prefix)
        if prefix.startswith(self.failing):
            raise BlobError("https://example.com/c?sig=SECRET did not answer")


def test_a_storage_that_fails_holds_up_no_other(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    resources, entities = Resources(store), Entities(store)
    broken, sound = (resources.create(name).id for name in ("broken", "sound"))
    old: list[Entity] = []
    for owner in [broken] * 101 + [sound]:
        expires = now() - timedelta(hours=200 - len(old))
        old.append(entity(owner, status=Status.SUCCEEDED, expires=expires))
        entities.create(old[-1])
    blobs = Blobs(broken)
    expiry = Expiry(entities, blobs)  # type: ignore[arg-type]
    assert expiry.run() == 0
    assert blobs.asked == [f"{broken}/{old[0].id}"]
    assert expiry.run() == 1
    assert blobs.asked[1:] == [f"{sound}/{old[-1].id}"]
    assert "SECRET" not in caplog.text
    assert old[0].id in caplog.text


def test_a_worker_removes_logs_that_are_old(bench: Bench) -> None:
    logs, old = Logs(bench.store, bench.blobs), now() - KEPT - timedelta(hours=1)
    logs.write(bench.resource_id, None, "en-US", old, b"RIFF", {"DisplayText": "old"})
    logs.write(bench.resource_id, None, "en-US", now(), b"RIFF", {})
    kept = bench.data_dir / "files" / bench.resource_id / "logs"
    assert len(list(kept.iterdir())) == 4
    bench.work()
    until(lambda: len(list(kept.iterdir())) == 2)
    until(lambda: Files(bench.store).stored_bytes(bench.resource_id) == 4 + len("{}"))
