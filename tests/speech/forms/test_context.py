"""Engines of other languages behind their guard."""

from collections.abc import Sequence

from scriba.speech.forms.context import Guarded, check
from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.tokens import token


class Broken:
    def tn(self, span: str) -> list[str] | None:
        raise RuntimeError(span)

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        raise RuntimeError(" ".join(words))


class Counting:
    """Writes every "zwei" as 2, and says 2 as "zwei"."""

    def tn(self, span: str) -> list[str] | None:
        return ["zwei"] if span == "2" else None

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        return [Replacement(at, at + 1, "2") for at, word in enumerate(words) if word == "zwei"]


def test_a_failing_engine_changes_nothing() -> None:
    engine = Guarded(Broken())
    assert engine.spoken([token("2")], 0) is None
    assert engine.written(["zwei"], ["", ""]) == []


def test_no_engine_changes_nothing() -> None:
    engine = Guarded(None)
    assert engine.spoken([token("2")], 0) is None
    assert engine.written(["zwei"], ["", ""]) == []


def test_each_clause_is_written_for_itself() -> None:
    engine = Guarded(Counting())
    found = engine.written(["eins", "zwei", "drei", "zwei"], ["", "", ",", "", ""])
    assert found == [Replacement(1, 2, "2"), Replacement(3, 4, "2")]


def test_only_figures_and_symbols_are_asked_for() -> None:
    engine = Guarded(Counting())
    found = engine.spoken([token("2"), token("Hunde")], 0)
    assert found is not None
    assert (found.count, found.words) == (1, ["zwei"])
    assert engine.spoken([token("Hunde")], 0) is None


def test_replacements_out_of_place_are_dropped() -> None:
    kept = Replacement(1, 2, "x")
    wrong = [Replacement(0, 5, "y"), Replacement(1, 3, "z"), Replacement(2, 2, "q")]
    assert check([kept, *wrong], 3) == [kept]
