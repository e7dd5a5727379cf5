"""Recordings and encoders that the tests of scriba.speech share."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of the real recordings."""
    return DATA


@pytest.fixture(scope="session")
def speech() -> np.ndarray:
    """A spoken sentence: 16 kHz mono int16, read without the code under test."""
    with av.open(str(DATA / "en-quilter.flac")) as file:
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])


@pytest.fixture(scope="session")
def encode(speech: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Encodes `seconds` of the sentence with FFmpeg: `encode(container, codec, rate, ...)`."""

    @cache
    def encoder(
        container: str,
        codec: str,
        rate: int = 16_000,
        layout: str = "mono",
        seconds: float = 4.0,
        bit_rate: int | None = None,
        movflags: str = "",
    ) -> bytes:
        path = tmp_path_factory.mktemp("encoded") / "file"
        options = {"movflags": movflags} if movflags else {}
        with av.open(str(path), "w", format=container, options=options) as file:
            stream = file.add_stream(codec, rate=rate, options={"strict": "experimental"})
            stream.layout = layout
            if bit_rate:
                stream.bit_rate = bit_rate
            resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate)
            samples = np.resize(speech, round(seconds * 16_000))
            # The same in every channel: libswresample would make two channels 3 dB quieter.
            channels = resampler.layout.nb_channels
            frame = av.AudioFrame.from_ndarray(
                np.repeat(samples, channels)[None], format="s16", layout=layout
            )
            frame.sample_rate = 16_000
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                file.mux(stream.encode(piece))
            file.mux(stream.encode(None))
        return path.read_bytes()

    return encoder
