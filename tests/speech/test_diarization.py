"""The diarizer on conversations that are put together from single sentences."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from scriba.errors import ModelError
from scriba.speech.audio import decode_file
from scriba.speech.diarization import Diarizer, Turn
from scriba.speech.diarization.segmentation import Segmentation, default_segmentation
from scriba.speech.diarization.turns import joined
from scriba.speech.resample import SAMPLE_RATE, Samples

VOICES = ("en-hale", "de-kerstin", "fr-consulat", "de-portal")


@pytest.fixture(scope="module")
def sentences(data: Path) -> dict[str, Samples]:
    """The recordings of four people, equally loud."""
    found = {}
    for name in VOICES:
        samples = np.concatenate(list(decode_file(data / f"{name}.flac")))
        found[name] = samples * np.float32(0.06 / np.sqrt((samples**2).mean()))
    return found


def conversation(
    sentences: dict[str, Samples], order: Sequence[str]
) -> tuple[Samples, list[tuple[float, float, str]]]:
    """The sentences one after the other with 0.4 s between them, and who speaks when."""
    pause = np.random.default_rng(1).normal(0, 3e-4, int(0.4 * SAMPLE_RATE)).astype(np.float32)
    parts: list[Samples] = []
    turns = []
    at = 0
    for name in order:
        parts += [sentences[name], pause]
        turns.append((at / SAMPLE_RATE, (at + len(sentences[name])) / SAMPLE_RATE, name))
        at += len(sentences[name]) + len(pause)
    return np.concatenate(parts), turns


def told_apart(samples: Samples, block: int = 8000, **limits: int) -> list[Turn]:
    diarizer = Diarizer(**limits)
    for first in range(0, len(samples), block):
        diarizer.feed(samples[first : first + block])
    return diarizer.finish()


def heard(turns: Sequence[Turn], start: float, end: float) -> int:
    """Who speaks most between two times."""
    seconds: dict[int, float] = {}
    for turn in turns:
        shared = min(turn.end, end) - max(turn.start, start)
        if shared > 0:
            seconds[turn.speaker] = seconds.get(turn.speaker, 0) + shared
    return max(seconds, key=lambda speaker: seconds[speaker])


def test_each_voice_is_one_speaker(sentences: dict[str, Samples]) -> None:
    order = ["en-hale", "de-kerstin", "en-hale", "fr-consulat", "de-kerstin", "fr-consulat"]
    samples, truth = conversation(sentences, order)
    turns = told_apart(samples)
    found = [heard(turns, start, end) for start, end, _ in truth]
    assert found == [1, 2, 1, 3, 2, 3]
    assert {turn.speaker for turn in turns} == {1, 2, 3}


def test_turns_follow_the_speech(sentences: dict[str, Samples]) -> None:
    samples, truth = conversation(sentences, ["en-hale", "de-kerstin", "en-hale"])
    turns = told_apart(samples)
    assert [turn.start for turn in turns] == sorted(turn.start for turn in turns)
    assert all(0 <= turn.start < turn.end <= len(samples) / SAMPLE_RATE for turn in turns)
    changes = [turns[i] for i in range(1, len(turns)) if turns[i].speaker != turns[i - 1].speaker]
    assert [turn.start for turn in changes] == pytest.approx([t[0] for t in truth[1:]], abs=0.8)


def test_one_voice_is_one_speaker(sentences: dict[str, Samples]) -> None:
    samples, _ = conversation(sentences, ["en-hale", "en-hale"])
    assert {turn.speaker for turn in told_apart(samples)} == {1}


def test_blocks_of_any_size_give_the_same_turns(sentences: dict[str, Samples]) -> None:
    samples, _ = conversation(sentences, ["de-kerstin", "fr-consulat", "de-kerstin"])
    whole = told_apart(samples, block=len(samples))
    assert told_apart(samples, block=12345) == whole
    assert told_apart(samples, block=160) == whole


@pytest.mark.parametrize("most", [1, 2])
def test_there_are_no_more_speakers_than_allowed(sentences: dict[str, Samples], most: int) -> None:
    samples, _ = conversation(sentences, VOICES)
    assert {turn.speaker for turn in told_apart(samples, max_speakers=most)} == set(
        range(1, most + 1)
    )


def test_there_are_no_fewer_speakers_than_asked(sentences: dict[str, Samples]) -> None:
    samples, _ = conversation(sentences, ["en-hale", "en-hale"])
    turns = told_apart(samples, min_speakers=2)
    assert {turn.speaker for turn in turns} == {1, 2}


def test_overlapping_speech_has_two_speakers(sentences: dict[str, Samples]) -> None:
    hale, kerstin = sentences["en-hale"], sentences["de-kerstin"]
    samples = np.concatenate([hale, hale[:16000] * 0, kerstin, kerstin[:8000] * 0, hale])
    at = len(samples) - 5 * SAMPLE_RATE
    samples[at : at + len(kerstin)] += kerstin
    turns = told_apart(samples)
    both = [
        (a, b)
        for a, b in itertools.combinations(turns, 2)
        if a.speaker != b.speaker and min(a.end, b.end) - max(a.start, b.start) > 0.5
    ]
    assert both
    assert max(min(a.end, b.end) for a, b in both) * SAMPLE_RATE > at


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.5, 10.0, 25.0])
def test_without_speech_nobody_speaks(seconds: float) -> None:
    assert told_apart(np.zeros(int(seconds * SAMPLE_RATE), np.float32)) == []


@pytest.mark.parametrize("length", [400, 4000, 16000, 160000, 160001])
def test_recordings_of_any_length_have_their_turns_inside(
    sentences: dict[str, Samples], length: int
) -> None:
    samples = np.resize(sentences["en-hale"], length)
    turns = told_apart(samples)
    assert all(0 <= turn.start < turn.end <= length / SAMPLE_RATE for turn in turns)
    assert bool(turns) == (length >= 16000)


def test_what_is_kept_does_not_grow_with_the_audio(sentences: dict[str, Samples]) -> None:
    diarizer = Diarizer()
    for _ in range(3):
        diarizer.feed(sentences["en-hale"])
        assert diarizer._audio.nbytes <= 4 * default_segmentation().grid.window


@pytest.mark.parametrize(("least", "most"), [(0, None), (3, 2), (1, 0)])
def test_impossible_numbers_of_speakers_are_refused(least: int, most: int | None) -> None:
    with pytest.raises(ValueError, match="number of speakers"):
        Diarizer(min_speakers=least, max_speakers=most)


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nothing.onnx"
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"nothing\.onnx"):
        Segmentation(path)


def test_a_model_of_another_kind_is_named() -> None:
    other = Path(default_segmentation.__code__.co_filename).parents[1] / "data"
    with pytest.raises(ModelError, match="silero"):
        Segmentation(other / "silero_vad_v6.onnx")


def test_pauses_are_closed_and_crumbs_dropped_before_numbering() -> None:
    turns = [Turn(0.0, 0.05, 4), Turn(1.0, 2.0, 3), Turn(2.2, 3.0, 3), Turn(2.5, 4.0, 0)]
    assert joined(turns, gap=0.3, least=0.1) == [Turn(1.0, 3.0, 1), Turn(2.5, 4.0, 2)]
