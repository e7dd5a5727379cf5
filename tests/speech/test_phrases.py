"""From what was heard to a phrase."""

import numpy as np
import pytest

from scriba.speech.engine import Guess, TimedWord, Transcript
from scriba.speech.language import locale
from scriba.speech.phrases import Heard, Style, phrase
from scriba.speech.segments import Segment

ENGLISH = locale("en-US")
WORDS = tuple(
    TimedWord(text, start, start + 0.4, 0.9)
    for text, start in (("It", 0.0), ("costs", 0.5), ("$20,", 1.0), ("fuck.", 1.5))
)


def heard(
    text: str = "It costs $20, fuck.",
    words: tuple[TimedWord, ...] = WORDS,
    rival: Guess | None = None,
) -> Heard:
    segment = Segment(10.0, np.zeros(16_000, np.float32), (10.2, 11.8))
    guesses = (Guess(text, -0.6, 8), Guess("It costs twenty.", -0.9, 6))
    languages = {"en": 0.02, "fr": 0.95}
    return Heard(segment, Transcript(guesses, words, 0.0, languages, rival=rival, language="en"))


def test_words_of_both_forms_lie_within_the_speech() -> None:
    made = phrase(heard(), ENGLISH, Style())
    assert made is not None
    assert (made.start, made.end, made.language) == (10.2, 11.8, "en-US")
    best = made.best
    assert [w.text for w in best.words] == ["It", "costs", "$20,", "****."]
    assert [w.text for w in best.lexical_words] == ["it", "costs", "twenty", "dollars", "fuck"]
    assert best.words[0].start == 10.2
    assert best.words[-1].end == 11.8
    # Both words of the amount share its time.
    assert best.lexical_words[2].start == pytest.approx(11.0)
    assert best.lexical_words[3].end == pytest.approx(11.4)
    assert made.nbest[1].words == ()


def test_style_is_heeded() -> None:
    made = phrase(heard(), ENGLISH, Style("tags", "none"))
    assert made is not None
    assert made.best.forms.display == "it costs $20 <profanity>fuck</profanity>"


@pytest.mark.parametrize("text", ["...", "[music]", ""])
def test_nothing_to_show_is_no_phrase(text: str) -> None:
    found = heard(text)
    only = Transcript((Guess(text, -0.6, 3),), (), 0.0, {}, language="en")
    assert phrase(Heard(found.segment, only), ENGLISH, Style()) is None


def test_another_language_costs_confidence() -> None:
    sure = phrase(heard(), ENGLISH, Style())
    doubted = phrase(
        heard(rival=Guess("Cela coûte vingt dollars, merde.", -0.1, 9)), ENGLISH, Style()
    )
    assert sure is not None
    assert doubted is not None
    assert doubted.best.confidence < 0.5 * sure.best.confidence
    assert doubted.best.words[0].confidence < 0.5 * sure.best.words[0].confidence
