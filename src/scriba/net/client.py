"""Requests to other hosts: addresses checked, redirects checked again, time and size bounded."""

import base64
import logging
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import certifi
import httpcore
import httpx

from scriba.errors import (
    AddressRefused,
    AnswerRefused,
    AnswerTooLarge,
    InvalidAddress,
)
from scriba.net.answer import Answer, Download, Opened, check_status, translated
from scriba.net.backend import GuardedBackend, Resolve, deadline, system_resolve
from scriba.net.policy import Policy
from scriba.net.redact import redacted
from scriba.net.reserve import Reserve

MAX_REDIRECTS = 5
_MAX_URL = 8192
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_USER_AGENT = "scriba"

# Both libraries log whole URLs, with the signatures in them.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Client:
    """A guarded HTTP client, for use from many threads; knows no proxies and no cookies.

    `stall` is the longest silence and `total` the longest time of one request, in seconds.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        connect: float = 10.0,
        stall: float = 30.0,
        total: float = 3600.0,
        resolve: Resolve = system_resolve,
    ) -> None:
        self._timeouts = {"connect": connect, "read": stall, "write": stall, "pool": connect}
        self._total = total
        self._lock = threading.Lock()
        self._closed = False
        backend, context = GuardedBackend(policy, resolve), _tls()

        def pool(kept: int) -> httpcore.ConnectionPool:
            return httpcore.ConnectionPool(
                ssl_context=context,
                max_connections=None,
                max_keepalive_connections=kept,
                keepalive_expiry=15.0,
                network_backend=backend,
            )

        # A kept connection may have been closed by the host just before it is used again, so what
        # cannot simply be sent twice gets a new one.
        self._kept, self._new = pool(16), pool(0)

    def close(self) -> None:
        """Close idle connections; requests that still run fail."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._kept.close()
                self._new.close()

    @contextmanager
    def open(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | Iterable[bytes] | None = None,
        follow: bool = True,
        total: float | None = None,
        stall: float | None = None,
    ) -> Iterator[Opened]:
        """Send a request and hand out the answer before its body is read, whatever its status.

        Redirects are followed for GET and HEAD only, each checked as the first address was;
        headers are not handed on to another origin, and https never becomes http. Raises
        NetworkError and its kinds, also from within the block, where the body is read.
        """
        target = parse(url)
        sent = dict(headers or {})
        timeouts = dict(self._timeouts)
        if stall is not None:
            timeouts |= {"read": stall, "write": stall, "connect": min(stall, timeouts["connect"])}
        with deadline(total or self._total), translated(url):
            for _ in range(MAX_REDIRECTS + 1):
                with self._send(method, target, sent, content, timeouts) as response:
                    opened = Opened(response)
                    place = opened.headers.get("location")
                    leaves = follow and method in ("GET", "HEAD") and place is not None
                    if not leaves or opened.status not in _REDIRECTS:
                        yield opened
                        return
                assert place is not None
                following = _follow(target, place)
                if _origin(following) != _origin(target):
                    sent = {}
                target = following
            raise AnswerRefused(f"{redacted(url)} led on more than {MAX_REDIRECTS} times")

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | Iterable[bytes] | None = None,
        follow: bool = True,
        total: float | None = None,
        stall: float | None = None,
        max_bytes: int = 1 << 20,
    ) -> Answer:
        """The answer with at most `max_bytes` of its body; what is beyond is left unread."""
        with self.open(
            method, url, headers=headers, content=content, follow=follow, total=total, stall=stall
        ) as opened:
            body = bytearray()
            for block in opened.blocks():
                body += block
                if len(body) >= max_bytes:
                    break
            return Answer(opened.status, opened.headers, bytes(body[:max_bytes]))

    def download(
        self,
        url: str,
        to: Path,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        refused_types: Iterable[str] = (),
        total: float | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Download:
        """Write what `url` holds to the file `to`, which is removed again where that fails.

        `refused_types` are media types, or their beginnings, that cannot be what is wanted; they
        count where the data looks like a page, too. Once `stopping` is true no more is read. Raises
        AccessDenied, AnswerRefused, AnswerTooLarge and other kinds of NetworkError; OSError where
        the disk fails, which is no fault of the address, NoRoom before it is full.
        """
        with self.open("GET", url, headers=headers, total=total) as opened:
            check_status(url, opened)
            kind = opened.headers.get("content-type", "").partition(";")[0].strip().lower()
            length = opened.headers.get("content-length", "")
            expected = int(length) if length.isdecimal() else 0
            if expected > max_bytes:
                raise _too_large(url, max_bytes)
            reserve = Reserve(to.parent, expected)
            blocks = _until(stopping, url, opened.blocks())
            if kind and kind.startswith(tuple(refused_types)):
                # Some servers call everything a page, so the bytes have their say as well.
                first = next(blocks, b"")
                if first.lstrip()[:1] in (b"<", b"{", b"["):
                    raise AnswerRefused(f"{redacted(url)} answered with {kind[:60]}")
                blocks = chain((first,), blocks)
            try:
                return Download(_write(blocks, to, url, max_bytes, reserve), kind or None)
            except BaseException:
                to.unlink(missing_ok=True)
                raise

    @contextmanager
    def _send(
        self,
        method: str,
        target: httpx.URL,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None,
        timeouts: Mapping[str, float],
    ) -> Iterator[httpcore.Response]:
        ours: dict[str | bytes, str | bytes] = {
            "Host": target.netloc.decode("ascii"),
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "User-Agent": _USER_AGENT,
        }
        if target.userinfo:
            user = f"{target.username}:{target.password}".encode()
            ours["Authorization"] = f"Basic {base64.b64encode(user).decode('ascii')}"
        if isinstance(content, bytes):
            ours["Content-Length"] = str(len(content))
        elif content is None and method in ("POST", "PUT"):
            ours["Content-Length"] = "0"
        ours.update(headers)
        place = httpcore.URL(
            scheme=target.raw_scheme,
            host=target.raw_host,
            port=target.port,
            target=target.raw_path,
        )
        request = httpcore.Request(
            method,
            place,
            headers=ours,
            content=content,
            extensions={"timeout": dict(timeouts)},
        )
        response = self._answer(request)
        try:
            yield response
        finally:
            response.close()

    def _answer(self, request: httpcore.Request) -> httpcore.Response:
        if request.method not in (b"GET", b"HEAD"):
            return self._new.handle_request(request)
        try:
            return self._kept.handle_request(request)
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
            return self._new.handle_request(request)


def parse(url: str) -> httpx.URL:
    """The URL of an HTTP request; raises InvalidAddress."""
    if len(url) > _MAX_URL:
        raise InvalidAddress(f"it is longer than {_MAX_URL} characters")
    try:
        parsed = httpx.URL(url.strip())
        port = parsed.port
    except (httpx.InvalidURL, ValueError, TypeError):
        raise InvalidAddress(f"{redacted(url)[:200]!r} is not a URL") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise InvalidAddress(f"{redacted(url)[:200]!r}; it must begin with https:// or http://")
    if "%" in parsed.host and ":" not in parsed.host:
        raise InvalidAddress(f"{redacted(url)[:200]!r} names no host")
    if port is not None and not 0 < port < 65536:
        raise InvalidAddress(f"port {port} does not exist")
    return parsed.copy_with(fragment=None)


def _write(blocks: Iterable[bytes], to: Path, url: str, max_bytes: int, reserve: Reserve) -> int:
    size = 0
    with to.open("wb") as file:
        for block in blocks:
            size += len(block)
            if size > max_bytes:
                raise _too_large(url, max_bytes)
            reserve.before(len(block))
            file.write(block)
    return size


def _until(stopping: Callable[[], bool], url: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        if stopping():
            raise AnswerRefused(f"{redacted(url)}: nobody waits for it any more")
        yield block


def _too_large(url: str, max_bytes: int) -> AnswerTooLarge:
    return AnswerTooLarge(f"{redacted(url)} holds more than {max_bytes} bytes")


def _follow(base: httpx.URL, place: str) -> httpx.URL:
    try:
        following = parse(str(base.join(place)))
    except (httpx.InvalidURL, ValueError):
        raise AnswerRefused("it led on to something that is not a URL") from None
    if base.scheme == "https" and following.scheme != "https":
        raise AddressRefused(
            f"{redacted(str(base))} led from https to http: what is fetched could be read and "
            "changed on the way"
        )
    return following


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _tls() -> ssl.SSLContext:
    # The operating system's authorities and SSL_CERT_FILE count, and those that come with certifi
    # where a slim container has none.
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context
