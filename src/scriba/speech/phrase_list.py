"""Phrases that a caller expects to be said: names, products, terms."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhraseList:
    """Phrases to prefer, and how much: `weight` from 0 (not at all) to 2, 1 by default."""

    phrases: tuple[str, ...]
    weight: float = 1.0
