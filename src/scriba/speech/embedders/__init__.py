"""Speaker embedders: what turns a stretch of speech into a point that tells voices apart."""

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from scriba.speech.embedders.onnx_embedder import OnnxEmbedder, default_embedder
from scriba.speech.resample import Samples

__all__ = ["Embedder", "OnnxEmbedder", "load_embedder"]


class Embedder(Protocol):
    """Compares voices: embeddings of one speaker point the same way. Safe to call from threads."""

    def embed(self, samples: Samples) -> npt.NDArray[np.float32]:
        """The voice in `samples` (samples,) at 16 kHz, one speaker, as a unit vector."""
        ...


def load_embedder(path: Path | None = None) -> Embedder:
    """The embedder in an ONNX file of wespeaker, 3D-Speaker or sherpa-onnx; None: Scriba's own.

    Raises ModelError for a file that is not such a model.
    """
    return default_embedder() if path is None else OnnxEmbedder(path)
