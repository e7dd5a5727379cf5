"""Reading the request that makes a transcription: every field checked, every complaint at once."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from scriba.errors import UnsupportedLocale
from scriba.resources.base_model import BaseModel, BaseModels
from scriba.resources.durations import parse_duration
from scriba.resources.transcription import (
    Identification,
    IdentificationMode,
    ProfanityFilter,
    Punctuation,
    Speakers,
    TranscriptionSpec,
)
from scriba.resources.versions import Version
from scriba.server.errors import Complaints
from scriba.server.reading import Fields, url_problem
from scriba.server.schemas.shapes import (
    HOUR,
    LONGEST_TO_LIVE,
    MODES,
    PROFANITY,
    PUNCTUATION,
    SHAPES,
    Shape,
)
from scriba.speech.language import locale

MAX_URLS = 1000
MAX_CANDIDATES = 10
MAX_SPEAKERS = 35
MAX_CHANNEL = 7

CUSTOM_PROPERTIES = {"entries": 10, "key": 64, "value": 256}
LONGEST_NAME = 1024
LONGEST_DESCRIPTION = 8192

_MODEL = re.compile(r"/models/(?:base/)?([0-9a-f-]{36})(?:[/?#]|$)", re.IGNORECASE)
# What other versions have: ignoring it would leave undone what was asked for.
_ELSEWHERE = {
    "timetolive": ("timeToLive", "timeToLiveHours"),
    "timetolivehours": ("timeToLiveHours", "timeToLive"),
    "diarizationenabled": ("diarizationEnabled", "diarization.enabled"),
    "diarization": ("diarization", "diarizationEnabled, or v3.1 and newer"),
    "languageidentification": ("languageIdentification", "v3.1 and newer"),
    "displayformwordleveltimestampsenabled": (
        "displayFormWordLevelTimestampsEnabled",
        "v3.1 and newer",
    ),
}
_READ_ONLY = {"self", "links", "status", "createddatetime", "lastactiondatetime"}
_READ_ONLY_PROPERTIES = {"duration", "durationmilliseconds", "error"}


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
        self, version: Version, models: BaseModels, schemes: tuple[str, ...] = ("https", "http")
    ) -> None:
        self._shape: Shape = SHAPES[version]
        self._version = version
        self._models = models
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
        source = self._source(fields)
        model = self._model(fields, "model", tag)
        if self._reference(fields, "project") is not None:
            fields.complain(
                "there is no project of this id: projects are not available yet",
                "InvalidProject",
                "project",
            )
        properties = fields.object("properties")
        required = self._shape.least_to_live is not None
        if required and ("properties" not in fields or fields.is_null("properties")):
            fields.complain("the field properties is required", name="properties")
        asked: dict[str, Any] = {}
        wanted = self._properties(properties, tag, asked) if properties is not None else {}
        default = self._models.default(tag) if tag else None
        if (used := model or default) is not None:
            asked["model"] = used.id
        self._unknown(fields, _READ_ONLY, "")
        self._complaints.check()
        assert name is not None
        assert tag is not None
        spec = TranscriptionSpec(**source, model=model.id if model else None, asked=asked, **wanted)
        return NewTranscription(name, tag, description, custom or {}, spec, self._notes)

    def _locale(self, fields: Fields, name: str, *, required: bool = False) -> str | None:
        text = fields.text(name, required=required, least=1, most=64, code="InvalidLocale")
        return None if text is None else self._tag(fields, name, text)

    def _tag(self, fields: Fields, name: str, text: str) -> str | None:
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

    def _source(self, fields: Fields) -> dict[str, Any]:
        urls = fields.raw("contentUrls")
        container = fields.text("contentContainerUrl", most=16_384, code="InvalidRecordingsUri")
        dataset = self._reference(fields, "dataset")
        given = [urls not in (None, []), bool(container), dataset is not None]
        if given.count(True) != 1:
            fields.complain(
                "give exactly one of contentUrls, contentContainerUrl and dataset",
                "OnlyOneOfUrlsOrContainerOrDataset",
            )
            return {}
        if dataset is not None:
            fields.complain(
                "there is no dataset of this id: datasets are not available yet",
                "InvalidDataset",
                "dataset",
            )
            return {}
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
        urls = fields.items("contentUrls", str, "addresses", MAX_URLS) or []
        for i, each in enumerate(urls):
            self._check_url(fields, f"contentUrls[{i}]", each, self._schemes)
        return tuple(each.strip() for each in urls)

    def _check_url(self, fields: Fields, name: str, value: str, schemes: tuple[str, ...]) -> None:
        if (problem := url_problem(value, schemes)) is not None:
            fields.complain(f"{fields.path(name)} {problem}", "InvalidRecordingsUri", name)

    def _reference(self, fields: Fields, name: str) -> str | None:
        """The address of a reference `{"self": "..."}`."""
        inner = fields.object(name)
        return None if inner is None else inner.text("self", required=True, most=2048)

    def _model(self, fields: Fields, name: str, tag: str | None) -> BaseModel | None:
        address = self._reference(fields, name)
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

    def _properties(self, fields: Fields, tag: str | None, asked: dict[str, Any]) -> dict[str, Any]:
        shape = self._shape
        wanted: dict[str, Any] = {}
        _put(wanted, "words", fields.flag("wordLevelTimestampsEnabled"))
        if shape.display_words:
            _put(wanted, "display_words", fields.flag("displayFormWordLevelTimestampsEnabled"))
        punctuation: Punctuation | None = fields.choice("punctuationMode", PUNCTUATION)
        _put(wanted, "punctuation", punctuation)
        profanity: ProfanityFilter | None = fields.choice("profanityFilterMode", PROFANITY)
        _put(wanted, "profanity", profanity)
        _put(wanted, "channels", self._channels(fields))
        _put(wanted, "diarization", self._diarization(fields, asked))
        if shape.identification:
            _put(wanted, "identification", self._identification(fields, tag))
        _put(wanted, "time_to_live", self._time_to_live(fields, asked))
        destination = fields.text("destinationContainerUrl", most=16_384)
        if destination:
            if (problem := url_problem(destination)) is not None:
                path = fields.path("destinationContainerUrl")
                fields.complain(f"{path} {problem}", name="destinationContainerUrl")
            wanted["destination"] = destination.strip()
        if fields.text("email", most=320):
            wanted["email_note"] = True
            self._notes.append("properties.email has no effect: Scriba sends no mail")
        self._unknown(fields, _READ_ONLY_PROPERTIES, "properties.")
        return wanted

    def _channels(self, fields: Fields) -> tuple[int, ...] | None:
        path = fields.path("channels")
        found = fields.raw("channels")
        if found is None:
            return None
        if (
            not isinstance(found, list)
            or not found
            or any(type(each) is not int or not 0 <= each <= MAX_CHANNEL for each in found)
            or len(set(found)) != len(found)
        ):
            fields.complain(
                f"{path} must be a list of different channel numbers from 0 to {MAX_CHANNEL}",
                "InvalidChannels",
                "channels",
            )
            return None
        return tuple(sorted(found))

    def _diarization(self, fields: Fields, asked: dict[str, Any]) -> Speakers | None:
        if self._shape.diarization == "flag":
            return Speakers(1, 2) if fields.flag("diarizationEnabled") else None
        inner = fields.object("diarization")
        if self._shape.diarization == "maximum":
            if inner is None:
                return None
            enabled = inner.flag("enabled")
            most = inner.integer("maxSpeakers", 2, MAX_SPEAKERS)
            asked["diarization"] = {"enabled": enabled is not False}
            _put(asked["diarization"], "maxSpeakers", most)
            if "speakers" in inner:
                inner.complain(
                    f"{inner.path('speakers')} is not part of version {self._version}; "
                    "use maxSpeakers",
                    name="speakers",
                )
            return None if enabled is False else Speakers(1, most)
        on = fields.flag("diarizationEnabled")
        if inner is None:
            return Speakers(1, 2) if on else None
        for name in ("maxSpeakers", "enabled"):
            if inner.raw(name):
                inner.complain(
                    f"{inner.path(name)} is not part of version {self._version}; use "
                    "diarizationEnabled and diarization.speakers",
                    name=name,
                )
        speakers = inner.object("speakers")
        if speakers is None:
            inner.complain(f"the field {inner.path('speakers')} is required", name="speakers")
            return None
        least = speakers.integer("minCount", 1, MAX_SPEAKERS)
        most = speakers.integer("maxCount", 1, MAX_SPEAKERS)
        if least is not None and most is not None and least > most:
            speakers.complain(f"{speakers.path('minCount')} is larger than maxCount")
        echoed: dict[str, int] = {}
        _put(echoed, "minCount", least)
        _put(echoed, "maxCount", most)
        asked["diarization"] = {"speakers": echoed}
        if not on:
            self._notes.append(
                "properties.diarization has no effect without diarizationEnabled: true"
            )
            return None
        return Speakers(least or 1, most)

    def _identification(self, fields: Fields, tag: str | None) -> Identification | None:
        inner = fields.object("languageIdentification")
        if inner is None:
            return None
        mode: IdentificationMode = "continuous"
        if self._shape.identification_mode:
            mode = inner.choice("mode", MODES) or mode
        elif inner.raw("mode") not in (None, "Continuous"):
            inner.complain(
                f"{inner.path('mode')} is not part of version {self._version}; use v3.2 or newer",
                name="mode",
            )
        name = "candidateLocales"
        path = inner.path(name)
        texts = inner.items(name, str, "locales", 500)
        if texts is None:
            if inner.raw(name) is None:
                inner.complain(f"the field {path} is required", name=name)
            return None
        tags = [self._tag(inner, f"{name}[{i}]", text) for i, text in enumerate(texts)]
        candidates = tuple(dict.fromkeys(each for each in tags if each is not None))
        if None not in tags:
            self._count_candidates(inner, candidates, mode, tag)
        models = self._mapping(inner, candidates)
        return Identification(candidates, mode, models)

    def _count_candidates(
        self, inner: Fields, candidates: Collection[str], mode: str, tag: str | None
    ) -> None:
        path = inner.path("candidateLocales")
        if len(candidates) < 2:
            inner.complain(
                f"{path} must hold at least two different locales", name="candidateLocales"
            )
        elif mode == "continuous" and len({*candidates, tag or ""} - {""}) > MAX_CANDIDATES:
            inner.complain(
                f"{path} may hold at most {MAX_CANDIDATES} locales in Continuous mode, the locale "
                "of the transcription included; in Single mode any number",
                name="candidateLocales",
            )

    def _mapping(self, inner: Fields, candidates: Collection[str]) -> dict[str, str]:
        mapping = inner.object("speechModelMapping")
        found: dict[str, str] = {}
        for name in mapping.names() if mapping is not None else ():
            assert mapping is not None
            tag = next((each for each in candidates if each.lower() == name.lower()), None)
            if tag is None:
                mapping.complain(
                    f"{mapping.path(name[:80])} is not one of candidateLocales", name=name[:80]
                )
            elif (model := self._model(mapping, name, tag)) is not None:
                found[tag] = model.id
        return found

    def _time_to_live(self, fields: Fields, asked: dict[str, Any]) -> float | None:
        least = self._shape.least_to_live
        name = "timeToLiveHours" if self._shape.milliseconds else "timeToLive"
        path = fields.path(name)
        if fields.raw(name) is None:
            if least is not None:
                fields.complain(f"the field {path} is required", "InvalidTimeToLive", name)
            return None
        if self._shape.milliseconds:
            hours = fields.integer(name, 6, 744, "InvalidTimeToLive")
            return None if hours is None else hours * HOUR
        text = fields.text(name, most=64, code="InvalidTimeToLive")
        if text is None:
            return None
        try:
            seconds = parse_duration(text)
        except ValueError as error:
            fields.complain(f"{path}: {error}", "InvalidTimeToLive", name)
            return None
        lowest = least or 0.0
        if not lowest <= seconds <= LONGEST_TO_LIVE:
            shown = "6 hours (PT6H)" if least else "0"
            fields.complain(
                f"{path} must be between {shown} and 31 days (P31D)", "InvalidTimeToLive", name
            )
            return None
        asked["timeToLive"] = text
        return seconds or None

    def _unknown(self, fields: Fields, silent: Collection[str], prefix: str) -> None:
        ignored = []
        for name in fields.unread():
            lowered = name.lower()
            value = fields.raw(name)
            if lowered in silent or value in (None, False):
                continue
            if prefix and lowered in _ELSEWHERE:
                own, use = _ELSEWHERE[lowered]
                fields.complain(
                    f"{prefix}{own} is not part of version {self._version}; use {use}", name=own
                )
            else:
                ignored.append(f"{prefix}{name}")
        if ignored:
            shown = ", ".join(
                re.sub(r"[^\w.@-]", "?", name[:40], flags=re.ASCII) for name in ignored[:8]
            )
            self._notes.append(f"ignored, as they are not part of the API: {shown}")


def _put(target: dict[str, Any], name: str, value: Any) -> None:
    if value is not None:
        target[name] = value
