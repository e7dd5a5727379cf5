"""WAV as it arrives: RIFF, RIFX, RF64 and BW64 with linear, float, A-law or mu-law samples.

The header of a stream is often wrong about sizes (it was written before the audio was), so the
bytes that come decide. Layout: Microsoft, "Multiple channel audio data and WAVE files"; RF64 and
BW64: EBU Tech 3306, ITU-R BS.2088; A-law and mu-law: ITU-T G.711.
"""

import re
import struct
from dataclasses import dataclass

import numpy as np

from scriba.errors import NoAudioFrames, UnsupportedAudio
from scriba.speech.resample import Samples, empty

MIN_RATE, MAX_RATE = 4_000, 192_000
MAX_CHANNELS = 8

_MAX_FMT_BYTES = 1 << 16
_MAX_SKIPPED_BYTES = 64 << 20
_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
# The tail that every SubFormat GUID of WAVE_FORMAT_EXTENSIBLE shares after its two-byte tag.
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_CHUNK_ID = re.compile(rb"[A-Za-z][A-Za-z0-9 _]{3}")
_MAGIC = {b"RIFF": "<", b"RIFX": ">", b"RF64": "<", b"BW64": "<"}


def _alaw_table() -> Samples:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, (code & 15) * 16 + 8
    value = np.where(exponent == 0, mantissa, (mantissa + 256) << np.maximum(exponent - 1, 0))
    return (np.where(code & 0x80, value, -value) / 32768).astype(np.float32)


def _mulaw_table() -> Samples:
    code = ~np.arange(256) & 0xFF
    value = (((code & 15) * 8 + 132) << ((code >> 4) & 7)) - 132
    return (np.where(code & 0x80, -value, value) / 32768).astype(np.float32)


_COMPANDED = {_ALAW: _alaw_table(), _MULAW: _mulaw_table()}


class ForeignCodec(Exception):
    """The WAV carries a codec this reader does not know; `rest` is the same file so far."""

    def __init__(self, rest: bytes) -> None:
        super().__init__()
        self.rest = rest


@dataclass(frozen=True, slots=True)
class WavFormat:
    """What the `fmt ` chunk says, with `width` bytes a sample; `order` is '<' or '>'."""

    tag: int
    channels: int
    rate: int
    width: int
    order: str

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.width

    @property
    def bytes_per_second(self) -> int:
        return self.frame_bytes * self.rate


