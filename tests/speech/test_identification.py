"""Deciding on a language, from probabilities alone."""

import numpy as np
import pytest

from scriba.errors import UnsupportedLocale
from scriba.speech.engine import Guess, Transcript
from scriba.speech.identification import Choice, Continuous, Given, Identifier, Single, choice
from scriba.speech.language import locale, locales
from scriba.speech.phrases import Heard
from scriba.speech.segments import Segment

CHOICE = Choice({"en": locale("en-GB"), "de": locale("de-AT"), "fr": locale("fr-FR")})


class Knows:
    """An engine as far as its languages go."""

    name = "some"

    def __init__(self, *languages: str) -> None:
        self._languages = languages

    def supports(self, language: str) -> bool:
        return language in self._languages


def heard(start: float, seconds: float, contender: float | None = None, **found: float) -> Heard:
    """Speech of some seconds with the probabilities of its languages.

    `contender` is what the second language's text gains over the first's.
    """
    guess = Guess("text", -0.5, 5)
    best, second = sorted(found, key=lambda code: -found[code])[:2] if len(found) > 1 else ("", "")
    return Heard(
        Segment(start, np.zeros(16, np.float32), (start, start + seconds)),
        Transcript(
            (guess,),
            (),
            0.0,
            dict(found),
            language=best,
            contender=None if contender is None else (second, Guess("x", -0.5 + contender, 5)),
        ),
    )


def decided(identifier: Identifier, *speech: Heard) -> list[str]:
    found = [each for one in speech for each in identifier.feed(one)] + identifier.finish()
    assert [one for one, _ in found] == list(speech)
    return [code for _, code in found]


def test_one_language_needs_no_thought() -> None:
    assert decided(Given("de"), heard(0, 5, en=1.0), heard(6, 5, de=1.0)) == ["de", "de"]


def test_single_decides_at_once_where_it_is_sure_and_stays_with_it() -> None:
    single = Single(CHOICE)
    assert single.feed(heard(0, 5, de=0.98, en=0.01))
    assert single.candidates == ("de",)
    assert [code for _, code in single.feed(heard(6, 5, en=0.99, de=0.01))] == ["de"]


def test_single_pools_what_is_not_sure() -> None:
    doubtful = [heard(6 * i, 5, en=0.5, de=0.4, fr=0.1) for i in range(2)]
    clear = [heard(20, 5, de=0.9, en=0.05), heard(26, 5, de=0.9, en=0.05)]
    assert decided(Single(CHOICE), *doubtful, *clear) == ["de"] * 4


def test_single_decides_after_half_a_minute_of_speech() -> None:
    single = Single(CHOICE)
    speech = [heard(10 * i, 9, en=0.4, de=0.39, fr=0.2) for i in range(4)]
    assert [len(single.feed(one)) for one in speech] == [0, 0, 0, 4]


def test_single_of_nothing_is_nothing() -> None:
    assert Single(CHOICE).finish() == []


def test_continuous_follows_clear_changes() -> None:
    clear = [heard(5 * i, 4, **{code: 0.97}) for i, code in enumerate(("en", "de", "de", "fr"))]
    assert decided(Continuous(CHOICE), *clear) == ["en", "de", "de", "fr"]


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_short_phrases_follow_their_neighbours(at: int) -> None:
    speech = [heard(5 * i, 4, de=0.97, en=0.02) for i in range(4)]
    speech[at] = heard(5 * at, 0.8, en=0.7, de=0.2, fr=0.1)
    assert decided(Continuous(CHOICE), *speech) == ["de"] * 4


def test_continuous_waits_for_two_phrases_only() -> None:
    continuous = Continuous(CHOICE)
    speech = [heard(5 * i, 4, de=0.97) for i in range(6)]
    assert [len(continuous.feed(one)) for one in speech] == [0, 0, 1, 1, 1, 1]
    assert len(continuous.finish()) == 2


def everything() -> Choice:
    return choice(Knows(*(one.whisper for one in locales())), ())


@pytest.mark.parametrize("at", [0, 3, 7])
def test_a_short_phrase_alone_does_not_bring_in_a_language(at: int) -> None:
    # Whisper is often sure of a wrong language where it has a second to go by.
    speech = [heard(5 * i, 2.0, en=0.9, ja=0.01) for i in range(8)]
    speech[at] = heard(5 * at, 1.2, ja=0.9, zh=0.05, en=0.005)
    assert decided(Continuous(everything()), *speech) == ["en"] * 8


