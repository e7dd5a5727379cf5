"""Custom speech in the OpenAPI document: what is told of each operation, and the schemas."""

from typing import Any

from scriba.customization.kinds import DatasetKind
from scriba.resources.evaluation import SIDES
from scriba.resources.versions import PLURALS
from scriba.server.custom_speech import GROUPS
from scriba.server.openapi.about import LIFETIMES, LIST, NUMBER, About
from scriba.server.openapi.parts import object_, query
from scriba.server.openapi.wire import (
    ADDRESS,
    CUSTOM,
    DURATION,
    FLAG,
    MOMENT,
    REFERENCE,
    STATUS,
    TEXT,
    WHOLE,
    bounded,
    entity,
    list_of,
    page,
    some,
)

_TOP = LIST[1]
_LOGS = (
    _TOP,
    query("skipToken", TEXT, "Where the page before ended, as its @nextLink says."),
    *LIFETIMES,
)
_END = (query("endDate", {"type": "string", "format": "date"}, "The last day; all if absent."),)
_BLOCK = (
    query("blockid", TEXT, "Base64 of 1 to 64 bytes, the same length for all.", required=True),
)
_NOUNS = {
    "Datasets": ("dataset", "Dataset"),
    "Models": ("model", "CustomModel"),
    "Evaluations": ("evaluation", "Evaluation"),
    "Endpoints": ("endpoint", "Endpoint"),
    "Projects": ("project", "Project"),
}
_CREATED = {
    "Datasets_Create": "Data from an address, or to come in blocks where it has none.",
    "Models_Create": "Train a model.",
    "Evaluations_Create": "Compare two models on a dataset.",
    "Endpoints_Create": "Put a model behind an id.",
    "Projects_Create": "A name for a locale that others refer to.",
}


def about() -> dict[str, About]:
    """What is told, by the names of the operations."""
    found: dict[str, About] = {}
    for prefix, (noun, schema) in _NOUNS.items():
        one, many = ("CustomModel", "CustomModels") if noun == "model" else ("", "")
        all_ = {200: f"{schema}s"}
        found |= {
            f"{prefix}_List{many}": About(f"All {PLURALS_OF[noun]} of one's own.", all_, LIST),
            f"{prefix}_Create": About(
                _CREATED[f"{prefix}_Create"], {201: schema}, takes=f"New{schema}"
            ),
            f"{prefix}_Get{one}": About(f"One {noun}.", {200: schema}),
            f"{prefix}_Update": About(f"Change a {noun}.", {200: schema}, takes=f"{schema}Update"),
            f"{prefix}_Delete": About(f"Delete a {noun} that is not in use.", {204: None}),
            f"{prefix}_ListFiles": About("Its files.", {200: "Files"}, (*LIST, *LIFETIMES)),
            f"{prefix}_GetFile": About("One of its files.", {200: "File"}, LIFETIMES),
            f"{prefix}_ListSupportedLocales": About(
                f"The locales of {PLURALS_OF[noun]}.",
                {200: "DatasetLocales" if noun == "dataset" else "Locales"},
            ),
        }
    for kind, group in GROUPS.items():
        schema = _NOUNS.get(group.plural.capitalize(), ("", "Transcription"))[1]
        found[f"Projects_List{group.plural.capitalize()}"] = About(
            f"The {PLURALS[kind]} of a project.", {200: f"{schema}s"}, LIST
        )
    return found | _OTHERS


PLURALS_OF = {noun: prefix.lower() for prefix, (noun, _) in _NOUNS.items()}

_OTHERS: dict[str, About] = {
    "Datasets_Upload": About("Data as a form.", {201: "Dataset"}),
    "Datasets_GetBlocks": About("The blocks that were sent.", {200: "Blocks"}),
    "Datasets_UploadBlock": About(
        "Send a block of at most 8 MiB, in place of an older one.", {201: None}, _BLOCK
    ),
    "Datasets_CommitBlocks": About(
        "Put blocks together; the import begins.", {200: None}, takes="BlockList"
    ),
    "Models_GetCustomModelManifest": About(
        "All that is needed to run the model elsewhere.", {200: "Manifest"}, LIFETIMES
    ),
    "CopyModelToSubscription": About(
        "Copy a model to another resource of this service.", {201: "CustomModel"}, takes="CopyTo"
    ),
    "Models_CopyTo": About(
        "Copy a model to another resource of this service.", {201: "CustomModel"}, takes="CopyTo"
    ),
    "Models_AuthorizeCopy": About(
        "Let a model of another resource be copied to this one.",
        {200: "CopyAuthorization"},
        takes="CopySource",
    ),
    "Models_Copy": About(
        "Copy a model to where the authorization is from, also to another Scriba host.",
        {202: "Operation"},
        takes="CopyAuthorization",
    ),
    "Operations_GetModelCopy": About("How far a copy is.", {200: "Operation"}),
    "Endpoints_Suspend": About("Recognise no more until resumed. Beyond Azure.", {200: "Endpoint"}),
    "Endpoints_Resume": About("Recognise again. Beyond Azure.", {200: "Endpoint"}),
    "Endpoints_ListLogs": About("Audio and results that were kept.", {200: "Files"}, _LOGS),
    "Endpoints_DeleteLogs": About("Delete logs up to a day.", {202: None}, _END),
    "Endpoints_GetLog": About("One log.", {200: "File"}, LIFETIMES),
    "Endpoints_DeleteLog": About("Delete one log.", {204: None}),
    "Endpoints_ListBaseModelLogs": About("Logs of base models.", {200: "Files"}, _LOGS),
    "Endpoints_DeleteBaseModelLogs": About("Delete logs up to a day.", {202: None}, _END),
    "Endpoints_GetBaseModelLog": About("One log.", {200: "File"}, LIFETIMES),
    "Endpoints_DeleteBaseModelLog": About("Delete one log.", {204: None}),
}


