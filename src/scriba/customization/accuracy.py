"""Word errors of a model before and after training, as Scriba decodes."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scriba.customization.corpus import Corpus
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip
from scriba.speech.forms import render
from scriba.speech.language import Locale
from scriba.speech.resample import Samples
from scriba.speech.whisper import Whisper

_BATCH = 8
_MARKS = re.compile(r"[^\w']+")
_SPACED = re.compile(r"(\w)")


@dataclass(frozen=True)
class Errors:
    """Word errors (characters, where no spaces are written) among so many."""

    errors: int
    words: int

    @property
    def rate(self) -> float:
        return self.errors / max(1, self.words)

    @classmethod
    def total(cls, parts: Iterable["Errors"]) -> "Errors":
        """All together."""
        listed = list(parts)
        return cls(sum(part.errors for part in listed), sum(part.words for part in listed))


def count(reference: str, hypothesis: str, locale: Locale) -> Errors:
    """The least substitutions, deletions and insertions, of words in their spoken form."""
    said, heard = _words(reference, locale), _words(hypothesis, locale)
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return Errors(row[-1], len(said))


def _words(text: str, locale: Locale) -> list[str]:
    spoken = _MARKS.sub(" ", render(text, locale.tag, "raw").lexical.lower())
    return (spoken if locale.spaced else _SPACED.sub(r"\1 ", spoken)).split()


def transcribe(
    folder: Path,
    clips: Sequence[Samples],
    locale: Locale,
    threads: int,
    compute_type: str = "int8",
    check: Callable[[], None] = lambda: None,
) -> list[str]:
    """What the model in `folder` writes for clips (samples,), decoded as for users."""
    engine = Whisper(folder, Layout(1, threads, "training", compute_type=compute_type))
    wanted = [Clip(clip, locale.whisper, wish_words=False) for clip in clips]
    costs = [engine.cost(clip) for clip in wanted]
    order = sorted(range(len(wanted)), key=lambda i: (costs[i], len(clips[i])))
    texts = [""] * len(wanted)
    while order:
        check()
        cost = costs[order[0]]
        batch = [i for i in order[:_BATCH] if costs[i] == cost]
        order = order[len(batch) :]
        for i, transcript in zip(batch, engine.transcribe([wanted[i] for i in batch]), strict=True):
            texts[i] = transcript.guesses[0].text
    return texts


def measure(
    folder: Path,
    corpus: Corpus,
    numbers: Sequence[int],
    locale: Locale,
    threads: int,
    check: Callable[[], None] = lambda: None,
) -> list[Errors]:
    """The word errors in each of the utterances, by number."""
    texts = transcribe(folder, [corpus.samples(i) for i in numbers], locale, threads, check=check)
    return [
        count(corpus.recordings[i].text, text, locale)
        for i, text in zip(numbers, texts, strict=True)
    ]
