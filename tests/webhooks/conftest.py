"""A store with a resource on SQLite and on PostgreSQL, receivers, and a loop that delivers."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scriba.jobs.deliveries import Deliveries, Patience
from scriba.net.client import Client
from scriba.net.policy import Policy
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.transcription import TranscriptionSpec
from scriba.resources.versions import Version
from scriba.resources.webhook import WebhookSpec
from scriba.storage import Resources, Store, open_store
from scriba.storage.deliveries import Outbox
from scriba.storage.entities import Entities
from scriba.storage.webhooks import Webhooks

from ..storage.conftest import SECRET
from .receiver import Receiver

HASTY = Patience(poll=0.02, answer=2.0, lease=4.0, first_rest=0.02, housekeeping=0.1)


def until(true: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


class Post:
    """A store with a resource, and what webhooks need."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.entities = Entities(store)
        self.webhooks = Webhooks(store)
        self.outbox = Outbox(store)
        self.resource_id = Resources(store).create("test").id
        self.client = Client(Policy(everything=True))
        self._loops: list[Deliveries] = []

    def start(self, patience: Patience = HASTY, **options: Any) -> Deliveries:
        """A loop that delivers."""
        loop = Deliveries(self.store, self.client, patience=patience, **options)
        loop.start()
        self._loops.append(loop)
        return loop

    def close(self) -> None:
        """Stop all loops."""
        while self._loops:
            self._loops.pop().close()
        self.client.close()

    def hook(
        self,
        web_url: str,
        *events: str,
        secret: str | None = None,
        version: Version = Version.V3_2,
        settled: bool = True,
    ) -> Entity:
        """A new webhook; `settled` waits for its challenge to end."""
        spec = WebhookSpec(web_url, dict.fromkeys(events, True), secret)
        hook = self._entity(Kind.WEBHOOK, version, spec.to_json())
        self.webhooks.create(hook)
        if settled:
            until(lambda: self.get(hook).status.ended)
        return self.get(hook)

    def transcription(self, version: Version = Version.V3_2) -> Entity:
        """A new transcription, whose creation is an event."""
        entity = self._entity(Kind.TRANSCRIPTION, version, TranscriptionSpec().to_json())
        self.entities.create(entity)
        return entity

    def get(self, entity: Entity) -> Entity:
        """An entity as it is now."""
        return self.entities.get(entity.kind, entity.id)

    def statuses(self, hook: Entity) -> list[str]:
        """The statuses of a webhook's deliveries, newest first, without challenges."""
        found = self.outbox.list(hook.id, 0, 1000)
        return [each.status for each in found if each.event != "challenge"]

    def _entity(self, kind: Kind, version: Version, spec: dict[str, Any]) -> Entity:
        at = now()
        return Entity(
            id=new_id(),
            resource_id=self.resource_id,
            kind=kind,
            version=version.value,
            host="http://scriba.example",
            display_name="a test",
            locale="en-US",
            status=Status.NOT_STARTED,
            created=at,
            last_action=at,
            spec=spec,
        )


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An up-to-date, empty store."""
    opened = open_store(tmp_path / "data", database_url, SECRET)
    yield opened
    opened.close()


@pytest.fixture
def post(store: Store) -> Iterator[Post]:
    """A store with a resource and no loop yet."""
    made = Post(store)
    yield made
    made.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers as it should."""
    made = Receiver()
    yield made
    made.stop()
