"""Speaker embedders in ONNX files, as wespeaker, 3D-Speaker and sherpa-onnx publish them."""

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scriba.errors import ModelError
from scriba.speech.embedders.fbank import LENGTH, SHIFT, fbank
from scriba.speech.onnx import session
from scriba.speech.resample import SAMPLE_RATE, Samples

_LEAST = LENGTH + 29 * SHIFT
"""Samples that a network is given at least: 30 frames."""


class OnnxEmbedder:
    """An embedder that takes Kaldi filterbank features (batch, frames, bands).

    What differs between families is read from the file's metadata where sherpa-onnx wrote it
    (`normalize_samples`, `feature_normalize_type`, `sample_rate`); a file without metadata is
    taken for wespeaker's own export: samples of 16 bits, each band's mean subtracted. Raises
    ModelError for a file that is not such a model.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        try:
            self._session = session(path, threads)
        except Exception as error:  # onnxruntime has no common class of errors
            raise ModelError(
                f"{path.name} is not a speaker model that onnxruntime reads"
            ) from error
        told = self._session.get_modelmeta().custom_metadata_map
        inputs = self._session.get_inputs()
        shape = inputs[0].shape
        if len(inputs) != 1 or len(shape) != 3 or not isinstance(shape[2], int):
            raise ModelError(
                f"{path.name} does not take filterbank features (batch, frames, bands); "
                "use a model of wespeaker or 3D-Speaker"
            )
        if told.get("sample_rate", str(SAMPLE_RATE)) != str(SAMPLE_RATE):
            raise ModelError(f"{path.name} wants {told['sample_rate']} Hz, not {SAMPLE_RATE} Hz")
        self._input = inputs[0].name
        self._output = self._session.get_outputs()[0].name
        self._bands: int = shape[2]
        self._scale = 1.0 if told.get("normalize_samples", "0") == "1" else 32768.0
        self._centred = told.get("feature_normalize_type", "global-mean") == "global-mean"

    def embed(self, samples: Samples) -> npt.NDArray[np.float32]:
        """The voice in `samples` (samples,), a vector (dimensions,) of length 1."""
        if len(samples) < _LEAST:
            # Said again rather than followed by silence, which no network takes for a voice.
            samples = np.resize(samples, _LEAST) if len(samples) else np.zeros(_LEAST, np.float32)
        features = fbank((samples * np.float32(self._scale)).astype(np.float32), self._bands)
        if self._centred:
            features -= features.mean(axis=0)
        output = self._session.run([self._output], {self._input: features[None]})[0]
        voice = np.asarray(output, np.float32).reshape(-1)
        return voice / max(float(np.linalg.norm(voice)), 1e-9)


_default: OnnxEmbedder | None = None
_lock = threading.Lock()


def default_embedder() -> OnnxEmbedder:
    """The embedder that comes with Scriba (CAM++, 192 dimensions), loaded once."""
    global _default
    with _lock:
        if _default is None:
            folder = Path(__file__).parent.parent / "data"
            _default = OnnxEmbedder(folder / "campplus_zh_en_advanced.onnx")
        return _default
