"""What phrase lists bring, and what they cost.

    python -m bench.phrase_lists --data ../shared/data --part report

Data: the English sentences of `data/speech` with a reference, at most `--most` of each set. A row's
own phrases are the words of its reference that have six letters or more and occur in at most two
references; 50 such words of other rows are its distractors. Recall: which of the own phrases the
text holds. Intervals: 95 %, bootstrap over sentences.
"""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from bench.data import Row, load, parser, speech_rows, split
from bench.scoring import Edits, difference_interval, edits, rate, words
from scriba.settings import load_settings
from scriba.speech import Options, PhraseList, Recognizer
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch

DISTRACTORS = 50
LETTERS = 6
_LOCALE = "en-US"


@dataclass(frozen=True)
class Case:
    """A row with its own phrases and its distractors."""

    row: Row
    own: tuple[str, ...]
    distractors: tuple[str, ...]


def sentences(rows: list[Row]) -> list[Row]:
    """English rows of more than three words."""
    return [
        row
        for row in rows
        if row.text and row.locale.startswith("en") and len(row.text.split()) > 3
    ]


def cases(rows: list[Row]) -> list[Case]:
    counts: Counter[str] = Counter()
    texts = {row.id: list(dict.fromkeys(words(row.text or "", _LOCALE))) for row in rows}
    for found in texts.values():
        counts.update(found)
    rare = sorted(w for w, n in counts.items() if n <= 2 and len(w) >= LETTERS and w.isalpha())
    made = []
    for row in rows:
        spoken = set(texts[row.id])
        others = [word for word in rare if word not in spoken]
        drawn = random.Random(row.id).sample(others, min(DISTRACTORS, len(others)))
        own = tuple(word for word in texts[row.id] if word in rare)
        made.append(Case(row, own, tuple(drawn)))
    return made


def text(recognizer: Recognizer, row: Row, phrases: PhraseList | None) -> str:
    options = Options(language=_LOCALE, profanity="raw", words=False, phrases=phrases)
    found = recognizer.transcribe([load(row.path)], options)
    return " ".join(phrase.best.forms.display for phrase in found)


def recall(case: Case, heard: str) -> tuple[int, int]:
    found = set(words(heard, _LOCALE))
    return sum(word in found for word in case.own), len(case.own)


def main() -> None:
    asked = parser(__doc__)
    asked.add_argument("--most", type=int, default=1000, help="rows of each set")
    asked.add_argument("--weights", type=float, nargs="+", default=[0.5, 1.0, 2.0])
    arguments = asked.parse_args()
    seen: Counter[str] = Counter()
    tested = []
    for case in cases(sentences(split(speech_rows(arguments.data), arguments.part))):
        seen[case.row.set] += 1
        if seen[case.row.set] <= arguments.most:
            tested.append(case)
    rows = [case.row for case in tested]
    recognizer = Recognizer(fetch(find("base"), load_settings().model_dir))
    runs: dict[str, list[PhraseList | None]] = {"no list": [None] * len(tested)}
    for weight in arguments.weights:
        name = f"own and {DISTRACTORS} others, weight {weight:g}"
        runs[name] = [PhraseList((*c.own, *c.distractors), weight) for c in tested]
    runs[f"{DISTRACTORS} others only"] = [PhraseList(c.distractors) for c in tested]
    base: list[Edits] = []
    print(f"{len(tested)} sentences\n")
    print("| list | recall of own phrases | % WER | difference | sentences changed |")
    print("|---|---|---|---|---|")
    plain: list[str] = []
    for name, phrases in runs.items():
        with ThreadPoolExecutor(8) as pool:
            heard = list(pool.map(partial(text, recognizer), rows, phrases))
        counts = [edits(c.row.text or "", t, _LOCALE) for c, t in zip(tested, heard, strict=True)]
        base, plain = base or counts, plain or heard
        hits = [recall(case, each) for case, each in zip(tested, heard, strict=True)]
        low, high = difference_interval(counts, base)
        changed = sum(a != b for a, b in zip(heard, plain, strict=True))
        print(
            f"| {name} | {sum(h for h, _ in hits)} of {sum(n for _, n in hits)} "
            f"| {100 * rate(counts):.2f} | {100 * (rate(counts) - rate(base)):+.2f} "
            f"({100 * low:+.2f} to {100 * high:+.2f}) | {changed} of {len(heard)} |",
            flush=True,
        )
    recognizer.close()


if __name__ == "__main__":
    main()
