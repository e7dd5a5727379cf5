"""URLs without what only their owner may know: for results, logs and errors."""

import re
from urllib.parse import unquote, urlsplit, urlunsplit

_HIDDEN = "REDACTED"

# Parts of a name that mark a value as a secret; matched without regard to case, `-` and `_`.
_SECRET = re.compile(
    r"sig|token|secret|passw|pwd|key|credential|auth|code|session|jwt|hmac|policy|cert|ticket"
)
# Names that hold one of these parts and are harmless: SAS key times and services, S3's date.
_HARMLESS = frozenset({"skt", "ske", "sks", "skv", "keyspath", "encoding", "signeddate"})
_SEPARATORS = re.compile(r"([&;])")
_PATH_PARAMETER = re.compile(r";([^;/=]+=[^;/]*)")
_URL = re.compile(r"(?:https?|s3|az|azure|file|postgresql|sqlite)://[^\s'\"<>]+", re.IGNORECASE)


def redacted(url: str) -> str:
    """`url` without user info and fragment, and with the values of secret parameters hidden.

    Parameters are those of the query and those in the path, as in `/a;sig=x/b`. Harmless ones
    stay, so that a reader can tell two addresses apart. Never raises.
    """
    try:
        parts = urlsplit(url.strip())
        netloc = parts.netloc.rpartition("@")[2]
    except ValueError:
        return _HIDDEN
    path = _PATH_PARAMETER.sub(lambda match: f";{_parameter(match[1])}", parts.path)
    query = "".join(_parameter(item) for item in _SEPARATORS.split(parts.query))
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def without_secrets(text: str) -> str:
    """`text` with every URL in it redacted, for messages of other libraries."""
    return _URL.sub(lambda match: redacted(match.group()), text)


def _parameter(item: str) -> str:
    name, equals, value = item.partition("=")
    if not equals:
        # A bare value, as some links carry their token.
        return _HIDDEN if len(name) > 16 else name
    plain = re.sub(r"[-_.]", "", unquote(name).lower())
    secret = _SECRET.search(plain) and plain not in _HARMLESS
    return f"{name}={_HIDDEN}" if secret and value else item
