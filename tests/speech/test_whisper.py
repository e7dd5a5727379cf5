from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from scriba.errors import ModelError
from scriba.speech import decode_file
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip
from scriba.speech.whisper import Whisper, _repeats

LAYOUT = Layout(1, 2, "test")


@pytest.fixture(scope="module")
def base(base_model: Path) -> Whisper:
    return Whisper(base_model, LAYOUT)


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> Whisper:
    return Whisper(tiny_model, LAYOUT)


def clip(recordings: Path, name: str, language: str = "en") -> Clip:
    return Clip(next(decode_file(recordings / f"{name}.flac")), language)


def text(engine: Whisper, *clips: Clip) -> list[str]:
    return [t.guesses[0].text for t in engine.transcribe(clips)]


def test_it_writes_what_is_said(base: Whisper, recordings: Path) -> None:
    (found,) = text(base, clip(recordings, "en-jfk-stereo"))
    assert "ask not what your country can do for you" in found.lower()


def test_it_hears_the_language_it_is_told(base: Whisper, recordings: Path) -> None:
    (transcript,) = base.transcribe([clip(recordings, "fr-consulat", "fr")])
    assert "consulat" in transcript.guesses[0].text.lower()
    assert max(transcript.languages, key=lambda code: transcript.languages[code]) == "fr"


def test_a_batch_gives_what_each_clip_gives_alone(base: Whisper, recordings: Path) -> None:
    clips = [clip(recordings, n) for n in ("en-quilter", "en-wizard", "en-brooklyn", "en-time")]
    assert len({base.cost(each) for each in clips}) == 1
    # Batches of other sizes round differently, which may turn a close decision.
    for together, each in zip(text(base, *clips), clips, strict=True):
        alone = text(base, each)[0]
        assert SequenceMatcher(None, together.split(), alone.split()).ratio() >= 0.8


def test_the_n_best_list_is_ordered_and_not_all_the_same(base: Whisper, recordings: Path) -> None:
    (transcript,) = base.transcribe([clip(recordings, "en-accented-1")])
    scores = [guess.logprob for guess in transcript.guesses]
    assert scores == sorted(scores, reverse=True)
    assert len({guess.text for guess in transcript.guesses}) > 1


def test_every_word_is_timed_in_order_and_inside(base: Whisper, recordings: Path) -> None:
    spoken = clip(recordings, "en-hale")
    (transcript,) = base.transcribe([spoken])
    assert [w.text for w in transcript.words] == transcript.guesses[0].text.split()
    times = [t for w in transcript.words for t in (w.start, w.end)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= len(spoken.audio) / 16_000
    assert all(0 < w.probability <= 1 for w in transcript.words)


def test_short_words_are_not_repeated(base: Whisper, recordings: Path) -> None:
    found = text(base, clip(recordings, "en-seven-8k"), clip(recordings, "en-time"))
    assert all(not _repeats(each) for each in found), found


def test_noise_is_called_noise(base: Whisper, recordings: Path) -> None:
    noise, speech = base.transcribe(
        [clip(recordings, "noise-room"), clip(recordings, "en-quilter")]
    )
    assert noise.no_speech > speech.no_speech
    assert noise.guesses[0].logprob < speech.guesses[0].logprob - 0.5


def test_a_model_of_one_language(tiny: Whisper, recordings: Path) -> None:
    assert tiny.supports("en")
    assert not tiny.supports("de")
    (transcript,) = tiny.transcribe([clip(recordings, "en-wizard")])
    assert transcript.languages == {}
    assert len(transcript.guesses[0].text.split()) > 8


def test_costs_grow_with_length(tiny: Whisper) -> None:
    costs = [tiny.cost(Clip(np.zeros(n * 16_000, np.float32), "en")) for n in (1, 9, 15, 21, 30)]
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]


@pytest.mark.parametrize("content", [b"", b"not a model"])
def test_a_folder_without_a_model_is_told_so(tmp_path: Path, content: bytes) -> None:
    if content:
        (tmp_path / "model.bin").write_bytes(content)
    with pytest.raises(ModelError, match=str(tmp_path)):
        Whisper(tmp_path, LAYOUT)


@pytest.mark.parametrize("said", ["7 7 7", "Two, two.", "Hello there. Hello there.", "no no"])
def test_repeats(said: str) -> None:
    assert _repeats(said)


@pytest.mark.parametrize("said", ["", "seven", "one two one", "he said he", "a b a b a"])
def test_no_repeats(said: str) -> None:
    assert not _repeats(said)