class WavReader:
    """Reads a WAV stream in pieces of any size; `feed` and `finish` return `(channels, samples)`.

    `format` is None until the header is read. Raises UnsupportedAudio for a header that cannot
    be used, NoAudioFrames at the end if no whole frame came, and ForeignCodec to hand over.
    """

    def __init__(self) -> None:
        self.format: WavFormat | None = None
        self.data_bytes: int | None = None
        self.frames = 0
        self._buffer = bytearray()
        self._order = ""
        self._skip = 0
        self._skipped = 0
        self._padded = False
        self._long_size = 0
        self._in_data = False
        self._over = False
        self._left: int | None = None

    @property
    def in_data(self) -> bool:
        """Whether the header has been read whole."""
        return self._in_data

    def feed(self, data: bytes) -> Samples:
        """Takes the next bytes and returns the samples of all whole frames that are there."""
        if self._over:
            return self._nothing()
        self._buffer += data
        if not self._in_data:
            self._read_header()
        return self._read_frames() if self._in_data else self._nothing()

    def finish(self) -> Samples:
        """Ends the stream; a partial frame at its end is dropped."""
        if not self._in_data:
            where = "its 'fmt ' chunk" if self.format is None else "its 'data' chunk"
            raise UnsupportedAudio(f"the WAV header ends before {where}")
        if not self.frames:
            raise NoAudioFrames("the WAV header is followed by no whole sample frame")
        return self._nothing()

    def _nothing(self) -> Samples:
        return empty(self.format.channels if self.format else 1)

    def _read_header(self) -> None:
        buffer = self._buffer
        if not self._order:
            if len(buffer) < 12:
                return
            self._order = _MAGIC[bytes(buffer[:4])]
            del buffer[:12]
        while True:
            if self._skip:
                step = min(self._skip, len(buffer))
                self._skip -= step
                self._skipped += step
                del buffer[:step]
                if self._skipped > _MAX_SKIPPED_BYTES:
                    raise UnsupportedAudio("the WAV holds 64 MB of other chunks before its audio")
                if self._skip:
                    return
            # Some writers forget the pad byte after an odd chunk; it is zero and an id never is.
            if self._padded and buffer:
                if buffer[0] == 0:
                    del buffer[:1]
                self._padded = False
            if len(buffer) < 8:
                return
            kind, size = bytes(buffer[:4]), self._number(buffer, 4)
            if kind == b"fmt ":
                if size < 14 or size > _MAX_FMT_BYTES:
                    raise UnsupportedAudio(f"the WAV 'fmt ' chunk says it has {size} bytes")
                if len(buffer) < 8 + size:
                    return
                self._read_format(bytes(buffer[8 : 8 + size]))
            elif kind == b"data":
                if self.format is None:
                    raise UnsupportedAudio("the WAV has a 'data' chunk before its 'fmt ' chunk")
                self._start_data(size)
                del buffer[:8]
                return
            elif kind == b"ds64" and size >= 16:
                if len(buffer) < 24:
                    return
                self._long_size = self._number(buffer, 16, "Q")
            del buffer[:8]
            self._skip, self._padded = size, size % 2 == 1

    def _number(self, data: bytes | bytearray, at: int, kind: str = "I") -> int:
        value: int = struct.unpack_from(self._order + kind, data, at)[0]
        return value

    def _read_format(self, chunk: bytes) -> None:
        tag, channels = self._number(chunk, 0, "H"), self._number(chunk, 2, "H")
        rate, block = self._number(chunk, 4), self._number(chunk, 12, "H")
        bits = self._number(chunk, 14, "H") if len(chunk) >= 16 else 0
        if tag == _EXTENSIBLE and len(chunk) >= 40 and chunk[26:40] == _GUID_TAIL:
            tag = self._number(chunk, 24, "H")
        if not 1 <= channels <= MAX_CHANNELS:
            raise UnsupportedAudio(f"the WAV has {channels} channels; 1 to {MAX_CHANNELS} are read")
        if not MIN_RATE <= rate <= MAX_RATE:
            raise UnsupportedAudio(
                f"the WAV has {rate} samples a second; {MIN_RATE} to {MAX_RATE} are read"
            )
        # The block size is often wrong in hand-made headers; the bits are what the samples have.
        width = (bits + 7) // 8 or block // channels
        if tag in _COMPANDED:
            width = 1
        elif tag not in (_PCM, _FLOAT):
            raise ForeignCodec(self._new_file(chunk))
        elif width not in ((1, 2, 3, 4) if tag == _PCM else (4, 8)):
            raise UnsupportedAudio(f"the WAV has samples of {bits} bits")
        self.format = WavFormat(tag, channels, rate, width, self._order)

    def _new_file(self, chunk: bytes) -> bytes:
        magic = b"RIFX" if self._order == ">" else b"RIFF"
        size = struct.pack(f"{self._order}I", 0xFFFFFFFF)
        length = struct.pack(f"{self._order}I", len(chunk))
        rest = bytes(self._buffer[8 + len(chunk) :])
        return magic + size + b"WAVEfmt " + length + chunk + rest

    def _start_data(self, size: int) -> None:
        if size == 0xFFFFFFFF and self._long_size:
            size = self._long_size
        known = 0 < size < 0xFFFFFFFF or size == self._long_size > 0
        self.data_bytes = self._left = size if known else None
        self._in_data = True

    def _read_frames(self) -> Samples:
        form = self.format
        assert form is not None
        if self._left is not None and len(self._buffer) > self._left:
            # Enough to tell a chunk after the audio from audio that the size did not count.
            if len(self._buffer) < self._left + 9:
                usable = self._left
            elif self._chunk_follows(self._left):
                del self._buffer[self._left :]
                self._over = True
                usable = self._left
            else:
                self._left = None
                usable = len(self._buffer)
        else:
            usable = len(self._buffer)
        usable -= usable % form.frame_bytes
        raw = bytes(self._buffer[:usable])
        del self._buffer[:usable]
        if self._left is not None:
            self._left -= usable
        self.frames += usable // form.frame_bytes
        return _to_float(raw, form)

    def _chunk_follows(self, at: int) -> bool:
        pad = 1 if self.data_bytes and self.data_bytes % 2 else 0
        return any(_CHUNK_ID.fullmatch(self._buffer[at + p : at + p + 4]) for p in {0, pad})


def _to_float(raw: bytes, form: WavFormat) -> Samples:
    values: Samples
    if form.tag in _COMPANDED:
        values = _COMPANDED[form.tag][np.frombuffer(raw, np.uint8)]
    elif form.tag == _FLOAT:
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.frombuffer(raw, f"{form.order}f{form.width}").astype(np.float32)
    elif form.width == 1:
        values = np.frombuffer(raw, np.uint8).astype(np.float32)
        values = (values - np.float32(128)) / np.float32(128)
    elif form.width == 3:
        triples = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        wide = np.zeros((len(triples), 4), np.uint8)
        wide[:, 1:] = triples if form.order == "<" else triples[:, ::-1]
        values = wide.view("<i4")[:, 0].astype(np.float32) / np.float32(2**31)
    else:
        scale = np.float32(2 ** -(8 * form.width - 1))
        values = np.frombuffer(raw, f"{form.order}i{form.width}").astype(np.float32) * scale
    return values.reshape(-1, form.channels).T
