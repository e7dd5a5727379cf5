"""Which host the client called, and which region that host names."""

import re

from starlette.requests import HTTPConnection

from scriba.resources import AZURE_REGIONS
from scriba.server.exchange import exchange_of

_LABEL = r"([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
_REGIONAL = re.compile(rf"{_LABEL}\.(?:(?:stt|tts|s2s)\.speech|api\.cognitive)\.[a-z0-9]")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(?::\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?")

_PREFIX = re.compile(r"[A-Za-z0-9._:-]{1,100}")


def called_host(connection: HTTPConnection, trust_forwarded: bool) -> str | None:
    """Host and port as the client wrote them; None where they are absent or not a host.

    `X-Forwarded-Host` counts only with `trust_forwarded`: anyone can send it.
    """
    host = connection.headers.get("host", "")
    if trust_forwarded:
        host = connection.headers.get("x-forwarded-host", host).split(",")[0]
    host = host.strip()
    return host if _HOST.fullmatch(host) else None


def called_address(connection: HTTPConnection, trust_forwarded: bool, fallback: str) -> str:
    """Scheme and host that the client called, `http://HOST:PORT`, with the prefix of the path that
    some clients put there; links begin with it. `fallback` is HOST:PORT where no host was sent.
    """
    scheme = connection.url.scheme
    if trust_forwarded:
        given = connection.headers.get("x-forwarded-proto", scheme).split(",")[0].strip()
        scheme = given if given in ("http", "https") else scheme
    host = called_host(connection, trust_forwarded) or fallback
    prefix = exchange_of(connection.scope).host_prefix
    if prefix and _PREFIX.fullmatch(prefix):
        return f"{scheme}://{host}/{prefix}"
    return f"{scheme}://{host}"


def region_of_host(host: str) -> str | None:
    """`westus` for westus.stt.speech.ANYTHING and its like, None for all other hosts."""
    match = _REGIONAL.match(host.strip().lower())
    return match.group(1) if match else None


def called_region(connection: HTTPConnection, trust_forwarded: bool) -> str | None:
    """The region that the call is addressed to, None where it names none.

    A path prefix such as `/westus.stt.speech.microsoft.com` comes from a client that was pointed
    here through its region setting, which may be any word: only Azure's own names count there.
    """
    prefix = exchange_of(connection.scope).host_prefix
    named = region_of_host(prefix) if prefix else None
    if named in AZURE_REGIONS:
        return named
    host = called_host(connection, trust_forwarded)
    return region_of_host(host) if host else None
