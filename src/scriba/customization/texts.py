"""Text files that people bring: any usual encoding to clean numbered lines, memory flat.

The bytes are untrusted: lines of any length, binary data, and characters that no text holds.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from scriba.customization.imported import Findings
from scriba.customization.kinds import MAX_BYTES, DatasetKind
from scriba.errors import DatasetError

UNDECODABLE = "NoUtf8WithBom"
_CHUNK_BYTES = 1 << 18
_CHECK_LINES = 2_000
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive (or a document of an office program)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "a document of an office program"),
    (b"RIFF", "a recording"),
    (b"OggS", "a recording"),
    (b"fLaC", "a recording"),
    (b"ID3", "a recording"),
)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
# Marks of byte order and places to break a line are no part of what is said.
_INVISIBLE = re.compile("[\ufeff\u200b\u2060\u00ad]")
_SPACES = re.compile(r"[^\S\t\n]+")
_URI = re.compile(r"(?:\b[a-z][a-z0-9+.\-]{1,20}://|\bwww\.|\bmailto:)\S", re.IGNORECASE)
_LETTERS_REPEATED = re.compile(r"([^\W\d_])\1{3,}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Sorting marks by their class takes the square of their number.
_MOST_MARKS = 32
_MOST_REPEATS = 3
_LONGEST_GROUP = 8
_LONGEST_SENTENCE = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line is not used: a word for the reason, and the reason."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not empty: its number from 1, and its text or what is wrong with it."""

    number: int
    text: str
    problem: Problem | None = None


def lines(
    path: Path,
    *,
    name: str,
    max_bytes: int,
    longest: int,
    check: Callable[[], None],
    ansi: bool = False,
) -> Iterator[Line]:
    """The lines of a text file that are not empty, in NFC and without spaces around them.

    UTF-8 with or without a byte order mark, UTF-16 and UTF-32 with one; with `ansi`, bytes that
    are not UTF-8 are read as Windows-1252. Lines end in LF, CRLF or CR. A line that cannot be
    decoded, has control characters or takes more than `longest` bytes in UTF-8 is a Line with a
    problem. Raises DatasetError for more than `max_bytes` and for what is no text at all.
    """
    size = path.stat().st_size
    if size > max_bytes:
        raise DatasetError(
            f"{name} has {size:,} bytes; at most {max_bytes:,} are accepted", code="QuotaViolation"
        )
    with open(path, "rb") as file:
        encoding = _encoding(file, name)
        for number, raw in _split(_utf8(file, encoding), longest):
            if number % _CHECK_LINES == 0:
                check()
            if raw is None:
                text = f"the line is longer than {longest:,} bytes"
                yield Line(number, "", Problem("TooLong", text))
            elif raw.strip():
                line = _line(number, raw, ansi, transcoded=encoding != "utf-8")
                if line.text or line.problem:
                    yield line
    check()


def _encoding(file: BinaryIO, name: str) -> str:
    head = file.read(4096)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            # The decoders of UTF-16 and UTF-32 want to see their mark.
            file.seek(len(mark) if encoding == "utf-8" else 0)
            return encoding
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise DatasetError(f"{name} is {what}, where a text file is expected")
    if b"\0" in head:
        raise DatasetError(
            f"{name} is binary, or UTF-16 without a byte order mark: save it as UTF-8 with BOM",
            code=UNDECODABLE,
        )
    file.seek(0)
    return "utf-8"


def _utf8(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    """The file in pieces of UTF-8; what cannot be decoded becomes U+FFFD."""
    if encoding == "utf-8":
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    while chunk := file.read(_CHUNK_BYTES):
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _split(chunks: Iterator[bytes], longest: int) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None for one that is too long."""
    number, held, over, carriage = 0, b"", False, False
    for chunk in chunks:
        # A CR at the end of a piece may be the half of a CRLF.
        data = b"\r" + chunk if carriage else chunk
        carriage = data.endswith(b"\r")
        if carriage:
            data = data[:-1]
        parts = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        parts[0] = held + parts[0]
        held = parts.pop()
        for part in parts:
            number += 1
            yield number, None if over or len(part) > longest else part
            over = False
        if len(held) > longest:
            held, over = b"", True
    if held or over:
        yield number + 1, None if over or len(held) > longest else held


def _line(number: int, raw: bytes, ansi: bool, *, transcoded: bool) -> Line:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if not ansi:
            reason = (
                f"byte 0x{raw[error.start]:02X} at {error.start + 1} is not UTF-8; "
                "save the file as UTF-8 with BOM"
            )
            return Line(number, "", Problem(UNDECODABLE, reason))
        text = raw.decode("cp1252", "replace")
    if "\ufffd" in text:
        encoding = "the file's encoding" if transcoded else "any encoding"
        reason = f"a character at {text.index(chr(0xFFFD)) + 1} could not be read in {encoding}"
        return Line(number, "", Problem(UNDECODABLE, reason))
    return clean(number, text)


def clean(number: int, text: str) -> Line:
    """A line in NFC, single spaces, and without what cannot be seen."""
    text = text.strip()
    if found := _CONTROLS.search(text):
        reason = f"a control character (U+{ord(found[0]):04X}) at {found.start() + 1}"
        return Line(number, "", Problem("InvalidCharacters", reason))
    if not text.isascii():
        run = 0
        for char in text:
            run = run + 1 if unicodedata.combining(char) else 0
            if run > _MOST_MARKS:
                reason = f"more than {_MOST_MARKS} marks on one letter"
                return Line(number, "", Problem("InvalidCharacters", reason))
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return Line(number, _SPACES.sub(" ", text).strip())


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit."""
    return any(map(str.isalnum, text))


def sentence_problem(text: str) -> Problem | None:
    """Why a sentence cannot teach a language: no words, an address, or repetitions."""
    if not has_words(text):
        return Problem("NoWords", "the line holds no word")
    if found := _URI.search(text):
        return Problem("Uri", f"an address at {found.start() + 1}; write it as it is said")
    if repeated := repetition(text):
        most = f"more than {_MOST_REPEATS} times in a row"
        return Problem("TooManyRepeats", f'"{repeated[:60]}" stands there {most}')
    return None


def repetition(text: str) -> str | None:
    """A letter, word or group of up to 8 words that stands more than 3 times in a row.

    Numbers may: "zero zero zero zero" cannot be told from other words, "0 0 0 0" can.
    """
    text = text.lower()
    if found := _LETTERS_REPEATED.search(text):
        return found[1]
    words = _WORD.findall(text)
    if len(words) - len(set(words)) < _MOST_REPEATS:
        return None
    for size in range(1, min(_LONGEST_GROUP, len(words) // (_MOST_REPEATS + 1)) + 1):
        run = 0
        for at in range(size, len(words)):
            run = run + 1 if words[at] == words[at - size] else 0
            if run == size * _MOST_REPEATS:
                group = words[at - size + 1 : at + 1]
                if not all(map(str.isdigit, group)):
                    return " ".join(group)
                run = 0
    return None


def accept(source: Path, target: Path, findings: Findings, check: Callable[[], None]) -> None:
    """Writes the sentences of language data that can be used to `target`, one a line."""
    found = lines(
        source,
        name="the file",
        max_bytes=MAX_BYTES[DatasetKind.LANGUAGE],
        longest=_LONGEST_SENTENCE,
        check=check,
    )
    with open(target, "w", encoding="utf-8", newline="\n") as out:
        for line in found:
            text = line.text.replace("\t", " ")
            if problem := line.problem or sentence_problem(text):
                findings.reject("", line.number, problem.code, problem.reason)
            else:
                findings.accepted += 1
                out.write(text + "\n")
