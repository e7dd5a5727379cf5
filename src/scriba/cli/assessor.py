"""The assessor of pronunciation, loaded beside the start of the service or when first needed."""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from scriba.errors import ModelError
from scriba.pronunciation.acoustics import DATA
from scriba.pronunciation.assessment import Assess, Assessment, AssessmentOptions
from scriba.speech.resample import Samples
from scriba.speech.results import Word

log = logging.getLogger("scriba.cli")


def assessor_of(folder: Path = DATA) -> "LazyAssessor | None":
    """The assessor of the models in a folder; None where there are none."""
    if not any(folder.glob("*.onnx")):
        return None
    return LazyAssessor(lambda: _loaded(folder))


def _loaded(folder: Path) -> Assess:
    from scriba.pronunciation.assessor import Assessor
    from scriba.pronunciation.reference import read

    try:
        made = Assessor(folder)
    except Exception as error:
        # onnxruntime has errors of its own for each thing that may be wrong with a file.
        raise ModelError(f"the models for pronunciation in {folder}: {error}") from error
    # The dictionary is read with the first word.
    read("Good morning.")
    return made


class LazyAssessor:
    """An assessor that is loaded once, by whoever needs it first. Safe to use from any thread.

    Loading that fails is tried again next time.
    """

    def __init__(self, load: Callable[[], Assess]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._made: Assess | None = None
        self._warming: threading.Thread | None = None

    def assess(
        self, audio: Samples, heard: Sequence[Word], options: AssessmentOptions
    ) -> Assessment | None:
        """As the assessor does; raises ModelError where it cannot be loaded."""
        try:
            assessor = self._ready()
        except ModelError as error:
            # Clients get to read this, and where files lie is none of their business.
            log.error("pronunciation cannot be assessed: %s", error)
            raise ModelError("it cannot be loaded now; the log of the service says why") from error
        return assessor.assess(audio, heard, options)

    def warm(self) -> None:
        """Begin to load it; nothing waits."""
        self._warming = threading.Thread(target=self._warm, name="assessor", daemon=True)
        self._warming.start()

    def close(self) -> None:
        """Wait until nothing is being loaded any more."""
        if self._warming is not None:
            self._warming.join()

    def _warm(self) -> None:
        try:
            self._ready()
        except ModelError as error:
            log.error("pronunciation cannot be assessed: %s", error)

    def _ready(self) -> Assess:
        with self._lock:
            if self._made is None:
                self._made = self._load()
            return self._made
