"""From errors to answers: one table of status codes, and each wire shape written once."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scriba.errors import (
    AlreadyCommitted,
    AudioError,
    BlobError,
    BlobNotFound,
    BlockNotFound,
    DatasetTooLarge,
    EntityNotFound,
    FileNotKnown,
    InvalidBlock,
    QueueFull,
    ResourceNotFound,
    ScribaError,
    StorageError,
    UnsupportedLocale,
)

log = logging.getLogger("scriba.server")

SHORT_AUDIO = "/speech/recognition/"
TRANSCRIBE = "/transcriptions:transcribe"

_RETRY_SECONDS = "2"

_STATUS: tuple[tuple[type[ScribaError], int, str | None], ...] = (
    (AudioError, 400, None),
    (UnsupportedLocale, 400, "InvalidLocale"),
    (QueueFull, 429, None),
    (EntityNotFound, 404, None),
    (FileNotKnown, 404, None),
    (BlobNotFound, 404, None),
    (AlreadyCommitted, 409, "InvalidPrerequisite"),
    (BlockNotFound, 400, "InvalidPayload"),
    (InvalidBlock, 400, "InvalidParameterValue"),
    (DatasetTooLarge, 400, "QuotaViolation"),
    # Only a token outlives the resource that it was issued for.
    (ResourceNotFound, 401, None),
    (BlobError, 503, "InaccessibleCustomerStorage"),
    (StorageError, 503, None),
)

_CODES = {
    400: "InvalidRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "NotAllowed",
    408: "InvalidRequest",
    409: "Conflict",
    411: "InvalidRequest",
    413: "InvalidRequest",
    415: "UnsupportedMediaType",
    416: "InvalidRequest",
    422: "UnprocessableEntity",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}

_SENTENCES = {
    404: "There is nothing at this address. GET / lists what there is.",
    405: "This address does not take the method {method}; it takes {allowed}.",
}


class ApiError(Exception):
    """A refusal with its status, a message for the client, and headers to send along.

    `inner_code` is one of the published detailed codes, `target` the field or parameter that is
    wrong, and `details` are errors of the same shape where several things are wrong. `code`
    follows from the status where it is not given.
    """

    def __init__(
        self,
        status: int,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        code: str | None = None,
        inner_code: str | None = None,
        target: str | None = None,
        details: Sequence["ApiError"] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.code = code or _CODES.get(status, "InvalidRequest")
        self.inner_code = inner_code
        self.target = target
        self.details = tuple(details)

    def body(self) -> dict[str, Any]:
        """The error as the management API writes it."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target is not None:
            body["target"] = self.target
        if self.details:
            body["details"] = [each.body() for each in self.details]
        if self.inner_code is not None:
            body["innerError"] = {"code": self.inner_code, "message": self.message}
        return body


class ClientGone(Exception):
    """The client closed the connection before it had its answer."""


class Complaints:
    """What is wrong with a request, collected so that one answer names it all."""

    _MOST = 20

    def __init__(self) -> None:
        self._found: list[ApiError] = []
        self._more = 0

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, inner_code: str, message: str, target: str | None = None) -> None:
        """One more thing that is wrong; `target` is the field's path or the parameter's name."""
        if len(self._found) < self._MOST:
            self._found.append(
                ApiError(400, message, code="InvalidArgument", inner_code=inner_code, target=target)
            )
        else:
            self._more += 1

    def check(self) -> None:
        """Raise ApiError 400 if anything was added: messages joined as Azure does, by OR.

        Of a great many the first are told, and how many there are beside them.
        """
        if not self._found:
            return
        first, *others = self._found
        codes = {each.inner_code for each in self._found}
        messages = [each.message for each in self._found]
        if self._more:
            messages.append(f"{self._more} more things are wrong.")
        raise ApiError(
            400,
            " OR ".join(messages),
            inner_code=first.inner_code if len(codes) == 1 else "InvalidPayload",
            target=None if others else first.target,
            details=self._found if others else (),
        )


def error_answer(request: Request, error: ApiError) -> Response:
    """An error in the shape of the API that was called.

    Short audio has one of its own. Fast transcription gets two at once: clients of its newest
    version read `error`, older ones the fields beside it.
    """
    headers = dict(error.headers)
    if error.status in (429, 503):
        headers.setdefault("Retry-After", _RETRY_SECONDS)
    path = request.url.path.lower()
    if path.startswith(SHORT_AUDIO):
        body: dict[str, Any] = {"Message": error.message}
    else:
        body = error.body()
    if path.endswith(TRANSCRIBE):
        wrapped = {name: body[name] for name in body if name != "innerError"}
        if error.inner_code is not None:
            wrapped["innererror"] = {"code": error.inner_code}
        body = {**body, "error": wrapped}
        headers["x-ms-error-code"] = error.inner_code or error.code
    return JSONResponse(body, error.status, headers, media_type="application/json; charset=utf-8")


async def on_api_error(request: Request, error: Exception) -> Response:
    """Answer an ApiError."""
    assert isinstance(error, ApiError)
    return error_answer(request, error)


async def on_scriba_error(request: Request, error: Exception) -> Response:
    """Answer any other error of Scriba's by the table; one that is not in it is our fault."""
    for kind, status, inner_code in _STATUS:
        if isinstance(error, kind):
            if status >= 500:
                log.error("%s", error)
            return error_answer(request, ApiError(status, str(error), inner_code=inner_code))
    log.error("unexpected: %s", error, exc_info=error)
    return error_answer(request, internal_error())


def internal_error() -> ApiError:
    """What a client is told of an error that nobody expected."""
    return ApiError(500, "Scriba failed to handle this request; its log says why.")


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: no such path, no such method."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    sentence = _SENTENCES.get(error.status_code, str(error.detail))
    message = sentence.format(method=request.method, allowed=headers.get("Allow", "another"))
    return error_answer(request, ApiError(error.status_code, message, headers))


async def on_client_gone(_: Request, error: Exception) -> Response:
    """Nobody reads this; the status is what the log and the metrics show."""
    assert isinstance(error, ClientGone)
    return Response(status_code=499)
