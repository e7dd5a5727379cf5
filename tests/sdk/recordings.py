"""What the SDKs are given to hear: the tests' recordings, joined, and in the formats of phones."""

import io
import json
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from scriba.evaluation import normalise
from scriba.evaluation.words import word_edits
from scriba.speech.audio import decode_file
from scriba.speech.resample import SAMPLE_RATE, Samples

_CODECS = {"pcm": "pcm_s16le", "mulaw": "pcm_mulaw", "alaw": "pcm_alaw"}
_CONTAINERS = {"pcm": "s16le", "mulaw": "mulaw", "alaw": "alaw"}


@dataclass(frozen=True, slots=True)
class Recording:
    """A file, what is said in it, and how long it is in seconds."""

    path: Path
    text: str
    seconds: float
    raw: dict[str, Any] | None = None

    @property
    def job(self) -> dict[str, Any]:
        """The part of a job that says what is heard."""
        return self.raw or {"wav": str(self.path)}


class Recordings:
    """Makes recordings in a folder from those in the folder of the tests' data."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data = data
        self._folder = folder
        lines = (data / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
        self._texts = {line["path"]: line["text"] for line in map(json.loads, lines)}

    def samples(self, name: str) -> Samples:
        return np.concatenate(list(decode_file(self._data / f"{name}.flac")))

    def text(self, *names: str) -> str:
        return " ".join(self._texts[f"{name}.flac"] for name in names)

    def joined(self, *names: str, pause: float = 1.5, loudness: float | None = None) -> Recording:
        """A WAV file of 16 kHz with `names` one after the other and pauses of room noise."""
        still = np.random.default_rng(1).normal(0, 3e-4, int(pause * SAMPLE_RATE))
        parts: list[Samples] = []
        for name in names:
            samples = self.samples(name)
            if loudness:
                samples = samples * np.float32(loudness / np.sqrt((samples**2).mean()))
            parts += [samples, still.astype(np.float32)]
        return self._wav("_".join(names)[:80], np.concatenate(parts), self.text(*names))

    def repeated(self, names: Sequence[str], times: int) -> Recording:
        """`names` with pauses, all of it `times` times."""
        return self.joined(*(list(names) * times), pause=0.8)

    def _wav(self, name: str, samples: Samples, text: str) -> Recording:
        path = self._folder / f"{name}-{len(samples)}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
        return Recording(path, text, len(samples) / SAMPLE_RATE)

    def pushed(self, name: str, rate: int, channels: int = 1, tag: str = "pcm") -> Recording:
        """Samples without a header, to be pushed into a stream of that format."""
        path = self._folder / f"{name}-{rate}-{channels}.{tag}"
        buffer = io.BytesIO()
        layout = "stereo" if channels == 2 else "mono"
        with (
            av.open(str(self._data / f"{name}.flac")) as source,
            av.open(buffer, "w", format=_CONTAINERS[tag]) as target,
        ):
            stream = target.add_stream(_CODECS[tag], rate=rate)
            stream.layout = layout
            resampler = av.AudioResampler(format="s16", layout=layout, rate=rate)
            frames = [
                each for frame in source.decode(audio=0) for each in resampler.resample(frame)
            ]
            for frame in [*frames, *resampler.resample(None)]:
                target.mux(stream.encode(frame))
            target.mux(stream.encode(None))
        path.write_bytes(buffer.getvalue())
        bits = 16 if tag == "pcm" else 8
        second = rate * channels * bits // 8
        raw = {
            "raw": str(path),
            "chunk": second // 10,
            "format": {"rate": rate, "bits": bits, "channels": channels, "tag": tag},
        }
        return Recording(path, self.text(name), path.stat().st_size / second, raw)


def word_errors(reference: str, heard: str, locale: str = "en-US") -> float:
    """The share of the words of `reference` that `heard` has wrong."""
    return word_edits(normalise.words(reference, locale), normalise.words(heard, locale)).rate
