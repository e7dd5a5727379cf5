"""Native readers, who have no faults: what they are given for the right text, and for a wrong one.

Readings of LibriSpeech, LJSpeech, LibriVox, VCTK and `misc_en` in `data/speech`, up to 30 s, as the
service does it: the recogniser's words, then the assessor. Of the part `dev` the scorer has learnt
that they are without fault; only `report` counts. A wrong text is that of another recording, of
another speaker where there is one, with as nearly the same number of words. Last, what is given for
recordings without a word, for silence and for noise, with a text to be read.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.data import Row, load, speech_rows, split
from bench.noises import synthetic
from scriba.pronunciation.assessment import Assessment, AssessmentOptions, Miscue
from scriba.pronunciation.assessor import Assessor
from scriba.settings import load_settings
from scriba.speech import Recognizer, Word
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch

SETS = frozenset(
    {"librispeech_test_other", "librispeech_misc", "librivox_austen", "ljspeech", "misc_en"}
    | {"vctk_noisy_pairs"}
)
LONGEST = 30.0
SCORES = ("accuracy", "fluency", "prosody", "total")
RATE = 16_000
_TEXT = "The quick brown fox jumps over the lazy dog."


@dataclass(frozen=True)
class Reader:
    """The recogniser and the assessor, as the service uses them."""

    recognizer: Recognizer
    assessor: Assessor

    @classmethod
    def of(cls, models: Path) -> "Reader":
        """With the model that is recognised with by default."""
        base = fetch(find("base"), load_settings().model_dir)
        return cls(Recognizer(base), Assessor(models))

    def heard(self, audio: np.ndarray) -> list[Word]:
        """The lexical words that are recognised."""
        found = self.recognizer.recognize(audio, language="en-US", profanity="raw", words=True)
        return [word for phrase in found.phrases for word in phrase.best.lexical_words]

    def assess(
        self, audio: np.ndarray, heard: Sequence[Word], text: str, *, miscue: bool = True
    ) -> Assessment | None:
        """With all that can be asked for."""
        options = AssessmentOptions(text, miscue=miscue, prosody=True)
        return self.assessor.assess(audio, heard, options)


def readings(data: Path, part: str) -> list[Row]:
    """The recordings of native readers of English."""
    return [
        row
        for row in split(speech_rows(data), part)
        if row.set in SETS and row.locale.startswith("en") and row.text and row.seconds <= LONGEST
    ]


def others(rows: Sequence[Row]) -> list[str]:
    """For each recording the text of another one, of another speaker where there is one."""
    found = []
    for row in rows:
        count = len((row.text or "").split())
        rest = [each for each in rows if each.text != row.text]
        rest = [each for each in rest if each.speaker != row.speaker] or rest
        near = min(rest, key=lambda each: (abs(len((each.text or "").split()) - count), each.id))
        found.append(near.text or "")
    return found


def errors(assessment: Assessment) -> Counter[str]:
    """How many words of the reference there are, and how many errors of each kind are told."""
    counts = Counter(word.miscue.value for word in assessment.words)
    counts["words"] = sum(word.miscue is not Miscue.INSERTION for word in assessment.words)
    return counts


def quartiles(values: Sequence[float]) -> str:
    """The median and, in brackets, the quartiles."""
    low, middle, high = np.percentile(values, [25, 50, 75])
    return f"{middle:.0f} ({low:.0f} to {high:.0f})"


def share_interval(counts: Sequence[tuple[int, int]], draws: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of a share, of (hits, all) of each recording."""
    chance = random.Random(0)
    found = []
    for _ in range(draws):
        some = chance.choices(counts, k=len(counts))
        found.append(sum(hit for hit, _ in some) / max(1, sum(every for _, every in some)))
    found.sort()
    return found[int(draws * 0.025)], found[int(draws * 0.975)]


def wordless(data: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Recordings without a word, silence, and noises that are made."""
    for row in speech_rows(data):
        if row.text == "":
            yield row.id, load(row.path)
    for seconds in (0.5, 3, 10):
        yield f"silence of {seconds} s", np.zeros(int(seconds * RATE), np.float32)
    yield from synthetic()


def report(data: Path, part: str, models: Path) -> None:
    """Print the tables."""
    reader = Reader.of(models)
    try:
        _of_readings(readings(data, part), reader)
        _of_nothing(data, reader)
    finally:
        reader.recognizer.close()


def _of_readings(rows: Sequence[Row], reader: Reader) -> None:
    scores: dict[str, list[list[float]]] = {}
    found: dict[str, list[Counter[str]]] = {}
    for row, other in zip(rows, others(rows), strict=True):
        audio = load(row.path)
        heard = reader.heard(audio)
        right = row.text or ""
        for name, text, miscue in (
            ("the right text", right, True),
            ("a wrong text", other, True),
            ("a wrong text, miscues not asked for", other, False),
        ):
            told = reader.assess(audio, heard, text, miscue=miscue)
            if told is None:
                print(f"{row.id}: nothing was recognised")
                continue
            own = [told.accuracy, told.fluency, told.prosody or 0.0, told.total]
            scores.setdefault(name, []).append(own)
            if text == right:
                found.setdefault(row.set, []).append(errors(told))
            print(f"{row.id}, {name}: {[round(each) for each in own]}", file=sys.stderr, flush=True)
    print(f"\n| read against | recordings | {' | '.join(SCORES)} |\n|---|---|---|---|---|---|")
    for name, values in scores.items():
        cells = " | ".join(quartiles(column) for column in zip(*values, strict=True))
        print(f"| {name} | {len(values)} | {cells} |")
    kinds = (Miscue.OMISSION.value, Miscue.INSERTION.value, Miscue.MISPRONUNCIATION.value)
    print("\n| the right text | words | omissions | insertions | mispronunciations | with error |")
    print("|---|---|---|---|---|---|")
    found["all"] = [each for counts in found.values() for each in counts]
    for name, counts in found.items():
        pairs = [(sum(each[kind] for kind in kinds), each["words"]) for each in counts]
        total = sum(counts, Counter[str]())
        low, high = share_interval(pairs)
        share = sum(hit for hit, _ in pairs) / max(1, total["words"])
        cells = " | ".join(str(total[kind]) for kind in kinds)
        print(
            f"| {name} | {total['words']} | {cells} "
            f"| {100 * share:.1f} % ({100 * low:.1f} to {100 * high:.1f}) |"
        )


def _of_nothing(data: Path, reader: Reader) -> None:
    every, told = 0, []
    for name, audio in wordless(data):
        every += 1
        audio = audio[: int(LONGEST * RATE)]
        if (found := reader.assess(audio, reader.heard(audio), _TEXT)) is not None:
            told.append(f"{name}: total {found.total:.0f}, accuracy {found.accuracy:.0f}")
    print(f"\nwithout a word: {every} recordings and noises, scores for {len(told)}")
    for each in told:
        print(f"  {each}")
