"""Training on text: sentences, structured text and pronunciations to an `Adaptation`.

Nothing but the base install is needed. The n-grams say what the domain says; the base model itself
says, on a sample, what it would expect instead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from scriba.customization import markdown as structured
from scriba.customization import pronunciations as dictionary
from scriba.customization.grammar import expanded
from scriba.customization.ngram import Lexicon, grams, lexicon
from scriba.customization.phones import respelled
from scriba.errors import DatasetError
from scriba.speech.adaptation import Adaptation
from scriba.speech.cpu import Layout, usable_cpus
from scriba.speech.domain import BITS, Domain, Grams, plain, words
from scriba.speech.language import locale as find_locale
from scriba.speech.rewording import Vocabulary
from scriba.speech.said import Pronunciation, spoken_in
from scriba.speech.soundalikes import Soundalikes
from scriba.speech.sounds import sounds
from scriba.speech.whisper import Whisper

MOST_PHRASES = 100_000
"""Words and sequences of two and three of them that are found by their sound."""

MOST_PRONUNCIATIONS = 50_000

_SAMPLE = 400
"""Lines on which the base model is asked what it expects."""

_LONGEST_LINE = 40
_BATCH = 8
_LEAST, _MOST = -14.0, -0.5

Check = Callable[[], None]
Progress = Callable[[float, str], None]


class Expecting(Protocol):
    """A model that knows what to expect without hearing: `Whisper`."""

    def expected(self, texts: Sequence[str], language: str) -> list[list[tuple[str, float]]]:
        """The words of each text with their log probabilities."""
        ...


def adapt(
    base: Path | Expecting,
    locale: str,
    target: Path,
    *,
    language: Sequence[Path] = (),
    markdown: Sequence[Path] = (),
    pronunciation: Sequence[Path] = (),
    text: str | None = None,
    check: Check = lambda: None,
    progress: Progress = lambda share, text: None,
) -> dict[str, Any]:
    """Write what texts teach to the folder `target`, and return figures of it as JSON values.

    `base` is the folder of the base model; the texts are files as the import of datasets wrote
    them. `check` may raise at any time. Memory does not grow with the texts beyond some hundred MB.
    Raises DatasetError if there is nothing to learn, UnsupportedLocale, ModelError.
    """
    spoken = spoken_in(locale)
    said = _pronunciations(pronunciation, markdown)

    def lines() -> Iterator[str]:
        return chain(
            _lines(language), _expanded(markdown), (text or "").splitlines(), _written(said)
        )

    progress(0.0, "counting words")
    known = lexicon(lines(), check)
    if not known.words:
        raise DatasetError("the texts hold no word")
    progress(0.2, "counting sequences of words")
    counted = grams(lines(), known.words, check)
    progress(0.5, "asking the base model what it expects")
    model = _loaded(base) if isinstance(base, Path) else base
    general = _general(model, find_locale(locale).whisper, lines(), known, check)
    progress(0.9, "sorting by sound")
    domain = Domain(known.words, general, counted)
    always = tuple(_judged(said, model, find_locale(locale).whisper, check))
    vocabulary = _vocabulary(domain, known, always, spoken, check)
    Adaptation(locale, vocabulary=vocabulary, pronunciations=always).save(target)
    progress(1.0, "done")
    return {
        "sentences": known.sentences,
        "words": known.counted,
        "vocabulary": len(known.words),
        "ngrams": [len(each.keys) for each in counted],
        "phrases": len(vocabulary.phrases),
        "pronunciations": len(always),
    }


def _lines(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        with open(file, encoding="utf-8-sig") as opened:
            for line in opened:
                yield line.rstrip("\n")


def _expanded(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        yield from expanded(structured.load(file))


def _written(said: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (written for written, _ in said)


def _pronunciations(files: Iterable[Path], markdown: Iterable[Path]) -> list[tuple[str, str]]:
    """Each written form with a spoken one, once."""
    found: dict[tuple[str, str], None] = {}
    for file in files:
        for each in dictionary.read(file):
            found[each.written, each.spoken] = None
    for file in markdown:
        for word, phones in structured.load(file).lexicon:
            if said := respelled(phones):
                found[word, said] = None
    return list(found)[:MOST_PRONUNCIATIONS]


def _loaded(base: Path) -> Whisper:
    return Whisper(base, Layout(1, usable_cpus()[0], "training"))


def _general(
    model: Expecting, language: str, lines: Iterable[str], known: Lexicon, check: Check
) -> npt.NDArray[np.float32]:
    """The mean log probability of each word in speech in general, from a sample of the lines."""
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


def _judged(
    said: Sequence[tuple[str, str]], model: Expecting, language: str, check: Check
) -> Iterator[Pronunciation]:
    """The pronunciations, and whether what is said is something else as well."""
    for at in range(0, len(said), _BATCH):
        check()
        batch = said[at : at + _BATCH]
        expected = model.expected([spoken for _, spoken in batch], language)
        for (written, spoken), found in zip(batch, expected, strict=True):
            same = plain(written) == plain(spoken)
            usual = sum(chance for _, chance in found) > _ORDINARY
            yield Pronunciation(written, spoken, always=same or not usual)


_ORDINARY = -14.0
"""Log probability from which what is said is taken for something that people say anyway."""


def _vocabulary(
    domain: Domain,
    known: Lexicon,
    said: Sequence[Pronunciation],
    spoken: Callable[[str], str],
    check: Check,
) -> Vocabulary:
    """All words and the most frequent sequences of them by their sounds."""
    by_sound: dict[str, set[tuple[int, ...]]] = {}
    voiced = [spoken(word) for word in known.words]
    for phrase in _phrases(domain.grams):
        key = sounds("".join(voiced[number - 2] for number in phrase))
        if len(key) >= 2:
            by_sound.setdefault(key, set()).add(phrase)
    check()
    for each in said:
        numbers = tuple(domain.number(word.plain) for word in words(each.written))
        key = sounds(each.spoken)
        if all(numbers) and 0 < len(numbers) <= 3 and len(key) >= 2:
            by_sound.setdefault(key, set()).add(numbers)
    keys = list(by_sound)
    phrases: list[tuple[int, ...]] = []
    of_key = [0]
    for key in keys:
        phrases += sorted(by_sound[key])
        of_key.append(len(phrases))
    return Vocabulary(domain, known.surfaces, Soundalikes.of(keys), phrases, of_key, spoken)


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
