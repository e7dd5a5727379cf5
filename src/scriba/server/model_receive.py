"""`/speechtotext/copies`: takes a model that another Scriba host sends. Beyond Azure.

Whoever holds an authorization of `POST /models:authorizecopy` may offer one model; this host then
fetches its files as a job. The authorization stands in a header, for addresses get into logs.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scriba.errors import EntityNotFound
from scriba.resources.base_model import BaseModel
from scriba.resources.entity import Entity, Kind, Status, now
from scriba.resources.model import CopiedFrom, ModelSpec
from scriba.resources.versions import BASE, entity_url
from scriba.server.body import arriving
from scriba.server.errors import ApiError
from scriba.server.hosts import called_address
from scriba.server.model_copy import admitted, authorization_of, copy_id
from scriba.server.reading import parse_json
from scriba.server.schemas import model_copy as shapes
from scriba.server.services import Services

PATH = f"{BASE}/copies"
HEADER = "X-Scriba-Copy-Authorization"

_MAX_BODY = 1 << 20
_BODY_SECONDS = 30.0

T = TypeVar("T")


class Receiving:
    """Takes offers of models from other hosts, and says how far they are."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def serve(self, request: Request) -> Response:
        """`POST` and `GET`."""
        return await (self.post if request.method == "POST" else self.get)(request)

    async def post(self, request: Request) -> Response:
        """Offer a model; to offer it again changes nothing."""
        authorization = await self._thread(self._authorization, request)
        pieces = [
            piece
            async for piece in arriving(
                request.receive,
                idle_seconds=_BODY_SECONDS,
                total_seconds=_BODY_SECONDS,
                max_bytes=_MAX_BODY,
            )
        ]
        sent = shapes.read_sent(parse_json(b"".join(pieces)))
        settings = self._services.settings
        host = called_address(request, settings.trust_forwarded, f"{settings.host}:{settings.port}")
        made = await self._thread(self._take, authorization, sent, host)
        return JSONResponse(_told(made), 201)

    async def get(self, request: Request) -> Response:
        """How far the model is that was offered."""
        return JSONResponse(_told(await self._thread(self._found, request)))

    async def _thread(self, work: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._services.threads, work, *arguments)

    def _authorization(self, request: Request) -> Entity:
        found = authorization_of(self._services, request.headers.get(HEADER, ""))
        if found is None:
            raise ApiError(401, f"The header {HEADER} holds no authorization of this host.")
        return found

    def _found(self, request: Request) -> Entity:
        try:
            return self._services.entities.get(Kind.MODEL, copy_id(self._authorization(request)))
        except EntityNotFound:
            raise ApiError(404, "No model has been offered with this authorization.") from None

    def _take(self, authorization: Entity, sent: shapes.Sent, host: str) -> Entity:
        base = self._base(sent)
        at = now()
        spec = ModelSpec(
            base.id,
            base.id,
            weight=sent.weight,
            copied_from=CopiedFrom(sent.model, files=sent.files),
        )
        made = Entity(
            id=copy_id(authorization),
            resource_id=authorization.resource_id,
            kind=Kind.MODEL,
            version=authorization.version,
            host=host,
            display_name=sent.display_name,
            locale=base.locale.tag,
            status=Status.NOT_STARTED,
            created=at,
            last_action=at,
            description=sent.description,
            custom_properties=sent.custom_properties,
            spec=spec.to_json(),
        )
        return admitted(self._services, authorization, made)

    def _base(self, sent: shapes.Sent) -> BaseModel:
        for each in self._services.base_models.list():
            if (each.model.id, each.locale.tag) == (sent.base, sent.locale):
                return each
        raise ApiError(
            400,
            f"This host has no base model {sent.base[:64]!r} for {sent.locale[:64]!r}.",
            inner_code="InvalidBaseModel",
            target="base",
        )


def _told(model: Entity) -> dict[str, object]:
    version = shapes.newest(model.version)
    told: dict[str, object] = {
        "status": model.status.value,
        "link": entity_url(model.host, version, Kind.MODEL, model.id),
    }
    if model.error is not None:
        told["error"] = {"code": model.error.code, "message": model.error.message}
    return told
