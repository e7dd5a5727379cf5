"""How likely words are in a domain."""

from math import exp, log

import numpy as np
import pytest

from scriba.customization.ngram import grams, lexicon
from scriba.speech.domain import EDGE, UNKNOWN, Domain, words

LINES = ["press one to listen", "press two to leave", "press one to leave", "hang up"]


@pytest.fixture
def domain() -> Domain:
    known = lexicon(LINES)
    general = np.full(len(known.words) + 2, -8.0, np.float32)
    return Domain(known.words, general, grams(LINES, known.words))


def test_words_are_compared_without_capitals_and_marks() -> None:
    text = "It’s  a RE-record, é5!"
    found = words(text)
    assert [word.plain for word in found] == ["it's", "a", "re", "record", "é5"]
    assert [text[word.start : word.end] for word in found][:3] == ["It’s", "a", "RE"]


def test_letters_without_spaces_are_words() -> None:
    assert [word.plain for word in words("按1键, ok")] == ["按", "1", "键", "ok"]


def test_what_was_seen_is_likelier_than_what_was_not(domain: Domain) -> None:
    press, one, two, leave = map(domain.number, ("press", "one", "two", "leave"))
    assert domain.probability((EDGE, press), one) > domain.probability((EDGE, press), two)
    assert domain.probability((EDGE, press), two) > domain.probability((EDGE, press), leave) > 0


def test_probabilities_of_all_words_and_the_end_are_at_most_one(domain: Domain) -> None:
    numbers = [EDGE, *range(2, len(domain.words) + 2)]
    for before in [(EDGE, EDGE), (EDGE, domain.number("press")), (UNKNOWN, domain.number("to"))]:
        total = sum(domain.probability(before, number) for number in numbers)
        assert 0.5 < total <= 1.0 + 1e-6


def test_gain_is_bounded_on_both_sides(domain: Domain) -> None:
    press = domain.number("press")
    assert domain.gain((EDGE, EDGE), UNKNOWN) == pytest.approx(log(0.5))
    assert domain.gain((EDGE, EDGE), press, -1e9, 8.0) == 8.0
    likely = domain.probability((EDGE, EDGE), press)
    assert domain.gain((EDGE, EDGE), press, -1.0) == pytest.approx(log(0.5 + 0.5 * likely * exp(1)))


def test_an_empty_domain_expects_nothing() -> None:
    nothing = Domain((), np.zeros(2, np.float32), grams([], ()))
    assert nothing.probability((EDGE, EDGE), EDGE) == 0.0
