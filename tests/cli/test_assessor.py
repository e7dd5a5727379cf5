import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from scriba.cli.assessor import LazyAssessor, assessor_of
from scriba.errors import ModelError
from scriba.pronunciation.assessment import Assessment, AssessmentOptions
from scriba.speech.resample import Samples
from scriba.speech.results import Word

NOTHING = np.zeros(1600, np.float32)


class Deaf:
    """Hears nothing, and counts."""

    asked = 0

    def assess(
        self, audio: Samples, heard: Sequence[Word], options: AssessmentOptions
    ) -> Assessment | None:
        self.asked += 1
        return None


def test_it_is_loaded_once_however_many_need_it_at_once() -> None:
    made: list[Deaf] = []
    begun = threading.Event()

    def load() -> Deaf:
        begun.wait(10)
        made.append(Deaf())
        return made[-1]

    lazy = LazyAssessor(load)
    lazy.warm()
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(lazy.assess, NOTHING, [], AssessmentOptions()) for _ in range(4)]
        assert made == []
        begun.set()
        assert [each.result(10) for each in asked] == [None] * 4
    lazy.close()
    assert [each.asked for each in made] == [4]


def test_loading_that_fails_is_tried_again() -> None:
    failures = [ModelError("not now"), ModelError("still not")]

    def load() -> Deaf:
        if failures:
            raise failures.pop()
        return Deaf()

    lazy = LazyAssessor(load)
    lazy.warm()
    lazy.close()
    with pytest.raises(ModelError, match="cannot be loaded now"):
        lazy.assess(NOTHING, [], AssessmentOptions())
    assert lazy.assess(NOTHING, [], AssessmentOptions()) is None


def test_without_models_there_is_none(tmp_path: Path) -> None:
    assert assessor_of(tmp_path) is None


def test_models_that_are_damaged_are_named(tmp_path: Path) -> None:
    for name in ("encoder", "phones", "scores"):
        (tmp_path / f"{name}.onnx").write_bytes(b"not a model")
    lazy = assessor_of(tmp_path)
    assert lazy is not None
    with pytest.raises(ModelError) as caught:
        lazy.assess(NOTHING, [], AssessmentOptions())
    # The log says where the files lie, the caller is not told.
    assert str(tmp_path) not in str(caught.value)
    assert str(tmp_path) in str(caught.value.__cause__)
