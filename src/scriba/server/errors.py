"""From errors to answers: one table of status codes, and each wire shape written once."""

import logging
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scriba.errors import (
    AudioError,
    QueueFull,
    ScribaError,
    StorageError,
    UnsupportedLocale,
)

log = logging.getLogger("scriba.server")

SHORT_AUDIO = "/speech/recognition/"

_RETRY_SECONDS = "2"

_STATUS: tuple[tuple[type[ScribaError], int], ...] = (
    (AudioError, 400),
    (UnsupportedLocale, 400),
    (QueueFull, 429),
    (StorageError, 503),
)

_CODES = {
    400: "InvalidRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "NotAllowed",
    408: "InvalidRequest",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}

_SENTENCES = {
    404: "There is nothing at this address. GET / lists what there is.",
    405: "This address does not take the method {method}; it takes {allowed}.",
}


class ApiError(Exception):
    """A refusal with its status, a message for the client, and headers to send along."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


class ClientGone(Exception):
    """The client closed the connection before it had its answer."""


def error_answer(
    request: Request, status: int, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """An error in the shape of the API that was called: short audio has one of its own."""
    sent = dict(headers or {})
    if status in (429, 503):
        sent.setdefault("Retry-After", _RETRY_SECONDS)
    if request.url.path.lower().startswith(SHORT_AUDIO):
        body = {"Message": message}
    else:
        body = {"code": _CODES.get(status, "InvalidRequest"), "message": message}
    return JSONResponse(body, status, sent, media_type="application/json; charset=utf-8")


async def on_api_error(request: Request, error: Exception) -> Response:
    """Answer an ApiError."""
    assert isinstance(error, ApiError)
    return error_answer(request, error.status, error.message, error.headers)


async def on_scriba_error(request: Request, error: Exception) -> Response:
    """Answer any other error of Scriba's by the table; one that is not in it is our fault."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            if status >= 500:
                log.error("%s", error)
            return error_answer(request, status, str(error))
    log.error("unexpected: %s", error, exc_info=error)
    return error_answer(request, 500, "Scriba failed to handle this request; its log says why.")


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: no such path, no such method."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    sentence = _SENTENCES.get(error.status_code, str(error.detail))
    message = sentence.format(method=request.method, allowed=headers.get("Allow", "another"))
    return error_answer(request, error.status_code, message, headers)


async def on_client_gone(_: Request, error: Exception) -> Response:
    """Nobody reads this; the status is what the log and the metrics show."""
    assert isinstance(error, ClientGone)
    return Response(status_code=499)
