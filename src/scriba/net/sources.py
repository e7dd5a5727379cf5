"""Where recordings come from and results go to: web addresses, containers, buckets, folders."""

import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from scriba.errors import AccessDenied, InvalidAddress, NetworkError, SettingsError
from scriba.net.answer import Download
from scriba.net.azure import Item, list_blobs, probe_blob, put_blob
from scriba.net.buckets import fetch_object, list_bucket
from scriba.net.client import Client
from scriba.net.folders import fetch_file, list_folder

__all__ = ["Item", "Sources", "problem"]

MAX_ITEMS = 10_000
_TRIES = 3
# A page of a login or an error that was answered with status 200, not what was asked for.
_NOT_DATA = ("text/html", "application/xhtml")
_NOT_MEDIA = (*_NOT_DATA, "application/json", "application/xml")


class Sources:
    """Lists, fetches and writes by address; `allowed` is SCRIBA_ALLOWED_SOURCES.

    Web addresses go through the guarded client. `s3://` and `file://` are refused unless they lie
    under an entry of `allowed`. Safe to use from many threads.
    """

    def __init__(self, client: Client, allowed: str = "", *, max_bytes: int = 5 << 30) -> None:
        entries = [item.strip() for item in allowed.split(",") if item.strip()]
        self._client = client
        self._max_bytes = max_bytes
        self._buckets = tuple(item for item in entries if item.startswith("s3://"))
        folders = [item for item in entries if not item.startswith("s3://")]
        self._folders = tuple(_folder(item) for item in folders)

    def check(self, address: str) -> None:
        """Raise InvalidAddress unless this is an address of a kind that is known here."""
        if _scheme(address) not in ("http", "https", "s3", "file"):
            raise InvalidAddress("use https://, http://, or s3:// and file:// where allowed")

    def list(self, container: str, limit: int = MAX_ITEMS) -> Iterator[Item]:
        """The recordings in a container SAS URL, an `s3://` prefix or a `file://` folder, by name.

        Raises NetworkError and its kinds, InvalidAddress also where there are more than `limit`.
        """
        self.check(container)
        scheme = _scheme(container)
        if scheme == "s3":
            found = list_bucket(container, self._buckets)
        elif scheme == "file":
            found = list_folder(container, self._folders)
        else:
            found = list_blobs(self._client, container)
        yield from islice(found, limit)
        if next(found, None) is not None:
            raise InvalidAddress(f"the container holds more than {limit} files")

    def fetch(
        self,
        address: str,
        to: Path,
        *,
        max_bytes: int | None = None,
        total: float | None = None,
        stopping: Callable[[], bool] = lambda: False,
        media: bool = True,
    ) -> Download:
        """Write what an address holds to the file `to`; temporary failures are tried again.

        Without `media` it may be any data, not only a recording.
        For web addresses `total` bounds all tries together, in seconds, where the client's own
        bound is for each of them; and they end soon after `stopping` is true.
        Raises NetworkError and its kinds, which `problem` puts in the API's terms, and OSError
        where the own disk fails, NoRoom before it is full. Nothing is left at `to` after a failure.
        """
        self.check(address)
        bound = min(max_bytes or self._max_bytes, self._max_bytes)
        scheme = _scheme(address)
        try:
            if scheme == "s3":
                return Download(fetch_object(address, self._buckets, to, bound), None)
            if scheme == "file":
                return Download(fetch_file(address, self._folders, to, bound), None)
        except BaseException:
            to.unlink(missing_ok=True)
            raise
        until = None if total is None else time.monotonic() + total
        left = total
        for tried in range(_TRIES):
            try:
                return self._client.download(
                    address,
                    to,
                    max_bytes=bound,
                    refused_types=_NOT_MEDIA if media else _NOT_DATA,
                    total=left,
                    stopping=stopping,
                )
            except NetworkError as error:
                rest = 0.5 * 4**tried
                left = None if until is None else until - time.monotonic() - rest
                over = left is not None and left <= 0
                if not error.temporary or tried + 1 == _TRIES or over or stopping():
                    raise
                time.sleep(rest)
        raise AssertionError

    def put(
        self, container: str, name: str, path: Path, content_type: str = "application/json"
    ) -> None:
        """Write the file `path` into a container SAS URL as the blob `name`; raises NetworkError.

        Writing the same again replaces it.
        """
        put_blob(self._client, container, name, path, content_type)

    def probe(self, container: str, name: str) -> None:
        """Try to write to a container SAS URL without a trace; raises NetworkError."""
        probe_blob(self._client, container, name)


def problem(error: NetworkError) -> tuple[str, str]:
    """The API's error code and a message for a recording that could not be fetched."""
    if isinstance(error, AccessDenied):
        return "InvalidRecordingsUri", f"Authentication failed for recordings URI. {error}."
    return "InvalidRecordingsUri", f"The recordings URI is invalid. {error}."


def _scheme(address: str) -> str:
    return address.strip().partition("://")[0].lower()


def _folder(text: str) -> Path:
    path = Path(text.removeprefix("file://"))
    if not path.is_absolute() or ".." in path.parts:
        raise SettingsError(
            f"SCRIBA_ALLOWED_SOURCES: {text[:100]!r} is neither a whole path nor s3://BUCKET/PREFIX"
        )
    return path
