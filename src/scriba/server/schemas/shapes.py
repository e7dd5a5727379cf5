"""All that differs between the versions of the API in JSON: names, units, what there is.

Source: the published swagger files of v3.0, v3.1, v3.2, 2024-05-15-preview, 2024-11-15 and
2025-10-15.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from scriba.customization.kinds import DatasetKind
from scriba.net.redact import redacted
from scriba.resources.base_model import CREATED, RETIRED, BaseModel
from scriba.resources.durations import iso_duration
from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.file import File, FileKind
from scriba.resources.transcription import (
    IdentificationMode,
    ProfanityFilter,
    Punctuation,
    TranscriptionSpec,
)
from scriba.resources.versions import PLURALS, Version, entity_url, url
from scriba.server.errors import ApiError
from scriba.storage.logs import Log

PUNCTUATION: Mapping[str, Punctuation] = {
    "None": "none",
    "Dictated": "dictated",
    "Automatic": "automatic",
    "DictatedAndAutomatic": "dictatedAndAutomatic",
}
PROFANITY: Mapping[str, ProfanityFilter] = {
    "None": "raw",
    "Removed": "removed",
    "Tags": "tags",
    "Masked": "masked",
}
MODES: Mapping[str, IdentificationMode] = {"Continuous": "continuous", "Single": "single"}

TRAINING = tuple(kind for kind in DatasetKind if kind is not DatasetKind.AUDIO_FILES)
"""The kinds of datasets that a model can be trained with; the other has no transcripts."""

HOUR = 3600.0
LONGEST_TO_LIVE = 31 * 24 * HOUR


@dataclass(frozen=True, slots=True)
class Shape:
    """What a version has: its properties of transcriptions, and how it names things.

    `diarization`: a flag only, a flag and a range of speakers, or a maximum. `least_to_live` is
    the shortest time to live in seconds, None where none is required. `classic` versions have
    `text` of models, and times to live, logs and REST addresses of endpoints.
    """

    diarization: Literal["flag", "range", "maximum"] = "maximum"
    display_words: bool = True
    identification: bool = True
    identification_mode: bool = True
    milliseconds: bool = True
    least_to_live: float | None = 6 * HOUR
    features: bool = True
    output_formats: bool = True
    operations_apart: bool = True
    classic: bool = False
    projects: bool = True
    project_counts: bool = False
    blocks: bool = True
    copy_link: str = "copy"
    dataset_kinds: tuple[DatasetKind, ...] = tuple(DatasetKind)


_V3_2 = Shape(
    diarization="range",
    milliseconds=False,
    least_to_live=None,
    operations_apart=False,
    classic=True,
    project_counts=True,
)
_KINDS_3_0 = (
    DatasetKind.LANGUAGE,
    DatasetKind.ACOUSTIC,
    DatasetKind.PRONUNCIATION,
    DatasetKind.AUDIO_FILES,
)
_V3_1 = replace(
    _V3_2,
    identification_mode=False,
    output_formats=False,
    copy_link="copyTo",
    dataset_kinds=(*_KINDS_3_0, DatasetKind.LANGUAGE_MARKDOWN),
)
SHAPES: Mapping[Version, Shape] = {
    Version.V3_0: replace(
        _V3_1,
        diarization="flag",
        display_words=False,
        identification=False,
        features=False,
        blocks=False,
        dataset_kinds=_KINDS_3_0,
    ),
    Version.V3_1: _V3_1,
    Version.V3_2: _V3_2,
    Version.PREVIEW_2024_05: replace(
        _V3_2, least_to_live=6 * HOUR, operations_apart=True, project_counts=False
    ),
    Version.V2024_11: Shape(projects=False),
    Version.V2025_10: Shape(),
}

_INNER_SINCE = {
    "InvalidChannels": Version.V3_2,
    "InvalidSourceAzureResourceId": Version.V3_2,
    "ModelCopyAuthorizationExpired": Version.V3_2,
    "EndpointLoggingNotSupported": Version.V2024_11,
    "NoLanguageIdentified": Version.V2025_10,
    "MultipleLanguagesIdentified": Version.V2025_10,
    "InvalidAudioFormat": Version.V2025_10,
    "BadChannelConfiguration": Version.V2025_10,
    "InvalidChannelSpecification": Version.V2025_10,
    "AudioLengthLimitExceeded": Version.V2025_10,
    "EmptyAudioFile": Version.V2025_10,
}


def known_code(error: ApiError, version: Version | None) -> ApiError:
    """The error with detailed codes that the version has; a newer one becomes InvalidPayload."""
    since = _INNER_SINCE.get(error.inner_code or "")
    older = since is not None and (version is None or version < since)
    if not older and not error.details:
        return error
    return ApiError(
        error.status,
        error.message,
        error.headers,
        code=error.code,
        inner_code="InvalidPayload" if older else error.inner_code,
        target=error.target,
        details=[known_code(each, version) for each in error.details],
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client called, and in which version: what links are built from."""

    host: str
    version: Version

    @property
    def shape(self) -> Shape:
        """What the version has."""
        return SHAPES[self.version]

    def base_model(self, id: str, *tail: str) -> str:
        """The address of a base model."""
        return url(self.host, self.version, "models", "base", id, *tail)

    def entity(self, kind: Kind, id: str, *tail: str) -> str:
        """The address of an entity, or of what is below it."""
        return entity_url(self.host, self.version, kind, id, *tail)

    def action(self, kind: Kind, id: str, name: str, *above: str) -> str:
        """The address of something to do with an entity, `ID:NAME`; `above` stands between."""
        return entity_url(self.host, self.version, kind, "/".join((id, *above)) + f":{name}")


