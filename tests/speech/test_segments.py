from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriba.speech import SAMPLE_RATE, decode_file
from scriba.speech.segments import LevelMeter, Segment, Segmenter, SegmentOptions


def cut(audio: np.ndarray, step: int | None = None) -> list[Segment]:
    segmenter = Segmenter()
    step = step or max(len(audio), 1)
    found = [s for i in range(0, len(audio), step) for s in segmenter.feed(audio[i : i + step])]
    return found + segmenter.finish()


@pytest.fixture(scope="module")
def sentence() -> np.ndarray:
    path = Path(__file__).parents[1] / "data" / "en-quilter.flac"
    return next(decode_file(path))


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def test_a_long_pause_separates(sentence: np.ndarray) -> None:
    audio = np.concatenate([silence(2), sentence, silence(3), sentence, silence(1)])
    first, second = cut(audio)
    assert first.speech[0] == pytest.approx(2.0, abs=0.7)
    assert second.speech[0] - first.speech[0] == pytest.approx(3 + len(sentence) / 16_000, abs=0.1)
    assert first.offset < first.speech[0]
    assert second.offset >= first.offset + len(first.audio) / SAMPLE_RATE


def test_a_segment_is_given_as_soon_as_its_pause_is_over(sentence: np.ndarray) -> None:
    segmenter = Segmenter()
    assert segmenter.feed(sentence) == []
    assert len(segmenter.feed(silence(2.5))) == 1
    assert segmenter.finish() == []


def test_the_audio_of_a_segment_is_that_of_the_recording(sentence: np.ndarray) -> None:
    audio = np.concatenate([silence(1.3), sentence, silence(3), sentence])
    for segment in cut(audio, 1000):
        at = round(segment.offset * SAMPLE_RATE)
        assert np.array_equal(segment.audio, audio[at : at + len(segment.audio)])


def test_endless_speech_is_cut_between_words(sentence: np.ndarray) -> None:
    voiced = sentence[int(0.7 * SAMPLE_RATE) : int(5.2 * SAMPLE_RATE)]
    audio = np.concatenate([voiced] * 20)
    segments = cut(audio, 16_000)
    assert max(len(s.audio) for s in segments) <= (SegmentOptions().longest + 1) * SAMPLE_RATE
    covered = sum(len(s.audio) for s in segments)
    assert covered == pytest.approx(len(audio), rel=0.02)


def test_memory_is_bounded_in_silence() -> None:
    segmenter = Segmenter()
    for _ in range(120):
        segmenter.feed(silence(1))
    assert len(segmenter._audio) < 40 * SAMPLE_RATE
    assert segmenter.seconds == 120


def test_no_speech_gives_no_segment() -> None:
    assert cut(silence(5)) == []
    assert cut(silence(0)) == []


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=8))
def test_how_audio_is_fed_does_not_matter(pieces: list[int]) -> None:
    path = Path(__file__).parents[1] / "data" / "en-quilter.flac"
    sentence = next(decode_file(path))
    audio = np.concatenate([sentence, silence(2.2), sentence[:40_000]])
    whole = cut(audio)
    segmenter, found, at = Segmenter(), [], 0
    while at < len(audio):
        step = pieces[at % len(pieces)]
        found += segmenter.feed(audio[at : at + step])
        at += step
    found += segmenter.finish()
    assert [(s.offset, s.speech, len(s.audio)) for s in found] == [
        (s.offset, s.speech, len(s.audio)) for s in whole
    ]


@pytest.mark.parametrize(
    ("hertz", "level", "silent"),
    [(50, 0.01, True), (440, 0.1, False), (1000, 0.00001, True), (1000, 0.01, False)],
)
def test_level_meter_hears_as_people_do(hertz: float, level: float, silent: bool) -> None:
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    meter = LevelMeter()
    meter.feed((level * np.sin(2 * np.pi * hertz * time)).astype(np.float32))
    assert meter.silent is silent
