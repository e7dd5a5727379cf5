"""Live recognition with the real model: what is heard, where, and how steadily."""

import threading
import time
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scriba.speech import (
    SAMPLE_RATE,
    Draft,
    Event,
    Failed,
    Final,
    Finished,
    LiveOptions,
    Options,
    Phrase,
    PhraseList,
    Recognizer,
    decode_file,
)
from scriba.speech.engine import Clip
from scriba.speech.growing import GrowthOptions
from scriba.speech.resample import Samples


@pytest.fixture(scope="module")
def speech(base_model: Path) -> Iterator[Recognizer]:
    made = Recognizer(base_model)
    yield made
    made.close()


def read(path: Path) -> Samples:
    return np.concatenate([*decode_file(path), np.zeros(SAMPLE_RATE, np.float32)])


def hear(
    speech: Recognizer, audio: Samples, options: LiveOptions, step: int = 0
) -> tuple[list[Draft], list[Phrase]]:
    """What is told of audio; with `step` a draft is awaited before so much more of it comes."""
    events: list[Event] = []
    over = threading.Event()

    def listen(event: Event) -> None:
        events.append(event)
        if isinstance(event, Finished | Failed):
            over.set()

    live = speech.live(options, listen)
    for at in range(0, len(audio), step or len(audio)):
        live.feed(audio[at : at + (step or len(audio))])
        while step and live._drafts._job is not None:
            time.sleep(0.01)
    live.finish()
    assert over.wait(240)
    assert isinstance(events[-1], Finished)
    drafts = [event for event in events if isinstance(event, Draft)]
    finals = [event.phrase for event in events if isinstance(event, Final)]
    return drafts, [phrase for phrase in finals if phrase is not None]


@pytest.mark.parametrize(
    ("name", "locale"),
    [("en-quilter", "en-US"), ("de-kerstin", "de-DE"), ("ja-jitsuzai", "ja-JP")],
)
def test_a_stream_says_what_a_recording_does(
    speech: Recognizer, recordings: Path, name: str, locale: str
) -> None:
    audio = read(recordings / f"{name}.flac")
    drafts, streamed = hear(speech, audio, LiveOptions(language=locale))
    batch = list(speech.transcribe([audio], Options(locale, punctuation="automatic")))
    assert streamed == batch
    assert drafts[-1].text == streamed[-1].best.forms.lexical


def test_times_are_those_of_the_audio(speech: Recognizer, recordings: Path) -> None:
    audio = read(recordings / "en-quilter.flac")
    options = LiveOptions(language="en-US")
    _, (alone,) = hear(speech, audio, options)
    before = 3.0
    both = np.concatenate([np.zeros(int(before * SAMPLE_RATE), np.float32), audio, audio])
    _, found = hear(speech, both, options, step=1234)
    shifts = [before, before + len(audio) / SAMPLE_RATE]
    assert len(found) == 2
    for phrase, shift in zip(found, shifts, strict=True):
        assert phrase.best.forms.lexical == alone.best.forms.lexical
        assert phrase.start == pytest.approx(alone.start + shift, abs=0.15)
        words, expected = phrase.best.lexical_words, alone.best.lexical_words
        for word, other in zip(words, expected, strict=True):
            assert word.start == pytest.approx(other.start + shift, abs=0.25)
            assert phrase.start <= word.start <= word.end <= phrase.end


@pytest.mark.parametrize(("name", "locale"), [("en-wizard", "en-US"), ("ja-jitsuzai", "ja-JP")])
def test_drafts_grow_and_seldom_change(
    speech: Recognizer, recordings: Path, name: str, locale: str
) -> None:
    drafts, (phrase,) = hear(
        speech, read(recordings / f"{name}.flac"), LiveOptions(language=locale), step=4800
    )
    spaced = locale == "en-US"
    texts = [each.text.split() if spaced else list(each.text) for each in drafts]
    final = phrase.best.forms.lexical
    texts.append(final.split() if spaced else list(final))
    assert len(texts) > 4
    shown = lost = 0
    for one, other in zip([[], *texts], texts, strict=False):
        blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
        kept = sum(block.size for block in blocks)
        shown += len(other) - kept
        lost += len(one) - kept
    assert lost < 0.4 * shown
    assert len(texts[0]) < 0.5 * len(texts[-1])
    assert all(one.end <= other.end + 0.3 for one, other in pairwise(drafts))


def test_what_a_draft_decodes_stays_short_in_endless_speech(
    speech: Recognizer, recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = read(recordings / "en-wizard.flac")[: 4 * SAMPLE_RATE]
    clips: list[Clip] = []
    engine = speech._decoder.engine
    transcribe = engine.transcribe

    def noted(given: list[Clip]) -> object:
        clips.extend(given)
        return transcribe(given)

    monkeypatch.setattr(engine, "transcribe", noted)
    hear(speech, np.concatenate([sentence] * 5), LiveOptions(language="en-US", words=False), 16_000)
    drafts = [len(clip.audio) / SAMPLE_RATE for clip in clips if clip.draft]
    assert len(drafts) > 10
    assert max(drafts) < GrowthOptions().longest + 3.0
    finals = [len(clip.audio) / SAMPLE_RATE for clip in clips if not clip.draft]
    assert max(finals) > 15


def test_a_draft_begins_with_what_is_known(speech: Recognizer, recordings: Path) -> None:
    audio = read(recordings / "en-wizard.flac")[: 3 * SAMPLE_RATE]
    engine = speech._decoder.engine
    (free,) = engine.transcribe([Clip(audio, "en", draft=True)])
    known = " ".join(free.guesses[0].text.split()[:3])
    (again,) = engine.transcribe([Clip(audio, "en", draft=True, prefix=known)])
    assert again.guesses[0].text == free.guesses[0].text
    (other,) = engine.transcribe([Clip(audio, "en", draft=True, prefix="She could")])
    assert other.guesses[0].text.startswith("She could")
    assert [word.text for word in other.words] == other.guesses[0].text.split()


def test_the_language_is_found_while_somebody_speaks(speech: Recognizer, recordings: Path) -> None:
    audio = np.concatenate(
        [read(recordings / f"{name}.flac") for name in ("de-kerstin", "ja-jitsuzai")]
    )
    options = LiveOptions(
        candidates=("en-US", "de-DE", "ja-JP"), identification="continuous", words=False
    )
    drafts, found = hear(speech, audio, options, step=8000)
    assert [phrase.language for phrase in found][:: len(found) - 1] == ["de-DE", "ja-JP"]
    assert {"de-DE", "ja-JP"} <= {draft.language for draft in drafts}


def test_listed_phrases_are_preferred_in_finals(speech: Recognizer, recordings: Path) -> None:
    audio = read(recordings / "en-brooklyn.flac")
    plain = LiveOptions(language="en-US", words=False)
    _, (heard,) = hear(speech, audio, plain)
    word = heard.best.forms.lexical.split()[-1]
    listed = LiveOptions(
        language="en-US", words=False, phrases=PhraseList((word.upper(),), weight=2)
    )
    _, (again,) = hear(speech, audio, listed)
    assert word.upper() in again.best.forms.display
