"""What a host answered: status, headers, body; and what it means when it did not."""

import ssl
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore

from scriba.errors import (
    AccessDenied,
    AnswerRefused,
    AnswerTimeout,
    InvalidAddress,
    Unreachable,
)
from scriba.net.redact import redacted, without_secrets

_BLOCK = 1 << 16
_TEMPORARY = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered; header names are in lower case, `body` is cut where asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was fetched: its bytes on disk and the content type the host gave, if any."""

    size: int
    content_type: str | None


class Opened:
    """An answer whose body is still to come."""

    def __init__(self, response: httpcore.Response) -> None:
        self.status = response.status
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers
        }
        self._response = response

    def blocks(self) -> Iterator[bytes]:
        """The body as the host meant it, decompressed in steps of bounded size."""
        encoding = self.headers.get("content-encoding", "").strip().lower()
        if encoding in ("", "identity"):
            yield from self._response.iter_stream()
        elif encoding in ("gzip", "x-gzip", "deflate"):
            yield from _inflate(self._response.iter_stream())
        else:
            raise AnswerRefused(f"its content encoding {encoding[:20]!r} is not known here")


def check_status(url: str, answer: Opened | Answer) -> None:
    """Raise AccessDenied or AnswerRefused unless the status is 2xx."""
    status = answer.status
    if 200 <= status < 300:
        return
    shown = redacted(url)
    if status in (401, 403):
        raise AccessDenied(f"{shown} answered {status}", status=status)
    raise AnswerRefused(f"{shown} answered {status}", status=status, temporary=status in _TEMPORARY)


def _inflate(blocks: Iterable[bytes]) -> Iterator[bytes]:
    # 47: the format, gzip or zlib, is told by the data. Each step gives out at most one block,
    # however far the data would expand.
    stream = zlib.decompressobj(47)
    for block in blocks:
        rest = block
        while rest and not stream.eof:
            try:
                part = stream.decompress(rest, _BLOCK)
            except zlib.error:
                raise AnswerRefused("its compressed data is damaged") from None
            if part:
                yield part
            rest = stream.unconsumed_tail
    if not stream.eof:
        raise AnswerRefused("its compressed data ends too early", temporary=True)


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn httpcore's exceptions into ours, with the address that was asked for."""
    shown = redacted(url)
    try:
        yield
    except httpcore.TimeoutException as error:
        raise AnswerTimeout(f"{shown}: {_when(error)}", temporary=True) from None
    except (httpcore.ConnectError, ssl.SSLError) as error:
        raise Unreachable(f"{shown}: {_why(error)}", temporary=True) from None
    except (httpcore.NetworkError, httpcore.RemoteProtocolError):
        raise AnswerRefused(f"{shown}: the connection broke off", temporary=True) from None
    except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError) as error:
        raise InvalidAddress(f"{shown}: {without_secrets(str(error))[:200]}") from None


def _when(error: httpcore.TimeoutException) -> str:
    if isinstance(error, httpcore.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpcore.WriteTimeout):
        return "it stopped taking what was sent"
    return "it stopped sending, or took too long as a whole"


def _why(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate does not count ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return "no TLS connection could be made"
        if isinstance(cause, ConnectionRefusedError):
            return "it refused the connection"
        cause = cause.__cause__ or cause.__context__
    return "no connection could be made"
