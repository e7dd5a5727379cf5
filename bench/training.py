"""What training on recordings changes: word errors of accents, of one voice, and of others.

    python -m bench.training accent --data ../shared/data
    python -m bench.training voice --data ../shared/data

accent: 1,000 utterances of `data/speechocean762-train` (English by speakers of Mandarin, the `dev`
part of `splits.json`) are trained on, and as many as `--most` of speakers in the other part heard,
who share no text with them. General speech is LibriSpeech test-other of `data/speech`.

voice: `kerstin_de` of `data/speech`, one German voice, five folds: each is heard by a model that
was trained on the other four. The other German recordings of `data/speech` are general speech.

Both sides are what Scriba displays for the whole recording, statuses and all (`Recognizer`), after
Whisper's normalisers. Intervals: bootstrap over recordings (and pairs of them), 95 %. torch has to
be there: `make train-deps`.
"""

import argparse
import json
import os
import random
import tempfile
import time
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.baseline import OUT
from bench.data import Row, accented_rows, load, parser, speech_rows, split
from bench.scoring import Edits, difference_interval, edits, interval, rate
from scriba.customization.training import Limits, Material, TrainingReport, train
from scriba.settings import load_settings
from scriba.speech import Recognizer, combine
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch

FOLDS = 5


def pair(rows: Sequence[Row], folder: Path) -> tuple[Path, Path]:
    """The rows as audio.zip and trans.txt, as an import would write them."""
    folder.mkdir(parents=True, exist_ok=True)
    archive, transcript = folder / "audio.zip", folder / "trans.txt"
    lines = []
    with zipfile.ZipFile(archive, "w") as packed:
        for row in rows:
            name = f"{row.speaker}/{row.path.name}" if row.speaker else row.path.name
            packed.write(row.path, name)
            lines.append(f"{name}\t{row.text}\n")
    transcript.write_text("".join(lines), "utf-8")
    return archive, transcript


def heard(model: Path, rows: Sequence[Row]) -> list[Edits]:
    """The word errors in each row."""
    recognizer = Recognizer(model)

    def one(row: Row) -> Edits:
        found = recognizer.recognize(
            load(row.path), language=row.locale, profanity="raw", words=False
        )
        text = combine(found).best.forms.display if found.phrases else ""
        return edits(row.text or "", text, row.locale)

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(one, rows))
    recognizer.close()
    return counts


def line(name: str, before: Sequence[Edits], after: Sequence[Edits]) -> str:
    """One row of the table."""
    shown = []
    for counts in (before, after):
        low, high = interval(counts)
        shown.append(f"{100 * rate(counts):.1f} ({100 * low:.1f}-{100 * high:.1f})")
    low, high = difference_interval(after, before)
    change = 100 * (rate(after) - rate(before))
    relative = 100 * (rate(after) / max(rate(before), 1e-9) - 1)
    words = sum(each.words for each in before)
    return (
        f"| {name} | {len(before)} | {words} | {shown[0]} | {shown[1]} "
        f"| {change:+.2f} ({100 * low:+.2f} to {100 * high:+.2f}) | {relative:+.0f} % |"
    )


HEADING = (
    "| set | n | words | before, % WER | after | difference, points | relative |\n"
    "|---|---|---|---|---|---|---|"
)


def trained(
    base: Path, rows: Sequence[Row], locale: str, target: Path, asked: argparse.Namespace
) -> TrainingReport:
    """Train on the rows, saying how far it is."""
    said = ""

    def progress(share: float, text: str) -> None:
        nonlocal said
        if text != said:
            said = text
            print(f"  {time.strftime('%H:%M:%S')} {share:4.0%} {text}", flush=True)

    return train(
        base,
        "base",
        Material(acoustic=(pair(rows, target.with_name("data")),)),
        locale,
        asked.weight,
        target,
        general=(),
        progress=progress,
        limits=Limits(minutes=asked.minutes, threads=asked.threads),
    )


def accent(base: Path, asked: argparse.Namespace, folder: Path) -> None:
    """Other speakers of an accent."""
    rows = split(accented_rows(asked.data), "dev")
    random.Random(asked.seed).shuffle(rows)
    others = split(accented_rows(asked.data), "report")
    random.Random(asked.seed).shuffle(others)
    rows, others = rows[: asked.utterances], others[: asked.most]
    general = [row for row in speech_rows(asked.data) if row.set == "librispeech_test_other"]
    own = [row for row in split(speech_rows(asked.data), "report") if row.set == "speechocean762"]
    report = trained(base, rows, "en-US", folder / "model", asked)
    print(json.dumps(report.to_json()))
    print(HEADING)
    for name, which in (
        ("other speakers", others),
        ("speechocean762 of data/speech, report", own),
        ("LibriSpeech test-other", general),
    ):
        print(line(name, heard(base, which), heard(folder / "model", which)), flush=True)


def voice(base: Path, asked: argparse.Namespace, folder: Path) -> None:
    """One voice, in folds."""
    rows = [row for row in speech_rows(asked.data) if row.set == "kerstin_de"]
    random.Random(asked.seed).shuffle(rows)
    general = [
        row
        for row in speech_rows(asked.data)
        if row.locale == "de-DE" and row.text and row.set != "kerstin_de"
    ]
    before: list[Edits] = []
    after: list[Edits] = []
    other: tuple[list[Edits], list[Edits]] = ([], [])
    for fold in range(FOLDS):
        out = rows[fold::FOLDS]
        kept = [row for row in rows if row not in out]
        target = folder / str(fold) / "model"
        report = trained(base, kept, "de-DE", target, asked)
        print(json.dumps(report.to_json()))
        before += heard(base, out)
        after += heard(target, out)
        other[0].extend(heard(base, general))
        other[1].extend(heard(target, general))
        print(line(f"fold {fold + 1}", before[-len(out) :], after[-len(out) :]), flush=True)
    print(HEADING)
    print(line("kerstin_de, pooled", before, after))
    print(line("other German, each fold", *other))


def main() -> None:
    made = parser(__doc__)
    made.add_argument("what", choices=["accent", "voice"])
    made.add_argument("--utterances", type=int, default=1000, help="to train on (accent)")
    made.add_argument("--most", type=int, default=400, help="to hear of other speakers (accent)")
    made.add_argument("--weight", type=int, default=30)
    made.add_argument("--minutes", type=float, default=45.0, help="of training at most")
    made.add_argument("--threads", type=int, default=0)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--keep", type=Path, help="a folder for the models; else they are removed")
    asked = made.parse_args()
    base = fetch(find("base"), load_settings().model_dir)
    OUT.mkdir(exist_ok=True)
    os.nice(5)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=OUT) as scratch:
        folder = asked.keep or Path(scratch)
        (accent if asked.what == "accent" else voice)(base, asked, folder)
    print(f"{(time.monotonic() - started) / 60:.0f} minutes in all, {os.cpu_count()} CPUs")


if __name__ == "__main__":
    main()
