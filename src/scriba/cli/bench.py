"""`scriba bench pronunciation`: scores beside those of experts."""

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scriba.errors import ScribaError
from scriba.pronunciation.agreement import BAD_PHONE, BAD_WORD, compare
from scriba.pronunciation.corpus import LABELS, SENTENCE, Utterance, load
from scriba.pronunciation.phones import PHONES, bare
from scriba.speech.cpu import usable_cpus

if TYPE_CHECKING:
    from scriba.pronunciation import Assessor


def pronunciation(arguments: argparse.Namespace) -> int:
    """Score the readings of a folder, write the scores, and compare where there are labels."""
    try:
        readings = load(arguments.data)
    except (OSError, ValueError) as error:
        print(f"scriba: {arguments.data / LABELS} cannot be read: {error}", file=sys.stderr)
        return 2
    began = time.monotonic()
    predictions = _predicted(readings, arguments.predictions)
    failed = [reading.id for reading in readings if "error" in predictions[reading.id]]
    print(f"{len(readings)} readings in {time.monotonic() - began:.0f} s")
    for name in failed[:20]:
        print(f"  {name}: {predictions[name]['error']}", file=sys.stderr)
    agreements, detections = compare(
        readings, {key: row for key, row in predictions.items() if "error" not in row}
    )
    if agreements:
        print(f"{'':10} {'n':>6}  Pearson  95 % by speakers  Spearman")
    for each in agreements:
        span = f"{each.low:.3f} to {each.high:.3f}"
        print(f"{each.name:10} {each.count:6} {each.pearson:8.3f}  {span:16} {each.spearman:8.3f}")
    for found in detections:
        limit = f"{BAD_PHONE} of 2" if found.name == "phone" else f"{BAD_WORD:.0f} of 10"
        print(
            f"{found.name}s scored below {limit}: {found.bad} of {found.total}; "
            f"precision {found.precision:.3f}, recall {found.recall:.3f}"
        )
    return 1 if failed else 0


def _predicted(readings: list[Utterance], file: Path | None) -> dict[str, dict[str, Any]]:
    from scriba.pronunciation import Assessor

    assessor = Assessor()
    predictions: dict[str, dict[str, Any]] = {}
    with ExitStack() as held:
        out = held.enter_context(file.open("w", encoding="utf-8")) if file else None
        pool = held.enter_context(ThreadPoolExecutor(usable_cpus()[0]))
        rows = pool.map(partial(predict, assessor), readings)
        for number, (reading, row) in enumerate(zip(readings, rows, strict=True), 1):
            predictions[reading.id] = row
            if out:
                out.write(json.dumps(row) + "\n")
            if number % 100 == 0:
                print(f"{number} of {len(readings)}", file=sys.stderr, flush=True)
    return predictions


def predict(assessor: "Assessor", reading: Utterance) -> dict[str, Any]:
    """The scores of a reading on the experts' scale, of its own words and phones.

    Words that there is no time for in the recording get nothing. `error` says why a recording
    could not be scored at all.
    """
    row: dict[str, Any] = {"id": reading.id}
    unknown = {phone for word in reading.phones for phone in word if bare(phone) not in PHONES}
    if unknown or not all(reading.phones):
        names = ", ".join(sorted(unknown)) or "a word without phones"
        return row | {"error": f"phones have to be ARPAbet, and there is {names}"}
    try:
        scored = assessor.score(assessor.hear(reading.audio()), [[each] for each in reading.phones])
    except (ScribaError, OSError) as error:
        return row | {"error": str(error)}
    words: list[dict[str, Any]] = [
        {"text": text, "accuracy": 0.0, "phones": [0.0] * len(phones)}
        for text, phones in zip(reading.words, reading.phones, strict=True)
    ]
    if scored is None:
        return row | dict.fromkeys(SENTENCE, 0.0) | {"words": words}
    scores = scored.scores
    row |= zip(
        SENTENCE,
        (scores.accuracy, scores.fluency, scores.prosody, scores.total),
        strict=True,
    )
    for word in words:
        word["phones"] = []
    for phone, score in zip(scored.phones, scores.phones.tolist(), strict=True):
        words[phone.word]["phones"].append(round(score, 4))
    said = sorted({phone.word for phone in scored.phones})
    for number, score in zip(said, scores.words.tolist(), strict=True):
        words[number]["accuracy"] = round(score, 3)
    for word, phones in zip(words, reading.phones, strict=True):
        word["phones"] = word["phones"] or [0.0] * len(phones)
    return row | {"words": words}