def test_two_short_phrases_in_a_row_do_not_either() -> None:
    speech = [heard(5 * i, 2.5, en=0.9, ja=0.01) for i in range(8)]
    speech[3:5] = [heard(15 + 5 * i, 0.9, ja=0.8, zh=0.1, en=0.01) for i in range(2)]
    assert decided(Continuous(everything()), *speech) == ["en"] * 8


@pytest.mark.parametrize("seconds", [3.0, 6.0])
def test_a_real_change_is_found_among_all_languages(seconds: float) -> None:
    speech = [heard(10 * i, 5.0, en=0.97) for i in range(6)]
    speech[3] = heard(30, seconds, ja=0.97, zh=0.01)
    assert decided(Continuous(everything()), *speech) == [*["en"] * 3, "ja", *["en"] * 2]


def test_a_language_that_was_spoken_before_needs_less_to_come_back() -> None:
    def found(before: list[Heard]) -> str:
        again = heard(100, 2.1, de=0.9, en=0.02)
        after = [heard(110 + 5 * i, 4.0, en=0.97, de=0.01) for i in range(2)]
        return decided(Continuous(everything()), *before, again, *after)[len(before)]

    english = [heard(5 * i, 4.0, en=0.97, de=0.01) for i in range(3)]
    german = [heard(20 + 5 * i, 4.0, de=0.97, en=0.01) for i in range(3)]
    assert found([*english, *german, english[0]]) == "de"
    assert found([*english, *english]) == "en"


def test_continuous_waits_for_six_short_phrases_at_most() -> None:
    continuous = Continuous(CHOICE)
    speech = [heard(2 * i, 0.5, de=0.97) for i in range(10)]
    assert [len(continuous.feed(one)) for one in speech] == [0] * 6 + [1] * 4


def test_a_long_recording_is_remembered_by_its_last_minute() -> None:
    continuous = Continuous(CHOICE)
    for i in range(500):
        continuous.feed(heard(5 * i, 4.0, de=0.97, en=0.01))
    assert sum(continuous._spoken.values()) == pytest.approx(60.0)
    assert len(continuous._waiting) == 2
    clear = [heard(2500 + 5 * i, 4.0, fr=0.97, de=0.01) for i in range(4)]
    assert [code for one in clear for _, code in continuous.feed(one)][-2:] == ["fr", "fr"]


def test_the_text_decides_where_the_languages_are_close() -> None:
    assert decided(Continuous(CHOICE), heard(0, 4, 0.4, en=0.8, de=0.2)) == ["de"]
    assert decided(Continuous(CHOICE), heard(0, 4, -0.4, en=0.8, de=0.2)) == ["en"]


def test_probabilities_of_nothing_do_not_fail() -> None:
    assert len(decided(Continuous(CHOICE), heard(0, 1, xx=1.0), heard(2, 0.0, xx=0.0))) == 2


def test_the_first_locale_of_a_language_stands_for_it() -> None:
    found = choice(Knows("en", "de"), ("en-GB", "de-DE", "en-US"))
    assert found.locales == {"en": locale("en-GB"), "de": locale("de-DE")}


def test_without_candidates_all_languages_of_the_model_are() -> None:
    found = choice(Knows("en", "zh", "pt", "la", "xx"), ())
    tags = {code: one.tag for code, one in found.locales.items()}
    assert tags == {"en": "en-US", "zh": "zh-CN", "pt": "pt-BR"}


def test_the_language_given_is_for_what_is_no_candidate() -> None:
    found = choice(Knows("en", "de", "fr"), ("de-DE", "fr-FR"), "en-US")
    assert found.codes == ("de", "fr", "en")
    assert decided(Continuous(found), heard(0, 4, en=0.99, de=0.005, fr=0.005)) == ["en"]
    assert decided(Continuous(found), heard(0, 4, en=0.6, de=0.3, fr=0.1)) == ["de"]


def test_a_language_given_alone_is_the_only_one() -> None:
    assert choice(Knows("en", "de"), (), "de-DE").codes == ("de",)


@pytest.mark.parametrize("tags", [("en-US", "de-DE"), ("en-US", "xx-XX")])
def test_candidates_that_cannot_be_recognised_are_named(tags: tuple[str, ...]) -> None:
    with pytest.raises(UnsupportedLocale, match=tags[1]):
        choice(Knows("en"), tags)
