"""`GET /swagger`: the API in OpenAPI 3.1, written by hand beside the code that it describes."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import scriba.server.openapi.management as management
import scriba.server.openapi.speech as speech
from scriba import __version__


class OpenApi:
    """The document; it describes this server, whatever host it is called by."""

    def __init__(self) -> None:
        self._document = document()

    async def get(self, _: Request) -> Response:
        """The document as JSON."""
        return JSONResponse(self._document)


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Scriba",
            "version": __version__,
            "summary": "Speech to text that speaks the Azure Speech API.",
        },
        "servers": [{"url": "/"}],
        "paths": speech.paths() | management.paths(),
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "Ocp-Apim-Subscription-Key"},
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
            "schemas": speech.schemas() | management.schemas(),
        },
    }
