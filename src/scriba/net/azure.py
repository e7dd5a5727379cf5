"""Azure Blob containers by their SAS URL: list them, write to them.

Works with `https://ACCOUNT.blob.core.windows.net/CONTAINER?SAS` and with path-style addresses such
as an emulator's, `http://HOST:PORT/ACCOUNT/CONTAINER?SAS`. Source: Azure's REST reference, List
Blobs, Put Blob, Put Block and Put Block List.
"""

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from xml.parsers import expat
from xml.sax.saxutils import escape

from scriba.errors import AnswerRefused, AnswerTooLarge, InvalidAddress, NetworkError
from scriba.net.answer import check_status
from scriba.net.client import Client
from scriba.net.redact import redacted

# All that is used is older than this; newer versions are refused by older emulators.
_HEADERS = {"x-ms-version": "2021-12-02"}
_PAGE = 5000
_MAX_LISTING = 64 << 20
_MAX_NAME = 1024
_BLOCK = 8 << 20
_TRIES = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item:
    """A file to fetch: its name in its container or folder, its address, its size in bytes.

    The address may hold a signature: show it only `redacted`.
    """

    name: str
    address: str
    size: int


def blob_url(container: str, name: str) -> str:
    """The address of a blob, with the container's signature; raises InvalidAddress."""
    try:
        parts = urlsplit(container.strip())
    except ValueError:
        raise InvalidAddress(redacted(container)[:200]) from None
    if not parts.path.strip("/"):
        raise InvalidAddress(f"{redacted(container)[:200]} names no container")
    path = f"{parts.path.rstrip('/')}/{quote(name, safe='/~')}"
    return urlunsplit((parts.scheme, parts.netloc, path, _signature(parts.query), ""))


def list_blobs(client: Client, container: str) -> Iterator[Item]:
    """The blobs of a container, by name, a page at a time; raises NetworkError.

    Entries that only stand for a folder are left out.
    """
    marker = ""
    while True:
        page = _retried(partial(_page, client, container, marker))
        for name, size in page.blobs:
            yield Item(name, blob_url(container, name), size)
        if not page.marker:
            return
        if page.marker == marker:
            raise AnswerRefused(f"{redacted(container)} listed the same page twice")
        marker = page.marker


def put_blob(
    client: Client, container: str, name: str, path: Path, content_type: str = "application/json"
) -> None:
    """Write the file `path` as the blob `name`, in place of one that is there.

    A big file goes in blocks, so that memory stays flat and a failure costs one block; the blob
    appears when all are there. Raises NetworkError, and OSError where `path` cannot be read.
    """
    address = blob_url(container, name)
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _BLOCK:
            data = file.read()
            headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": content_type}
            _retried(lambda: _put(client, address, "", data, headers))
            return
        ids: list[str] = []
        while block := file.read(_BLOCK):
            ids.append(_block_id(len(ids)))
            _retried(partial(_put, client, address, _block_query(ids[-1]), block, {}))
    listed = "".join(f"<Latest>{escape(item)}</Latest>" for item in ids)
    body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{listed}</BlockList>'.encode()
    headers = {"x-ms-blob-content-type": content_type, "Content-Type": "application/xml"}
    _retried(lambda: _put(client, address, "comp=blocklist", body, headers))


def probe_blob(client: Client, container: str, name: str) -> None:
    """Find out whether the blob `name` could be written; raises NetworkError.

    A block that is never committed: nobody sees it, and the storage forgets it within a week.
    """
    address = blob_url(container, name)
    _retried(partial(_put, client, address, _block_query(_block_id(0)), b"{}", {}))


def _block_id(number: int) -> str:
    # All ids of a blob's blocks must be of one length.
    return base64.b64encode(f"{number:08d}".encode()).decode("ascii")


def _block_query(id: str) -> str:
    return f"comp=block&blockid={quote(id, safe='')}"


def _put(client: Client, address: str, tail: str, data: bytes, headers: dict[str, str]) -> None:
    url = _with_query(address, tail)
    check_status(address, client.request("PUT", url, headers={**_HEADERS, **headers}, content=data))


