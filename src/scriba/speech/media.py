"""Compressed audio through FFmpeg (PyAV): whole seekable files, and streams as they arrive.

The bytes are untrusted. FFmpeg reads only the file-like object it is given, with the one demuxer
it is told, and may open nothing else; codecs, channels and rates are checked before samples are
taken; and nothing is decoded ahead of what the caller has asked for.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, Protocol, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container.input import InputContainer

from scriba.errors import AudioError, AudioTooLong, NoAudioFrames, UnsupportedAudio
from scriba.speech.mp4 import check_sample_tables
from scriba.speech.resample import SAMPLE_RATE, Block, Samples
from scriba.speech.wav import MAX_CHANNELS, MAX_RATE, MIN_RATE

# No call hands back more than an hour of samples: a few kilobytes can hold days of silence.
_MAX_PENDING_SAMPLES = 3600 * SAMPLE_RATE

# fmt: off
_CODECS = frozenset((
    "aac", "ac3", "alac", "amrnb", "amrwb", "eac3", "flac", "g722", "g723_1", "g726", "g726le",
    "g729", "gsm", "gsm_ms", "ilbc", "libgsm", "libgsm_ms", "libopencore_amrnb",
    "libopencore_amrwb", "libopus", "libspeex", "libvorbis", "mp1", "mp1float", "mp2", "mp2float",
    "mp3", "mp3float", "nellymoser", "opus", "speex", "truespeech", "vorbis", "wavpack", "wmapro",
    "wmav1", "wmav2", "wmavoice",
))
# fmt: on
_OPTIONS = {
    "protocol_whitelist": "none",
    "probesize": "65536",
    "analyzeduration": "100000",
    "max_streams": "32",
    "threads": "1",
}
# Without a table of tracks, a track is known when its first packet has come.
_UNLISTED = ("flv", "mpegts")
_UNLISTED_OPTIONS = _OPTIONS | {"analyzeduration": "2000000"}
_MAX_STALLS = 16
# The shortest packets in use are Opus's of 2.5 ms; packets of a byte each only cost time.
_FREE_PACKETS, _MAX_PACKETS_PER_SECOND = 10_000, 1_000
# Waking the decoder for every byte would cost more than decoding.
_MIN_FEED_BYTES = 256
# A packet of any size may be announced, and is collected until it is whole.
_MAX_BARREN_BYTES = 32 << 20


class Source(Protocol):
    """What FFmpeg reads from; with `seek` and `tell` it counts as seekable."""

    def read(self, size: int, /) -> bytes: ...


def open_media(source: Source, demuxer: str) -> InputContainer:
    """Opens `source` as what `demuxer` reads. Raises UnsupportedAudio."""
    if demuxer == "mov":
        # The one container that is always read from a seekable file.
        check_sample_tables(cast(BinaryIO, source))
    try:
        return av.open(
            source,
            "r",
            format=demuxer,
            options=_UNLISTED_OPTIONS if demuxer in _UNLISTED else _OPTIONS,
            metadata_errors="replace",
            io_open=_refuse,
        )
    except EOFError as error:
        raise UnsupportedAudio(f"the {demuxer} file ends before its audio begins") from error
    except (av.FFmpegError, ValueError, PermissionError) as error:
        raise UnsupportedAudio(f"the {demuxer} file cannot be read ({_reason(error)})") from error


def read_blocks(source: Source, demuxer: str) -> Iterator[Block]:
    """Decodes the first audio track of `source`.

    Damaged packets are skipped and a cut-off file is used as far as it goes. Raises
    UnsupportedAudio if nothing can be decoded, NoAudioFrames if there is nothing to decode.
    """
    container = open_media(source, demuxer)
    try:
        yield from _read(container, demuxer)
    except (AudioError, OSError):
        raise
    except Exception as error:
        raise UnsupportedAudio(f"the {demuxer} file cannot be decoded") from error
    finally:
        container.close()


def _read(container: InputContainer, demuxer: str) -> Iterator[Block]:
    if not container.streams.audio:
        raise UnsupportedAudio(f"the {demuxer} file holds no audio track")
    stream = container.streams.audio[0]
    context = stream.codec_context
    if context is None:
        raise UnsupportedAudio(f"the {demuxer} file has audio in a codec that is not known")
    if context.name not in _CODECS and not context.name.startswith(("pcm_", "adpcm_")):
        raise UnsupportedAudio(f"audio of the codec {context.name!r} is not read")
    _check(context.sample_rate or MIN_RATE, context.channels or 1)
    context.thread_count = 1
    decoded, damaged, stalls, packets, seconds = False, 0, 0, 0, 0.0
    while stalls < _MAX_STALLS:
        try:
            for packet in container.demux(stream):
                packets += 1
                if packets > _FREE_PACKETS + _MAX_PACKETS_PER_SECOND * seconds:
                    raise UnsupportedAudio(f"the {demuxer} file is cut into {packets} tiny packets")
                try:
                    for frame in packet.decode():
                        assert isinstance(frame, AudioFrame)
                        if frame.samples:
                            block = _block(frame)
                            decoded = True
                            seconds += frame.samples / frame.sample_rate
                            yield block
                except EOFError:
                    pass
                except av.FFmpegError:
                    damaged += 1
            break
        except EOFError:
            break
        except (av.FFmpegError, IndexError):
            # The reader may find the next page or cluster if it is asked again. IndexError: a
            # packet of a track that damage made up, which PyAV does not know.
            damaged += 1
            stalls += 1
    if not decoded and damaged:
        raise UnsupportedAudio(f"no packet of the {demuxer} file can be decoded")
    if not decoded:
        raise NoAudioFrames(f"the {demuxer} file has a header and no audio behind it")


def _block(frame: AudioFrame) -> Block:
    channels = frame.layout.nb_channels
    _check(frame.sample_rate, channels)
    array = frame.to_ndarray()
    if not frame.format.is_planar:
        array = array.reshape(-1, channels).T
    with np.errstate(over="ignore", invalid="ignore"):
        samples = array.astype(np.float32)
    if array.dtype == np.uint8:
        samples = (samples - np.float32(128)) / np.float32(128)
    elif array.dtype.kind == "i":
        samples /= np.float32(2 ** (8 * array.itemsize - 1))
    return Block(frame.sample_rate, samples)


def _check(rate: int, channels: int) -> None:
    if not 1 <= channels <= MAX_CHANNELS:
        raise UnsupportedAudio(f"the audio has {channels} channels; 1 to {MAX_CHANNELS} are read")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise UnsupportedAudio(
            f"the audio has {rate} samples a second; {MIN_RATE} to {MAX_RATE} are read"
        )


def _refuse(url: str, flags: int, options: dict[str, str]) -> object:
    raise PermissionError("audio files may not refer to other files")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


class MediaStream:
    """Decodes a container while its bytes arrive, on a thread that runs only inside the calls.

    `convert` turns a block into the samples to hand back (on the thread, so that wide blocks do
    not pile up). `feed` returns when everything the bytes so far allow has been decoded. The
    thread ends with `finish`, `close` or an error; what `read_blocks` and `convert` raise comes
    out of `feed` or `finish`.
    """

    def __init__(self, demuxer: str, convert: Callable[[Block], list[Samples]]) -> None:
        self._demuxer = demuxer
        self._convert = convert
        self._changed = threading.Condition()
        self._bytes = bytearray()
        self._parts: list[Samples] = []
        self._pending = 0
        self._barren = 0
        self._held = bytearray()
        self._waiting = False
        self._ended = False
        self._closed = False
        self._done = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="audio-decoder", daemon=True)
        self._thread.start()

    def feed(self, data: bytes) -> list[Samples]:
        """Takes the next bytes and returns what they decode to."""
        self._held += data
        if len(self._held) < _MIN_FEED_BYTES:
            return []
        return self._hand_over()

    def finish(self) -> list[Samples]:
        """Ends the stream and returns what is left."""
        self._ended = True
        try:
            return self._hand_over()
        finally:
            self.close()

    def close(self) -> None:
        """Stops the thread; what is not decoded yet is dropped. May be called again."""
        with self._changed:
            self._closed = True
            self._bytes.clear()
            self._changed.notify_all()
        self._thread.join()

    def _hand_over(self) -> list[Samples]:
        with self._changed:
            fed = len(self._held)
            self._bytes += self._held
            self._held.clear()
            self._waiting = False
            self._pending = 0
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._done)
            if self._done:
                self._bytes.clear()
            parts, self._parts = self._parts, []
            self._barren = 0 if parts else self._barren + fed
        if self._barren > _MAX_BARREN_BYTES and self._error is None:
            self._error = UnsupportedAudio("32 MB of the file held no audio")
        if self._error is not None:
            self.close()
            raise self._error
        return parts

    def read(self, size: int, /) -> bytes:
        """Called by FFmpeg on the thread: waits for bytes; none mean the end."""
        with self._changed:
            while not self._bytes and not self._ended and not self._closed:
                self._waiting = True
                self._changed.notify_all()
                self._changed.wait()
            data = bytes(self._bytes[:size])
            del self._bytes[:size]
            return data

    def _run(self) -> None:
        try:
            with suppress(_Stopped):
                for block in read_blocks(self, self._demuxer):
                    self._keep(self._convert(block))
        except AudioError as error:
            self._error = error
        except Exception as error:
            self._error = UnsupportedAudio(f"the {self._demuxer} file cannot be read")
            self._error.__cause__ = error
        finally:
            with self._changed:
                self._done = True
                self._changed.notify_all()

    def _keep(self, parts: list[Samples]) -> None:
        with self._changed:
            if self._closed:
                raise _Stopped
            self._parts += parts
            self._pending += sum(part.size for part in parts)
            if self._pending > _MAX_PENDING_SAMPLES:
                raise AudioTooLong("more than an hour in one piece")


class _Stopped(Exception):
    """The stream was closed."""
