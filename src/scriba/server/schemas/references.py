"""What requests refer to: locales that the model knows, models, datasets, projects."""

import re

from scriba.errors import EntityNotFound, UnsupportedLocale
from scriba.resources.base_model import BaseModel, BaseModels
from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.versions import PLURALS, Version
from scriba.server.reading import Fields
from scriba.speech.language import locale
from scriba.storage.entities import Entities

_MODEL = re.compile(r"/models/(?:base/)?([0-9a-f-]{36})(?:[/?#]|$)", re.IGNORECASE)
_OWN_MODEL = re.compile(r"/models/([0-9a-f-]{36})(?:[/?#]|$)", re.IGNORECASE)
_ID = r"/([0-9a-f-]{36})(?:[/?#]|$)"
_INVALID = {
    Kind.DATASET: "InvalidDataset",
    Kind.MODEL: "InvalidModel",
    Kind.PROJECT: "InvalidProject",
}


def reference(fields: Fields, name: str) -> str | None:
    """The address of a reference `{"self": "..."}`."""
    inner = fields.object(name)
    return None if inner is None else inner.text("self", required=True, most=2048)


class References:
    """Looks up what a request names; what is wrong becomes a complaint.

    Entities are looked for among those of the resource, as far as `version` can read them.
    """

    def __init__(
        self,
        models: BaseModels,
        entities: Entities | None = None,
        resource_id: str = "",
        version: Version = Version.V2025_10,
    ) -> None:
        self._models = models
        self._entities = entities
        self._resource_id = resource_id
        self._version = version

    def tag(self, fields: Fields, name: str, text: str) -> str | None:
        """The locale of `text` as it is written, None where it cannot be recognised here."""
        try:
            tag = locale(text.strip()).tag
        except UnsupportedLocale as error:
            fields.complain(str(error).rstrip("."), "InvalidLocale", name)
            return None
        if tag not in self._models.locales():
            first = self._models.first
            fields.complain(
                f"the model of this service, {first.id if first else 'unknown'}, does not "
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
        elif not self._models.usable(found):
            fields.complain(
                f"{path}: the files of the model {found.model.id} are not on this server; its "
                f"operator fetches them with `scriba models pull {found.model.id}`",
                "InvalidModel",
                name,
            )
        return found

    def any_model(
        self, fields: Fields, name: str, tag: str | None, code: str = "InvalidModel"
    ) -> str | None:
        """The id of the base model or own model that the field `name` refers to.

        It is for the locale `tag`, and can be used: it has been trained, or runs here.
        """
        address = reference(fields, name)
        match = _OWN_MODEL.search(address or "")
        if match is not None and self._models.get(match[1]) is None:
            found = self._found(fields, name, Kind.MODEL, match[1], code)
            if found is None or not self._fits(fields, name, found, tag, "ModelMismatch"):
                return None
            return self._ended(fields, name, found, code)
        base = self.model(fields, name, tag)
        return None if base is None else base.id

    def base_or_own(self, fields: Fields, name: str, tag: str | None, code: str) -> str | None:
        """The id of the model, base or own, that one is to be trained from.

        A base model need not be the one that the service runs.
        """
        address = reference(fields, name)
        if address is None:
            return None
        match = _MODEL.search(address)
        base = self._models.get(match[1]) if match is not None else None
        if base is None:
            return self.any_model(fields, name, tag, code)
        if tag is not None and base.locale.tag != tag:
            fields.complain(
                f"{fields.path(name)}: the model {base.id} is for {base.locale.tag}, not for {tag}",
                "ModelMismatch",
                name,
            )
            return None
        return base.id

    def root(self, id: str) -> str:
        """The id of the base model below an own model that was found before."""
        assert self._entities is not None
        return str(self._entities.get(Kind.MODEL, id, self._resource_id).spec.get("root", ""))

    def entity(
        self, fields: Fields, name: str, kind: Kind, tag: str | None, *, ended: bool = False
    ) -> Entity | None:
        """The entity of a kind, for the locale `tag`, that the field `name` refers to.

        `ended`: only one whose work has succeeded will do.
        """
        address = reference(fields, name)
        if address is None:
            return None
        match = re.search(f"/{PLURALS[kind]}{_ID}", address, re.IGNORECASE)
        if match is None:
            fields.complain(
                f"{fields.path(name)}.self must be the address of a {kind.value}, "
                f".../{PLURALS[kind]}/ID",
                _INVALID[kind],
                name,
            )
            return None
        found = self._found(fields, name, kind, match[1], _INVALID[kind])
        if found is None or not self._fits(fields, name, found, tag, "InvalidLocale"):
            return None
        failed = "FailedDataset" if kind is Kind.DATASET else _INVALID[kind]
        if ended and self._ended(fields, name, found, failed) is None:
            return None
        return found

    def _found(self, fields: Fields, name: str, kind: Kind, id: str, code: str) -> Entity | None:
        path = fields.path(name)
        try:
            if self._entities is None:
                raise EntityNotFound
            found = self._entities.get(kind, id.lower(), self._resource_id)
        except EntityNotFound:
            fields.complain(
                f"{path}: there is no {kind.value} {id}; GET /{PLURALS[kind]} lists what there is",
                code,
                name,
            )
            return None
        made = Version.parse(found.version)
        if made is not None and made > self._version:
            fields.complain(
                f"{path}: version {self._version} of the API cannot access the {kind.value} {id}, "
                f"which was made with {made}",
                code,
                name,
            )
            return None
        return found

    def _fits(self, fields: Fields, name: str, found: Entity, tag: str | None, code: str) -> bool:
        if tag is None or found.locale == tag:
            return True
        fields.complain(
            f"{fields.path(name)}: the {found.kind.value} {found.id} is for {found.locale}, not "
            f"for {tag}",
            code,
            name,
        )
        return False

    def _ended(self, fields: Fields, name: str, found: Entity, code: str) -> str | None:
        if found.status is Status.SUCCEEDED:
            return found.id
        what = f"{fields.path(name)}: the {found.kind.value} {found.id}"
        if found.status is Status.FAILED:
            fields.complain(f"{what} has failed", code, name)
        else:
            fields.complain(f"{what} is {found.status}; wait until it is Succeeded", code, name)
        return None
