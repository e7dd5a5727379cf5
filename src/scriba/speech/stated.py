"""How long a recording says that it is, to tell one that was cut off from one that is whole."""

from pathlib import Path
from typing import BinaryIO

from scriba.errors import AudioError
from scriba.speech.media import open_media
from scriba.speech.sniff import sniff
from scriba.speech.wav import ForeignCodec, WavReader

# What others say is a guess from the bytes that are there (MP3, AAC, CAF), or the time of the last
# page that is (OGG).
_SAYING = frozenset({"flac", "mov", "matroska", "asf", "aiff"})
# Written in place of a size by programs that did not know it yet.
_UNKNOWN_BYTES = 0x7FFF0000
_HEAD_BYTES = 1 << 16
_MOST_HEADS = 64


def stated_seconds(path: Path) -> float | None:
    """Seconds of audio that the header of a file counts, there or not; None if it does not say.

    Raises OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        try:
            container = sniff(file.read(_HEAD_BYTES), final=True)
            file.seek(0)
            if container is None or container.skip:
                return None
            if container.demuxer == "wav":
                return _of_wav(file)
            return _of_media(file, container.demuxer) if container.demuxer in _SAYING else None
        except (AudioError, ForeignCodec):
            return None


def _of_wav(file: BinaryIO) -> float | None:
    wav = WavReader()
    for _ in range(_MOST_HEADS):
        head = file.read(_HEAD_BYTES)
        wav.feed(head)
        if wav.in_data or not head:
            break
    if wav.format is None or not wav.data_bytes or wav.data_bytes >= _UNKNOWN_BYTES:
        return None
    return wav.data_bytes / wav.format.bytes_per_second


def _of_media(file: BinaryIO, demuxer: str) -> float | None:
    with open_media(file, demuxer) as media:
        audio = media.streams.audio[0] if media.streams.audio else None
        if audio is None:
            return None
        if audio.duration is not None and audio.time_base is not None:
            return float(audio.duration * audio.time_base)
        # The whole may be longer than its audio: a film's picture goes on.
        alone = len(media.streams) == 1 and media.duration is not None
        return media.duration / 1_000_000 if alone and media.duration else None
