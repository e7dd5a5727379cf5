"""Connections for httpcore that go only to addresses which a policy allows."""

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore

from scriba.errors import AddressRefused, AnswerTimeout, Unreachable
from scriba.net.policy import Address, Policy

Resolve = Callable[[str, int], Iterable[str]]
"""Host name and port to IP addresses as text; raises OSError."""

_MAX_ADDRESSES = 6
_until: ContextVar[float | None] = ContextVar("scriba_net_until", default=None)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """All that this thread does on connections ends within `seconds`, from resolving on.

    A timeout for each read alone would let a host hold on for ever, a byte at a time.
    """
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def system_resolve(host: str, port: int) -> list[str]:
    """The addresses of a host as the operating system resolves them; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves a name once, checks what it got, and connects to the number that it checked."""

    def __init__(self, policy: Policy, resolve: Resolve = system_resolve) -> None:
        self._policy = policy
        self._resolve = resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to `host`; raises AddressRefused, Unreachable, AnswerTimeout."""
        failure: Exception | None = None
        until = time.monotonic() + _left(timeout)
        addresses = self._checked(host, port, _left(timeout))
        for number, address in enumerate(addresses):
            # An address that swallows everything leaves time for the others.
            share = max(0.1, (until - time.monotonic()) / (len(addresses) - number))
            try:
                stream = self._plain.connect_tcp(
                    str(address), port, _left(share), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream)
        assert failure is not None
        raise failure

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Never; raises AddressRefused."""
        raise AddressRefused("a socket of this machine")

    def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries."""
        time.sleep(_left(seconds))

    def _checked(self, host: str, port: int, seconds: float) -> list[Address]:
        found = [_number(text) for text in self._lookup(host, port, seconds)]
        allowed = [item for item in found if item is not None and self._policy.allows(item)]
        if not allowed:
            if not found:
                raise Unreachable(f"{host} has no address", temporary=True)
            # Which number it was is not said: that would map the inside of a network.
            raise AddressRefused(
                f"{host} is not a public address; the operator may allow it with "
                "SCRIBA_ALLOW_PRIVATE_ADDRESSES"
            )
        return allowed[:_MAX_ADDRESSES]

    def _lookup(self, host: str, port: int, seconds: float) -> list[str]:
        # The operating system's resolver knows no timeout, so it is left behind when it is late.
        answer: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

        def look() -> None:
            try:
                answer.put(list(self._resolve(host, port)))
            except Exception as error:
                answer.put(error)

        threading.Thread(target=look, name="resolve", daemon=True).start()
        try:
            found = answer.get(timeout=seconds)
        except queue.Empty:
            raise AnswerTimeout(f"{host} was not resolved", temporary=True) from None
        if isinstance(found, socket.gaierror):
            gone = found.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
            what = "there is no host of this name" if gone else "it cannot be resolved now"
            raise Unreachable(f"{host}: {what}", temporary=not gone)
        if isinstance(found, Exception):
            raise Unreachable(f"{host}: it cannot be resolved", temporary=True)
        return found


class _BoundedStream(httpcore.NetworkStream):
    """A stream whose every wait ends at this thread's deadline."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most `max_bytes`, as httpcore asks for them."""
        return self._inner.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of `buffer`, in pieces, so that each wait is bounded."""
        view = memoryview(buffer)
        for start in range(0, len(view), 1 << 16):
            self._inner.write(bytes(view[start : start + (1 << 16)]), _left(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same connection with TLS; the certificate is checked against the name asked for."""
        return _BoundedStream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a stream."""
        return self._inner.get_extra_info(info)


def _left(timeout: float | None) -> float:
    until = _until.get()
    wait = 30.0 if timeout is None else timeout
    if until is None:
        return wait
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole request is over")
    return min(wait, left)


def _number(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
