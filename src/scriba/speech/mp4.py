"""A look at the sample tables of an MP4 or QuickTime file before FFmpeg builds its index from them.

FFmpeg makes an entry of 24 bytes for every sample that a table claims, and a claim costs nothing:
an MP4 of 18 KB can make it fill gigabytes. Boxes: ISO/IEC 14496-12.
"""

import io
import re
import struct
from typing import BinaryIO

from scriba.errors import UnsupportedAudio

# Ten hours of AAC have 1.6 million samples, ten hours of video 2.2 million.
_MAX_SAMPLES = 8_000_000
_MAX_HEADER_BYTES = 256 << 20
_TABLE = re.compile(rb"(?:trak|stsz|stz2|stts|ctts|trun|cmov)")


def check_sample_tables(file: BinaryIO) -> None:
    """Raises UnsupportedAudio if the tables of `file` claim more samples than a recording has.

    Everything outside the media data is searched for tables instead of parsed: whichever way a
    demuxer reads odd nesting, it finds no table that was not looked at. Rewinds the file.
    """
    tables = _Tables()
    size = file.seek(0, io.SEEK_END)
    at = searched = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        length, kind = struct.unpack_from(">I4s", head)
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack_from(">Q", head, 8)
        if length == 0 or length < 8:
            # Zero runs to the end of the file; less than a header is damage: search it all.
            length = size - at
            kind = kind if head[:4] == b"\0\0\0\0" else b""
        if kind != b"mdat":
            searched += min(length, size - at)
            if searched > _MAX_HEADER_BYTES:
                raise UnsupportedAudio("the MP4 file has more than 256 MB of tables")
            file.seek(at)
            tables.search(file.read(min(length, size - at)))
        at += length
    tables.end_track()
    file.seek(0)


class _Tables:
    """Adds up what the tables claim, a track at a time."""

    def __init__(self) -> None:
        self._total = 0
        self._constant = 0
        self._unit_times = 0
        self._times = 0

    def search(self, data: bytes) -> None:
        for match in _TABLE.finditer(data):
            kind, at = match.group(), match.end()
            if kind == b"trak":
                self.end_track()
            elif kind == b"cmov":
                raise UnsupportedAudio("the QuickTime file has a compressed header")
            elif kind in (b"stsz", b"stz2"):
                each, count = _numbers(data, at + 4, 2)
                if each and kind == b"stsz":
                    self._constant = max(self._constant, count)
                else:
                    self._add(count)
            elif kind == b"trun":
                self._add(*_numbers(data, at + 4, 1))
            else:
                self._add_runs(kind, data, at)

    def _add_runs(self, kind: bytes, data: bytes, at: int) -> None:
        (runs,) = _numbers(data, at + 4, 1)
        if kind == b"stts":
            self._times += 1
            if runs == 1 and _numbers(data, at + 8, 2)[1] == 1:
                self._unit_times += 1
                return
        for run in range(min(runs, (len(data) - at - 8) // 8)):
            self._add(_numbers(data, at + 8 + 8 * run, 1)[0])

    def end_track(self) -> None:
        # Linear PCM has a sample per frame, which FFmpeg reads by the chunk and does not index.
        if not self._times == self._unit_times == 1:
            self._add(self._constant)
        self._constant = self._times = self._unit_times = 0

    def _add(self, count: int) -> None:
        self._total += count
        if self._total > _MAX_SAMPLES:
            raise UnsupportedAudio("the tables of the MP4 file claim more samples than it can have")


def _numbers(data: bytes, at: int, count: int) -> tuple[int, ...]:
    if len(data) < at + 4 * count:
        return (0,) * count
    return struct.unpack_from(f">{count}I", data, at)
