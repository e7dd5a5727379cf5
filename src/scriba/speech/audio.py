"""Audio in: the bytes of any supported container become mono 16 kHz samples while they arrive."""

import io
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from scriba.errors import AudioError, AudioTooLong, EmptyAudio, UnsupportedAudio
from scriba.speech.media import MediaStream, open_media, read_blocks
from scriba.speech.mix import Mixer, join
from scriba.speech.resample import SAMPLE_RATE, Block, Samples
from scriba.speech.sniff import Container, sniff
from scriba.speech.wav import ForeignCodec, WavReader

__all__ = ["SAMPLE_RATE", "AudioDecoder", "channel_count", "decode_file", "duration_of"]

# Codecs pad their first and last packet; a minute of speech stays a minute in every container.
_CODEC_PADDING_SECONDS = 0.15
_MAX_BUFFERED_BYTES = 64 << 20
_BUFFERED_BYTES_PER_SECOND = 400_000  # 48 kHz, two channels, 32 bits
_MAX_TAG_BYTES = 64 << 20
_MAX_TAGS = 16
_MAX_WHOLE_SECONDS = 3600.0
_READ_BYTES = 1 << 16


class AudioDecoder:
    """Turns the bytes of any supported container into samples while they arrive.

    `feed` and `finish` return the new samples, mono float32 at 16 kHz, shape `(samples,)`, maybe
    none. WAV, OGG, FLAC, MP3, AAC, WebM and AMR decode as they come; containers that have to be
    read out of order (MP4, CAF, AIFF, WMA) when `finish` is called, from at most 64 MB. Feeding
    takes the time of the decoding, so call it off the event loop for anything but WAV.

    Raises EmptyAudio, UnsupportedAudio or NoAudioFrames, from `feed` as soon as it is sure; and
    AudioTooLong as soon as more than `max_seconds` have been decoded. `close` it in the end.
    """

    def __init__(self, *, max_seconds: float | None = None) -> None:
        self._mixer = Mixer(max_seconds)
        self._max_buffered = _MAX_BUFFERED_BYTES
        if max_seconds is not None:
            enough = (4 << 20) + round(max_seconds * _BUFFERED_BYTES_PER_SECOND)
            self._max_buffered = min(enough, _MAX_BUFFERED_BYTES)
        self._head = bytearray()
        self._skip = 0
        self._skipped = 0
        self._tags = 0
        self._sniff_at = 0
        self._received = 0
        self._wav: WavReader | None = None
        self._stream: MediaStream | None = None
        self._container: Container | None = None
        self._samples = 0
        self._closed = False

    @property
    def seconds(self) -> float:
        """Seconds of audio returned so far."""
        return self._samples / SAMPLE_RATE

    def feed(self, data: bytes) -> Samples:
        """Takes the next bytes, however few, and returns the samples they complete."""
        if self._closed:
            raise ValueError("the decoder is closed")
        self._received += len(data)
        try:
            samples = self._count(join(self._take(data, final=False)))
        except Exception as error:
            self._broken_off(error)
            raise
        except BaseException:
            self.close()
            raise
        if self._closed:
            # Closed by another thread meanwhile, perhaps before this call started a decoder.
            self.close()
        return samples

    def finish(self) -> Samples:
        """Says that no more bytes come, and returns the last samples."""
        if self._closed:
            raise ValueError("the decoder is closed")
        try:
            if not self._received:
                raise EmptyAudio
            parts = self._take(b"", final=True)
            parts += self._end()
            parts.append(self._mixer.flush())
            return self._count(join(parts))
        except Exception as error:
            self._broken_off(error)
            raise
        finally:
            self.close()

    def close(self) -> None:
        """Releases everything, also halfway; may be called again."""
        self._closed = True
        self._head.clear()
        self._wav = None
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _broken_off(self, error: Exception) -> None:
        """Close after an error; raises ValueError where another thread closed meanwhile.

        What was read by halves then says nothing of the audio.
        """
        closed = self._closed
        self.close()
        if closed:
            raise ValueError("the decoder was closed meanwhile") from error

    def _count(self, samples: Samples) -> Samples:
        self._samples += samples.size
        return samples

    def _take(self, data: bytes, final: bool) -> list[Samples]:
        if self._container is None:
            self._head += data
            if not self._recognise(final):
                return []
            data = bytes(self._head)
            self._head.clear()
        if self._wav is not None:
            return self._take_wav(self._wav, data)
        if self._stream is not None:
            return self._stream.feed(data)
        self._head += data
        if len(self._head) > self._max_buffered:
            size = f"{self._max_buffered / 1e6:.0f} MB"
            raise AudioTooLong(f"more than {size} in a container that must be read whole")
        return []

    def _recognise(self, final: bool) -> bool:
        while True:
            step = min(self._skip, len(self._head))
            del self._head[:step]
            self._skip -= step
            if self._skip and not final:
                return False
            if len(self._head) < self._sniff_at and not final:
                return False
            found = sniff(bytes(self._head[: 1 << 16]), final)
            if found is None:
                # Looking again at every byte would take time for a long beginning.
                self._sniff_at = 2 * len(self._head)
                return False
            if found.skip:
                self._skip = found.skip
                self._skipped += found.skip
                self._tags += 1
                self._sniff_at = 0
                if self._skipped > _MAX_TAG_BYTES or self._tags > _MAX_TAGS:
                    raise UnsupportedAudio("the file begins with more tags than are skipped")
                continue
            self._start(found)
            return True

    def _start(self, container: Container) -> None:
        self._container = container
        if container.demuxer == "wav":
            self._wav = WavReader()
            return
        self._mixer.slack = _CODEC_PADDING_SECONDS
        if container.streaming:
            self._stream = MediaStream(container.demuxer, self._mixer.add)

    def _take_wav(self, wav: WavReader, data: bytes) -> list[Samples]:
        try:
            samples = wav.feed(data)
        except ForeignCodec as foreign:
            self._wav = None
            self._mixer.slack = _CODEC_PADDING_SECONDS
            self._stream = MediaStream("wav", self._mixer.add)
            return self._stream.feed(foreign.rest)
        if wav.format is None:
            return []
        return self._mixer.add(Block(wav.format.rate, samples))

    def _end(self) -> list[Samples]:
        if self._wav is not None:
            self._wav.finish()
            return []
        if self._stream is not None:
            return self._stream.finish()
        assert self._container is not None
        whole = io.BytesIO(self._head)
        parts: list[Samples] = []
        for block in read_blocks(whole, self._container.demuxer):
            parts += self._mixer.add(block)
            if self._mixer.seconds > _MAX_WHOLE_SECONDS:
                raise AudioTooLong("more than an hour in a container that must be read whole")
        return parts


