"""Who speaks when within ten seconds: pyannote's segmentation network (MIT)."""

import itertools
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scriba.errors import ModelError
from scriba.speech.onnx import session
from scriba.speech.resample import SAMPLE_RATE, Samples

Activity = npt.NDArray[np.bool_]
"""(frames, speakers): which of a window's speakers are heard in which frame."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where a network's frames lie: `window` samples give `frames`, `shift` samples apart.

    A frame is about the middle of the `field` samples that it was computed from.
    """

    window: int
    frames: int
    shift: int
    field: int

    def time(self, frame: int) -> float:
        """Seconds at which a frame begins, counted from the start of the recording."""
        return max(0.0, (self.field / 2 + (frame - 0.5) * self.shift) / SAMPLE_RATE)


class Segmentation:
    """A network that tells at most three speakers apart, two of them at the same time.

    Takes pyannote's segmentation-3.0 as Scriba's own conversion or as sherpa-onnx publishes it
    (`sherpa-onnx-pyannote-segmentation-3-0`). Raises ModelError for other files.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        try:
            self._session = session(path, threads)
            told = self._session.get_modelmeta().custom_metadata_map
            window, field, shift, speakers, together = (
                int(told[key])
                for key in (
                    "window_size",
                    "receptive_field_size",
                    "receptive_field_shift",
                    "num_speakers",
                    "powerset_max_classes",
                )
            )
        except Exception as error:  # onnxruntime has no common class of errors
            raise ModelError(f"{path.name} is not a segmentation model of pyannote") from error
        self._input = self._session.get_inputs()[0].name
        self._sets = _powerset(speakers, together)
        frames = len(self._scores(np.zeros(window, np.float32)))
        self.grid = Grid(window, frames, shift, field)

    def run(self, samples: Samples) -> Activity:
        """The activity (frames, speakers) in a window of `grid.window` samples."""
        return np.asarray(self._sets[self._scores(samples).argmax(axis=1)], np.bool_)

    def _scores(self, samples: Samples) -> npt.NDArray[np.float32]:
        output = self._session.run(None, {self._input: samples[None, None]})[0]
        return np.asarray(output[0], np.float32)


def _powerset(speakers: int, together: int) -> npt.NDArray[np.bool_]:
    """Which speakers each class of the network stands for, shape (classes, speakers)."""
    sets = [
        chosen
        for size in range(together + 1)
        for chosen in itertools.combinations(range(speakers), size)
    ]
    table = np.zeros((len(sets), speakers), np.bool_)
    for row, chosen in enumerate(sets):
        table[row, list(chosen)] = True
    return table


_default: Segmentation | None = None
_lock = threading.Lock()


def default_segmentation() -> Segmentation:
    """The network that comes with Scriba, loaded once."""
    global _default
    with _lock:
        if _default is None:
            folder = Path(__file__).parent.parent / "data"
            _default = Segmentation(folder / "pyannote_segmentation_3.onnx")
        return _default
