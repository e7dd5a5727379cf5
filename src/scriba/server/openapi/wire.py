"""The schemas of the management API; what only some versions have is optional."""

from typing import Any

from scriba.resources.entity import Status
from scriba.resources.file import SHOWN
from scriba.resources.versions import Version
from scriba.resources.webhook import EVENTS
from scriba.server.openapi.parts import object_, ref
from scriba.server.schemas.shapes import MODES, PROFANITY, PUNCTUATION

TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
WHOLE = {"type": "integer"}
MOMENT = {"type": "string", "format": "date-time"}
ADDRESS = {"type": "string", "format": "uri"}
STATUS = {"enum": list(Status)}
CUSTOM = {
    "type": "object",
    "maxProperties": 10,
    "additionalProperties": {"type": "string", "maxLength": 256},
}
REFERENCE = object_({"self": ADDRESS})
DURATION = {"type": "string", "pattern": "^-?P"}


def schemas() -> dict[str, Any]:
    """The schemas by name."""
    return {
        "Error": _error(),
        "NewTranscription": _new_transcription(),
        "Transcription": _transcription(),
        "Transcriptions": page("Transcription"),
        "Update": some(displayName=TEXT, description=TEXT, customProperties=CUSTOM),
        "TranscriptionLocales": {
            "oneOf": [ref("Locales"), object_({"Transcribe": _texts(), "Submit": _texts()})]
        },
        "Locales": _texts(),
        "File": _file(),
        "Files": page("File"),
        "BaseModel": _base_model(),
        "BaseModels": page("BaseModel"),
        "Manifest": object_(
            {
                "model": REFERENCE,
                "modelFiles": list_of(object_({"name": TEXT, "contentUrl": ADDRESS})),
                "properties": {"type": "object"},
            }
        ),
        "Health": object_(
            {"status": _HEALTH, "message": TEXT, "components": list_of(_component())},
            optional=("message",),
        ),
        "TranscribeResult": object_(
            {
                "durationMilliseconds": WHOLE,
                "duration": WHOLE,
                "combinedPhrases": list_of(
                    object_({"channel": WHOLE, "text": TEXT}, optional=("channel",))
                ),
                "phrases": list_of({"type": "object", "required": ["text"]}),
            },
            optional=("durationMilliseconds", "duration"),
        ),
        "NewWebHook": _webhook(("displayName", "webUrl", "events")),
        "WebHookUpdate": _webhook(()),
        "WebHook": _webhook(("self", "displayName", "webUrl", "events", "status", "links")),
        "WebHooks": page("WebHook"),
        "Delivery": object_(
            {"self": ADDRESS, "event": TEXT, "status": STATUS, "tries": list_of({})},
        ),
        "Deliveries": page("Delivery"),
    }


_HEALTH = {"enum": ["Healthy", "Degraded", "Unhealthy"]}


def _component() -> dict[str, Any]:
    parts = {"name": TEXT, "type": TEXT, "status": _HEALTH, "message": TEXT}
    return object_(parts, optional=("message",))


def some(**properties: Any) -> dict[str, Any]:
    """An object of which any field may be absent."""
    return {"type": "object", "properties": properties}


def list_of(items: dict[str, Any]) -> dict[str, Any]:
    """A list."""
    return {"type": "array", "items": items}


def _texts() -> dict[str, Any]:
    return list_of(TEXT)


def page(name: str) -> dict[str, Any]:
    """A page of a list."""
    return object_({"values": list_of(ref(name)), "@nextLink": ADDRESS}, optional=("@nextLink",))


def _error() -> dict[str, Any]:
    inner = object_({"code": TEXT, "message": TEXT})
    return object_(
        {
            "code": TEXT,
            "message": TEXT,
            "target": TEXT,
            "details": list_of(ref("Error")),
            "innerError": inner,
            "error": {"type": "object", "description": "The same, from fast transcription."},
        },
        optional=("target", "details", "innerError", "error"),
    )


