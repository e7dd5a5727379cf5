"""The versions of the management API, and the addresses of its entities in each."""

from enum import StrEnum
from functools import total_ordering

from scriba.resources.entity import Kind

BASE = "/speechtotext"


@total_ordering
class Version(StrEnum):
    """A version, oldest first; older ones stand in the path, newer ones in `?api-version=`."""

    V3_0 = "v3.0"
    V3_1 = "v3.1"
    V3_2 = "v3.2"
    PREVIEW_2024_05 = "2024-05-15-preview"
    V2024_11 = "2024-11-15"
    V2025_10 = "2025-10-15"

    @classmethod
    def parse(cls, text: str) -> "Version | None":
        """The version of this name in any case, None where there is none."""
        return _BY_NAME.get(text.strip().lower())

    @property
    def in_path(self) -> bool:
        """Whether it is a part of the path."""
        return self.value.startswith("v")

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return _ORDER[self] < _ORDER[other]

    def __le__(self, other: object) -> bool:
        return self == other or self < other

    def __gt__(self, other: object) -> bool:
        return isinstance(other, Version) and other < self

    def __ge__(self, other: object) -> bool:
        return self == other or self > other

    __hash__ = StrEnum.__hash__


_ORDER = {version: i for i, version in enumerate(Version)}
_BY_NAME = {version.value: version for version in Version}

PLURALS = {
    Kind.TRANSCRIPTION: "transcriptions",
    Kind.WEBHOOK: "webhooks",
    Kind.DATASET: "datasets",
    Kind.MODEL: "models",
    Kind.EVALUATION: "evaluations",
    Kind.ENDPOINT: "endpoints",
    Kind.PROJECT: "projects",
    Kind.COPY: "operations/models/copy",
    Kind.AUTHORIZATION: "models/authorizations",
}
"""The path segment of each kind of entity."""


def url(host: str, version: Version, *segments: str, query: str = "") -> str:
    """An address of the management API: `host` is scheme, host and port that the client called."""
    path = "/".join(
        (host.rstrip("/") + BASE, *([version.value] if version.in_path else []), *segments)
    )
    given = [] if version.in_path else [f"api-version={version.value}"]
    joined = "&".join([*([query] if query else []), *given])
    return f"{path}?{joined}" if joined else path


def entity_url(host: str, version: Version, kind: Kind, id: str, *tail: str) -> str:
    """The address of an entity, or of what is below it: `tail` such as ("files",)."""
    return url(host, version, PLURALS[kind], id, *tail)
