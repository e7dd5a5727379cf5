"""Where phones and words begin: the alignment beside references that made themselves.

Phones: sentences of telephone prompts (`data/domain-text`, no recordings of them) said by espeak-ng
(`bench.espeak`) in four voices. A word counts where the synthesiser says the phones that the
alignment chose for it. It marks plosives where they burst, not where they close, and so these
stand apart.

Words: recordings of single words (`fsdd_digits`, `gcompris_words`) of one speaker put in a row with
pauses of known length. A word begins and ends where its own recording rises out of its silence.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path

import numpy as np

from bench.data import Row, load, speech_rows, split
from bench.espeak import VOICES, Espeak, kind, merged, phones
from scriba.pronunciation.acoustics import Acoustics
from scriba.pronunciation.alignment import FRAMES_PER_SECOND, align
from scriba.pronunciation.phones import bare
from scriba.pronunciation.reference import read

RATE = 16_000
SENTENCES = 80
PAUSES = (0.05, 0.15, 0.3, 0.6)
TOGETHER = 5
"""Words in a row."""

QUIET = 30.0
"""dB below the loudest frame that speech begins and ends at."""

_FRAME = RATE // 100
_FLOOR = 1e-4
"""Amplitude of the noise in pauses: -80 dB, so that nothing is wholly silent."""


@dataclass(frozen=True)
class Border:
    """A border in seconds, as aligned and by reference; `what` it is of."""

    what: str
    found: float
    wanted: float

    @property
    def error(self) -> float:
        return self.found - self.wanted


def edges(audio: np.ndarray) -> tuple[float, float]:
    """When the sound of an isolated word begins and ends, in seconds, by its energy."""
    count = len(audio) // _FRAME
    power = np.square(audio[: count * _FRAME].astype(np.float64).reshape(count, _FRAME)).mean(1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-QUIET / 10))
    return float(loud[0] / 100), float((loud[-1] + 1) / 100)


def joined(
    clips: Sequence[np.ndarray], pauses: Sequence[float], seed: int
) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Words in a row, a pause before each and one after the last; when each begins and ends.

    The pauses, one more than there are words, lie between what sounds: the silence that recordings
    have around it is cut.
    """
    chance = np.random.default_rng(seed)
    parts, spans, at = [], [], 0
    for clip, pause in zip([*clips, np.zeros(0, np.float32)], pauses, strict=True):
        parts.append(np.zeros(round(pause * RATE), np.float32))
        at += len(parts[-1])
        if len(clip):
            start, end = edges(clip)
            parts.append(clip[round(start * RATE) : round(end * RATE)])
            spans.append((at / RATE, (at + len(parts[-1])) / RATE))
            at += len(parts[-1])
    audio = np.concatenate(parts)
    return (audio + _FLOOR * chance.normal(size=len(audio))).astype(np.float32), spans


def agreeing(
    ours: Sequence[tuple[int, str, float]], theirs: Sequence[tuple[str, float | None]]
) -> list[list[Border]]:
    """The borders of each word that both sides say with the same phones.

    Ours are (word, symbol, start) in seconds, theirs (phone, start); the words of the other side
    are not known, so phones are put beside each other by the longest runs that are the same.
    """
    own = [merged(bare(symbol)) for _, symbol, _ in ours]
    other = [merged(phone) for phone, _ in theirs]
    beside: dict[int, int] = {}
    for run in SequenceMatcher(None, own, other, autojunk=False).get_matching_blocks():
        beside |= {run.a + at: run.b + at for at in range(run.size)}
    words = []
    for _, group in groupby(range(len(ours)), lambda at: ours[at][0]):
        places = list(group)
        there = [beside.get(at, -1) for at in places]
        if there[0] < 0 or there != list(range(there[0], there[0] + len(there))):
            continue
        words.append(
            [
                Border(kind(bare(ours[at][1])), ours[at][2], start)
                for at, start in ((at, theirs[beside[at]][1]) for at in places)
                if start is not None
            ]
        )
    return words


