"""What requests refer to: locales that the model knows, and models that run here."""

import re

from scriba.errors import UnsupportedLocale
from scriba.resources.base_model import BaseModel, BaseModels
from scriba.server.reading import Fields
from scriba.speech.language import locale

_MODEL = re.compile(r"/models/(?:base/)?([0-9a-f-]{36})(?:[/?#]|$)", re.IGNORECASE)


def reference(fields: Fields, name: str) -> str | None:
    """The address of a reference `{"self": "..."}`."""
    inner = fields.object(name)
    return None if inner is None else inner.text("self", required=True, most=2048)


class References:
    """Looks up what a request names; what is wrong becomes a complaint."""

    def __init__(self, models: BaseModels) -> None:
        self._models = models

    def tag(self, fields: Fields, name: str, text: str) -> str | None:
        """The locale of `text` as it is written, None where it cannot be recognised here."""
        try:
            tag = locale(text.strip()).tag
        except UnsupportedLocale as error:
            fields.complain(str(error).rstrip("."), "InvalidLocale", name)
            return None
        if tag not in self._models.locales():
            running = self._models.running
            fields.complain(
                f"the model of this service, {running.id if running else 'unknown'}, does not "
                f"recognise {tag}",
                "InvalidLocale",
                name,
            )
            return None
        return tag

    def model(self, fields: Fields, name: str, tag: str | None) -> BaseModel | None:
        """The base model that the field `name` refers to, for the locale `tag`."""
        address = reference(fields, name)
        if address is None:
            return None
        path = fields.path(name)
        match = _MODEL.search(address)
        if match is None:
            fields.complain(
                f"{path}.self must be the address of a model, as GET /models/base shows it",
                "InvalidModelUri",
                name,
            )
            return None
        found = self._models.get(match[1])
        if found is None:
            fields.complain(
                f"{path}: there is no model {match[1]}; GET /models/base lists what there is",
                "InvalidModel",
                name,
            )
            return None
        if tag is not None and found.locale.tag != tag:
            fields.complain(
                f"{path}: the model {found.id} is for {found.locale.tag}, not for {tag}",
                "ModelMismatch",
                name,
            )
        elif not self._models.runs(found):
            running = self._models.running
            fields.complain(
                f"{path}: the model {found.model.id} is in the catalogue, but this service runs "
                f"{running.id if running else 'another'}; its operator sets SCRIBA_MODEL",
                "InvalidModel",
                name,
            )
        return found
