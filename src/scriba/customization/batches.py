"""Batches for training: utterances of like length, now and then several joined into a long one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scriba.customization.corpus import LONGEST, Corpus
from scriba.speech.mel import FRAMES_PER_SECOND, log_mel
from scriba.speech.resample import SAMPLE_RATE, Samples

_TELEPHONE = (3300.0, 4000.0)
"""Hz above which telephones carry nothing: less on lines, more in recordings at 8 kHz."""


@dataclass(frozen=True)
class Item:
    """Utterances (by number) that are heard as one clip, with pauses in seconds between them."""

    numbers: tuple[int, ...]
    pauses: tuple[float, ...] = ()


@dataclass(frozen=True)
class Plan:
    """How utterances are put together.

    A share `joined` of clips is made of several utterances, up to `longest` seconds: a model that
    only ever hears short ones forgets how to go on. A batch has up to `seconds` of audio.
    """

    seconds: float = 40.0
    joined: float = 0.2
    longest: float = 20.0
    bands: int = 2
    """Masks over frequencies, each of up to 10 mel bands (SpecAugment, arXiv 1904.08779) ..."""
    gaps: int = 3
    """... and over time, each of up to 5 % of the clip."""
    speeds: tuple[float, float] = (0.88, 1.12)
    narrow: float = 0.25
    """The share of clips that lose what a telephone does not carry, or the model would unlearn
    telephones."""


def plan_batches(
    corpus: Corpus, numbers: Sequence[int], plan: Plan, rng: np.random.Generator
) -> list[list[Item]]:
    """All utterances once, as batches in random order."""
    order = list(rng.permutation(np.asarray(numbers)))
    items: list[Item] = []
    while order:
        first = int(order.pop())
        joined, pauses, length = [first], [], _seconds(corpus, first)
        if rng.random() < plan.joined:
            limit = rng.uniform(0.4, 1.0) * plan.longest
            while order and length + 0.5 + _seconds(corpus, int(order[-1])) < limit:
                joined.append(int(order.pop()))
                pauses.append(float(rng.uniform(0.1, 0.8)))
                length += pauses[-1] + _seconds(corpus, joined[-1])
        items.append(Item(tuple(joined), tuple(pauses)))
    return _by_length(corpus, items, plan.seconds, rng)


def plain_batches(corpus: Corpus, numbers: Sequence[int], seconds: float) -> list[list[Item]]:
    """The utterances as they are, in batches of like length."""
    return _by_length(corpus, [Item((number,)) for number in numbers], seconds, None)


def _by_length(
    corpus: Corpus, items: list[Item], seconds: float, rng: np.random.Generator | None
) -> list[list[Item]]:
    # Lengths are blurred, so that a batch is not made of the same utterances in each pass.
    blur = rng.uniform(0.85, 1.15, len(items)) if rng else np.ones(len(items))
    lengths = [item_seconds(corpus, item) for item in items]
    ranked = sorted(range(len(items)), key=lambda i: lengths[i] * blur[i])
    batches: list[list[Item]] = []
    batch: list[Item] = []
    longest = 0.0
    for i in ranked:
        longest = max(longest, lengths[i], 4.0)
        if batch and longest * (len(batch) + 1) > seconds:
            batches.append(batch)
            batch, longest = [], max(lengths[i], 4.0)
        batch.append(items[i])
    if batch:
        batches.append(batch)
    if rng:
        rng.shuffle(batches)
    return batches


def item_seconds(corpus: Corpus, item: Item) -> float:
    """The length of an item."""
    return sum(_seconds(corpus, number) for number in item.numbers) + sum(item.pauses)


def _seconds(corpus: Corpus, number: int) -> float:
    return corpus.recordings[number].seconds


def item_samples(
    corpus: Corpus, item: Item, rng: np.random.Generator | None = None, plan: Plan | None = None
) -> Samples:
    """What is heard of an item: (samples,); with `rng` a little faster or slower."""
    parts: list[Samples] = []
    for i, number in enumerate(item.numbers):
        if i:
            parts.append(np.zeros(int(item.pauses[i - 1] * SAMPLE_RATE), np.float32))
        parts.append(corpus.samples(number))
    joined = np.concatenate(parts) if len(parts) > 1 else parts[0]
    if rng is not None and plan is not None:
        speed = rng.uniform(*plan.speeds)
        count = int(len(joined) / speed)
        if count / SAMPLE_RATE <= LONGEST:
            joined = np.interp(np.arange(count) * speed, np.arange(len(joined)), joined).astype(
                np.float32
            )
        if rng.random() < plan.narrow:
            joined = _without_highs(joined, rng.uniform(*_TELEPHONE))
    return joined


def _without_highs(samples: Samples, limit: float) -> Samples:
    """Samples (samples,) without the frequencies above `limit` Hz."""
    spectrum = np.fft.rfft(samples)
    spectrum[int(limit * len(samples) / SAMPLE_RATE) :] = 0.0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def features(clips: Sequence[Samples], length: float, bins: int) -> Samples:
    """Log-mel features (clips, bins, frames) of clips in a window of `length` seconds.

    After each clip they are zero, as in `scriba.speech.whisper`.
    """
    frames = 2 * max(1, round(length * FRAMES_PER_SECOND / 2))
    made = np.stack([log_mel(clip, frames, bins) for clip in clips])
    for row, clip in zip(made, clips, strict=True):
        row[:, len(clip) * FRAMES_PER_SECOND // SAMPLE_RATE + 1 :] = 0.0
    return made


def mask(made: Samples, clips: Sequence[Samples], plan: Plan, rng: np.random.Generator) -> None:
    """Blot out bands of frequency and stretches of time, in place (SpecAugment)."""
    bins = made.shape[1]
    for row, clip in zip(made, clips, strict=True):
        frames = len(clip) * FRAMES_PER_SECOND // SAMPLE_RATE
        mean = float(row[:, :frames].mean()) if frames else 0.0
        for _ in range(plan.bands):
            width = int(rng.integers(0, 1 + bins // 8))
            at = int(rng.integers(0, bins - width))
            row[at : at + width, :frames] = mean
        for _ in range(plan.gaps):
            width = int(rng.integers(0, 1 + frames // 20))
            at = int(rng.integers(0, max(1, frames - width)))
            row[:, at : at + width] = mean
