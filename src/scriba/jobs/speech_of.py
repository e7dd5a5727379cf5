"""The recogniser that a job asks for: of the service, of a base model, of an own one."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Protocol

from scriba.errors import EntityNotFound, ModelError
from scriba.jobs.recording import Speech
from scriba.speech.recognizer import Recognizer
from scriba.storage.model_files import ModelFiles

log = logging.getLogger(__name__)


class Pool(Protocol):
    """The models that are loaded, as `scriba.speech.pool` has them."""

    def get(
        self, ids: Sequence[str], *, hours: bool = False, check: Callable[[], None] = ...
    ) -> AbstractContextManager[list[Recognizer]]: ...


class SpeechOf(Protocol):
    """Lends the recogniser of a job for as long as the context lasts."""

    def __call__(
        self,
        resource_id: str,
        model: str | None,
        by_locale: Mapping[str, str],
        check: Callable[[], None],
    ) -> AbstractContextManager[Speech]:
        """`model` is for all locales (None: the service's own), but for those in `by_locale`.

        `check` is called while models are waited for and may raise. Raises ModelError where one is
        not there (any more) or cannot be loaded.
        """
        ...


def service_only(speech: Speech) -> SpeechOf:
    """For a worker that has no other model than its own."""

    @contextmanager
    def lend(
        resource_id: str,
        model: str | None,
        by_locale: Mapping[str, str],
        check: Callable[[], None],
    ) -> Iterator[Speech]:
        if model is not None or by_locale:
            raise ModelError("this worker recognises with no other model than its own")
        yield speech

    return lend


class Mixing(Speech, Protocol):
    """A recogniser that can have the models of others for some locales."""

    def with_models(self, models: Mapping[str, Any]) -> "Mixing": ...


class PooledSpeech:
    """`SpeechOf` with the models of a pool; `speech` is the service's own recogniser."""

    def __init__(self, speech: Mixing, pool: Pool, models: ModelFiles) -> None:
        self._speech = speech
        self._pool = pool
        self._models = models

    @contextmanager
    def __call__(
        self,
        resource_id: str,
        model: str | None,
        by_locale: Mapping[str, str],
        check: Callable[[], None],
    ) -> Iterator[Speech]:
        """Lend a recogniser."""
        wanted = [*([model] if model is not None else []), *by_locale.values()]
        ids = list(dict.fromkeys(wanted))
        for id in ids:
            self._check(id, resource_id)
        with ExitStack() as stack:
            try:
                found = stack.enter_context(self._pool.get(ids, hours=True, check=check))
            except ModelError as error:
                # Why, says where its files lie on this host.
                log.error("models of a job cannot be loaded: %s", error)
                raise ModelError(
                    "it cannot be loaded by the worker, whose log says why (a base model may have "
                    "to be fetched there with `scriba models pull`)"
                ) from None
            lent: dict[str, Mixing] = dict(zip(ids, found, strict=True))
            speech = lent[model] if model is not None else self._speech
            others = {tag: lent[id] for tag, id in by_locale.items()}
            yield speech.with_models(others) if others else speech

    def _check(self, id: str, resource_id: str) -> None:
        try:
            self._models.owned(id, resource_id)
        except EntityNotFound:
            raise ModelError(f"there is no model {id} any more") from None
