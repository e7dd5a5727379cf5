"""The management API with custom speech, and ways to bring its entities where a test wants them."""

from typing import Any

import httpx

from scriba.resources.base_model import base_model_id
from scriba.resources.entity import Entity, Kind, Problem, Status
from scriba.resources.versions import PLURALS, Version
from scriba.server import base_models, custom_speech, fast, healthstatus, transcriptions, webhooks
from scriba.speech.catalogue import BASE

from .api import HOST, WORK, Api

_OURS = {each.name for each in custom_speech.OPERATIONS}
OPERATIONS = [
    *custom_speech.OPERATIONS,
    *(each for each in base_models.OPERATIONS if each.name not in _OURS),
    *transcriptions.OPERATIONS,
    *fast.OPERATIONS,
    *webhooks.OPERATIONS,
    *healthstatus.OPERATIONS,
]


def base(tag: str = "en-US") -> dict[str, str]:
    """A reference to the base model of a locale."""
    return {"self": f"{HOST}/speechtotext/v3.2/models/base/{base_model_id(BASE, tag)}"}


def reference(entity: Entity) -> dict[str, str]:
    """A reference to an entity."""
    return {"self": f"{HOST}/speechtotext/v3.2/{PLURALS[entity.kind]}/{entity.id}"}


class Custom:
    """Makes entities of custom speech through an API."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def post(self, of: Kind, version: Version = Version.V3_2, /, **body: Any) -> httpx.Response:
        """POST a new entity with a name and a locale."""
        body = {"displayName": "A test", "locale": "en-US", **body}
        body = {name: value for name, value in body.items() if value is not ...}
        return self.api.ask("POST", f"/{PLURALS[of]}", version, json=body)

    def made(self, of: Kind, version: Version = Version.V3_2, /, **body: Any) -> Entity:
        """A new entity as it is stored."""
        answer = self.post(of, version, **body)
        assert answer.status_code == 201, answer.text
        return self.stored(of, answer.json()["self"].partition("?")[0].rpartition("/")[2])

    def stored(self, kind: Kind, id: str) -> Entity:
        """An entity as it is stored now."""
        return self.api.entities.get(kind, id)

    def end(self, entity: Entity, error: Problem | None = None, **result: Any) -> Entity:
        """Bring an entity's work to its end."""
        self.api.entities.advance(entity.id, Status.RUNNING, was=WORK)
        ended = Status.FAILED if error else Status.SUCCEEDED
        assert self.api.entities.advance(entity.id, ended, was=WORK, result=result, error=error)
        return self.stored(entity.kind, entity.id)

    def dataset(
        self,
        kind: str = "Acoustic",
        version: Version = Version.V3_2,
        *,
        ended: bool = True,
        **body: Any,
    ) -> Entity:
        """A dataset from an address, imported."""
        body = {"contentUrl": "https://example.com/data.zip", "kind": kind, **body}
        entity = self.made(Kind.DATASET, version, **body)
        return self.end(entity, accepted=11, rejected=2, seconds=252.0) if ended else entity

    def model(self, version: Version = Version.V3_2, *, ended: bool = True, **body: Any) -> Entity:
        """An own model, trained with a dataset."""
        if "datasets" not in body:
            tag = body.get("locale", "en-US")
            body["datasets"] = [reference(self.dataset(version=version, locale=tag))]
        entity = self.made(Kind.MODEL, version, **body)
        return self.end(entity) if ended else entity

    def project(self, version: Version = Version.V3_2, **body: Any) -> Entity:
        """A project."""
        return self.made(Kind.PROJECT, version, **body)

    def endpoint(self, version: Version = Version.V3_2, **body: Any) -> Entity:
        """An endpoint."""
        return self.made(Kind.ENDPOINT, version, **body)
