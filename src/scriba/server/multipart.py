"""Forms (multipart/form-data, RFC 7578): the parts that are wanted, kept while they arrive."""

import io
import logging
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

MAX_PARTS = 64
_MAX_BOUNDARY = 70
_PLAIN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary"})

# It warns of every malformed body, in words for whoever wrote the parser; callers are told better.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)


class BadForm(Exception):
    """The body is not a form as it should be; `target` names the part, `status` the answer."""

    def __init__(self, message: str, target: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.target = target
        self.status = status


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part to be kept: at most `max_bytes` of it, in memory or in a file without a name."""

    max_bytes: int
    to_disk: bool = False


@dataclass(slots=True)
class Part:
    """A part that came, as its headers describe it; `file` stands where reading or writing is."""

    name: str
    filename: str | None
    content_type: str
    file: BinaryIO
    size: int = 0

    def read(self) -> bytes:
        """All of it, from its beginning."""
        self.file.seek(0)
        return self.file.read()


class FormReader:
    """Takes a form's bytes as they come, and keeps the parts named in `wanted`, in any order.

    Names count without regard to case; other parts are passed over. Files are made in `folder`,
    without a name where the system can do that, so nothing of them stays however the process ends.
    `feed` and `finish` raise BadForm, and OSError when the disk does not take any more. One call at
    a time, but `close` may come from another thread at any moment.
    """

    def __init__(self, content_type: str, wanted: Mapping[str, Wanted], folder: Path) -> None:
        self.parts: dict[str, Part] = {}
        self._wanted = wanted
        self._folder = folder
        self._count = 0
        self._headers: dict[str, str] = {}
        self._field = bytearray()
        self._value = bytearray()
        self._part: Part | None = None
        self._room = 0
        self._ended = False
        self._lock = threading.Lock()
        self._closed = False
        self._parser = MultipartParser(
            _boundary(content_type),
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )

    def feed(self, data: bytes) -> None:
        """Take the next bytes; does nothing once closed."""
        with self._lock:
            if self._closed:
                return
            try:
                self._parser.write(data)
            except FormParserError as error:
                raise BadForm(f"The body is not a well-formed form: {error}.") from error

    def finish(self) -> dict[str, Part]:
        """No more bytes come: the parts by their names as `wanted` spells them."""
        with self._lock:
            if not self._ended:
                raise BadForm(
                    "The body ends before the form does: the last boundary, with two hyphens "
                    "after it, is missing."
                )
            for part in self.parts.values():
                part.file.seek(0)
            return self.parts

    def close(self) -> None:
        """Remove what was kept. Idempotent."""
        with self._lock:
            self._closed = True
            for part in self.parts.values():
                part.file.close()

    def _on_part_begin(self) -> None:
        self._count += 1
        if self._count > MAX_PARTS:
            raise BadForm(f"The form has more than {MAX_PARTS} parts.")
        self._headers.clear()
        self._part = None

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        name = self._field.decode("latin-1").strip().lower()
        self._headers.setdefault(name, self._value.decode("utf-8", "replace").strip())
        self._field.clear()
        self._value.clear()

    def _on_headers_finished(self) -> None:
        kind, options = _options(self._headers.get("content-disposition", ""))
        given = options.get("name")
        if kind != "form-data" or given is None:
            raise BadForm(
                f"Part {self._count} of the form has no header "
                "'Content-Disposition: form-data; name=\"...\"'."
            )
        name = next((each for each in self._wanted if each.lower() == given.lower()), None)
        if name is None:
            return
        if name in self.parts:
            raise BadForm(f"The form has two parts named '{name}'; send one.", name)
        encoding = self._headers.get("content-transfer-encoding", "").lower()
        if encoding not in _PLAIN_ENCODINGS:
            raise BadForm(
                f"The part '{name}' has the transfer encoding {encoding[:40]!r}: send its bytes "
                "as they are.",
                name,
            )
        wanted = self._wanted[name]
        self._room = wanted.max_bytes
        self._part = self.parts[name] = Part(
            name,
            options.get("filename"),
            self._headers.get("content-type", ""),
            _unnamed(self._folder) if wanted.to_disk else io.BytesIO(),
        )

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part is None:
            return
        part.size += end - start
        if part.size > self._room:
            raise BadForm(
                f"The part '{part.name}' is larger than {_shown(self._room)}.", part.name, 413
            )
        part.file.write(memoryview(data)[start:end])

    def _on_part_end(self) -> None:
        if self._part is not None:
            # A full disk shows here at the latest, not when the file is read.
            self._part.file.flush()
        self._part = None

    def _on_end(self) -> None:
        self._ended = True


def _boundary(content_type: str) -> bytes:
    """The boundary that the request's head names; raises BadForm."""
    kind, options = _options(content_type)
    if kind != "multipart/form-data":
        raise BadForm(
            "The body must be a form: send Content-Type: multipart/form-data; boundary=....",
            "Content-Type",
            415,
        )
    boundary = options.get("boundary", "").encode("latin-1", "replace")
    if not 0 < len(boundary) <= _MAX_BOUNDARY:
        raise BadForm(
            f"The header Content-Type must name a boundary of 1 to {_MAX_BOUNDARY} characters.",
            "Content-Type",
        )
    return boundary


def _options(value: str) -> tuple[str, dict[str, str]]:
    """A header's value in lower case, and its options; ('', {}) where it cannot be read."""
    try:
        kind, options = parse_options_header(value)
    except (ValueError, LookupError):
        return "", {}
    texts = {
        name.decode("latin-1").lower(): text.decode("utf-8", "replace")
        for name, text in options.items()
    }
    return kind.decode("latin-1").strip().lower(), texts


def _unnamed(folder: Path) -> BinaryIO:
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def _shown(size: int) -> str:
    return f"{size >> 20} MiB" if size % (1 << 20) == 0 else f"{size / 1e6:g} MB"
