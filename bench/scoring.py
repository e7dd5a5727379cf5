"""Word error rates and bootstrap intervals.

Words are made comparable by Whisper's normalisers, which those use who publish figures to compare
with, and counted by `scriba.evaluation`, as the service and its training do.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

from scriba.evaluation.words import align, word_edits
from scriba.speech.language import is_unspaced

_english = EnglishTextNormalizer()
_basic = BasicTextNormalizer()
_by_letter = BasicTextNormalizer(split_letters=True)


def words(text: str, locale: str) -> list[str]:
    """The words that are compared; characters where the script has no spaces."""
    if locale.startswith("en"):
        return _english(text).split()
    return (_by_letter if is_unspaced(locale) else _basic)(text).split()


@dataclass(frozen=True)
class Edits:
    """Edit counts of one recording against its reference."""

    errors: int
    words: int


def edits(reference: str, hypothesis: str, locale: str) -> Edits:
    """The word errors of a text after normalisation."""
    found = word_edits(words(reference, locale), words(hypothesis, locale))
    return Edits(found.errors, found.count)


def shared_edits(references: Sequence[Sequence[str]], hypothesis: Sequence[str]) -> list[Edits]:
    """The errors of a text against several references in a row, shared out among these.

    An inserted word counts for the reference of the word before it.
    """
    owners = [i for i, words_of in enumerate(references) for _ in words_of]
    errors = [0] * len(references)
    for chunk in align([word for words_of in references for word in words_of], hypothesis):
        if chunk.operation == "equal":
            continue
        start, end = chunk.reference
        for at in range(start, end):
            errors[owners[at]] += 1
        if chunk.operation == "insert" and references:
            errors[owners[max(0, start - 1)] if owners else 0] += chunk.length
    return [Edits(e, len(each)) for e, each in zip(errors, references, strict=True)]


def rate(counts: Sequence[Edits]) -> float:
    """Errors per reference word."""
    return sum(c.errors for c in counts) / max(1, sum(c.words for c in counts))


def difference_interval(
    ours: Sequence[Edits], theirs: Sequence[Edits], draws: int = 2000
) -> tuple[float, float]:
    """95 % bootstrap interval of rate(ours) - rate(theirs), resampling recordings in pairs."""
    rng = random.Random(0)
    pairs = list(zip(ours, theirs, strict=True))
    found = []
    for _ in range(draws):
        sample = rng.choices(pairs, k=len(pairs))
        found.append(rate([a for a, _ in sample]) - rate([b for _, b in sample]))
    found.sort()
    return found[int(draws * 0.025)], found[int(draws * 0.975)]


def interval(counts: Sequence[Edits], draws: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of the rate, resampling recordings."""
    rng = random.Random(0)
    found = sorted(rate(rng.choices(counts, k=len(counts))) for _ in range(draws))
    return found[int(draws * 0.025)], found[int(draws * 0.975)]
