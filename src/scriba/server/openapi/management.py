"""The management API: one section an operation, in every version that has it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scriba.resources.versions import BASE, Version
from scriba.server import base_models, fast, healthstatus, transcriptions, webhooks
from scriba.server.files import FORMS
from scriba.server.files import PATH as CONTENT
from scriba.server.openapi.parts import JSON, KEY_OR_TOKEN, RETRY, body, object_, query, ref
from scriba.server.openapi.wire import schemas
from scriba.server.operation import Operation

__all__ = ["paths", "schemas"]

_NUMBER = {"type": "integer", "format": "int32"}
_LISTING = [
    query("skip", {**_NUMBER, "minimum": 0, "default": 0}, "Values to pass over."),
    query("top", {**_NUMBER, "minimum": 1, "default": 100}, "Values to answer, at most 1000."),
]
_FILTER = query(
    "filter",
    {"type": "string", "maxLength": 4096},
    "Which values: comparisons (eq, ne, gt, ge, lt, le) with and, or, not and brackets. From v3.1.",
)
_LIFETIMES = [
    query(
        "sasValidityInSeconds",
        {**_NUMBER, "minimum": 0},
        "How long links work, before 2024-11-15; 12 hours if absent.",
    ),
    query(
        "sasLifetimeMinutes",
        {**_NUMBER, "minimum": 1},
        "How long links work, from 2024-11-15; 12 hours if absent.",
    ),
]
_LIST = (*_LISTING, _FILTER)
_LOCATION = {"Location": {"schema": {"type": "string"}, "description": "The new entity."}}


@dataclass(frozen=True, slots=True)
class _About:
    """What is told of an operation: `answers` by status, a schema's name or None for no body."""

    summary: str
    answers: dict[int, str | None]
    parameters: Sequence[dict[str, Any]] = ()
    takes: str | None = None


_ABOUT = {
    "Transcriptions_Create": _About(
        "Transcribe recordings.", {201: "Transcription"}, takes="NewTranscription"
    ),
    "Transcriptions_Submit": _About(
        "Transcribe recordings.", {201: "Transcription"}, takes="NewTranscription"
    ),
    "Transcriptions_List": _About("All transcriptions.", {200: "Transcriptions"}, _LIST),
    "Transcriptions_ListSupportedLocales": _About(
        "The locales that recordings may be in.", {200: "TranscriptionLocales"}
    ),
    "Transcriptions_Get": _About("One transcription.", {200: "Transcription"}),
    "Transcriptions_Update": _About(
        "Change name, description or custom properties.", {200: "Transcription"}, takes="Update"
    ),
    "Transcriptions_Delete": _About("Delete a transcription that has ended.", {204: None}),
    "Transcriptions_ListFiles": _About(
        "Its results and its report.", {200: "Files"}, (*_LIST, *_LIFETIMES)
    ),
    "Transcriptions_GetFile": _About("One of its files.", {200: "File"}, _LIFETIMES),
    "Transcriptions_Transcribe": _About(
        "Transcribe one recording while the client waits.", {200: "TranscribeResult"}
    ),
    "WebHooks_List": _About("All webhooks.", {200: "WebHooks"}, _LIST),
    "WebHooks_Create": _About("Be told of events.", {201: "WebHook"}, takes="NewWebHook"),
    "WebHooks_Get": _About("One webhook.", {200: "WebHook"}),
    "WebHooks_Update": _About("Change a webhook.", {200: "WebHook"}, takes="WebHookUpdate"),
    "WebHooks_Delete": _About("Delete a webhook.", {204: None}),
    "PingHook": _About("Send a ping.", {202: None}),
    "WebHooks_Ping": _About("Send a ping.", {202: None}),
    "TestHook": _About("Send the last event of each kind again.", {202: None, 204: None}),
    "WebHooks_Test": _About("Send the last event of each kind again.", {202: None, 204: None}),
    "WebHooks_ListDeliveries": _About(
        "What was sent to a webhook, beyond Azure.", {200: "Deliveries"}, _LISTING
    ),
    "WebHooks_GetDelivery": _About("One delivery and its tries.", {200: "Delivery"}),
    "WebHooks_ReplayDelivery": _About("Send a delivery again.", {202: "Delivery"}),
    "Models_ListBaseModels": _About("All base models.", {200: "BaseModels"}, _LIST),
    "Models_GetBaseModel": _About("One base model.", {200: "BaseModel"}),
    "Models_GetBaseModelManifest": _About(
        "The files of a base model.", {200: "Manifest"}, _LIFETIMES
    ),
    "Models_ListSupportedLocales": _About(
        "The locales that there are base models for.", {200: "Locales"}
    ),
    "Models_ListCustomModels": _About("Own models; none yet.", {200: "BaseModels"}, _LIST),
    "ServiceHealth_Get": _About("The service and its parts.", {200: "Health"}),
}


