"""Short audio, tokens, and the pages for people and for what watches."""

from typing import Any

from scriba.server.openapi import assessment
from scriba.server.openapi.parts import (
    KEY_OR_TOKEN,
    RETRY,
    body,
    message,
    object_,
    problem,
    query,
    ref,
)
from scriba.server.recognition import MODES, PATH
from scriba.server.tokens import SCOPES
from scriba.speech.language import locales


def paths() -> dict[str, Any]:
    """The operations, by path."""
    found: dict[str, Any] = {
        PATH.replace("{mode}", mode): {"post": _recognise(mode)} for mode in MODES
    }
    found["/sts/v1.0/issueToken"] = {"post": _issue_token()}
    found["/cognitiveservices/v1"] = {
        "post": {
            "operationId": "synthesize",
            "summary": "Text to speech, which Scriba does not do.",
            "responses": {"404": problem("Always.")},
        }
    }
    found["/"] = _page("home", "A page for people.", "text/html")
    found["/metrics"] = _page("metrics", "Figures in the Prometheus text format.", "text/plain")
    found["/swagger"] = {
        "get": {
            "operationId": "swagger",
            "summary": "This document.",
            "responses": {"200": body("OpenAPI 3.1.", {"type": "object"})},
        }
    }
    found["/ready"] = _health("ready", "Whether a small input just went through the engine.")
    found["/healthz"] = _health("healthz", "Whether the process runs and reaches its database.")
    found["/status"] = {
        "get": {
            "operationId": "status",
            "summary": "Whether the key or token sent is valid at this host.",
            "security": KEY_OR_TOKEN,
            "responses": {
                "200": body("It is valid.", ref("ApiStatus")),
                "401": body("It is not valid.", ref("ApiStatus")),
                "403": body("None was sent.", ref("ApiStatus")),
                "503": problem("The database cannot be reached.", RETRY),
            },
        }
    }
    return found


def _recognise(mode: str) -> dict[str, Any]:
    audio = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
    return {
        "operationId": f"recognize_{mode}",
        "summary": f"Recognise up to 60 seconds of speech ({mode}).",
        "security": KEY_OR_TOKEN,
        "parameters": [
            query("language", {"enum": [each.tag for each in locales()]}, required=True),
            query("format", {"enum": ["simple", "detailed"], "default": "simple"}),
            query("profanity", {"enum": ["masked", "removed", "raw"], "default": "masked"}),
            query("storeAudio", {"enum": ["true", "false"], "default": "false"}),
            query(
                "cid",
                {"type": "string", "format": "uuid"},
                "The id of a custom endpoint, whose model answers.",
            ),
            assessment.header(),
        ],
        "requestBody": {
            "required": True,
            "description": "WAV, OGG/Opus, FLAC, MP3, WebM, AMR or MP4; the bytes decide.",
            "content": {
                "audio/wav": audio,
                "audio/ogg": audio,
                "application/octet-stream": audio,
            },
        },
        "responses": {
            "200": body(
                "The outcome.",
                {"oneOf": [ref(each) for each in ("Simple", "Detailed", "Assessed", "Unmatched")]},
            ),
            "400": message("The query, a header or the audio cannot be used; the body says why."),
            "401": message("The key or token is wrong, expired or of another region."),
            "403": message("No key or token was sent."),
            "408": message("The body stopped coming."),
            "429": message("The queue is full.", RETRY),
            "500": body("The recogniser failed.", ref("Failure")),
            "503": message("Not able to serve now.", RETRY),
        },
    }


def _issue_token() -> dict[str, Any]:
    return {
        "operationId": "issueToken",
        "summary": "Exchange a key for a token that is valid for ten minutes.",
        "security": [{"key": []}],
        "parameters": [query("scope", {"enum": list(SCOPES), "default": SCOPES[0]})],
        "responses": {
            "200": {
                "description": "A JSON Web Token.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            },
            "400": problem("Unknown scope."),
            "401": problem("The key is wrong or of another region."),
            "403": problem("No key was sent."),
            "503": problem("The database cannot be reached.", RETRY),
        },
    }


def _health(name: str, summary: str) -> dict[str, Any]:
    schema = {"type": "object"}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "responses": {"200": body("Yes.", schema), "503": body("No.", schema)},
        }
    }


def _page(name: str, summary: str, media: str) -> dict[str, Any]:
    content = {media: {"schema": {"type": "string"}}}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "responses": {"200": {"description": "The page.", "content": content}},
        }
    }


def schemas() -> dict[str, Any]:
    """The schemas that the operations name."""
    text = {"type": "string"}
    ticks = {"type": "integer", "minimum": 0, "description": "In units of 100 nanoseconds."}
    success = {"const": "Success"}
    times = {"Offset": ticks, "Duration": ticks}
    hypothesis = object_(
        {
            "Confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "Lexical": text,
            "ITN": text,
            "MaskedITN": text,
            "Display": text,
        }
    )
    simple = object_({"RecognitionStatus": success, "DisplayText": text, **times})
    outcome = {"RecognitionStatus": success, **times, "DisplayText": text}
    nbest = {"type": "array", "minItems": 1, "maxItems": 5, "items": hypothesis}
    return {
        "Simple": {**simple, "not": {"required": ["NBest"]}},
        "Detailed": {
            **object_({**outcome, "NBest": nbest}),
            "not": {"required": ["SNR"]},
        },
        "Assessed": object_(
            {**outcome, "SNR": {"type": "number"}, "NBest": {**nbest, **assessment.best()}}
        ),
        **assessment.schemas(times),
        "Unmatched": object_(
            {
                "RecognitionStatus": {
                    "enum": ["NoMatch", "InitialSilenceTimeout", "BabbleTimeout"]
                },
                **times,
            }
        ),
        "Failure": object_(
            {"RecognitionStatus": {"const": "Error"}, "Message": text},
            optional=("RecognitionStatus",),
        ),
        "Message": object_({"Message": text}),
        "Problem": object_({"code": text, "message": text}),
        "ApiStatus": object_(
            {
                "service": text,
                "apiStatus": {"enum": ["Valid", "Invalid"]},
                "apiStatusMessage": text,
                "resource": text,
                "region": {"type": ["string", "null"]},
            },
            optional=("resource", "region"),
        ),
    }
