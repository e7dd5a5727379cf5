"""The recogniser that a job asks for: of the service, of a base model, of an own one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from scriba.errors import EntityNotFound, ModelError
from scriba.jobs.recording import Speech
from scriba.speech.recognizer import Recognizer
from scriba.storage.model_files import ModelFiles


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


class PooledSpeech:
    """`SpeechOf` with the models of a pool; `speech` is the service's own recogniser."""

    def __init__(self, speech: Recognizer, pool: Pool, models: ModelFiles) -> None:
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
            try:
                self._models.owned(id, resource_id)
            except EntityNotFound:
                raise ModelError(f"there is no model {id} any more") from None
        with self._pool.get(ids, hours=True, check=check) as found:
            lent = dict(zip(ids, found, strict=True))
            speech = lent[model] if model is not None else self._speech
            yield speech.with_models({tag: lent[id] for tag, id in by_locale.items()})
