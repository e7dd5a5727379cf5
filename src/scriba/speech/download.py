"""Downloads of files whose size and SHA-256 are known beforehand; cut ones are continued."""

import base64
import errno
import http.client
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from scriba.errors import ModelDownloadError
from scriba.speech.model_cache import sha256_of
from scriba.speech.progress import Progress, Report

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
_BLOCK = 1 << 18
_TRIES = 5
# Failures of the disk here, which no other source would mend.
_LOCAL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EIO)


class Unreachable(ModelDownloadError):
    """The server cannot be reached."""


class WrongContent(ModelDownloadError):
    """The downloaded file is not what the catalogue says; it was deleted."""


class _HTTPConnection(http.client.HTTPConnection):
    """A connection that must open quickly and may then be slow."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(READ_TIMEOUT)


class _HTTPSConnection(http.client.HTTPSConnection):
    """A connection that must open quickly and may then be slow."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(READ_TIMEOUT)


class _HTTPHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_HTTPConnection, req)


class _HTTPSHandler(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._ssl = context

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_HTTPSConnection, req, context=self._ssl)


class Downloader:
    """Fetches files over HTTP(S) and file: addresses, through the proxies of the environment.

    `certificates` is a file of further certificate authorities to trust.
    """

    def __init__(self, report: Report, certificates: str | None = None) -> None:
        context = ssl.create_default_context()
        if certificates:
            try:
                context.load_verify_locations(certificates)
            except (OSError, ssl.SSLError):
                report(f"cannot read the certificates in {certificates}; going on without")
        self._opener = urllib.request.build_opener(_HTTPHandler(), _HTTPSHandler(context))
        self._report = report

    def page(self, url: str, accept: str, limit: int = 16 << 20) -> tuple[str, str, bytes]:
        """The final address, content type and content of a page; raises ModelDownloadError."""
        try:
            with self._open(url, {"Accept": accept}) as response:
                content = response.read(limit)
                if len(content) < min(int(response.headers.get("Content-Length") or 0), limit):
                    raise EOFError("the connection ended early")
                return response.url, response.headers.get_content_type(), content
        except (OSError, ValueError, EOFError, http.client.HTTPException) as error:
            raise _failure(url, error) from error

    def file(self, url: str, target: Path, size: int, sha256: str, label: str) -> None:
        """Write the file at `url` to `target`, continuing what lies in `target`.part.

        Nothing is asked where `target` is there already.

        Raises Unreachable, WrongContent (its size or hash differ), another ModelDownloadError, or
        OSError where the file cannot be written.
        """
        if target.is_file() and target.stat().st_size == size and sha256_of(target) == sha256:
            return
        part = target.with_name(target.name + ".part")
        resumed = part.exists()
        self._fill(url, part, size, label)
        if sha256_of(part) != sha256:
            part.unlink()
            if not resumed:
                raise WrongContent(f"{label} from {_host(url)}")
            # The part left over from an earlier try may have been the wrong one.
            self._fill(url, part, size, label)
            if sha256_of(part) != sha256:
                part.unlink()
                raise WrongContent(f"{label} from {_host(url)}")
        part.replace(target)

    def _fill(self, url: str, part: Path, size: int, label: str) -> None:
        tries, answered = _TRIES, False
        cause: Exception
        with Progress(size, label, self._report) as progress:
            while (have := part.stat().st_size if part.exists() else 0) != size:
                if have > size:
                    part.unlink()
                    continue
                progress.at(have)
                try:
                    self._continue(url, part, have, size, progress)
                    answered, cause = True, EOFError("the connection ended early")
                except (OSError, http.client.HTTPException) as error:
                    if getattr(error, "errno", None) in _LOCAL:
                        raise
                    now = part.stat().st_size if part.exists() else 0
                    answered = answered or now != have
                    # A server that never sent a byte, or that refuses, is not asked again: there
                    # may be another source.
                    if _refused(error) or not answered:
                        raise _failure(url, error) from error
                    cause = error
                now = part.stat().st_size if part.exists() else 0
                tries = _TRIES if now > have else tries - 1
                if now != size:
                    if tries == 0:
                        raise _failure(url, cause)
                    time.sleep(0.5 * (_TRIES - tries + 1))

    def _continue(self, url: str, part: Path, have: int, size: int, progress: Progress) -> None:
        headers = {"Range": f"bytes={have}-"} if have else {}
        try:
            response = self._open(url, headers)
        except urllib.error.HTTPError as error:
            if error.code == 416:
                part.unlink(missing_ok=True)
            raise
        with response:
            # A file: address or a server that knows no ranges starts over.
            append = response.status == 206 and _starts_at(response.headers, have)
            if not append:
                progress.at(0)
            with part.open("ab" if append else "wb") as stream:
                while block := response.read(_BLOCK):
                    if stream.tell() + len(block) > size:
                        stream.truncate(0)
                        raise WrongContent(
                            f"{_host(url)} sends more than the {size} bytes of the catalogue"
                        )
                    stream.write(block)
                    progress.add(len(block))

    def _open(self, url: str, headers: dict[str, str]) -> Any:
        parts = urlsplit(url)
        # The address comes from the operator's settings, and file: indexes are meant to work.
        request = urllib.request.Request(  # noqa: S310
            _plain(url), headers={"User-Agent": "scriba", **headers}
        )
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            encoded = base64.b64encode(pair.encode()).decode()
            # Unredirected: a redirect to another host must not carry the password there.
            request.add_unredirected_header("Authorization", f"Basic {encoded}")
        return self._opener.open(request, timeout=CONNECT_TIMEOUT)


def brief(error: ModelDownloadError) -> str:
    """What went wrong, without the sentence that all these errors begin with."""
    return str(error).removeprefix(f"{str(ModelDownloadError()).rstrip('.')}: ")


def _starts_at(headers: Any, position: int) -> bool:
    unit, _, rest = str(headers.get("Content-Range", "")).partition(" ")
    return unit == "bytes" and rest.split("-")[0] == str(position)


def _refused(error: Exception) -> bool:
    return isinstance(error, urllib.error.HTTPError) and error.code != 416


def _failure(url: str, error: Exception) -> ModelDownloadError:
    if isinstance(error, urllib.error.HTTPError):
        return ModelDownloadError(f"{_host(url)} answers {error.code} {error.reason}")
    reason = getattr(error, "reason", None) or error
    return Unreachable(f"{_host(url)}: {reason}")


def _host(url: str) -> str:
    # Addresses may hold a password or a signature: only the host is ever shown.
    parts = urlsplit(url)
    return parts.hostname or parts.path


def _plain(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
