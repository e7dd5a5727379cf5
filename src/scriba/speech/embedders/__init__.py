"""Speaker embedders: what turns a stretch of speech into a point that tells voices apart."""

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from scriba.errors import ModelError
from scriba.speech.embedders.onnx_embedder import OnnxEmbedder, default_embedder
from scriba.speech.resample import SAMPLE_RATE, Samples

__all__ = ["Embedder", "OnnxEmbedder", "load_embedder"]


class Embedder(Protocol):
    """Compares voices: embeddings of one speaker point the same way. Safe to call from threads."""

    def embed(self, samples: Samples) -> npt.NDArray[np.float32]:
        """The voice in `samples` (samples,) at 16 kHz, one speaker, as a unit vector."""
        ...


def load_embedder(path: Path | None = None) -> Embedder:
    """The embedder in an ONNX file of wespeaker, 3D-Speaker or sherpa-onnx; None: Scriba's own.

    A folder stands for the one such file in it. The model is tried out on a second of noise. Raises
    ModelError for what is not such a model.
    """
    if path is None:
        return default_embedder()
    file = _only_file(path) if path.is_dir() else path
    if not file.is_file():
        raise ModelError(f"there is no file {file}")
    embedder = OnnxEmbedder(file)
    noise = np.random.default_rng(0).normal(0, 0.05, SAMPLE_RATE).astype(np.float32)
    try:
        voice = embedder.embed(noise)
    except Exception as error:  # onnxruntime has no common class of errors
        raise ModelError(f"{file.name} does not run: {str(error)[:200]}") from error
    if voice.size < 2 or not np.isfinite(voice).all():
        raise ModelError(f"{file.name} gives no vector that could tell voices apart")
    return embedder


def _only_file(folder: Path) -> Path:
    found = sorted(folder.glob("*.onnx"))
    if len(found) != 1:
        raise ModelError(f"{folder} holds {len(found)} files *.onnx, not one; name the file")
    return found[0]
