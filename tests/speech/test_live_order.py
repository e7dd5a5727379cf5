"""Drafts of a phrase wait for the phrases before it."""

from collections.abc import Sequence
from pathlib import Path
from threading import Event as Gate

import numpy as np

from scriba.speech import SAMPLE_RATE, Draft, Final, Recognizer, decode_file
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip, Transcript

from .told import ENGLISH, Ear, Told, silence, until


class SlowFinals(Told):
    """Drafts come at once, the first final result when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.held = Gate()
        self.drafts = 0

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        if any(not clip.draft for clip in clips):
            assert self.held.wait(60)
        found = super().transcribe(clips)
        self.drafts += sum(clip.draft for clip in clips)
        return found


def test_no_draft_comes_before_the_phrase_that_is_over(recordings: Path) -> None:
    sentence = np.concatenate([*decode_file(recordings / "en-wizard.flac")])
    engine = SlowFinals()
    speech = Recognizer(engine, layout=Layout(2, 1, "test"))
    ear = Ear()
    live = speech.live(ENGLISH, ear)
    live.feed(sentence)
    live.feed(silence(1.5))
    before = engine.drafts
    for at in range(0, 3 * SAMPLE_RATE, 1600):
        live.feed(sentence[at : at + 1600])
    until(lambda: engine.drafts > before)
    first_end = live.seconds - 3.0 - 1.5
    assert all(draft.start < first_end for draft in ear.drafts())
    engine.held.set()
    live.finish()
    ear.wait()
    speech.close()
    over = -1.0
    for event in ear.events:
        if isinstance(event, Final):
            over = event.end
        elif isinstance(event, Draft):
            assert event.start >= over
    assert len(ear.phrases()) == 2
    for phrase in ear.phrases():
        assert any(draft.start == phrase.start for draft in ear.drafts())
