"""A recording to its result file, without a recogniser."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from scriba.jobs.recording import Spool, Wish, transcribe_file
from scriba.resources.transcription import Speakers, TranscriptionSpec
from scriba.resources.versions import Version
from scriba.speech.diarization import Turn, assign
from scriba.speech.engine import Guess, TimedWord, Transcript
from scriba.speech.language import locale
from scriba.speech.options import Options
from scriba.speech.phrases import Heard, Style, phrase
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase
from scriba.speech.segments import Segment

TEXT = "Are you there? Yes, since half past five."


def spoken() -> Phrase:
    """A phrase in which every word takes half a second."""
    words = tuple(TimedWord(w, i / 2, i / 2 + 0.5, 0.9) for i, w in enumerate(TEXT.split()))
    guesses = (Guess(TEXT, -0.2, 9), Guess("Are you? Yes.", -0.9, 4))
    segment = Segment(0.0, np.zeros(16, np.float32), (0.0, 4.0))
    heard = Heard(segment, Transcript(guesses, words, 0.0, {"en": 1.0}))
    made = phrase(heard, locale("en-US"), Style("raw"))
    assert made is not None
    return made


class OnePhrase:
    """Speech that is always the same."""

    def transcribe(self, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]:
        for _ in blocks:
            pass
        yield spoken()


class TwoTurns:
    """Somebody asks for a second and a half, somebody else answers."""

    def __init__(self, speakers: Speakers) -> None:
        self.speakers = speakers

    def feed(self, samples: Samples) -> None:
        pass

    def assign(self, phrases: Iterable[Phrase]) -> Iterator[Phrase]:
        return assign(phrases, [Turn(0.0, 1.5, 1), Turn(1.5, 4.0, 2)])


def test_a_phrase_of_two_speakers_is_cut_between_them(sample: Path, tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    spec = TranscriptionSpec(diarization=Speakers(1, 2), channels=(0,))
    wish = Wish(spec, "en-US", Version.V2024_11, "a.wav")
    transcribe_file(sample, target, wish, OnePhrase(), TwoTurns, lambda: None)
    found = json.loads(target.read_text("utf-8"))["recognizedPhrases"]
    said = [(each["speaker"], each["nBest"][0]["display"]) for each in found]
    assert said == [(1, "Are you there?"), (2, "Yes, since 5:30.")]
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_a_spool_gives_back_what_it_was_given(tmp_path: Path) -> None:
    with Spool(tmp_path / "spool") as spool:
        spool.add(spoken())
        spool.add(spoken())
        (one, again) = spool.phrases()
    assert one == again
    assert one.best == spoken().best
    assert [each.forms.display for each in one.nbest] == [
        each.forms.display for each in spoken().nbest
    ]
    assert not (tmp_path / "spool").exists()