def _properties() -> dict[str, Any]:
    speakers = some(minCount=bounded(1, 35), maxCount=bounded(1, 35))
    return {
        "wordLevelTimestampsEnabled": FLAG,
        "displayFormWordLevelTimestampsEnabled": FLAG,
        "channels": {"type": "array", "items": bounded(0, 7), "minItems": 1},
        "punctuationMode": {"enum": list(PUNCTUATION)},
        "profanityFilterMode": {"enum": list(PROFANITY)},
        "diarizationEnabled": {**FLAG, "description": "Before 2024-11-15."},
        "diarization": some(enabled=FLAG, maxSpeakers=bounded(2, 35), speakers=speakers),
        "languageIdentification": {
            **some(
                mode={"enum": list(MODES)},
                candidateLocales=_texts(),
                speechModelMapping={"type": "object", "additionalProperties": REFERENCE},
            ),
            "required": ["candidateLocales"],
        },
        "destinationContainerUrl": ADDRESS,
        "timeToLive": {**DURATION, "description": "Before 2024-11-15."},
        "timeToLiveHours": {**WHOLE, "description": "From 2024-11-15: 6 to 744."},
    }


def bounded(least: int, most: int) -> dict[str, Any]:
    """A whole number between two bounds, which are included."""
    return {"type": "integer", "minimum": least, "maximum": most}


def _new_transcription() -> dict[str, Any]:
    fields = {
        "displayName": {"type": "string", "minLength": 1, "maxLength": 1024},
        "description": TEXT,
        "locale": TEXT,
        "contentUrls": {"type": "array", "items": ADDRESS, "maxItems": 1000},
        "contentContainerUrl": ADDRESS,
        "model": REFERENCE,
        "customProperties": CUSTOM,
        "properties": some(**_properties(), email=TEXT),
    }
    return object_(fields, optional=tuple(set(fields) - {"displayName", "locale"}))


def entity(fields: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An entity with fields of its own beside those that all have."""
    every = {
        "self": ADDRESS,
        **fields,
        "lastActionDateTime": MOMENT,
        "status": STATUS,
        "createdDateTime": MOMENT,
        "locale": TEXT,
        "displayName": TEXT,
        "description": TEXT,
        "customProperties": CUSTOM,
    }
    return object_(every, optional=("description", "customProperties", *optional))


def _transcription() -> dict[str, Any]:
    done = {
        "duration": DURATION,
        "durationMilliseconds": WHOLE,
        "error": object_({"code": TEXT, "message": TEXT}),
    }
    return entity(
        {
            "model": REFERENCE,
            "links": object_({"files": ADDRESS}),
            "properties": some(**_properties(), **done),
        },
        optional=("model",),
    )


def _file() -> dict[str, Any]:
    return object_(
        {
            "self": ADDRESS,
            "name": TEXT,
            "kind": {"enum": list(SHOWN)},
            "properties": some(size=WHOLE, duration=DURATION, durationMilliseconds=WHOLE),
            "createdDateTime": MOMENT,
            "links": object_({"contentUrl": ADDRESS}),
        }
    )


def _base_model() -> dict[str, Any]:
    dates = object_({"adaptationDateTime": MOMENT, "transcriptionDateTime": MOMENT})
    return entity(
        {
            "links": object_({"manifest": ADDRESS}),
            "properties": some(
                deprecationDates=dates, features={"type": "object"}, chargeForAdaptation=FLAG
            ),
        }
    )


def _webhook(required: tuple[str, ...]) -> dict[str, Any]:
    events: dict[str, Any] = {"type": "object", "properties": dict.fromkeys(EVENTS, FLAG)}
    events["additionalProperties"] = False
    fields = {
        "self": ADDRESS,
        "displayName": TEXT,
        "description": TEXT,
        "webUrl": ADDRESS,
        "events": events,
        "customProperties": CUSTOM,
        "properties": some(apiVersion={"enum": list(Version)}, secret=TEXT, error={}),
        "links": object_({"ping": ADDRESS, "test": ADDRESS}),
        "status": STATUS,
        "createdDateTime": MOMENT,
        "lastActionDateTime": MOMENT,
    }
    return {"type": "object", "properties": fields, "required": list(required)}
