"""What the pipeline asks of a language: written spans to words, and words to written spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from scriba.speech.forms.tokens import Token


@dataclass(frozen=True, slots=True)
class Replacement:
    """Words `start` to `end` (half-open) of a spoken sentence are written `text`.

    `text` may hold spaces: "$3.2 million" is two written words.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """`count` tokens said as `words` and written `written` (None: as they stand).

    `dotted`: the dot after the last token belongs to it and does not end a sentence.
    """

    count: int
    words: list[str]
    written: str | None = None
    dotted: bool = False


class FormsEngine(Protocol):
    """One language's text normalisation and its inverse."""

    def tn(self, span: str) -> list[str] | None:
        """The spoken words of one written span ("$23", "Dr."); None when it is said as written."""
        ...

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        """The parts of spoken lower-case words that are written otherwise, without overlaps."""
        ...


@runtime_checkable
class PhraseEngine(Protocol):
    """A language that reads figures with their neighbours in view."""

    def phrase(self, tokens: Sequence[Token], at: int, count: int) -> Spoken | None:
        """What `count` tokens of figures from `at` are said as together with what follows.

        `count` is 0 at a token without figures. None where nothing beside them matters.
        """
        ...


class ContextEngine(Protocol):
    """What the pipeline itself calls: the same with the neighbouring words in view."""

    def spoken(self, tokens: Sequence[Token], at: int) -> Spoken | None:
        """The written span that begins at token `at`; None when it is said as written."""
        ...

    def written(
        self, words: Sequence[str], breaks: Sequence[str], capitals: Sequence[bool] | None = None
    ) -> list[Replacement]:
        """The written forms in `words`.

        `breaks[i]` stands before word i: "" for a space, "," for a comma, "." for stronger
        punctuation, "|" where a number that was written already meets another. `capitals[i]`
        says whether word i began with a capital; None where capitals say nothing.
        """
        ...
