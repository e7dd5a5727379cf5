"""Messages of the Speech SDKs: headers and a body, in a text or a binary frame.

A text frame holds header lines, a blank line and the body. A binary frame holds the length of its
headers (two bytes, the higher first), the headers, each with its line's end, and the payload.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scriba.errors import ProtocolError

MAX_HEADER_BYTES = 8192
_MOST_HEADERS = 32
_LENGTH_BYTES = 2
_JSON = "application/json; charset=utf-8"
# Echoed as it came, so nothing that could end a header may be in it.
_REQUEST_ID = re.compile(r"[!-~]{1,128}", re.ASCII)
_NAME = re.compile(r"[!-9;-~]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a client. `path` is in lower case, `request_id` as the client wrote it."""

    path: str
    request_id: str | None
    body: bytes
    content_type: str = ""


def parse(frame: str | bytes) -> Message:
    """The message of a text or binary frame; raises ProtocolError."""
    if isinstance(frame, str):
        head, _, text = frame.partition("\r\n\r\n")
        body = text.encode("utf-8", "surrogatepass")
        what = "The text message"
        size = len(head)
    else:
        size, head, body = _cut(frame)
        what = "The binary message"
    if size > MAX_HEADER_BYTES:
        raise ProtocolError(f"{what} has {size} bytes of headers; {MAX_HEADER_BYTES} are allowed")
    headers = _headers(head, what)
    path = headers.get("path", "").lower()
    if not path:
        raise ProtocolError(f"{what} has no header Path")
    request_id = headers.get("x-requestid") or None
    if request_id is not None and not _REQUEST_ID.fullmatch(request_id):
        raise ProtocolError(f"{what} has an X-RequestId that is not up to 128 printable characters")
    return Message(path, request_id, body, headers.get("content-type", ""))


def _cut(frame: bytes) -> tuple[int, str, bytes]:
    size = int.from_bytes(frame[:_LENGTH_BYTES], "big")
    start = _LENGTH_BYTES + size
    if len(frame) < max(start, _LENGTH_BYTES):
        raise ProtocolError(
            f"The binary message says that its headers take {size} bytes, "
            f"and has {max(0, len(frame) - _LENGTH_BYTES)}"
        )
    return size, frame[_LENGTH_BYTES:start].decode("latin-1"), frame[start:]


def _headers(head: str, what: str) -> dict[str, str]:
    lines = [line for line in head.split("\r\n") if line]
    if len(lines) > _MOST_HEADERS:
        raise ProtocolError(f"{what} has more than {_MOST_HEADERS} headers")
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name):
            raise ProtocolError(f"{what} has a header line that is not 'Name:value'")
        if found.setdefault(name.lower(), value.strip()) != value.strip():
            raise ProtocolError(f"{what} has the header {name} twice")
    return found


def text_frame(path: str, request_id: str | None, body: Mapping[str, Any] | None = None) -> str:
    """A text frame with a JSON body, which is there even where it says nothing.

    Names are spelled as the native client compares them. The body is ASCII, in one line: the
    JavaScript client would cut it at an empty one.
    """
    identified = f"X-RequestId:{request_id}\r\n" if request_id is not None else ""
    content = json.dumps(body or {}, separators=(",", ":"))
    return f"{identified}Content-Type:{_JSON}\r\nPath:{path}\r\n\r\n{content}"


def binary_frame(headers: Mapping[str, str], payload: bytes = b"") -> bytes:
    """A binary frame; the payload may be empty."""
    head = "".join(f"{name}:{value}\r\n" for name, value in headers.items()).encode("latin-1")
    return len(head).to_bytes(_LENGTH_BYTES, "big") + head + payload
