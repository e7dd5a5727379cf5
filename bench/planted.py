"""Planted errors: is a word found that was left out, added, or said as another one?

    python -m bench.planted --data ../shared/data --part report

Data: the English rows of `data/speech` up to 30 s with their text, but for those of learners. The
recordings stay as they are; their text is changed by one word a sentence, with a fixed seed: a word
taken out of it was added by the reader (Insertion), a word put into it was left out (Omission), a
word exchanged for another of the sentences' words, as long but for a letter, was said as another
one (Mispronunciation; an Omission beside an Insertion counts half). A finding counts where it was
planted only; all else that is told is false. First the right text: what is told there is false.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.data import Row, load, parser, speech_rows, split
from bench.natives import Reader
from scriba.pronunciation.acoustics import DATA, Acoustics, Sound
from scriba.pronunciation.assessment import AssessedWord, Miscue
from scriba.pronunciation.passage import plain
from scriba.speech.resample import Samples

OUT = Path(__file__).with_name("out")
LEARNERS = frozenset({"speechocean762"})
LONGEST = 30.0
FEWEST = 3
"""Words that a sentence needs to have something planted."""

Kind = Literal["removed", "added", "swapped"]
KINDS: tuple[Kind, ...] = ("removed", "added", "swapped")
WANTED = {
    "removed": Miscue.INSERTION,
    "added": Miscue.OMISSION,
    "swapped": Miscue.MISPRONUNCIATION,
}


@dataclass(frozen=True)
class Planted:
    """A changed text; `at` is the word that was changed, or before which one was taken out."""

    kind: Kind
    words: tuple[str, ...]
    at: int

    @property
    def text(self) -> str:
        return " ".join(self.words)


def vocabulary(texts: Sequence[str]) -> list[str]:
    """The words of all texts, without figures."""
    words = {plain(word) for text in texts for word in text.split()}
    return sorted(word for word in words if word.isalpha())


def plant(text: str, kind: Kind, known: Sequence[str], seed: str) -> Planted | None:
    """A text with one word changed; None of a text too short for it."""
    words = text.split()
    if len(words) < FEWEST:
        return None
    chance = random.Random(f"{kind} {seed}")
    for _ in range(100):
        at = chance.randrange(len(words))
        near = {plain(word) for word in words[max(0, at - 1) : at + 2]}
        # One of two like words beside each other: nobody could say which.
        if kind == "removed":
            if plain(words[at]) and len(near) == len(words[max(0, at - 1) : at + 2]):
                return Planted(kind, (*words[:at], *words[at + 1 :]), at)
            continue
        size = len(plain(words[at]))
        other = chance.choice(known)
        if other in near or (kind == "swapped" and abs(len(other) - size) > 1):
            continue
        rest = words[at:] if kind == "added" else words[at + 1 :]
        return Planted(kind, (*words[:at], other, *rest), at)
    return None


def found(planted: Planted, words: Sequence[AssessedWord]) -> float:
    """1.0 where an assessment tells what was planted, 0.5 of a swap told as two errors, else 0."""
    own, before = _at(planted, words)
    if planted.kind == "removed":
        return float(before)
    if own is WANTED[planted.kind]:
        return 1.0
    return 0.5 if planted.kind == "swapped" and own is Miscue.OMISSION and before else 0.0


def false_ones(planted: Planted | None, words: Sequence[AssessedWord]) -> Counter[str]:
    """What is told elsewhere than where something was planted, by kind."""
    counts: Counter[str] = Counter()
    number = 0
    for word in words:
        inserted = word.miscue is Miscue.INSERTION
        near = planted is not None and number in _near(planted, inserted=inserted)
        if word.miscue is not Miscue.NONE and not near:
            counts[word.miscue.value] += 1
        number += not inserted
    return counts


def _near(planted: Planted, *, inserted: bool) -> range:
    """The numbers that a finding may have to count where it was planted."""
    if planted.kind == "removed":
        return range(planted.at, planted.at + 1) if inserted else range(0)
    return range(planted.at, planted.at + (2 if inserted else 1))


def _at(planted: Planted, words: Sequence[AssessedWord]) -> tuple[Miscue | None, bool]:
    """What is told of the changed word, and whether one was added in its place."""
    own, before = None, False
    number = 0
    for word in words:
        if word.miscue is Miscue.INSERTION:
            before = before or number in _near(planted, inserted=True)
            continue
        if number == planted.at and planted.kind != "removed":
            own = word.miscue
        number += 1
    return own, before


def rows_of(data: Path, part: str) -> list[Row]:
    """The recordings of native readers."""
    rows = split(speech_rows(data), part)
    return [
        row
        for row in rows
        if row.locale.startswith("en")
        and row.text
        and row.seconds <= LONGEST
        and row.set not in LEARNERS
    ]


class Once(Acoustics):
    """Encodes a recording once, however many texts it is read against."""

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[bytes, Sound] | None = None

    def hear(self, audio: Samples) -> Sound:
        key = audio.tobytes()
        if self._last is None or self._last[0] != key:
            self._last = key, super().hear(audio)
        return self._last[1]


def main() -> None:
    arguments = parser(__doc__).parse_args()
    rows = rows_of(arguments.data, arguments.part)
    known = vocabulary([row.text or "" for row in rows])
    reader = Reader.of(DATA)
    reader.assessor._acoustics = Once()
    told: Counter[str] = Counter()
    right: dict[str, Counter[str]] = {}
    nothing = 0
    tried: Counter[str] = Counter()
    hits: dict[str, float] = dict.fromkeys(KINDS, 0.0)
    beside: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    kept = []
    for row in rows:
        audio = load(row.path)
        heard = reader.heard(audio)
        assessment = reader.assess(audio, heard, row.text or "")
        if assessment is None:
            nothing += 1
            continue
        counts = right.setdefault(row.set, Counter())
        own = [word for word in assessment.words if word.miscue is not Miscue.INSERTION]
        counts["words"] += len(own)
        counts += false_ones(None, assessment.words)
        right[row.set] = counts
        for kind in KINDS:
            planted = plant(row.text or "", kind, known, row.id)
            assessment = planted and reader.assess(audio, heard, planted.text)
            if not planted or not assessment:
                continue
            tried[kind] += 1
            hit = found(planted, assessment.words)
            hits[kind] += hit
            beside[kind] += false_ones(planted, assessment.words)
            told[f"{kind} {hit}"] += 1
            kept.append({"id": row.id, "kind": kind, "text": planted.text, "found": hit})
    reader.recognizer.close()
    OUT.mkdir(exist_ok=True)
    (OUT / f"planted-{arguments.part}.json").write_text(json.dumps(kept, indent=0), "utf-8")
    report(right, tried, hits, beside, nothing)


def report(
    right: dict[str, Counter[str]],
    tried: Counter[str],
    hits: dict[str, float],
    beside: dict[str, Counter[str]],
    nothing: int,
) -> None:
    errors = [Miscue.OMISSION.value, Miscue.INSERTION.value, Miscue.MISPRONUNCIATION.value]
    print(
        "| right text | words | omissions | insertions | mispronunciations | words without error |"
    )
    print("|---|---|---|---|---|---|")
    everything: Counter[str] = sum(right.values(), Counter())
    for name, counts in [*sorted(right.items()), ("all", everything)]:
        wrong = sum(counts[each] for each in errors)
        cells = " | ".join(str(counts[each]) for each in errors)
        words = max(1, counts["words"])
        print(f"| {name} | {counts['words']} | {cells} | {100 * (1 - wrong / words):.1f} % |")
    print(f"\nwithout speech for the recogniser: {nothing} recordings\n")
    print("| planted | sentences | found | told elsewhere: omissions | insertions | mispr. |")
    print("|---|---|---|---|---|---|")
    for kind in KINDS:
        cells = " | ".join(str(beside[kind][each]) for each in errors)
        print(f"| {kind} | {tried[kind]} | {hits[kind]:g} | {cells} |")


if __name__ == "__main__":
    main()