def _retried(call: Callable[[], T]) -> T:
    for tried in range(_TRIES):
        try:
            return call()
        except NetworkError as error:
            if not error.temporary or tried + 1 == _TRIES:
                raise
            time.sleep(0.2 * 4**tried)
    raise AssertionError


@dataclass(frozen=True, slots=True)
class _Page:
    blobs: list[tuple[str, int]]
    marker: str


def _page(client: Client, container: str, marker: str) -> _Page:
    tail = f"restype=container&comp=list&maxresults={_PAGE}"
    if marker:
        tail += f"&marker={quote(marker, safe='')}"
    blob_url(container, "")
    url = _with_query(container.strip(), tail)
    with client.open("GET", url, headers=_HEADERS) as opened:
        check_status(container, opened)
        parser = _Listing()
        size = 0
        for block in opened.blocks():
            size += len(block)
            if size > _MAX_LISTING:
                raise AnswerTooLarge(f"the listing of {redacted(container)}")
            parser.feed(block, container)
        return parser.finish(container)


class _Listing:
    """Reads the XML of List Blobs as it arrives."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=None)
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._path: list[str] = []
        self._words: list[str] = []
        self._length = 0
        self._encoded = False
        self._blob: dict[str, str] = {}
        self._found: list[tuple[str, int]] = []
        self._marker = ""

    def feed(self, block: bytes, container: str) -> None:
        try:
            self._parser.Parse(block, False)
        except (expat.ExpatError, ValueError, LookupError):
            raise _not_a_listing(container) from None

    def finish(self, container: str) -> _Page:
        try:
            self._parser.Parse(b"", True)
        except (expat.ExpatError, ValueError, LookupError):
            raise _not_a_listing(container) from None
        return _Page(self._found, self._marker)

    def _doctype(self, *_: object) -> None:
        # Entities are declared there, and can make a small document huge.
        raise ValueError("a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._path and name != "EnumerationResults":
            raise ValueError("another document")
        self._path.append(name)
        if len(self._path) > 16:
            raise ValueError("too deep")
        self._words, self._length = [], 0
        if name == "Blob":
            self._blob = {}
        elif name == "Name":
            self._encoded = attributes.get("Encoded", "").lower() == "true"

    def _text(self, text: str) -> None:
        self._length += len(text)
        if self._length > 64 << 10:
            raise ValueError("too long")
        self._words.append(text)

    def _end(self, name: str) -> None:
        path, text = self._path[1:], "".join(self._words)
        self._path.pop()
        self._words, self._length = [], 0
        if path == ["NextMarker"]:
            self._marker = text.strip()
        elif path == ["Blobs", "Blob", "Name"]:
            self._blob["name"] = unquote(text) if self._encoded else text
        elif path == ["Blobs", "Blob", "Properties", "Content-Length"]:
            self._blob["size"] = text.strip()
        elif path == ["Blobs", "Blob", "Properties", "ResourceType"]:
            self._blob["type"] = text.strip()
        elif path == ["Blobs", "Blob"]:
            self._add()

    def _add(self) -> None:
        name, size = self._blob.get("name", ""), self._blob.get("size", "0")
        folder = self._blob.get("type") == "directory" or name.endswith("/")
        if name and len(name) <= _MAX_NAME and size.isdecimal() and not folder:
            self._found.append((name, int(size)))


def _not_a_listing(container: str) -> AnswerRefused:
    return AnswerRefused(f"{redacted(container)} did not answer as a storage container does")


def _signature(query: str) -> str:
    ours = ("restype", "comp", "prefix", "marker", "maxresults", "delimiter", "include")
    kept = [item for item in query.split("&") if item.partition("=")[0].lower() not in ours]
    return "&".join(item for item in kept if item)


def _with_query(address: str, tail: str) -> str:
    parts = urlsplit(address)
    query = "&".join(item for item in (tail, _signature(parts.query)) if item)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
