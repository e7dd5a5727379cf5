"""`GET /swagger`: the API in OpenAPI 3.1, written by hand beside the code that it describes."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scriba import __version__
from scriba.server.recognition import MODES, PATH
from scriba.server.tokens import SCOPES
from scriba.speech.language import locales

_JSON = "application/json"
_KEY_OR_TOKEN: list[dict[str, list[str]]] = [{"key": []}, {"token": []}]

_RETRY = {
    "Retry-After": {
        "description": "Seconds to wait before trying again.",
        "schema": {"type": "integer"},
    }
}


class OpenApi:
    """The document; it describes this server, whatever host it is called by."""

    def __init__(self) -> None:
        self._document = document()

    async def get(self, _: Request) -> Response:
        """The document as JSON."""
        return JSONResponse(self._document)


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, Any] = {
        PATH.replace("{mode}", mode): {"post": _recognise(mode)} for mode in MODES
    }
    paths["/sts/v1.0/issueToken"] = {"post": _issue_token()}
    paths["/cognitiveservices/v1"] = {
        "post": {
            "operationId": "synthesize",
            "summary": "Text to speech, which Scriba does not do.",
            "responses": {"404": _problem("Always.")},
        }
    }
    paths["/"] = _page("home", "A page for people.", "text/html")
    paths["/metrics"] = _page("metrics", "Figures in the Prometheus text format.", "text/plain")
    paths["/swagger"] = {
        "get": {
            "operationId": "swagger",
            "summary": "This document.",
            "responses": {"200": _body("OpenAPI 3.1.", {"type": "object"})},
        }
    }
    paths["/ready"] = _health("ready", "Whether a small input just went through the engine.")
    paths["/healthz"] = _health("healthz", "Whether the process runs and reaches its database.")
    paths["/status"] = {
        "get": {
            "operationId": "status",
            "summary": "Whether the key or token sent is valid at this host.",
            "security": _KEY_OR_TOKEN,
            "responses": {
                "200": _body("It is valid.", _ref("ApiStatus")),
                "401": _body("It is not valid.", _ref("ApiStatus")),
                "403": _body("None was sent.", _ref("ApiStatus")),
                "503": _problem("The database cannot be reached.", _RETRY),
            },
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Scriba",
            "version": __version__,
            "summary": "Speech to text that speaks the Azure Speech API.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "Ocp-Apim-Subscription-Key"},
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
            "schemas": _schemas(),
        },
    }


def _recognise(mode: str) -> dict[str, Any]:
    audio = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
    return {
        "operationId": f"recognize_{mode}",
        "summary": f"Recognise up to 60 seconds of speech ({mode}).",
        "security": _KEY_OR_TOKEN,
        "parameters": [
            _query("language", {"enum": [each.tag for each in locales()]}, required=True),
            _query("format", {"enum": ["simple", "detailed"], "default": "simple"}),
            _query("profanity", {"enum": ["masked", "removed", "raw"], "default": "masked"}),
            _query("storeAudio", {"enum": ["true", "false"], "default": "false"}),
            _query("cid", {"type": "string", "maxLength": 0}, "No custom endpoints exist yet."),
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
            "200": _body(
                "The outcome.",
                {"oneOf": [_ref("Simple"), _ref("Detailed"), _ref("Unmatched")]},
            ),
            "400": _message("The query, a header or the audio cannot be used; the body says why."),
            "401": _message("The key or token is wrong, expired or of another region."),
            "403": _message("No key or token was sent."),
            "408": _message("The body stopped coming."),
            "429": _message("The queue is full.", _RETRY),
            "500": _body("The recogniser failed.", _ref("Failure")),
            "503": _message("Not able to serve now.", _RETRY),
        },
    }


def _issue_token() -> dict[str, Any]:
    return {
        "operationId": "issueToken",
        "summary": "Exchange a key for a token that is valid for ten minutes.",
        "security": [{"key": []}],
        "parameters": [_query("scope", {"enum": list(SCOPES), "default": SCOPES[0]})],
        "responses": {
            "200": {
                "description": "A JSON Web Token.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            },
            "400": _problem("Unknown scope."),
            "401": _problem("The key is wrong or of another region."),
            "403": _problem("No key was sent."),
            "503": _problem("The database cannot be reached.", _RETRY),
        },
    }


def _health(name: str, summary: str) -> dict[str, Any]:
    schema = {"type": "object"}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "responses": {"200": _body("Yes.", schema), "503": _body("No.", schema)},
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


def _query(
    name: str, schema: dict[str, Any], description: str = "", *, required: bool = False
) -> dict[str, Any]:
    if "enum" in schema:
        schema = {"type": "string", **schema}
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description or "Upper and lower case count alike.",
        "schema": schema,
    }


def _body(
    description: str, schema: dict[str, Any], headers: dict[str, Any] | None = None
) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": description, "content": {_JSON: {"schema": schema}}}
    if headers:
        answer["headers"] = headers
    return answer


def _message(description: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    return _body(description, _ref("Message"), headers)


def _problem(description: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    return _body(description, _ref("Problem"), headers)


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _schemas() -> dict[str, Any]:
    text = {"type": "string"}
    ticks = {"type": "integer", "minimum": 0, "description": "In units of 100 nanoseconds."}
    success = {"const": "Success"}
    times = {"Offset": ticks, "Duration": ticks}
    hypothesis = _object(
        {
            "Confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "Lexical": text,
            "ITN": text,
            "MaskedITN": text,
            "Display": text,
        }
    )
    simple = _object({"RecognitionStatus": success, "DisplayText": text, **times})
    return {
        "Simple": {**simple, "not": {"required": ["NBest"]}},
        "Detailed": _object(
            {
                "RecognitionStatus": success,
                **times,
                "DisplayText": text,
                "NBest": {"type": "array", "minItems": 1, "maxItems": 5, "items": hypothesis},
            }
        ),
        "Unmatched": _object(
            {
                "RecognitionStatus": {
                    "enum": ["NoMatch", "InitialSilenceTimeout", "BabbleTimeout"]
                },
                **times,
            }
        ),
        "Failure": _object(
            {"RecognitionStatus": {"const": "Error"}, "Message": text},
            optional=("RecognitionStatus",),
        ),
        "Message": _object({"Message": text}),
        "Problem": _object({"code": text, "message": text}),
        "ApiStatus": _object(
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
