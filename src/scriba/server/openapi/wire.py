"""The schemas of the management API; what only some versions have is optional."""

from typing import Any

from scriba.resources.entity import Status
from scriba.resources.file import SHOWN
from scriba.resources.versions import Version
from scriba.resources.webhook import EVENTS
from scriba.server.openapi.parts import object_, ref
from scriba.server.schemas.shapes import MODES, PROFANITY, PUNCTUATION

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_WHOLE = {"type": "integer"}
_MOMENT = {"type": "string", "format": "date-time"}
_ADDRESS = {"type": "string", "format": "uri"}
_STATUS = {"enum": list(Status)}
_CUSTOM = {
    "type": "object",
    "maxProperties": 10,
    "additionalProperties": {"type": "string", "maxLength": 256},
}
_REFERENCE = object_({"self": _ADDRESS})
_DURATION = {"type": "string", "pattern": "^-?P"}


def schemas() -> dict[str, Any]:
    """The schemas by name."""
    return {
        "Error": _error(),
        "NewTranscription": _new_transcription(),
        "Transcription": _transcription(),
        "Transcriptions": _page("Transcription"),
        "Update": _some(displayName=_TEXT, description=_TEXT, customProperties=_CUSTOM),
        "TranscriptionLocales": {
            "oneOf": [ref("Locales"), object_({"Transcribe": _texts(), "Submit": _texts()})]
        },
        "Locales": _texts(),
        "File": _file(),
        "Files": _page("File"),
        "BaseModel": _base_model(),
        "BaseModels": _page("BaseModel"),
        "Manifest": object_(
            {
                "model": _REFERENCE,
                "modelFiles": _list(object_({"name": _TEXT, "contentUrl": _ADDRESS})),
                "properties": {"type": "object"},
            }
        ),
        "Health": object_(
            {"status": _HEALTH, "message": _TEXT, "components": _list(_component())},
            optional=("message",),
        ),
        "TranscribeResult": object_(
            {
                "durationMilliseconds": _WHOLE,
                "duration": _WHOLE,
                "combinedPhrases": _list(
                    object_({"channel": _WHOLE, "text": _TEXT}, optional=("channel",))
                ),
                "phrases": _list({"type": "object", "required": ["text"]}),
            },
            optional=("durationMilliseconds", "duration"),
        ),
        "NewWebHook": _webhook(("displayName", "webUrl", "events")),
        "WebHookUpdate": _webhook(()),
        "WebHook": _webhook(("self", "displayName", "webUrl", "events", "status", "links")),
        "WebHooks": _page("WebHook"),
        "Delivery": object_(
            {"self": _ADDRESS, "event": _TEXT, "status": _STATUS, "tries": _list({})},
        ),
        "Deliveries": _page("Delivery"),
    }


_HEALTH = {"enum": ["Healthy", "Degraded", "Unhealthy"]}


def _component() -> dict[str, Any]:
    parts = {"name": _TEXT, "type": _TEXT, "status": _HEALTH, "message": _TEXT}
    return object_(parts, optional=("message",))


