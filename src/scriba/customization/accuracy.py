"""Word errors of a model before and after training, as Scriba decodes."""

from collections.abc import Callable, Sequence
from pathlib import Path

from scriba.customization.corpus import Corpus
from scriba.evaluation.normalise import words
from scriba.evaluation.words import Edits, word_edits
from scriba.speech.adaptation import Adaptation
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip
from scriba.speech.language import Locale
from scriba.speech.resample import Samples
from scriba.speech.whisper import Whisper

_BATCH = 8


def count(reference: str, hypothesis: str, locale: Locale) -> Edits:
    """The word errors of a text, counted as evaluations count them."""
    return word_edits(words(reference, locale.tag), words(hypothesis, locale.tag))


def transcribe(
    folder: Path,
    clips: Sequence[Samples],
    locale: Locale,
    threads: int,
    compute_type: str = "int8",
    check: Callable[[], None] = lambda: None,
    adaptation: Adaptation | None = None,
) -> list[str]:
    """What the model in `folder` writes for clips (samples,), decoded as for users.

    `adaptation` is what it learnt from text.
    """
    engine = Whisper(folder, Layout(1, threads, "training", compute_type=compute_type))
    wanted = [Clip(clip, locale.whisper, wish_words=False, adaptation=adaptation) for clip in clips]
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
    adaptation: Adaptation | None = None,
) -> list[Edits]:
    """The word errors in each of the utterances, by number."""
    clips = [corpus.samples(i) for i in numbers]
    texts = transcribe(folder, clips, locale, threads, check=check, adaptation=adaptation)
    return [
        count(corpus.recordings[i].text, text, locale)
        for i, text in zip(numbers, texts, strict=True)
    ]