def paths() -> dict[str, Any]:
    """The operations, by path; those of custom speech, which answer 404, are left out."""
    found: dict[str, Any] = {CONTENT: {"get": _content()}}
    groups = (transcriptions, fast, webhooks, base_models, healthstatus)
    for operation in (each for group in groups for each in group.OPERATIONS):
        about = _ABOUT.get(operation.name)
        if about is None:
            continue
        in_path = [version for version in Version if version.in_path]
        for path, versions in (
            (BASE + operation.path, [each for each in Version if not each.in_path]),
            (f"{BASE}/{{version}}{operation.path}", in_path),
        ):
            here = [version for version in versions if version in operation.versions]
            if here:
                described = _operation(operation, about, here)
                found.setdefault(path, {})[operation.method.lower()] = described
    return found


def _operation(operation: Operation, about: _About, versions: Sequence[Version]) -> dict[str, Any]:
    in_path = versions[0].in_path
    version = {
        "name": "version" if in_path else "api-version",
        "in": "path" if in_path else "query",
        "required": True,
        "schema": {"type": "string", "enum": [each.value for each in versions]},
    }
    described: dict[str, Any] = {
        "operationId": operation.name + ("_v3" if in_path else ""),
        "summary": about.summary,
        "security": KEY_OR_TOKEN,
        "parameters": [version, *_path_parameters(operation.path), *about.parameters],
    }
    if about.takes is not None:
        content = {JSON: {"schema": ref(about.takes)}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.name == "Transcriptions_Transcribe":
        described["requestBody"] = {"required": True, "content": _form()}
    described["responses"] = {
        **{str(status): _answer(status, name) for status, name in about.answers.items()},
        "default": body("What is wrong, and what to do.", ref("Error"), RETRY),
    }
    return described


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
        for name in re.findall(r"\{(\w+)\}", path)
    ]


def _answer(status: int, name: str | None) -> dict[str, Any]:
    if name is None:
        return {"description": "Done." if status == 204 else "On its way."}
    headers = RETRY | _LOCATION if status == 201 else RETRY
    return body("As asked.", ref(name), headers)


def _form() -> dict[str, Any]:
    parts = {
        "audio": {"type": "string", "contentMediaType": "application/octet-stream"},
        "definition": {"type": "string", "description": "JSON: locales, channels, ..."},
    }
    return {"multipart/form-data": {"schema": object_(parts, optional=("audio", "definition"))}}


def _content() -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in ("owner", "entity", "file")
    ]
    as_ = query("as", {"enum": list(FORMS)}, "A result of a transcription in another form.")
    signature = query("sig", {"type": "string"}, "The signature, as the link has it.")
    return {
        "operationId": "content",
        "summary": "The content behind a signed link; no key is needed.",
        "parameters": [*parameters, as_, signature],
        "responses": {
            "200": {"description": "The content.", "content": {"*/*": text}},
            "206": {"description": "The part asked for with Range.", "content": {"*/*": text}},
            "304": {"description": "It has not changed."},
            "default": body("The link is wrong or has expired.", ref("Error")),
        },
    }