def _some(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _texts() -> dict[str, Any]:
    return _list(_TEXT)


def _page(name: str) -> dict[str, Any]:
    return object_({"values": _list(ref(name)), "@nextLink": _ADDRESS}, optional=("@nextLink",))


def _error() -> dict[str, Any]:
    inner = object_({"code": _TEXT, "message": _TEXT})
    return object_(
        {
            "code": _TEXT,
            "message": _TEXT,
            "target": _TEXT,
            "details": _list(ref("Error")),
            "innerError": inner,
            "error": {"type": "object", "description": "The same, from fast transcription."},
        },
        optional=("target", "details", "innerError", "error"),
    )


def _properties() -> dict[str, Any]:
    speakers = _some(minCount=_bounded(1, 35), maxCount=_bounded(1, 35))
    return {
        "wordLevelTimestampsEnabled": _FLAG,
        "displayFormWordLevelTimestampsEnabled": _FLAG,
        "channels": {"type": "array", "items": _bounded(0, 7), "minItems": 1},
        "punctuationMode": {"enum": list(PUNCTUATION)},
        "profanityFilterMode": {"enum": list(PROFANITY)},
        "diarizationEnabled": {**_FLAG, "description": "Before 2024-11-15."},
        "diarization": _some(enabled=_FLAG, maxSpeakers=_bounded(2, 35), speakers=speakers),
        "languageIdentification": {
            **_some(
                mode={"enum": list(MODES)},
                candidateLocales=_texts(),
                speechModelMapping={"type": "object", "additionalProperties": _REFERENCE},
            ),
            "required": ["candidateLocales"],
        },
        "destinationContainerUrl": _ADDRESS,
        "timeToLive": {**_DURATION, "description": "Before 2024-11-15."},
        "timeToLiveHours": {**_WHOLE, "description": "From 2024-11-15: 6 to 744."},
    }


def _bounded(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


def _new_transcription() -> dict[str, Any]:
    fields = {
        "displayName": {"type": "string", "minLength": 1, "maxLength": 1024},
        "description": _TEXT,
        "locale": _TEXT,
        "contentUrls": {"type": "array", "items": _ADDRESS, "maxItems": 1000},
        "contentContainerUrl": _ADDRESS,
        "model": _REFERENCE,
        "customProperties": _CUSTOM,
        "properties": _some(**_properties(), email=_TEXT),
    }
    return object_(fields, optional=tuple(set(fields) - {"displayName", "locale"}))


def _entity(fields: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    every = {
        "self": _ADDRESS,
        **fields,
        "lastActionDateTime": _MOMENT,
        "status": _STATUS,
        "createdDateTime": _MOMENT,
        "locale": _TEXT,
        "displayName": _TEXT,
        "description": _TEXT,
        "customProperties": _CUSTOM,
    }
    return object_(every, optional=("description", "customProperties", *optional))


def _transcription() -> dict[str, Any]:
    done = {
        "duration": _DURATION,
        "durationMilliseconds": _WHOLE,
        "error": object_({"code": _TEXT, "message": _TEXT}),
    }
    return _entity(
        {
            "model": _REFERENCE,
            "links": object_({"files": _ADDRESS}),
            "properties": _some(**_properties(), **done),
        },
        optional=("model",),
    )


def _file() -> dict[str, Any]:
    return object_(
        {
            "self": _ADDRESS,
            "name": _TEXT,
            "kind": {"enum": list(SHOWN)},
            "properties": _some(size=_WHOLE, duration=_DURATION, durationMilliseconds=_WHOLE),
            "createdDateTime": _MOMENT,
            "links": object_({"contentUrl": _ADDRESS}),
        }
    )


def _base_model() -> dict[str, Any]:
    dates = object_({"adaptationDateTime": _MOMENT, "transcriptionDateTime": _MOMENT})
    return _entity(
        {
            "links": object_({"manifest": _ADDRESS}),
            "properties": _some(
                deprecationDates=dates, features={"type": "object"}, chargeForAdaptation=_FLAG
            ),
        }
    )


def _webhook(required: tuple[str, ...]) -> dict[str, Any]:
    events: dict[str, Any] = {"type": "object", "properties": dict.fromkeys(EVENTS, _FLAG)}
    events["additionalProperties"] = False
    fields = {
        "self": _ADDRESS,
        "displayName": _TEXT,
        "description": _TEXT,
        "webUrl": _ADDRESS,
        "events": events,
        "customProperties": _CUSTOM,
        "properties": _some(apiVersion={"enum": list(Version)}, secret=_TEXT, error={}),
        "links": object_({"ping": _ADDRESS, "test": _ADDRESS}),
        "status": _STATUS,
        "createdDateTime": _MOMENT,
        "lastActionDateTime": _MOMENT,
    }
    return {"type": "object", "properties": fields, "required": list(required)}
