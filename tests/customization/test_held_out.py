"""What texts teach about sentences that were left out of them."""

from collections.abc import Sequence

import pytest

from scriba.customization import held_out as module
from scriba.customization.held_out import held_out
from scriba.speech.domain import words

CITIES = [f"{a}{b}{c}" for a in "BKLMN" for b in "aeiou" for c in ("ndra", "ktor", "lven")]


class Indifferent:
    """A model that expects all words alike."""

    def expected(self, texts: Sequence[str], language: str) -> list[list[tuple[str, float]]]:
        return [[(word.plain, -9.0) for word in words(text)] for text in texts]


def _held(lines: Sequence[str]) -> dict[str, object] | None:
    return held_out(lines, len(lines), Indifferent(), "en", lambda: None)


def test_alike_sentences_tell_of_each_other() -> None:
    lines = [f"a ticket from {one} to {other}" for one in CITIES for other in CITIES[:10]]
    found = _held(lines)
    assert found is not None
    assert found["known"] == 1.0
    assert 0.05 * len(lines) < found["sentences"] < 0.2 * len(lines)  # type: ignore[operator]
    perplexity = found["perplexity"]
    assert perplexity["before"] == pytest.approx(8103.1)  # type: ignore[index]
    # Two of five words are one of 75 and one of 10; the others are certain.
    assert perplexity["after"] < 20  # type: ignore[index]


def test_what_stands_twice_is_not_held_out_once() -> None:
    strange = [f"{one}x {one}y {one}z" for one in CITIES] * 10
    found = _held(strange)
    assert found is not None
    assert found["known"] == 0.0
    perplexity = found["perplexity"]
    # The domain knows none of the words, and half of what is said is the domain's.
    assert perplexity["after"] == pytest.approx(2 * perplexity["before"], rel=1e-3)  # type: ignore[index]


def test_nothing_is_said_of_a_few_sentences() -> None:
    assert _held(["press one", "press two"]) is None


def test_of_long_texts_a_part_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"number{i} is called" for i in range(3000)]
    whole = _held(lines)
    monkeypatch.setattr(module, "MOST_SENTENCES", 1000)
    part = _held(lines)
    assert whole is not None
    assert part is not None
    assert part["sentences"] < 0.6 * whole["sentences"]  # type: ignore[operator]
    assert part == _held(lines)
