"""Base models: each model of the catalogue, once for every locale that it recognises."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from scriba.errors import ModelError
from scriba.speech.catalogue import MODELS, Model, find
from scriba.speech.language import Locale, locales

_NAMESPACE = uuid.UUID("9d1c5c1c-54a0-5f0d-9a27-6a0c1d2b7a31")

# A model of the catalogue stays usable as long as it is there, so the dates are far away; a client
# that watches them must find them and find them unchanged.
CREATED = datetime(2026, 11, 1, tzinfo=UTC)
RETIRED = datetime(2099, 10, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A model of the catalogue for one locale; `id` is the same on every server, for ever."""

    id: str
    model: Model
    locale: Locale

    @property
    def display_name(self) -> str:
        """A short name that says locale and model."""
        return f"{self.locale.tag} {self.model.id}"

    @property
    def description(self) -> str:
        """Where the model comes from and for which language."""
        model = self.model
        return (
            f"{self.locale.name}: {model.repository} at {model.revision[:12]}, "
            f"licence {model.licence}"
        )


class BaseModels:
    """All base models, those of the model that the service runs first.

    `below` is the base model, by its id in the catalogue, of a service that runs a trained one.
    `present` says which models of the catalogue can be loaded beside the running one.
    """

    def __init__(
        self,
        running: str,
        models: Sequence[Model] = MODELS,
        present: Callable[[Model], bool] = lambda model: False,
        *,
        below: str | None = None,
    ) -> None:
        self._present = present
        self.running = _found(running, models)
        self.first = self.running or _found(below or "", models)
        ordered = sorted(models, key=lambda model: model is not self.first)
        self._all = tuple(each for model in ordered for each in of_model(model))
        self._by_id = {each.id: each for each in self._all}

    def list(self) -> tuple[BaseModel, ...]:
        """All of them, in an order that stays the same."""
        return self._all

    def get(self, id: str) -> BaseModel | None:
        """The base model of this id."""
        return self._by_id.get(id.lower())

    def default(self, tag: str) -> BaseModel | None:
        """The base model of a locale where none is named: what the service runs, or has below it.

        None where that does not know the locale. It need not be `usable`.
        """
        if self.first is None:
            return None
        return next((each for each in of_model(self.first) if each.locale.tag == tag), None)

    def runs(self, base: BaseModel) -> bool:
        """Whether the service recognises with this model."""
        return base.model is self.running

    def usable(self, base: BaseModel) -> bool:
        """Whether the service can recognise with this model, now or when it has loaded it."""
        return self.runs(base) or self._present(base.model)

    def locales(self) -> tuple[str, ...]:
        """The tags of the locales that the running model recognises, all where it is unknown."""
        if self.first is None:
            return tuple(each.tag for each in locales())
        return tuple(each.locale.tag for each in of_model(self.first))


def _found(name: str, models: Sequence[Model]) -> Model | None:
    try:
        return find(name, tuple(models))
    except ModelError:
        return None


def base_model_id(model: Model, tag: str) -> str:
    """The stable id of a catalogue model for a locale."""
    return str(uuid.uuid5(_NAMESPACE, f"{model.id}/{tag}"))


@cache
def of_model(model: Model) -> tuple[BaseModel, ...]:
    """The base models of one model of the catalogue, by locale."""
    return tuple(
        BaseModel(base_model_id(model, locale.tag), model, locale)
        for locale in locales()
        if model.languages is None or locale.whisper in model.languages
    )
