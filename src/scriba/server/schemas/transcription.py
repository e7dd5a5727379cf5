"""Reading the request that makes a transcription: every field checked, every complaint at once."""

from dataclasses import dataclass, field
from typing import Any

from scriba.customization.kinds import DatasetKind
from scriba.resources.base_model import BaseModels
from scriba.resources.dataset import DatasetSpec
from scriba.resources.entity import Kind
from scriba.resources.transcription import TranscriptionSpec
from scriba.resources.versions import Version
from scriba.server.errors import Complaints
from scriba.server.reading import Fields, url_problem
from scriba.server.schemas.common import (
    CUSTOM_PROPERTIES,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    read_project,
)
from scriba.server.schemas.properties import PropertiesReader
from scriba.server.schemas.references import References, reference
from scriba.server.schemas.shapes import SHAPES

MAX_URLS = 1000

_READ_ONLY = frozenset({"self", "links", "status", "createddatetime", "lastactiondatetime"})


@dataclass(frozen=True, slots=True)
class NewTranscription:
    """What a request asks for; `notes` are to be told to the client."""

    display_name: str
    locale: str
    description: str | None
    custom_properties: dict[str, str]
    spec: TranscriptionSpec
    notes: list[str] = field(default_factory=list)


class TranscriptionReader:
    """Reads requests of one version; `schemes` are those that recordings may have."""

    def __init__(
        self,
        version: Version,
        models: BaseModels,
        schemes: tuple[str, ...] = ("https", "http"),
        references: References | None = None,
    ) -> None:
        self._version = version
        self._models = models
        self._references = references or References(models)
        self._schemes = schemes
        self._complaints = Complaints()
        self._notes: list[str] = []

    def read(self, body: Any) -> NewTranscription:
        """Read the parsed body; raises ApiError 400 with all that is wrong."""
        fields = Fields(body, self._complaints)
        name = fields.text("displayName", required=True, least=1, most=LONGEST_NAME)
        tag = self._locale(fields, "locale", required=True)
        description = fields.text("description", most=LONGEST_DESCRIPTION)
        custom = fields.texts("customProperties", **CUSTOM_PROPERTIES)
        source = self._source(fields, tag)
        chosen = self._references.any_model(fields, "model", tag)
        project = read_project(fields, self._references, self._version, tag)
        properties = fields.object("properties")
        required = SHAPES[self._version].least_to_live is not None
        if required and ("properties" not in fields or fields.is_null("properties")):
            fields.complain("the field properties is required", name="properties")
        asked: dict[str, Any] = {}
        wanted: dict[str, Any] = {}
        ignored: list[str] = []
        if properties is not None:
            reader = PropertiesReader(self._version, self._references, self._notes)
            wanted = reader.read(properties, tag, asked)
            ignored = reader.ignored
        default = self._models.default(tag) if tag else None
        if chosen is None and default is not None and self._models.runs(default):
            asked["model"] = default.id
        elif chosen is not None:
            asked["model"] = chosen
        identification = wanted.get("identification")
        named = [chosen, *(identification.models.values() if identification else ())]
        if own := sorted({each for each in named if each and self._models.get(each) is None}):
            asked["own"] = own
        self._complaints.check()
        if ignored := [*fields.ignored(_READ_ONLY), *ignored]:
            shown = ", ".join(ignored[:8])
            self._notes.append(f"ignored, as they are not part of the API: {shown}")
        assert name is not None
        assert tag is not None
        spec = TranscriptionSpec(**source, model=chosen, project=project, asked=asked, **wanted)
        return NewTranscription(name, tag, description, custom or {}, spec, self._notes)

    def _locale(self, fields: Fields, name: str, *, required: bool = False) -> str | None:
        text = fields.text(name, required=required, least=1, most=64, code="InvalidLocale")
        return None if text is None else self._references.tag(fields, name, text)

    def _source(self, fields: Fields, tag: str | None) -> dict[str, Any]:
        urls = fields.raw("contentUrls")
        container = fields.text("contentContainerUrl", most=16_384, code="InvalidRecordingsUri")
        dataset = reference(fields, "dataset")
        given = [urls not in (None, []), bool(container), dataset is not None]
        if given.count(True) != 1:
            fields.complain(
                "give exactly one of contentUrls, contentContainerUrl and dataset",
                "OnlyOneOfUrlsOrContainerOrDataset",
            )
            return {}
        if dataset is not None:
            found = self._references.entity(fields, "dataset", Kind.DATASET, tag, ended=True)
            if found is None:
                return {}
            kind = DatasetSpec.from_json(found.spec).kind
            if kind not in (DatasetKind.AUDIO_FILES, DatasetKind.ACOUSTIC):
                fields.complain(
                    f"the dataset is of the kind {kind.value}, which has no recordings",
                    "InvalidDataset",
                    "dataset",
                )
                return {}
            return {"dataset": found.id}
        if container:
            self._check_url(fields, "contentContainerUrl", container, self._schemes)
            return {"container_url": container.strip()}
        return {"content_urls": self._urls(fields)}

    def _urls(self, fields: Fields) -> tuple[str, ...]:
        found = fields.raw("contentUrls")
        if isinstance(found, list) and len(found) > MAX_URLS:
            fields.complain(
                f"contentUrls holds {len(found)} addresses; {MAX_URLS} are allowed",
                "ExceededNumberOfRecordingsUris",
                "contentUrls",
            )
            return ()
        found = fields.items("contentUrls", str, "addresses", MAX_URLS) or []
        # Names of blobs hold blanks, and people write their addresses as they see them.
        urls = tuple(each.strip().replace(" ", "%20") for each in found)
        for i, each in enumerate(urls):
            self._check_url(fields, f"contentUrls[{i}]", each, self._schemes)
        return urls

    def _check_url(self, fields: Fields, name: str, value: str, schemes: tuple[str, ...]) -> None:
        if (problem := url_problem(value, schemes)) is not None:
            fields.complain(f"{fields.path(name)} {problem}", "InvalidRecordingsUri", name)
