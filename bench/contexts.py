"""Errors and time by how much of a clip's context is encoded, and how much is ready-made.

    python -m bench.contexts --data ../shared/data [--table contexts] [--table silence] ...

What `scriba.speech.whisper.DecodingOptions` was chosen by: on `dev` unless told otherwise.
Recordings of up to 26 s are decoded whole, one at a time, on one thread, with all second tries.
"""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.baseline import spoken
from bench.data import Row, load, parser, speech_rows, split
from bench.noises import at_level
from bench.scoring import edits
from bench.speed import wav
from scriba.settings import load_settings
from scriba.speech.catalogue import find
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip
from scriba.speech.fetch import fetch
from scriba.speech.whisper import DecodingOptions, Whisper

USED = DecodingOptions()
SETS = ("librispeech_test_other", "speechocean762", "asterisk_telephony_8k")
STATES = tuple(i / 50 for i in range(1, 1501))
"""Contexts so fine that nothing ready-made fills them up."""

Choice = tuple[str, DecodingOptions]


def contexts(folder: Path) -> Iterator[Choice]:
    yield "the full 30 s", replace(USED, margin=30.0, tail=0.0, contexts=(30.0,))
    yield "clip + 4 s encoded", replace(USED, margin=4.0, tail=0.0, contexts=STATES)
    yield f"clip + {USED.margin} s encoded, {USED.tail:.0f} s and more ready-made", USED


def silence(folder: Path) -> Iterator[Choice]:
    noise = at_level(np.random.default_rng(0).normal(size=80_000), -40)
    yield "a recorded sentence", USED
    for name, audio in (("noise", noise), ("digital silence", np.zeros(16_000, np.float32))):
        path = folder / f"{name}.wav"
        path.write_bytes(wav(audio))
        yield name, replace(USED, silence=path)


def short(folder: Path) -> Iterator[Choice]:
    yield "the full 30 s", replace(USED, margin=30.0, tail=0.0, contexts=(30.0,))
    for least in (0.0, 2.0, 4.0, 6.0, 8.0):
        yield f"{least:.0f} s at least", replace(USED, least=least)


TABLES = {"contexts": contexts, "silence": silence, "short": short}


def chosen(data: Path, part: str, table: str) -> list[Row]:
    """60 recordings of under 3 s for `short`, else 10 at most of each set and locale of `SETS`."""
    rows = [r for r in split(speech_rows(data), part) if r.text and r.locale != "multi"]
    if table == "short":
        rows = [r for r in rows if spoken(r) and r.seconds < 3]
        return random.Random(1).sample(rows, min(60, len(rows)))
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.set in SETS and row.seconds < 26:
            groups.setdefault(f"{row.set} {row.locale}", []).append(row)
    rng = random.Random(1)
    return [row for rows in groups.values() for row in rng.sample(rows, min(10, len(rows)))]


def measure(folder: Path, options: DecodingOptions, rows: Sequence[Row]) -> str:
    """Errors in English and in other languages, and seconds, as cells of a table."""
    engine = Whisper(folder, Layout(1, 1, "bench"), options)
    errors = {True: 0, False: 0}
    seconds = 0.0
    for row in rows:
        each = spoken(row)
        assert each is not None
        assert row.text is not None
        clip = Clip(load(row.path), each.whisper, wish_words=False)
        begun = time.perf_counter()
        (found,) = engine.transcribe([clip])
        seconds += time.perf_counter() - begun
        errors[each.whisper == "en"] += edits(row.text, found.guesses[0].text, row.locale).errors
    return f"{errors[True]} | {errors[False]} | {seconds:.0f} s |"


def main() -> None:
    asked = parser(__doc__, part="dev")
    asked.add_argument("--table", choices=list(TABLES), action="append")
    arguments = asked.parse_args()
    model = fetch(find("base"), load_settings().model_dir)
    for table in arguments.table or list(TABLES):
        rows = chosen(arguments.data, arguments.part, table)
        words = {True: 0, False: 0}
        for row in rows:
            words[row.locale.startswith("en")] += edits(row.text or "", "", row.locale).words
        print(f"\n{len(rows)} recordings; {words[True]} English words, {words[False]} others")
        print(f"| {table} | errors, English | errors, other | time |\n|---|---|---|---|")
        with tempfile.TemporaryDirectory() as folder:
            for name, options in TABLES[table](Path(folder)):
                print(f"| {name} | {measure(model, options, rows)}", flush=True)


if __name__ == "__main__":
    main()
