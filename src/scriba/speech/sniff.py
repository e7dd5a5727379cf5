"""Which container some bytes are, told from the bytes alone.

Only audio containers are named here, and FFmpeg is told which of its demuxers to use: it never
probes by itself, so no playlist, image or subtitle reader of its can be reached.
"""

from dataclasses import dataclass

from scriba.errors import UnsupportedAudio

# How far into a file that starts with something else an MPEG audio stream is looked for.
_SEARCH_BYTES = 16 << 10
_RUN = 4
_TS_PACKET = 188  # bytes, each packet of an MPEG transport stream beginning with a G

_BITRATES = {  # kbit/s by (is MPEG 1, layer); ISO 11172-3 and 13818-3
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file: FFmpeg's `demuxer`, and whether it can be decoded `streaming`, unseekable.

    With `skip`, that many bytes of an ID3 tag come first: drop them and look at what follows.
    """

    demuxer: str
    streaming: bool = True
    skip: int = 0


_MAGIC = (
    (0, b"OggS", Container("ogg")),
    (0, b"fLaC", Container("flac")),
    (0, b"\x1a\x45\xdf\xa3", Container("matroska")),
    (0, b"#!AMR\n", Container("amr")),
    (0, b"#!AMR-WB\n", Container("amr")),
    (0, b".snd", Container("au")),
    (0, b"caff", Container("caf", streaming=False)),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Container("asf", streaming=False)),
    (0, b"riff\x2e\x91\xcf\x11", Container("w64", streaming=False)),
    (0, b"NIST_1A\n", Container("nistsphere")),
    (0, b"wvpk", Container("wv")),
    (0, b"FLV\x01", Container("flv")),
    (4, b"ftyp", Container("mov", streaming=False)),
    (4, b"moov", Container("mov", streaming=False)),
    (4, b"mdat", Container("mov", streaming=False)),
    (4, b"wide", Container("mov", streaming=False)),
    (4, b"free", Container("mov", streaming=False)),
    (4, b"skip", Container("mov", streaming=False)),
)
_FORMS = {
    (b"RIFF", b"WAVE"): Container("wav"),
    (b"RIFX", b"WAVE"): Container("wav"),
    (b"RF64", b"WAVE"): Container("wav"),
    (b"BW64", b"WAVE"): Container("wav"),
    (b"RIFF", b"AVI "): Container("avi", streaming=False),
    (b"FORM", b"AIFF"): Container("aiff", streaming=False),
    (b"FORM", b"AIFC"): Container("aiff", streaming=False),
}
_NOT_AUDIO = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x7fELF", "a program"),
)


def sniff(head: bytes, final: bool) -> Container | None:
    """Names the container that `head`, the first bytes of a file, belongs to.

    Returns None while more bytes are needed; with `final` there are no more. Raises
    UnsupportedAudio, with what the bytes look like instead, when it is no audio container.
    """
    if head.startswith(b"ID3"):
        if len(head) >= 10:
            return Container("", skip=_id3_bytes(head))
    elif len(head) >= 12:
        form = _FORMS.get((head[:4], head[8:12]))
        if form is not None:
            return form
        for at, magic, container in _MAGIC:
            # A box begins with its size: "The free..." does not begin an MP4.
            if head.startswith(magic, at) and (at == 0 or head[0] == 0 or magic == b"mdat"):
                return container
        if head[::_TS_PACKET][:3] == b"GGG":
            return Container("mpegts")
        for magic, name in _NOT_AUDIO:
            if head.startswith(magic):
                raise UnsupportedAudio(f"this is {name}")
        if _is_text(head) and (final or len(head) >= 512):
            raise UnsupportedAudio(f"this is text: {_excerpt(head)}")
        mpeg = _mpeg_audio(head, final)
        if mpeg is not None:
            return mpeg
    if not final and len(head) < _SEARCH_BYTES:
        return None
    if head and _is_text(head):
        raise UnsupportedAudio(f"this is text: {_excerpt(head)}")
    raise UnsupportedAudio(
        "the bytes belong to no audio container that is known; raw PCM needs a WAV header"
    )


def _id3_bytes(head: bytes) -> int:
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _mpeg_audio(head: bytes, final: bool) -> Container | None:
    """An MPEG audio or ADTS stream: several frames in a row whose headers agree.

    One header is eleven bits, which random bytes have every few kilobytes; a run is no accident.
    """
    at = head.find(b"\xff")
    while 0 <= at < _SEARCH_BYTES:
        for demuxer, header in (("mp3", _mpeg_header), ("aac", _adts_header)):
            count, here, kind = 0, at, None
            while count < _RUN:
                parsed = header(head, here)
                if parsed is None or (kind is not None and parsed[0] != kind):
                    break
                kind = parsed[0]
                count, here = count + 1, here + parsed[1]
            ended = final and at == 0 and count >= 2 and here >= len(head)
            if count >= _RUN or ended:
                return Container(demuxer)
        at = head.find(b"\xff", at + 1)
    return None


def _mpeg_header(head: bytes, at: int) -> tuple[object, int] | None:
    if len(head) < at + 4 or head[at] != 0xFF or head[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = head[at + 1] >> 3 & 3, 4 - (head[at + 1] >> 1 & 3)
    bitrate, rate = head[at + 2] >> 4, head[at + 2] >> 2 & 3
    if version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3:
        return None
    bits = _BITRATES[version == 3, layer][bitrate - 1] * 1000
    hertz, padding = _RATES[version][rate], head[at + 2] >> 1 & 1
    if layer == 1:
        size = (12 * bits // hertz + padding) * 4
    else:
        size = (72 if layer == 3 and version != 3 else 144) * bits // hertz + padding
    return (version, layer, rate), size


def _adts_header(head: bytes, at: int) -> tuple[object, int] | None:
    if len(head) < at + 7 or head[at] != 0xFF or head[at + 1] & 0xF6 != 0xF0:
        return None
    rate = head[at + 2] >> 2 & 15
    size = (head[at + 3] & 3) << 11 | head[at + 4] << 3 | head[at + 5] >> 5
    if rate > 12 or size < 8:
        return None
    return (head[at + 1], head[at + 2]), size


def _is_text(head: bytes) -> bool:
    sample = head[:512]
    if b"\0" in sample:
        return False
    try:
        text = sample.decode("utf-8", "strict" if len(head) <= 512 else "ignore")
    except UnicodeDecodeError:
        return False
    return len(text.encode()) > len(sample) - 4 and all(
        c.isprintable() or c.isspace() for c in text
    )


def _excerpt(head: bytes) -> str:
    return repr(head[:40].decode("utf-8", "replace"))
