"""Word error rates with Whisper's normalisers, and bootstrap intervals."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

_english = EnglishTextNormalizer()
_basic = BasicTextNormalizer()
_by_letter = BasicTextNormalizer(split_letters=True)


def words(text: str, locale: str) -> list[str]:
    """The words that are compared; characters where the script has no spaces."""
    language = locale.split("-")[0]
    if language == "en":
        return _english(text).split()
    return (_by_letter if language in ("zh", "ja", "th") else _basic)(text).split()


@dataclass(frozen=True)
class Edits:
    """Edit counts of one recording against its reference."""

    errors: int
    words: int


def edits(reference: str, hypothesis: str, locale: str) -> Edits:
    """Word-level Levenshtein distance after normalisation."""
    ref, hyp = words(reference, locale), words(hypothesis, locale)
    row = list(range(len(hyp) + 1))
    for i, r in enumerate(ref, 1):
        previous, row[0] = row[0], i
        for j, h in enumerate(hyp, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (r != h))
    return Edits(row[-1], len(ref))


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
