"""Spoken words with the places that no written form may cross."""

from collections.abc import Sequence


class Scan:
    """Words and the breaks between them.

    `breaks[i]` stands before word i: "" for none, "," for a comma, "." for stronger punctuation,
    "|" where a number that was already written meets another. `limit[i]` is the first break
    after word i.
    """

    __slots__ = ("breaks", "limit", "size", "words")

    def __init__(self, words: Sequence[str], breaks: Sequence[str] | None = None) -> None:
        self.words = list(words)
        self.size = len(self.words)
        self.breaks = list(breaks) if breaks is not None else [""] * (self.size + 1)
        self.limit = [self.size] * self.size
        edge = self.size
        for index in range(self.size - 1, -1, -1):
            self.limit[index] = edge
            if self.breaks[index]:
                edge = index

    def word(self, index: int) -> str:
        """The word at `index`, "" outside."""
        return self.words[index] if 0 <= index < self.size else ""

    def before(self, index: int) -> str:
        """The word before `index`, "" at a start or after punctuation."""
        return self.words[index - 1] if index > 0 and not self.breaks[index] else ""

    def after(self, index: int) -> str:
        """The word at `index` when no break parts it from the word before, else ""."""
        return self.words[index] if 0 < index < self.size and not self.breaks[index] else ""
