"""The management API: one section an operation, in every version that has it."""

import re
from collections.abc import Sequence
from typing import Any

from scriba.resources.versions import BASE, Version
from scriba.server import (
    base_models,
    custom_speech,
    fast,
    healthstatus,
    transcriptions,
    webhooks,
)
from scriba.server.files import FORMS
from scriba.server.files import PATH as CONTENT
from scriba.server.model_receive import HEADER
from scriba.server.model_receive import PATH as COPIES
from scriba.server.openapi import custom_speech as custom
from scriba.server.openapi.about import LIFETIMES, LIST, LISTING, About
from scriba.server.openapi.parts import JSON, KEY_OR_TOKEN, RETRY, body, object_, query, ref
from scriba.server.openapi.wire import schemas as common_schemas
from scriba.server.operation import Operation

__all__ = ["paths", "schemas"]

_UUIDS = ("id", "fileId", "deliveryId")
_BODIES = {
    "Transcriptions_Transcribe": ("multipart/form-data", "RecordingForm"),
    "Datasets_Upload": ("multipart/form-data", "DatasetForm"),
    "Datasets_UploadBlock": ("application/octet-stream", "Block"),
}
_LOCATION = {"Location": {"schema": {"type": "string"}, "description": "The new entity."}}


_ABOUT = {
    "Transcriptions_Create": About(
        "Transcribe recordings.", {201: "Transcription"}, takes="NewTranscription"
    ),
    "Transcriptions_Submit": About(
        "Transcribe recordings.", {201: "Transcription"}, takes="NewTranscription"
    ),
    "Transcriptions_List": About("All transcriptions.", {200: "Transcriptions"}, LIST),
    "Transcriptions_ListSupportedLocales": About(
        "The locales that recordings may be in.", {200: "TranscriptionLocales"}
    ),
    "Transcriptions_Get": About("One transcription.", {200: "Transcription"}),
    "Transcriptions_Update": About(
        "Change name, description or custom properties.", {200: "Transcription"}, takes="Update"
    ),
    "Transcriptions_Delete": About("Delete a transcription that has ended.", {204: None}),
    "Transcriptions_ListFiles": About(
        "Its results and its report.", {200: "Files"}, (*LIST, *LIFETIMES)
    ),
    "Transcriptions_GetFile": About("One of its files.", {200: "File"}, LIFETIMES),
    "Transcriptions_Transcribe": About(
        "Transcribe one recording while the client waits.", {200: "TranscribeResult"}
    ),
    "WebHooks_List": About("All webhooks.", {200: "WebHooks"}, LIST),
    "WebHooks_Create": About("Be told of events.", {201: "WebHook"}, takes="NewWebHook"),
    "WebHooks_Get": About("One webhook.", {200: "WebHook"}),
    "WebHooks_Update": About("Change a webhook.", {200: "WebHook"}, takes="WebHookUpdate"),
    "WebHooks_Delete": About("Delete a webhook.", {204: None}),
    "PingHook": About("Send a ping.", {202: None}),
    "WebHooks_Ping": About("Send a ping.", {202: None}),
    "TestHook": About("Send the last event of each kind again.", {202: None, 204: None}),
    "WebHooks_Test": About("Send the last event of each kind again.", {202: None, 204: None}),
    "WebHooks_ListDeliveries": About(
        "What was sent to a webhook, beyond Azure.", {200: "Deliveries"}, LISTING
    ),
    "WebHooks_GetDelivery": About("One delivery and its tries.", {200: "Delivery"}),
    "WebHooks_ReplayDelivery": About("Send a delivery again.", {202: "Delivery"}),
    "Models_ListBaseModels": About("All base models.", {200: "BaseModels"}, LIST),
    "Models_GetBaseModel": About("One base model.", {200: "BaseModel"}),
    "Models_GetBaseModelManifest": About(
        "The files of a base model.", {200: "Manifest"}, LIFETIMES
    ),
    "ServiceHealth_Get": About("The service and its parts.", {200: "Health"}),
}


def schemas() -> dict[str, Any]:
    """The schemas by name."""
    extra = {
        "RecordingForm": _recording_form(),
        "Block": {"type": "string", "contentMediaType": "application/octet-stream"},
    }
    return common_schemas() | custom.schemas() | extra


def paths() -> dict[str, Any]:
    """The operations, by path."""
    found: dict[str, Any] = {CONTENT: {"get": _content()}, COPIES: _copies()}
    groups = (transcriptions, fast, webhooks, base_models, custom_speech, healthstatus)
    told = _ABOUT | custom.about()
    for operation in (each for group in groups for each in group.OPERATIONS):
        about = told[operation.name]
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


def _operation(operation: Operation, about: About, versions: Sequence[Version]) -> dict[str, Any]:
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
    if operation.name in _BODIES:
        media_type, name = _BODIES[operation.name]
        content = {media_type: {"schema": ref(name)}}
        described["requestBody"] = {"required": True, "content": content}
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
            "schema": {"type": "string"} | ({"format": "uuid"} if name in _UUIDS else {}),
        }
        for name in re.findall(r"\{(\w+)\}", path)
    ]


def _answer(status: int, name: str | None) -> dict[str, Any]:
    if name is None:
        return {"description": "On its way." if status == 202 else "Done."}
    headers = RETRY | _LOCATION if status == 201 else RETRY
    return body("As asked.", ref(name), headers)


def _recording_form() -> dict[str, Any]:
    parts = {
        "audio": {"type": "string", "contentMediaType": "application/octet-stream"},
        "definition": {"type": "string", "description": "JSON: locales, channels, ..."},
    }
    return object_(parts, optional=("audio", "definition"))


def _copies() -> dict[str, Any]:
    authorization = {"name": HEADER, "in": "header", "schema": {"type": "string"}}
    wrong = body("The authorization or the offer is wrong.", ref("Error"), RETRY)
    return {
        "post": {
            "operationId": "offerCopy",
            "summary": "Offer a model to this host, which fetches it. Beyond Azure.",
            "parameters": [authorization],
            "requestBody": {"required": True, "content": {JSON: {"schema": ref("Offer")}}},
            "responses": {"201": body("It is being fetched.", ref("Offered")), "default": wrong},
        },
        "get": {
            "operationId": "offeredCopy",
            "summary": "How far the model is that was offered.",
            "parameters": [authorization],
            "responses": {"200": body("As asked.", ref("Offered")), "default": wrong},
        },
    }


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
