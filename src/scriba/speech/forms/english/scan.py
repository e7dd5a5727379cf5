"""Spoken words with the places that no written form may cross."""

from collections.abc import Sequence


class Scan:
    """Words and the breaks between them.

    `breaks[i]` stands before word i: "" for none, "," for a comma, "." for stronger punctuation,
    "|" where a number that was already written meets another. `limit[i]` is the first break
    after word i. `capitals[i]` says whether the source wrote word i with a capital, None where
    the source's capitals say nothing.
    """

    __slots__ = ("breaks", "capitals", "limit", "size", "words")

    def __init__(
        self,
        words: Sequence[str],
        breaks: Sequence[str] | None = None,
        capitals: Sequence[bool] | None = None,
    ) -> None:
        self.capitals = capitals
        self.words = list(words)
        self.size = len(self.words)
        self.breaks = list(breaks) if breaks is not None else [""] * (self.size + 1)
        self.limit = [self.size] * self.size
        edge = self.size
        for index in range(self.size - 1, -1, -1):
            self.limit[index] = edge
            if self.breaks[index]:
                edge = index

    def is_name(self, index: int) -> bool:
        """Whether the word at `index` may be a name: its small letter would deny it."""
        return self.capitals is None or self.capitals[index]

    def word(self, index: int) -> str:
        """The word at `index`, "" outside."""
        return self.words[index] if 0 <= index < self.size else ""

    def before(self, index: int) -> str:
        """The word before `index`, "" at a start or after punctuation."""
        return self.words[index - 1] if index > 0 and not self.breaks[index] else ""

    def after(self, index: int) -> str:
        """The word at `index` when no break parts it from the word before, else ""."""
        return self.words[index] if 0 < index < self.size and not self.breaks[index] else ""
