"""Archives and recordings that the tests of scriba.customization make."""

import io
import wave
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

Pack = Callable[[Mapping[str, bytes | str]], Path]


def wav(seconds: float = 1.0, rate: int = 16_000, channels: int = 1) -> bytes:
    """A tone as 16-bit PCM."""
    time = np.arange(round(seconds * rate)) / rate
    samples = (8000 * np.sin(2 * np.pi * 440 * time)).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(np.repeat(samples, channels).tobytes())
    return buffer.getvalue()


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Makes a ZIP archive of names and contents."""

    def make(entries: Mapping[str, bytes | str]) -> Path:
        path = tmp_path / "source"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in entries.items():
                file.writestr(name, content)
        return path

    return make


@pytest.fixture
def samples(data: Path) -> Path:
    """The folder of published examples."""
    return data / "custom-speech"
