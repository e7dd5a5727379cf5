"""Counts of n-grams."""

import pytest

from scriba.customization import ngram
from scriba.customization.ngram import grams, lexicon
from scriba.speech.domain import BITS, EDGE

LINES = ["Press one.", "press ONE now", "", "Hello NASA", "NASA calls"]


def test_the_lexicon_knows_words_and_how_they_are_written() -> None:
    found = lexicon(LINES)
    assert found.words == ("calls", "hello", "nasa", "now", "one", "press")
    assert found.surfaces == ("calls", "hello", "NASA", "now", "one", "press")
    assert (found.counted, found.sentences) == (9, 4)


def test_n_grams_begin_and_end_with_their_line() -> None:
    known = ("one", "press")
    one, press = 2, 3
    ones, twos, threes = grams(["press one", "one"], known)
    assert ones.count(one) == 2
    assert ones.count(EDGE) == 2
    assert twos.count(EDGE << BITS | one) == 1
    assert twos.count(press << BITS | one) == 1
    assert twos.count(one << BITS | EDGE) == 2
    assert threes.count((EDGE << BITS | EDGE) << BITS | press) == 1
    assert threes.count((EDGE << BITS | press) << BITS | one) == 1
    # Nothing goes from one line to the next.
    assert threes.count((one << BITS | EDGE) << BITS | EDGE) == 0
    assert threes.count((EDGE << BITS | EDGE) << BITS | EDGE) == 0


def test_unknown_words_are_in_no_n_gram() -> None:
    _, twos, threes = grams(["one strange press"], ("one", "press"))
    assert sorted(twos.keys.tolist()) == [EDGE << BITS | 2, 3 << BITS | EDGE]
    assert threes.keys.tolist() == [(EDGE << BITS | EDGE) << BITS | 2]


def test_counts_are_the_same_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"word{i % 7} word{i % 5} word{i % 3}" for i in range(200)]
    known = lexicon(lines).words
    whole = grams(lines, known)
    monkeypatch.setattr(ngram, "_CHUNK", 10)
    for one, other in zip(whole, grams(lines, known), strict=True):
        assert one.keys.tolist() == other.keys.tolist()
        assert one.totals.tolist() == other.totals.tolist()


def test_the_rarest_are_dropped_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ngram, "MOST_GRAMS", 20)
    monkeypatch.setattr(ngram, "_MOST_FORMS", 30)
    lines = ["often said"] * 5 + [f"rare{i} once{i}" for i in range(100)]
    found = lexicon(lines)
    assert "often" in found.words
    assert all(len(each.keys) <= 20 for each in grams(lines, found.words))


def test_half_of_the_words_are_dropped_where_all_are_said_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ngram, "_MOST_FORMS", 30)
    found = lexicon([f"x word{i} word{i} word{i}" for i in range(100)])
    assert "x" in found.words
    assert 15 <= len(found.words) <= 31


def test_a_check_may_end_it() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lexicon(["a"], stop)
