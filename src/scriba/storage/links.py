"""Signed addresses of files: whoever holds one may fetch the file until it expires."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from scriba.storage.secret import Secret

_VERSION = "2026-11-21"
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class Links:
    """Signs with HMAC-SHA256. The query parameters have the names of Azure's storage links."""

    def __init__(
        self, secret: Secret, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._key = secret.derive("file links")
        self._clock = clock

    def sign(self, blob: str, expires: datetime) -> dict[str, str]:
        """The query that makes the address of a blob good until `expires` (UTC)."""
        query = {
            "st": self._clock().strftime(_FORMAT),
            "se": expires.astimezone(UTC).strftime(_FORMAT),
            "sp": "rl",
            "sv": _VERSION,
            "sr": "b",
        }
        return query | {"sig": self._signature(blob, query)}

    def check(self, blob: str, query: Mapping[str, str]) -> str | None:
        """Why a query does not open a blob, in a sentence; None where it does."""
        given = {name: query.get(name, "") for name in ("st", "se", "sp", "sv", "sr")}
        wanted = self._signature(blob, given)
        if not hmac.compare_digest(wanted.encode(), query.get("sig", "").encode()):
            return "The signature of this link is not right; ask for a new link."
        try:
            expires = datetime.strptime(given["se"], _FORMAT).replace(tzinfo=UTC)
        except ValueError:
            return "The link does not say until when it is good."
        if self._clock() >= expires:
            return f"The link expired at {given['se']}; ask for a new one."
        return None

    def _signature(self, blob: str, query: Mapping[str, str]) -> str:
        text = "\n".join([blob, *(f"{name}={query[name]}" for name in sorted(query))])
        return base64.b64encode(hmac.digest(self._key, text.encode(), hashlib.sha256)).decode()