def schemas() -> dict[str, Any]:
    """The schemas by name."""
    found: dict[str, Any] = {}
    for name, (fields, required, own) in _kinds().items():
        every = {**fields, "project": REFERENCE}
        found[name] = _read(every, required)
        found[f"{name}s"] = page(name)
        found[f"New{name}"] = _new(every, required)
        found[f"{name}Update"] = some(
            displayName=TEXT, description=TEXT, customProperties=CUSTOM, **own
        )
    found["Project"] = object_(
        {
            "self": ADDRESS,
            "links": {"type": "object"},
            "properties": {"type": "object"},
            "displayName": TEXT,
            "locale": TEXT,
            "createdDateTime": MOMENT,
        },
        optional=("properties",),
    )
    return found | _parts()


def _kinds() -> dict[str, tuple[dict[str, Any], set[str], dict[str, Any]]]:
    """Own fields of each kind, those that a new one has to have, and those that can change."""
    kinds = {"enum": list(DatasetKind)}
    project = {"project": REFERENCE}
    figures: dict[str, Any] = {f"wordErrorRate{side}": {"type": "number"} for side in SIDES}
    lines = some(
        acceptedLineCount=WHOLE,
        rejectedLineCount=WHOLE,
        duration=DURATION,
        durationMilliseconds=WHOLE,
        textNormalizationKind={"enum": ["Default", "None"]},
    )
    logging = some(contentLoggingEnabled=FLAG)
    return {
        "Dataset": (
            {"kind": kinds, "contentUrl": ADDRESS, "properties": lines},
            {"kind"},
            project,
        ),
        "CustomModel": (
            {
                "baseModel": REFERENCE,
                "datasets": list_of(REFERENCE),
                "text": TEXT,
                "properties": some(customModelWeightPercent=bounded(1, 100)),
            },
            set(),
            project,
        ),
        "Evaluation": (
            {
                "model1": REFERENCE,
                "model2": REFERENCE,
                "dataset": REFERENCE,
                "properties": some(**figures),
            },
            {"model1", "model2", "dataset"},
            project,
        ),
        "Endpoint": (
            {
                "model": REFERENCE,
                "properties": some(loggingEnabled=FLAG, timeToLive=DURATION, suspended=FLAG),
            },
            set(),
            {**project, "model": REFERENCE, "properties": logging},
        ),
        "Project": ({"foundryProjectName": TEXT}, set(), {"foundryProjectName": TEXT}),
    }


def _read(fields: dict[str, Any], required: set[str]) -> dict[str, Any]:
    every = {**fields, "links": {"type": "object"}}
    optional = tuple(set(fields) - required - {"properties"})
    return entity(every, optional)


def _new(fields: dict[str, Any], required: set[str]) -> dict[str, Any]:
    every = {
        "displayName": {"type": "string", "minLength": 1, "maxLength": 1024},
        "locale": TEXT,
        "description": TEXT,
        "customProperties": CUSTOM,
        **fields,
    }
    needed = required | {"displayName", "locale"}
    return object_(every, optional=tuple(set(every) - needed))


def _parts() -> dict[str, Any]:
    block = object_({"name": TEXT, "size": NUMBER})
    kind = {"enum": ["Committed", "Uncommitted", "Latest"]}
    error = object_({"code": TEXT, "message": TEXT})
    return {
        "DatasetLocales": {"type": "object", "additionalProperties": list_of(TEXT)},
        "Blocks": object_({"committedBlocks": list_of(block), "uncommittedBlocks": list_of(block)}),
        "BlockList": list_of(object_({"kind": kind, "id": TEXT})),
        "CopyTo": object_({"targetSubscriptionKey": TEXT}),
        "CopySource": object_({"sourceResourceId": TEXT}),
        "CopyAuthorization": object_(
            {
                "targetResourceRegion": TEXT,
                "targetResourceId": TEXT,
                "targetResourceEndpoint": TEXT,
                "sourceResourceId": TEXT,
                "expirationDateTime": MOMENT,
                "id": TEXT,
            }
        ),
        "Operation": object_(
            {
                "id": TEXT,
                "self": ADDRESS,
                "status": STATUS,
                "createdDateTime": MOMENT,
                "lastActionDateTime": MOMENT,
                "result": object_({"link": ADDRESS}),
                "error": error,
            },
            optional=("result", "error"),
        ),
        "Offer": object_(
            {
                "displayName": TEXT,
                "locale": TEXT,
                "base": TEXT,
                "model": TEXT,
                "weight": bounded(1, 100),
                "files": list_of(object_({"name": TEXT, "url": ADDRESS})),
            },
            optional=("weight",),
        ),
        "Offered": object_(
            {"status": STATUS, "link": ADDRESS, "error": error}, optional=("error",)
        ),
        "DatasetForm": object_(
            {
                "displayName": TEXT,
                "locale": TEXT,
                "kind": {"enum": list(DatasetKind)},
                "description": TEXT,
                "customProperties": TEXT,
                "project": TEXT,
                "email": TEXT,
                "data": {"type": "string", "contentMediaType": "application/octet-stream"},
            },
            optional=("description", "customProperties", "project", "email"),
        ),
    }
