"""Training on text: sentences, structured text and pronunciations to an `Adaptation`.

Nothing but the base install is needed. The n-grams say what the domain says; the base model itself
says, on a sample, what it would expect instead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scriba.customization import markdown as structured
from scriba.customization.grammar import expanded
from scriba.customization.held_out import Expecting, held_out
from scriba.customization.ngram import MOST_WORDS, Lexicon, grams, lexicon
from scriba.customization.spoken_forms import (
    MOST_PRONUNCIATIONS,
    fitting,
    judged,
    others,
    spoken_forms,
)
from scriba.errors import DatasetError
from scriba.speech.adaptation import Adaptation
from scriba.speech.adaptation_files import MOST_JSON
from scriba.speech.cpu import Layout, usable_cpus
from scriba.speech.domain import BITS, EDGE, Domain, Grams, words
from scriba.speech.language import locale as find_locale
from scriba.speech.rewording import Vocabulary
from scriba.speech.said import Pronunciation, spoken_in
from scriba.speech.soundalikes import Soundalikes
from scriba.speech.sounds import sounds
from scriba.speech.whisper import Whisper

MOST_PHRASES = 100_000
"""Words and sequences of two and three of them that are found by their sound."""

_MOST_SOUNDS = 16 << 20
"""Bytes of what words and phrases sound like, as they are stored."""

_SAMPLE = 400
"""Lines on which the base model is asked what it expects."""

_LONGEST_LINE = 40
_BATCH = 8
_LEAST, _MOST = -14.0, -0.5

Check = Callable[[], None]
Progress = Callable[[float, str], None]


def adapt(
    base: Path | Expecting,
    locale: str,
    target: Path,
    *,
    language: Sequence[Path] = (),
    markdown: Sequence[Path] = (),
    pronunciation: Sequence[Path] = (),
    text: str | None = None,
    older: Adaptation | None = None,
    threads: int = 0,
    check: Check = lambda: None,
    progress: Progress = lambda share, text: None,
) -> dict[str, Any]:
    """Write what texts teach to the folder `target`, and return figures of it as JSON values.

    `base` is the folder of the base model; the texts are files as the import of datasets wrote
    them. What the model knew before, `older`, is counted with them, each sentence as one of theirs.
    `check` may raise at any time; 0 threads are all usable CPUs. Memory does not grow with the
    texts beyond some hundred MB; `left_out` of the figures says what there was no room for.
    Raises DatasetError if there is nothing to learn, UnsupportedLocale, ModelError.
    """
    spoken, heard = spoken_in(locale), find_locale(locale)
    said = spoken_forms(pronunciation, markdown)
    before = older.vocabulary if older is not None else None

    # Halves of letters, which JSON may hold, are no text.
    typed = (text or "").encode("utf-8", "replace").decode().splitlines()

    def sentences() -> Iterator[str]:
        return chain(_lines(language), _expanded(markdown), typed)

    def lines() -> Iterator[str]:
        return chain(sentences(), (written for written, _ in said))

    progress(0.0, "counting words")
    known = lexicon(lines(), check, _lexicon_of(before) if before is not None else None)
    if not known.counted:
        raise DatasetError("the texts hold no word")
    progress(0.2, "counting sequences of words")
    counted = grams(lines(), known.words, check, before.domain if before is not None else None)
    progress(0.5, "asking the base model what it expects")
    model = _loaded(base, threads) if isinstance(base, Path) else base
    general = _general(
        model, heard.whisper, lines(), known, check, before.domain if before is not None else None
    )
    progress(0.8, "measuring on sentences that are left out")
    kept_out = None
    if heard.spaced:
        kept_out = held_out(sentences(), known.sentences, model, heard.whisper, check)
    progress(0.9, "sorting by sound")
    domain = Domain(known.words, general, counted)
    always, dropped = fitting(
        chain(
            judged(said[:MOST_PRONUNCIATIONS], model, heard.whisper, check),
            others(older.pronunciations if older is not None else (), said),
        )
    )
    dropped += max(0, len(said) - MOST_PRONUNCIATIONS)
    vocabulary, silent = _vocabulary(domain, known, always, spoken, check)
    Adaptation(locale, vocabulary=vocabulary, pronunciations=always).save(target)
    progress(1.0, "done")
    return {
        "sentences": known.sentences,
        "words": known.counted,
        "older_sentences": before.domain.grams[0].count(EDGE) if before is not None else 0,
        "vocabulary": len(known.words),
        "ngrams": [len(each.keys) for each in counted],
        "phrases": len(vocabulary.phrases),
        "pronunciations": len(always),
        "held_out": kept_out,
        "left_out": _left_out(known.left_out, dropped, silent),
    }


def _left_out(rare: int, dropped: int, silent: int) -> list[str]:
    """What there was no room for, and why, in sentences."""
    said = []
    if rare:
        said.append(
            f"{rare:,} words are left out, the rarest: a model has at most {MOST_WORDS:,} words"
        )
    if dropped:
        said.append(
            f"{dropped:,} pronunciations are left out, the last ones: a model has at most "
            f"{MOST_PRONUNCIATIONS:,}, and {MOST_JSON >> 20} MiB of them"
        )
    if silent:
        said.append(
            f"{silent:,} words and phrases are not found by their sound, the rarest: what they "
            f"sound like may take {_MOST_SOUNDS >> 20} MiB"
        )
    return said


def _lexicon_of(older: Vocabulary) -> Lexicon:
    """The words of an older vocabulary, and how often its texts had each."""
    ones = older.domain.grams[0]
    times = dict(zip(ones.keys.tolist(), np.diff(ones.totals).tolist(), strict=True))
    counts = tuple(times.get(i + 2, 1) for i in range(len(older.surfaces)))
    return Lexicon(tuple(older.domain.words), tuple(older.surfaces), 0, 0, counts)


def _lines(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        with open(file, encoding="utf-8-sig") as opened:
            for line in opened:
                yield line.rstrip("\n")


def _expanded(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        yield from expanded(structured.load(file))


def _loaded(base: Path, threads: int) -> Whisper:
    return Whisper(base, Layout(1, threads or usable_cpus()[0], "training"))


def _general(
    model: Expecting,
    language: str,
    lines: Iterable[str],
    known: Lexicon,
    check: Check,
    older: Domain | None = None,
) -> npt.NDArray[np.float32]:
    """The mean log probability of each word in speech in general, from a sample of the lines.

    Of words that are not in it, what `older` knows is kept.
    """
    numbers = {word: i + 2 for i, word in enumerate(known.words)}
    sums = np.zeros(len(numbers) + 2)
    times = np.zeros(len(numbers) + 2)
    sample = _sample(lines, known, check)
    for at in range(0, len(sample), _BATCH):
        check()
        for found in model.expected(sample[at : at + _BATCH], language):
            for word, chance in found:
                if number := numbers.get(word):
                    sums[number] += chance
                    times[number] += 1
    heard = times > 0
    means = np.full(len(sums), -10.0)
    means[heard] = sums[heard] / times[heard]
    # A word that was not in the sample is taken to be as likely as others of its length.
    lengths = np.array([1, 1, *(min(len(word), 15) for word in known.words)])
    for length in np.unique(lengths[~heard]):
        alike = heard & (np.abs(lengths - length) <= 1)
        if alike.any():
            means[(lengths == length) & ~heard] = means[alike].mean()
    for word, usual in zip(older.words, older.general[2:].tolist(), strict=True) if older else ():
        number = numbers.get(word)
        if number is not None and not heard[number]:
            means[number] = usual
    means[:2] = -1.0
    return np.asarray(np.clip(means, _LEAST, _MOST), np.float32)


def _sample(lines: Iterable[str], known: Lexicon, check: Check) -> list[str]:
    """Lines that hold words that none before them held, as long as there is room."""
    met: set[str] = set()
    sample: list[str] = []
    for at, line in enumerate(lines):
        if len(sample) >= _SAMPLE:
            break
        if not at % 1000:
            check()
        found = words(line)[:_LONGEST_LINE]
        plains = {word.plain for word in found}
        if plains - met:
            met |= plains
            sample.append(line[: found[-1].end])
    return sample


def _vocabulary(
    domain: Domain,
    known: Lexicon,
    said: Sequence[Pronunciation],
    spoken: Callable[[str], str],
    check: Check,
) -> tuple[Vocabulary, int]:
    """All words and the most frequent sequences of them by their sounds.

    Also how many there is no room for.
    """
    by_sound: dict[str, set[tuple[int, ...]]] = {}
    room, silent = _MOST_SOUNDS, 0

    def add(key: str, phrase: tuple[int, ...]) -> None:
        nonlocal room, silent
        if len(key) < 2:
            return
        if key not in by_sound:
            room -= len(key.encode()) + 3
            if room < 0:
                silent += 1
                return
        by_sound.setdefault(key, set()).add(phrase)

    voiced = [spoken(word) for word in known.words]
    for phrase in _phrases(domain.grams):
        add(sounds("".join(voiced[number - 2] for number in phrase)), phrase)
    check()
    for each in said:
        numbers = tuple(domain.number(word.plain) for word in words(each.written))
        if all(numbers) and 0 < len(numbers) <= 3:
            add(sounds(each.spoken), numbers)
    keys = list(by_sound)
    phrases: list[tuple[int, ...]] = []
    of_key = [0]
    for key in keys:
        phrases += sorted(by_sound[key])
        of_key.append(len(phrases))
    alike = Soundalikes.of(keys)
    return Vocabulary(domain, known.surfaces, alike, phrases, of_key, spoken), silent


def _phrases(counted: tuple[Grams, Grams, Grams]) -> Iterator[tuple[int, ...]]:
    mask = (1 << BITS) - 1
    left = MOST_PHRASES
    for order, each in enumerate(counted, 1):
        often = np.argsort(-np.diff(each.totals), kind="stable")
        for key in each.keys[often].tolist():
            numbers = tuple((key >> (BITS * place)) & mask for place in reversed(range(order)))
            if min(numbers) > 1:
                yield numbers
                left -= 1
            if not left:
                return
