"""Word error rates with Whisper's normalisers, and bootstrap intervals."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
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


def shared_edits(references: Sequence[Sequence[str]], hypothesis: Sequence[str]) -> list[Edits]:
    """The errors of a text against several references in a row, shared out among these.

    An inserted word counts for the reference of the word before it.
    """
    ref = [(word, i) for i, words_of in enumerate(references) for word in words_of]
    costs = np.zeros((len(ref) + 1, len(hypothesis) + 1), np.int32)
    costs[:, 0] = np.arange(len(ref) + 1)
    costs[0] = np.arange(len(hypothesis) + 1)
    for i, (r, _) in enumerate(ref, 1):
        for j, h in enumerate(hypothesis, 1):
            change = costs[i - 1, j - 1] + (r != h)
            costs[i, j] = min(costs[i - 1, j] + 1, costs[i, j - 1] + 1, change)
    errors = [0] * len(references)
    i, j = len(ref), len(hypothesis)
    while i or j:
        owner = ref[max(0, i - 1)][1]
        if i and j and costs[i, j] == costs[i - 1, j - 1] + (ref[i - 1][0] != hypothesis[j - 1]):
            errors[owner] += ref[i - 1][0] != hypothesis[j - 1]
            i, j = i - 1, j - 1
        elif i and costs[i, j] == costs[i - 1, j] + 1:
            errors[owner] += 1
            i -= 1
        else:
            errors[owner] += 1
            j -= 1
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
