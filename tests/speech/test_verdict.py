import numpy as np
import pytest

from scriba.speech import verdict
from scriba.speech.engine import Guess, Transcript
from scriba.speech.phrases import Heard
from scriba.speech.segments import Segment


def heard(
    text: str = "a few plain words",
    logprob: float = -0.3,
    no_speech: float = 0.1,
    *,
    seconds: float = 3.0,
    faint: bool = False,
    languages: dict[str, float] | None = None,
    rival: Guess | None = None,
) -> Heard:
    audio = np.zeros(int(seconds * 16_000), np.float32)
    transcript = Transcript(
        (Guess(text, logprob, 6),), (), no_speech, languages or {"en": 1.0}, rival=rival
    )
    return Heard(Segment(0.0, audio, (0.0, seconds), faint), transcript)


@pytest.mark.parametrize(
    ("logprob", "no_speech", "faint", "speech"),
    [
        (-0.3, 0.1, False, True),
        (-0.3, 0.9, False, True),
        (-2.0, 0.1, False, True),
        (-2.0, 0.9, False, False),
        (-0.9, 0.75, False, False),
        (-0.3, 0.1, True, True),
        (-1.5, 0.1, True, False),
    ],
)
def test_speech(logprob: float, no_speech: float, faint: bool, speech: bool) -> None:
    assert verdict.is_speech(heard("words", logprob, no_speech, faint=faint)) is speech


@pytest.mark.parametrize("text", ["", "...", " - "])
def test_marks_are_no_speech(text: str) -> None:
    assert not verdict.is_speech(heard(text))


GERMAN = {"de": 0.9, "en": 0.05}


def test_what_another_language_explains_better_is_not_this_one() -> None:
    each = heard(logprob=-0.8, languages=GERMAN, rival=Guess("ein paar ganz andere", -0.2, 6))
    assert not verdict.speaks([each], "en")


def test_an_accent_is_not_another_language() -> None:
    each = heard(logprob=-0.4, languages=GERMAN, rival=Guess("ein paar ganz andere", -0.9, 6))
    assert verdict.speaks([each], "en")


def test_words_in_the_wrong_script_explain_nothing() -> None:
    chinese = {"zh": 0.9, "en": 0.05}
    each = heard(logprob=-0.8, languages=chinese, rival=Guess("five five nine one", -0.2, 6))
    assert verdict.speaks([each], "en")
    each = heard(logprob=-0.8, languages=chinese, rival=Guess("我不知道你在说什么", -0.2, 6))
    assert not verdict.speaks([each], "en")


def test_isolated_words_get_the_benefit_of_the_doubt() -> None:
    rival = Guess("ja ja ja", -0.1, 6)
    assert verdict.speaks([heard(logprob=-1.2, languages=GERMAN, rival=rival)], "en")
    short = heard(logprob=-1.2, seconds=0.5, languages=GERMAN, rival=Guess("a b c d", -0.1, 6))
    assert verdict.speaks([short], "en")


def test_most_of_the_speech_decides() -> None:
    foreign = heard(logprob=-0.8, languages=GERMAN, rival=Guess("ein paar ganz andere", -0.2, 6))
    assert verdict.speaks([foreign, heard(seconds=6.0)], "en")
    assert not verdict.speaks([foreign, heard(seconds=1.0)], "en")


def test_confidence_grows_with_the_decoders_own() -> None:
    found = [verdict.confidence(Guess("x", m / 10, 8)) for m in range(-30, 1)]
    assert found == sorted(found)
    assert 0 <= found[0] < 0.1
    assert 0.9 < found[-1] <= 1


def test_word_confidence_grows_with_its_tokens_and_its_text() -> None:
    good, bad = heard(logprob=-0.1).transcript, heard(logprob=-1.0).transcript
    found = [verdict.word_confidence(p / 10, good) for p in range(11)]
    assert found == sorted(found)
    assert verdict.word_confidence(0.8, good) > verdict.word_confidence(0.8, bad)
