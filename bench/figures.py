"""Figures that are read aloud in one of several ways: which was it, and does it count as right?

Digits: recordings of single digits (`fsdd_digits`) of one speaker put in a row, three or four of
them, are assessed against the number that they make ("317"), as the service does it.

Ways: sentences with figures, said by espeak-ng in four voices in each of the ways that
`scriba.pronunciation.readings` knows; how often the way that was said is the one that is found.

Wrong: the same sentences with another figure in its place, and without it, as the service hears
them: how often that is told.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.boundaries import joined
from bench.data import load, speech_rows, split
from bench.espeak import VOICES, Espeak
from bench.natives import Reader
from scriba.pronunciation.assessment import Miscue
from scriba.pronunciation.reference import ReferenceWord, read
from scriba.pronunciation.settling import settled
from scriba.pronunciation.words import Said
from scriba.speech.forms.english.numbers import DIGITS

NUMBERS = 40
AROUND = (0.2, 0.06, 0.2)
"""Seconds of silence before the first digit, between two, and after the last."""

SENTENCES = {
    "We live at 317 Baker Street.": "three hundred fifteen",
    "There were 105 people in the room.": "one hundred nine",
    "She was born in 1987 in Rome.": "nineteen eighty nine",
    "In 2026 everything was new.": "two thousand sixteen",
    "It costs $5.20 at the shop.": "five dollars fifty cents",
    "The train leaves at 2:30 today.": "half past ten",
    "We meet at 3:45 in the hall.": "a quarter to five",
    "Come at 10:00 to the office.": "nine o'clock",
    "He ran 5 km before breakfast.": "nine kilometers",
    "The number is 3.14 or so.": "three point one nine",
    "Add 1/2 a cup of milk.": "one third",
    "The show begins on May 5 in town.": "sixth",
    "They won 3-1 last night.": "three to two",
    "About 1,250 books were sold.": "one thousand three hundred fifty",
    "The code is 0800 for all.": "zero nine zero zero",
    "Take 100 steps to the left.": "two hundred",
}
"""Sentences with a figure, and another one that may be read there."""


def digits(data: Path, part: str) -> Iterator[tuple[str, np.ndarray]]:
    """Numbers and recordings of their digits, a number's all by one speaker."""
    clips: dict[tuple[str, str], list[Path]] = {}
    for row in split(speech_rows(data), part):
        if row.set == "fsdd_digits":
            clips.setdefault((row.speaker or "", DIGITS[(row.text or "").lower()]), []).append(
                row.path
            )
    speakers = sorted({speaker for speaker, _ in clips})
    for number in range(NUMBERS):
        chance = random.Random(number)
        speaker = chance.choice(speakers)
        own = sorted(digit for other, digit in clips if other == speaker)
        figures = [chance.choice([digit for digit in own if digit != "0"])]
        figures += [chance.choice(own) for _ in range(chance.choice([2, 3]))]
        audio = [load(chance.choice(clips[speaker, digit])) for digit in figures]
        first, between, last = AROUND
        pauses = [first, *[between] * (len(figures) - 1), last]
        yield "".join(figures), joined(audio, pauses, number)[0]


def report(data: Path, part: str, models: Path) -> None:
    """Print both tables."""
    reader = Reader.of(models)
    right: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for number, audio in digits(data, part):
        heard = reader.heard(audio)
        for miscue in (True, False):
            name = "with miscues" if miscue else "without"
            found = reader.assess(audio, heard, number, miscue=miscue)
            counts[name] += 1
            right[name] += bool(found and [word.miscue for word in found.words] == [Miscue.NONE])
    print("| digits read one by one, written as a number | numbers | without any error |")
    print("|---|---|---|")
    for name in counts:
        print(f"| {name} | {counts[name]} | {right[name]} |")
    _ways(reader)
    _wrong(reader)


def _ways(reader: Reader) -> None:
    speaker = Espeak()
    print("\n| written | ways | said | found again | usually said as | wrongly found |")
    print("|---|---|---|---|---|---|")
    for text in SENTENCES:
        words = read(text)
        at = next(number for number, word in enumerate(words) if word.others)
        ways = (words[at].spoken, *words[at].others)
        said = right = 0
        wrong: Counter[str] = Counter()
        for way in ways:
            for voice in VOICES:
                audio, _ = speaker.say(_sentence(words, at, _words(way)), voice)
                sound = reader.assessor.hear(audio)
                found = _words(settled(sound.likelihoods, words)[at].spoken)
                said += 1
                right += found == _words(way)
                wrong[f"{_words(way)}: {found}"] += found != _words(way)
        missed = ", ".join(f"{name} ({count})" for name, count in wrong.items() if count)
        usual = _words(words[at].spoken)
        print(f"| {words[at].text} | {len(ways)} | {said} | {right} | {usual} | {missed} |")


def _words(way: Sequence[Said]) -> str:
    return " ".join(said.word for said in way)


def _sentence(words: tuple[ReferenceWord, ...], at: int, way: str) -> str:
    return " ".join(way if number == at else word.text for number, word in enumerate(words))


def _wrong(reader: Reader) -> None:
    speaker = Espeak()
    told: dict[str, Counter[str]] = {name: Counter() for name in ("right", "another", "left out")}
    for text, other in SENTENCES.items():
        words = read(text)
        at = next(number for number, word in enumerate(words) if word.others)
        usual = _words(words[at].spoken)
        for name, said in (("right", usual), ("another", other), ("left out", "")):
            for voice in VOICES:
                audio, _ = speaker.say(_sentence(words, at, said), voice)
                found = reader.assess(audio, reader.heard(audio), text)
                own = [word for word in found.words if word.text == words[at].text] if found else []
                told[name][own[0].miscue.value if own else "nothing"] += 1
    print("\n| the figure | sentences | no error | mispronunciation | omission |")
    print("|---|---|---|---|---|")
    for name, counts in told.items():
        cells = [counts[each] for each in (Miscue.NONE, Miscue.MISPRONUNCIATION, Miscue.OMISSION)]
        print(f"| {name} | {counts.total()} | {' | '.join(map(str, cells))} |")