def sentences(data: Path) -> list[str]:
    """Prompts of four to twelve words without figures or signs."""
    file = data / "domain-text" / "telephone-prompts.en-US.txt"
    lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
    plain = [
        line
        for line in lines
        if 4 <= len(line.split()) <= 12
        if all(word.strip(".,?!").isalpha() and word.isascii() for word in line.split())
    ]
    return random.Random(0).sample(plain, min(SENTENCES, len(plain)))


def of_phones(data: Path, acoustics: Acoustics) -> tuple[list[Border], int, int]:
    """The borders of phones in synthetic sentences; of how many words, and of how many in all."""
    speaker = Espeak()
    borders: list[Border] = []
    same = every = 0
    for number, text in enumerate(sentences(data)):
        audio, marks = speaker.say(text, VOICES[number % len(VOICES)])
        reference = [said.pronunciations for word in read(text) for said in word.spoken]
        found = align(acoustics.hear(audio).likelihoods, reference)
        ours = [(each.word, each.symbol, each.start / FRAMES_PER_SECOND) for each in found.phones]
        words = agreeing(ours, phones(marks))
        borders += [border for word in words for border in word]
        same += len(words)
        every += len(reference)
    return borders, same, every


def rows_of_words(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Recordings of single words by one speaker, some at a time, in an order of chance."""
    single = [row for row in rows if row.set in ("fsdd_digits", "gcompris_words")]
    single = [row for row in single if row.locale.startswith("en") and row.text]
    for _, group in groupby(sorted(single, key=_speaker), _speaker):
        own = list(group)
        random.Random(0).shuffle(own)
        for start in range(0, len(own) - TOGETHER + 1, TOGETHER):
            yield own[start : start + TOGETHER]


def _speaker(row: Row) -> str:
    return row.speaker or row.set


def of_words(data: Path, part: str, acoustics: Acoustics) -> list[Border]:
    """The borders of words in rows of recordings."""
    borders = []
    for number, rows in enumerate(rows_of_words(split(speech_rows(data), part))):
        chance = random.Random(number)
        pauses = [chance.choice(PAUSES) for _ in range(len(rows) + 1)]
        audio, spans = joined([load(row.path) for row in rows], pauses, number)
        said = [
            (place, each.pronunciations)
            for place, row in enumerate(rows)
            for word in read(row.text or "")
            for each in word.spoken
        ]
        found = align(acoustics.hear(audio).likelihoods, [each for _, each in said])
        for place, (start, end) in enumerate(spans):
            own = [each for each in found.phones if said[each.word][0] == place]
            name = rows[place].set
            borders.append(Border(f"start, {name}", own[0].start / FRAMES_PER_SECOND, start))
            borders.append(Border(f"end, {name}", own[-1].end / FRAMES_PER_SECOND, end))
    return borders


def table(name: str, borders: Sequence[Border]) -> str:
    """A row of what errors there are."""
    errors = np.round([1000 * border.error for border in borders], 3)
    size = np.abs(errors)
    return (
        f"| {name} | {len(size)} | {np.median(size):.0f} ms | {np.percentile(size, 90):.0f} ms "
        f"| {100 * np.mean(size <= 20):.0f} % | {100 * np.mean(size <= 50):.0f} % "
        f"| {np.median(errors):+.0f} ms |"
    )


def report(data: Path, part: str, models: Path) -> None:
    """Print the tables."""
    acoustics = Acoustics(models)
    head = "borders | median error | 90th percentile | within 20 ms | within 50 ms | median, signed"
    borders, same, every = of_phones(data, acoustics)
    print(f"espeak-ng: {same} of {every} words are said with the phones that were aligned\n")
    print(f"| starts of phones | {head} |\n|---|---|---|---|---|---|---|")
    _tables(borders)
    print(f"\n| words in a row | {head} |\n|---|---|---|---|---|---|---|")
    _tables(of_words(data, part, acoustics))


def _tables(borders: Sequence[Border]) -> None:
    for what in sorted({border.what for border in borders}):
        print(table(what, [border for border in borders if border.what == what]))
    print(table("all", borders))
