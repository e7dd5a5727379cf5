"""The channels of a recording, each on its own: a stereo call has a party in each."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from scriba.speech.audio import channel_count, decode_file
from scriba.speech.resample import Samples


def decode_channels(
    path: str | Path, channels: Iterable[int] = (0, 1), *, max_seconds: float | None = None
) -> dict[int, Iterator[Samples]]:
    """Decoders for those of `channels` (counted from 0) that the file has.

    Each yields blocks of mono float32 samples at 16 kHz, as `decode_file` does, and decodes the
    file anew: so channels may be read one after the other, or at the same time, with flat memory.
    Raises what `decode_file` raises.
    """
    count = channel_count(path)
    return {
        channel: decode_file(path, max_seconds=max_seconds, channel=channel)
        for channel in sorted(set(channels))
        if 0 <= channel < count
    }
