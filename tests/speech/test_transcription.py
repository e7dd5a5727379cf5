"""Long recordings through an engine that only says what it was asked."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scriba.errors import ModelError
from scriba.speech import SAMPLE_RATE, Options, Phrase, Recognizer, decode_file
from scriba.speech.bundle import Bundle
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip, Guess, Transcript
from scriba.speech.resample import Samples
from scriba.speech.transcription import AHEAD

PAUSE = np.zeros(2 * SAMPLE_RATE, np.float32)


class Echo:
    """Hears, in each clip, the probabilities that come next; and waits where it is told to."""

    name = "echo"

    def __init__(self, *heard: dict[str, float]) -> None:
        self.clips: list[Clip] = []
        self.go = threading.Event()
        self.go.set()
        self.stops_after = 0
        self._heard = list(heard)

    def cost(self, clip: Clip) -> float:
        return 40.0

    def supports(self, language: str) -> bool:
        return language in ("en", "de", "fr")

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        assert self.go.wait(60)
        found = [self._one(clip) for clip in clips]
        if len(self.clips) == self.stops_after:
            self.go.clear()
        return found

    def _one(self, clip: Clip) -> Transcript:
        self.clips.append(clip)
        language = clip.language
        spoken = {"en": 1.0}
        if clip.candidates:
            spoken = self._heard.pop(0)
            language = max(clip.candidates, key=lambda code: spoken.get(code, 0.0))
        return Transcript(
            (Guess(f"this is {language}", -0.1, 4),), (), 0.0, spoken, language=language
        )


@pytest.fixture(scope="module")
def sentence(recordings: Path) -> Samples:
    return np.concatenate([*decode_file(recordings / "en-wizard.flac"), PAUSE])


def recognizer(engine: Echo) -> Recognizer:
    return Recognizer(engine, layout=Layout(1, 1, "test"))


def test_a_segment_is_decoded_again_only_where_its_language_was_another(
    sentence: Samples,
) -> None:
    engine = Echo({"en": 0.6, "de": 0.4}, {"de": 0.99}, {"de": 0.99})
    speech = recognizer(engine)
    options = Options(candidates=("en-GB", "de-DE", "fr-FR"))
    # Two sentences at a time: the third is sent when the language is known.
    found = list(speech.transcribe([sentence] * 3, options))
    speech.close()
    assert [p.language for p in found] == ["de-DE"] * 3
    assert [p.best.forms.lexical for p in found] == ["this is de"] * 3
    again = [clip for clip in engine.clips if not clip.candidates]
    assert [clip.language for clip in again].count("de") == len(again)
    assert len(engine.clips) <= 4
    assert [p.start for p in found] == sorted(p.start for p in found)


def test_candidates_of_one_language_need_no_identification(sentence: Samples) -> None:
    engine = Echo()
    speech = recognizer(engine)
    (phrase,) = speech.transcribe([sentence], Options(candidates=("en-IN", "en-US")))
    speech.close()
    assert phrase.language == "en-IN"
    assert engine.clips[0].candidates == ()


def test_a_recording_is_read_only_as_fast_as_it_is_recognised(sentence: Samples) -> None:
    engine = Echo()
    engine.go.clear()
    speech = recognizer(engine)
    read: list[int] = []
    waiting = threading.Event()

    def blocks() -> Iterator[Samples]:
        for i in range(3 * AHEAD):
            read.append(i)
            if i == AHEAD:
                waiting.set()
            yield sentence

    found: list[Phrase] = []
    options = Options(language="en-US", words=False)
    reader = threading.Thread(target=lambda: found.extend(speech.transcribe(blocks(), options)))
    reader.start()
    assert waiting.wait(60)
    # It stands still now; were it not to, it would read on in this time.
    reader.join(1.0)
    assert len(read) <= AHEAD + 2
    engine.go.set()
    reader.join(60)
    speech.close()
    assert len(found) == len(read) == 3 * AHEAD


def test_who_stops_listening_withdraws_what_waits(sentence: Samples) -> None:
    engine = Echo()
    engine.stops_after = 1
    speech = recognizer(engine)
    phrases = speech.transcribe([np.concatenate([sentence] * 6)], Options(language="en-US"))
    next(phrases)
    phrases.close()  # type: ignore[attr-defined]
    engine.go.set()
    speech.close()
    # The first, and the one that was at work.
    assert len(engine.clips) <= 2


def test_the_wishes_reach_the_engine(sentence: Samples) -> None:
    engine = Echo()
    speech = recognizer(engine)
    list(speech.transcribe([sentence], Options(language="en-US", words=False)))
    speech.close()
    assert [clip.wish_words for clip in engine.clips] == [False]


def other_model(speech: Recognizer, said: str) -> tuple[Recognizer, Echo]:
    """A recogniser of another model that says `said`, over the same CPU."""

    class Other(Echo):
        name = said

        def _one(self, clip: Clip) -> Transcript:
            found = super()._one(clip)
            return replace(found, guesses=(Guess(said, -0.1, 4),))

    engine = Other()
    return speech.of(Bundle("echo"), engine), engine


def test_a_locale_may_have_a_model_of_its_own(sentence: Samples) -> None:
    engine = Echo({"en": 0.99}, {"de": 0.99}, {"en": 0.99})
    speech = recognizer(engine)
    german, heard = other_model(speech, "anderes")
    both = speech.with_models({"de-DE": german})
    options = Options(candidates=("en-GB", "de-DE"), identification="continuous")
    found = list(both.transcribe([sentence] * 3, options))
    assert [p.best.forms.lexical for p in found] == ["this is en", "anderes", "this is en"]
    assert [clip.language for clip in heard.clips] == ["de"]
    # The recogniser itself is as it was.
    engine._heard = [{"de": 0.99}]
    assert [p.best.forms.lexical for p in speech.transcribe([sentence], options)] == ["this is de"]
    speech.close()


def test_the_language_of_a_recording_found_its_model_goes_on(sentence: Samples) -> None:
    engine = Echo(*[{"de": 0.99}] * 20)
    speech = recognizer(engine)
    german, heard = other_model(speech, "anderes")
    both = speech.with_models({"de-DE": german})
    found = list(both.transcribe([sentence] * 30, Options(candidates=("en-GB", "de-DE"))))
    assert [p.best.forms.lexical for p in found] == ["anderes"] * 30
    # Only what was sent before the language was known is decoded by both.
    assert len(engine.clips) < 30
    assert len(heard.clips) == 30
    speech.close()


def test_one_locale_is_decoded_by_its_model_alone(sentence: Samples) -> None:
    engine = Echo()
    speech = recognizer(engine)
    german, heard = other_model(speech, "anderes")
    both = speech.with_models({"de-DE": german})
    found = list(both.transcribe([sentence] * 2, Options(language="de-DE")))
    assert [p.best.forms.lexical for p in found] == ["anderes"] * 2
    assert (len(engine.clips), len(heard.clips)) == (0, 2)
    speech.close()


def test_closing_another_models_recogniser_changes_nothing(sentence: Samples) -> None:
    speech = recognizer(Echo())
    german, _ = other_model(speech, "anderes")
    german.close()
    assert [p.best.forms.lexical for p in speech.transcribe([sentence], Options("en-US"))]
    assert [p.best.forms.lexical for p in german.transcribe([sentence], Options("de-DE"))]
    speech.close()


def test_a_models_rules_say_how_its_text_is_written(sentence: Samples, tmp_path: Path) -> None:
    speech = recognizer(Echo())
    (tmp_path / "formatting.md").write_text("#rewrite\nthis\tTHAT\n", encoding="utf-8")
    bundle = Bundle.write(tmp_path, base="echo", locale="en-US")
    own = speech.of(bundle)
    (phrase,) = own.transcribe([sentence], Options("en-US"))
    assert phrase.best.forms.display == "THAT is en."
    (phrase,) = speech.transcribe([sentence], Options("en-US"))
    assert phrase.best.forms.display == "This is en."
    stream = own.stream(language="en-US")
    stream.feed(sentence)
    assert stream.finish().result(60).phrases[0].best.forms.display == "THAT is en."
    speech.close()


def test_rules_that_cannot_be_read_name_the_line(tmp_path: Path) -> None:
    speech = recognizer(Echo())
    (tmp_path / "formatting.md").write_text("#rewrite\nonly one\n", encoding="utf-8")
    bundle = Bundle.write(tmp_path, base="echo", locale="en-US")
    with pytest.raises(ModelError, match=r"formatting\.md, line 2"):
        speech.of(bundle)
    (tmp_path / "formatting.md").write_bytes(b"\xff\xfe")
    with pytest.raises(ModelError, match=r"formatting\.md"):
        speech.of(Bundle.write(tmp_path, base="echo", locale="en-US"))
    speech.close()
