"""What was learnt from text, and what it changes in recognition."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log, sqrt
from pathlib import Path

from scriba.errors import ModelError
from scriba.speech.adaptation_files import (
    load_pronunciations,
    load_vocabulary,
    save_pronunciations,
    save_vocabulary,
)
from scriba.speech.domain import EDGE
from scriba.speech.engine import TimedWord
from scriba.speech.language import locale as find_locale
from scriba.speech.rewording import Reworded, Vocabulary, reworded
from scriba.speech.said import Pronunciation, Said, spoken_in

_DEFAULT = 30

_MOST_GAIN = 8.0
"""Nats that a single word may gain in its place."""


@dataclass(frozen=True)
class Adaptation:
    """A domain and pronunciations, and by `weight` (1 to 100) how much they count."""

    locale: str
    weight: int = _DEFAULT
    vocabulary: Vocabulary | None = None
    pronunciations: tuple[Pronunciation, ...] = ()

    @cached_property
    def strength(self) -> float:
        """How much what a domain gains counts beside the audio."""
        return sqrt(self.weight / _DEFAULT)

    @cached_property
    def language(self) -> str:
        """Whisper's code of the language that was learnt."""
        return find_locale(self.locale).whisper

    @cached_property
    def said(self) -> Said | None:
        """The pronunciations that are written wherever they are heard."""
        listed = [each for each in self.pronunciations if each.always]
        return Said(listed, spoken_in(self.locale)) if listed else None

    def proposals(self, text: str, timed: Sequence[TimedWord], most: int) -> list[Reworded]:
        """Texts that may have been meant instead, most promising first."""
        # Without spaces a letter is a word, and what letters sound like is not known.
        if self.vocabulary is None or not find_locale(self.locale).spaced:
            return []
        return reworded(text, timed, self.vocabulary, most)

    def gain(self, general: Sequence[tuple[str, float]]) -> float:
        """How much likelier a text becomes, in nats.

        `general` are its words as `domain.plain` gives them, each with its log probability in
        speech in general. A text that the domain would hardly say gains nothing by single words.
        """
        if self.vocabulary is None:
            return 0.0
        domain = self.vocabulary.domain
        before = (EDGE, EDGE)
        total = 0.0
        for word, usual in general:
            number = domain.number(word)
            total += domain.gain(before, number, usual, _MOST_GAIN)
            before = (before[1], number)
        share = self.weight / 200
        return self.strength * log((1.0 - share) + share * exp(min(total, 500.0)))

    @classmethod
    def load(
        cls, folder: Path, weight: int = _DEFAULT, locale: str = "en-US"
    ) -> "Adaptation | None":
        """What was learnt from text, if the folder holds it; raises ModelError.

        Whoever made the files may be a stranger: sizes have limits and all numbers are checked.
        """
        try:
            vocabulary, said = load_vocabulary(folder, locale), load_pronunciations(folder)
        except MemoryError as error:
            raise ModelError(f"{folder}: its texts need more memory than there is") from error
        if vocabulary is None and not said:
            return None
        return cls(locale, weight, vocabulary, said)

    def save(self, folder: Path) -> None:
        """Writes the files; `weight` and `locale` stand in the model's own list."""
        if self.vocabulary is not None:
            save_vocabulary(folder, self.vocabulary)
        if self.pronunciations:
            save_pronunciations(folder, self.pronunciations)
