"""Which model answers a request: of an endpoint (`cid`), a base model, an own one."""

import asyncio
import logging
import uuid
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from scriba.errors import EntityNotFound, ModelError
from scriba.resources.base_model import BaseModels
from scriba.resources.endpoint import EndpointSpec
from scriba.resources.entity import Entity, Kind, Status
from scriba.server.errors import ApiError
from scriba.server.interfaces import ModelPool, Speech
from scriba.speech import abandon
from scriba.speech.pool import PoolClosed
from scriba.storage.entities import Entities

log = logging.getLogger("scriba.server")

_LOAD_SECONDS = 120.0
_RETRY = {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class Deployment:
    """What an endpoint says of its requests: the model, None for the default, and the log."""

    endpoint_id: str
    model: str | None
    logging: bool
    locale: str


class Lent(Protocol):
    """A recogniser that is given back when it is not needed any more."""

    @property
    def speech(self) -> Speech: ...

    def release(self) -> None: ...


class Own:
    """The recogniser of the service itself, which is nobody's to give back."""

    def __init__(self, speech: Speech) -> None:
        self.speech = speech

    def release(self) -> None:
        """Nothing."""


class ModelUse:
    """Finds models by what requests call them. Methods that ask the database block.

    Without a `pool` only the running model can be used.
    """

    def __init__(
        self,
        speech: Speech,
        pool: ModelPool | None,
        entities: Entities,
        base_models: BaseModels,
    ) -> None:
        self._own = Own(speech)
        self._pool = pool
        self._entities = entities
        self._base_models = base_models

    def deployment(self, cid: str, resource_id: str, locale: str | None) -> Deployment:
        """What the endpoint `cid` says now; raises ApiError 400 where it cannot take this request.

        With `locale` it must be for that one, else it says itself which it is for.
        The database is asked each time, so that a change counts from the next request on.
        """
        entity = self._endpoint(cid, resource_id)
        spec = EndpointSpec.from_json(entity.spec)
        if spec.suspended:
            raise _invalid(
                f"the endpoint {entity.id} is suspended and recognises nothing; resume it with "
                f"POST /endpoints/{entity.id}:resume of the management API, or use another one"
            )
        if entity.status is not Status.SUCCEEDED:
            raise _invalid(f"the endpoint {entity.id} is {entity.status}")
        if locale is not None and entity.locale != locale:
            raise _invalid(
                f"the endpoint {entity.id} is for {entity.locale}, and 'language' is {locale}"
            )
        if spec.model is not None and (problem := self.problem(spec.model, resource_id)):
            raise ApiError(503, f"The endpoint {entity.id} cannot be used: {problem}.", _RETRY)
        return Deployment(entity.id, spec.model, spec.logging, entity.locale or "")

    def problem(self, id: str, resource_id: str) -> str | None:
        """Why a resource cannot recognise with a model now; None where it can."""
        base = self._base_models.get(id)
        if base is None:
            try:
                entity = self._entities.get(Kind.MODEL, id.lower(), resource_id)
            except EntityNotFound:
                return f"there is no model {id}"
            if entity.status is not Status.SUCCEEDED:
                return f"its model {entity.id} is {entity.status}"
        elif not self._base_models.usable(base):
            return (
                f"the files of the model {base.model.id} are not on this server; its operator "
                f"fetches them with `scriba models pull {base.model.id}`"
            )
        if self._pool is None and not (base is not None and self._base_models.runs(base)):
            return "this server recognises with no other model than its own"
        return None

    async def speech(
        self, models: Mapping[str, str], locales: Sequence[str], held: ExitStack
    ) -> Speech:
        """A recogniser with `models` (locale -> id) for a recording in one of `locales`.

        What is lent is given back when `held` is closed. Raises as `lease` does.
        """
        lent: dict[str, Speech] = {}
        for tag, id in models.items():
            if not locales or tag in locales:
                lease = await self.lease(id, long=True)
                held.callback(lease.release)
                lent[tag] = lease.speech
        if len(locales) == 1 and lent:
            return lent[locales[0]]
        own = self._own.speech
        return own.with_models(lent) if lent else own

    def locale(self, id: str, resource_id: str) -> str | None:
        """The locale that a model is for; None where there is no such model."""
        base = self._base_models.get(id)
        if base is not None:
            return base.locale.tag
        try:
            return self._entities.get(Kind.MODEL, id.lower(), resource_id).locale
        except EntityNotFound:
            return None

    async def lease(self, id: str | None, *, long: bool = False) -> Lent:
        """The recogniser of a model, loaded if it is not; give it back in the end.

        With `long` that may take minutes. Raises ModelsBusy where there is no room for it,
        ApiError 503 where it cannot be loaded.
        """
        base = self._base_models.get(id) if id is not None else None
        if id is None or self._pool is None or (base and self._base_models.runs(base)):
            return self._own
        try:
            request = self._pool.request(id.lower(), long=long)
        except PoolClosed:
            raise _closing() from None
        try:
            if request.done():
                return request.result()
            waiting = asyncio.wrap_future(request)
            return await asyncio.wait_for(waiting, _LOAD_SECONDS)
        except TimeoutError:
            abandon(request)
            raise ApiError(503, "The model is still being loaded; try again later.") from None
        except PoolClosed:
            raise _closing() from None
        except ModelError as error:
            log.error("%s", error)
            raise ApiError(
                503, "The model cannot be loaded now; the log of the service says why.", _RETRY
            ) from error
        except BaseException:
            abandon(request)
            raise

    def _endpoint(self, cid: str, resource_id: str) -> Entity:
        try:
            return self._entities.get(Kind.ENDPOINT, str(uuid.UUID(cid)), resource_id)
        except (ValueError, EntityNotFound):
            raise _invalid(
                "there is no custom endpoint of this id; GET /endpoints lists yours"
            ) from None


def _closing() -> ApiError:
    return ApiError(503, "The recogniser is shutting down; try again later.")


def _invalid(why: str) -> ApiError:
    return ApiError(400, f"Invalid cid: {why}.")