def decode_file(
    source: str | Path | BinaryIO,
    *,
    max_seconds: float | None = None,
    block_seconds: float = 30.0,
    channel: int | None = None,
) -> Iterator[Samples]:
    """Yields the audio of a file of any length in blocks of `block_seconds` (the last is shorter).

    Mono float32 at 16 kHz, `(samples,)`; memory stays flat however long the file is. `source` is
    a path or a seekable binary file, which is left open. `channel` (from 0) takes one channel in
    place of the average of all. Raises what AudioDecoder raises, and OSError when the file cannot
    be read.
    """
    if isinstance(source, str | Path):
        with open(source, "rb") as file:
            yield from decode_file(
                file, max_seconds=max_seconds, block_seconds=block_seconds, channel=channel
            )
        return
    size = max(1, round(block_seconds * SAMPLE_RATE))
    held: list[Samples] = []
    count = 0
    for part in _read_file(source, Mixer(max_seconds, channel)):
        held.append(part)
        count += part.size
        while count >= size:
            whole = join(held)
            yield whole[:size]
            held, count = [whole[size:]], count - size
    if count:
        yield join(held)


def _read_file(file: BinaryIO, mixer: Mixer) -> Iterator[Samples]:
    for block in _blocks(file, mixer):
        yield from mixer.add(block)
    yield mixer.flush()


def channel_count(source: str | Path | BinaryIO) -> int:
    """The channels of the beginning of a file's audio. Raises what `decode_file` raises."""
    with _opened(source) as file, closing(_blocks(file, Mixer(None))) as blocks:
        return next((len(block.samples) for block in blocks), 0)


@contextmanager
def _opened(source: str | Path | BinaryIO) -> Iterator[BinaryIO]:
    """The file of a path, or the file that was given, which is left open."""
    if isinstance(source, str | Path):
        with open(source, "rb") as file:
            yield file
    else:
        yield source


def _blocks(file: BinaryIO, mixer: Mixer) -> Generator[Block, None, None]:
    """The audio of a file as it is decoded; the mixer's slack is set to what the codec needs."""
    start, container = _find_start(file)
    if container.demuxer == "wav":
        try:
            yield from _read_wav(file)
            return
        except ForeignCodec:
            file.seek(start)
    mixer.slack = _CODEC_PADDING_SECONDS
    yield from read_blocks(_View(file, start), container.demuxer)


def _read_wav(file: BinaryIO) -> Iterator[Block]:
    wav = WavReader()
    while data := file.read(_READ_BYTES):
        samples = wav.feed(data)
        if wav.format is not None:
            yield Block(wav.format.rate, samples)
    wav.finish()


def _find_start(file: BinaryIO) -> tuple[int, Container]:
    """Where the container begins behind any tags, and which it is; the file stands there."""
    start = begin = file.tell()
    for _ in range(_MAX_TAGS + 1):
        head = file.read(1 << 16)
        if not head and start == begin:
            raise EmptyAudio
        container = sniff(head, final=True)
        assert container is not None
        file.seek(start)
        if not container.skip:
            return start, container
        start += container.skip
        file.seek(start)
    raise UnsupportedAudio("the file begins with more tags than are skipped")


class _View(io.RawIOBase):
    """A seekable file from `start` on, as a file of its own."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        super().__init__()
        self._file = file
        self._start = start

    def read(self, size: int = -1, /) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_SET:
            offset += self._start
        return self._file.seek(offset, whence) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def duration_of(source: str | Path | BinaryIO) -> float | None:
    """Seconds that a file's own header says it has; None if it does not say."""
    try:
        with _opened(source) as file:
            start, container = _find_start(file)
            if container.demuxer == "wav":
                wav = WavReader()
                while not wav.in_data and (data := file.read(_READ_BYTES)):
                    wav.feed(data)
                if wav.format is None:
                    return None
                size = file.seek(0, io.SEEK_END)
                return min(wav.data_bytes or size, size) / wav.format.bytes_per_second
            with open_media(_View(file, start), container.demuxer) as media:
                return media.duration / 1_000_000 if media.duration else None
    except (AudioError, ForeignCodec, OSError):
        return None