def moment(value: datetime) -> str:
    """A time on the wire: UTC, whole seconds."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def common(entity: Entity) -> dict[str, Any]:
    """The fields that all kinds of entities have beside `self`, `links` and `properties`."""
    body: dict[str, Any] = {
        "lastActionDateTime": moment(entity.last_action),
        "status": entity.status.value,
        "createdDateTime": moment(entity.created),
    }
    if entity.locale is not None:
        body["locale"] = entity.locale
    body["displayName"] = entity.display_name
    if entity.description is not None:
        body["description"] = entity.description
    if entity.custom_properties:
        body["customProperties"] = dict(entity.custom_properties)
    return body


def transcription(place: Place, entity: Entity, model: str | None) -> dict[str, Any]:
    """A transcription; `model` is the id of the model that it runs with, a base or an own one."""
    spec = TranscriptionSpec.from_json(entity.spec)
    here = (place.host, place.version, entity.kind, entity.id)
    body: dict[str, Any] = {"self": entity_url(*here)}
    if model is not None:
        body["model"] = {"self": _model(place, spec, model)}
    if spec.project is not None and place.shape.projects:
        body["project"] = {"self": place.entity(Kind.PROJECT, spec.project)}
    if spec.dataset is not None:
        body["dataset"] = {"self": place.entity(Kind.DATASET, spec.dataset)}
    body["links"] = {"files": entity_url(*here, "files")}
    body["properties"] = _properties(place, entity, spec)
    return body | common(entity)


def _model(place: Place, spec: TranscriptionSpec, id: str) -> str:
    own = id in spec.asked.get("own", ())
    return place.entity(Kind.MODEL, id) if own else place.base_model(id)


def _properties(place: Place, entity: Entity, spec: TranscriptionSpec) -> dict[str, Any]:
    shape = place.shape
    body: dict[str, Any] = {}
    if shape.diarization != "maximum":
        body["diarizationEnabled"] = spec.diarization is not None
    body["wordLevelTimestampsEnabled"] = spec.words
    if shape.display_words:
        body["displayFormWordLevelTimestampsEnabled"] = spec.display_words
    body["channels"] = list(spec.channels)
    body["punctuationMode"] = _name(PUNCTUATION, spec.punctuation)
    body["profanityFilterMode"] = _name(PROFANITY, spec.profanity)
    seconds = entity.result.get("seconds")
    if seconds is not None:
        if shape.milliseconds:
            body["durationMilliseconds"] = round(seconds * 1000)
        else:
            body["duration"] = iso_duration(seconds)
    body |= _time_to_live(shape, spec)
    if (diarization := _diarization(shape, spec)) is not None:
        body["diarization"] = diarization
    if spec.identification is not None and shape.identification:
        found = spec.identification
        named: dict[str, Any] = {}
        if shape.identification_mode:
            named["mode"] = _name(MODES, found.mode)
        named["candidateLocales"] = list(found.candidates)
        if found.models:
            named["speechModelMapping"] = {
                tag: {"self": _model(place, spec, id)} for tag, id in found.models.items()
            }
        body["languageIdentification"] = named
    if spec.destination is not None:
        body["destinationContainerUrl"] = redacted(spec.destination)
    if entity.error is not None and entity.status is Status.FAILED:
        body["error"] = {"code": entity.error.code, "message": entity.error.message}
    return body


def _time_to_live(shape: Shape, spec: TranscriptionSpec) -> dict[str, Any]:
    seconds = spec.time_to_live
    if shape.milliseconds:
        return {"timeToLiveHours": math.ceil((seconds or 0) / HOUR)}
    if seconds is None and shape.least_to_live is None and "timeToLive" not in spec.asked:
        return {}
    return {"timeToLive": spec.asked.get("timeToLive") or iso_duration(seconds or 0)}


def _diarization(shape: Shape, spec: TranscriptionSpec) -> dict[str, Any] | None:
    speakers = spec.diarization
    asked = spec.asked.get("diarization")
    if shape.diarization == "range":
        # Without the range the older, simpler diarization is meant, which finds up to two.
        return asked if asked is not None and "speakers" in asked else None
    if shape.diarization == "flag" or (speakers is None and asked is None):
        return None
    if asked is not None and "speakers" not in asked:
        return dict(asked)
    body: dict[str, Any] = {"enabled": speakers is not None}
    if speakers is not None and speakers.maximum is not None and speakers.maximum >= 2:
        body["maxSpeakers"] = speakers.maximum
    return body


def _name(table: Mapping[str, Any], value: str) -> str:
    return next(name for name, inner in table.items() if inner == value)


def file(place: Place, file: File, owner: Entity, content_url: str) -> dict[str, Any]:
    """A file of an entity."""
    here = place.entity(owner.kind, owner.id, "files", file.id)
    return _file(place, file, here, file.properties.get("seconds"), content_url)


def log(place: Place, found: Log, here: str, content_url: str) -> dict[str, Any]:
    """A file of a log, which stands at the address `here`."""
    return _file(place, found, here, found.seconds, content_url)


def _file(
    place: Place, file: File | Log, here: str, seconds: float | None, content_url: str
) -> dict[str, Any]:
    properties: dict[str, Any] = {"size": file.size}
    if file.kind is FileKind.AUDIO and seconds is not None:
        if place.shape.milliseconds:
            properties["durationMilliseconds"] = round(seconds * 1000)
        else:
            properties["duration"] = iso_duration(seconds)
    return {
        "self": here,
        "name": file.name,
        "kind": file.kind.value,
        "properties": properties,
        "createdDateTime": moment(file.created),
        "links": {"contentUrl": content_url},
    }


def base_model(place: Place, base: BaseModel, usable: bool, adaptable: bool) -> dict[str, Any]:
    """A base model; `usable` says whether the service can recognise with it.

    `adaptable`: its files are here, so that own models can be made of it.
    """
    properties: dict[str, Any] = {
        "deprecationDates": {
            "adaptationDateTime": moment(RETIRED),
            "transcriptionDateTime": moment(RETIRED),
        }
    }
    shape = place.shape
    if shape.features:
        features: dict[str, Any] = {}
        if shape.operations_apart:
            features["supportsTranscriptionsSubmit"] = usable
            features["supportsTranscriptionsTranscribe"] = usable
        else:
            features["supportsTranscriptions"] = usable
        features["supportsEndpoints"] = usable
        features["supportsTranscriptionsOnSpeechContainers"] = False
        features["supportsAdaptationsWith"] = [
            kind.value for kind in shape.dataset_kinds if adaptable and kind in TRAINING
        ]
        if shape.output_formats:
            features["supportedOutputFormats"] = ["Lexical", "Display"]
        properties["features"] = features
    if shape.output_formats:
        properties["chargeForAdaptation"] = False
    return {
        "self": place.base_model(base.id),
        "links": {"manifest": place.base_model(base.id, "manifest")},
        "properties": properties,
        "lastActionDateTime": moment(CREATED),
        "status": Status.SUCCEEDED.value,
        "createdDateTime": moment(CREATED),
        "locale": base.locale.tag,
        "displayName": base.display_name,
        "description": base.description,
    }


def transcription_locales(version: Version, tags: Sequence[str]) -> Any:
    """The locales of transcriptions: a list, or one for each way to transcribe."""
    if SHAPES[version].operations_apart:
        return {"Transcribe": list(tags), "Submit": list(tags)}
    return list(tags)


def path_of(entity: Entity) -> list[str]:
    """The segments of an entity's path."""
    return [PLURALS[entity.kind], entity.id]
