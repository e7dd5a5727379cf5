"""What requests of all kinds have in common: name, locale, description, project."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.versions import Version
from scriba.server.errors import Complaints
from scriba.server.reading import Fields
from scriba.server.schemas.references import References, reference
from scriba.server.schemas.shapes import SHAPES

CUSTOM_PROPERTIES = {"entries": 10, "key": 64, "value": 256}
LONGEST_NAME = 1024
LONGEST_DESCRIPTION = 8192

READ_ONLY = frozenset({"self", "links", "status", "createddatetime", "lastactiondatetime"})


@dataclass(frozen=True, slots=True)
class Named:
    """The common part of what is asked for; `notes` are to be told to the client."""

    display_name: str
    locale: str
    description: str | None
    custom_properties: dict[str, str]
    project: str | None
    notes: list[str] = field(default_factory=list)


class Reader:
    """Reads the request for a new entity: first `tag`, then its own fields, in the end `named`."""

    def __init__(self, body: Any, version: Version, references: References) -> None:
        self.version = version
        self.shape = SHAPES[version]
        self.references = references
        self.complaints = Complaints()
        self.fields = Fields(body, self.complaints)
        self.notes: list[str] = []
        self._name = self.fields.text("displayName", required=True, least=1, most=LONGEST_NAME)
        self._description = self.fields.text("description", most=LONGEST_DESCRIPTION)
        self._custom = self.fields.texts("customProperties", **CUSTOM_PROPERTIES)
        self.tag = self._tag()
        self._project = read_project(self.fields, references, version, self.tag)

    def _tag(self) -> str | None:
        text = self.fields.text("locale", required=True, least=1, most=64, code="InvalidLocale")
        return None if text is None else self.references.tag(self.fields, "locale", text)

    def properties(self) -> Fields | None:
        """The object `properties`; its `email` is taken and has no effect."""
        found = self.fields.object("properties")
        if found is not None and found.text("email", most=320):
            self.notes.append("properties.email has no effect: Scriba sends no mail")
        return found

    def required(self, name: str, code: str = "InvalidPayload") -> None:
        """Complain where a reference is absent."""
        if self.fields.peek(name) is None:
            self.fields.complain(f"the field {name} is required", code, name)

    def elsewhere(self, name: str, use: str) -> None:
        """Complain of a field that other versions have: ignored, it would be left undone."""
        if self.fields.raw(name) not in (None, [], {}, ""):
            self.fields.complain(
                f"{name} is not part of version {self.version}; use {use}", name=name
            )

    def named(self, *within: Fields | None, silent: Collection[str] = ()) -> Named:
        """The common part; raises ApiError 400 with all that is wrong.

        `within` are the objects that were read, whose other fields are told to be ignored, but
        for the names in `silent`, in lower case.
        """
        self.complaints.check()
        ignored = [
            path
            for each in (self.fields, *within)
            if each is not None
            for path in each.ignored(READ_ONLY | {"error"} | set(silent))
        ]
        if ignored:
            shown = ", ".join(ignored[:8])
            self.notes.append(f"ignored, as they are not part of the API: {shown}")
        assert self._name is not None
        assert self.tag is not None
        return Named(
            self._name, self.tag, self._description, self._custom or {}, self._project, self.notes
        )


def read_project(
    fields: Fields, references: References, version: Version, tag: str | None
) -> str | None:
    """The id of the project that a request names."""
    if not SHAPES[version].projects:
        if reference(fields, "project") is not None:
            fields.complain(
                f"project is not part of version {version}; use v3.x or 2025-10-15",
                "InvalidProject",
                "project",
            )
        return None
    found = references.entity(fields, "project", Kind.PROJECT, tag)
    return found.id if found is not None else None


def error_of(entity: Entity) -> dict[str, Any]:
    """The field `error` of the properties, where the work has failed."""
    if entity.error is None or entity.status is not Status.FAILED:
        return {}
    return {"error": {"code": entity.error.code, "message": entity.error.message}}
