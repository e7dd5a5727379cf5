"""How long assessment takes beside recognition alone.

Native readings and learners' of 3 to 10 s (`data/speech`). Each recording is recognised alone, and
recognised and assessed against its text with all that can be asked for, by turns, three times each,
in one process; then both as requests of short audio to a service of our own. What counts is the
ratio of the medians, and of the 95th percentiles, for other work on the machine slows both.
"""

import base64
import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import requests

from bench.data import Row, load, speech_rows, split
from bench.natives import SETS, Reader
from bench.service import Service
from bench.speed import wav

TURNS = 3
HEADER = "Pronunciation-Assessment"
_URL = "/speech/recognition/conversation/cognitiveservices/v1"


def recordings(data: Path, part: str, most: int) -> list[Row]:
    """Recordings of 3 to 10 s with a text, at most so many of them."""
    rows = [
        row
        for row in split(speech_rows(data), part)
        if row.set in SETS | {"speechocean762"} and row.locale.startswith("en") and row.text
    ]
    rows = [row for row in rows if 3 <= row.seconds <= 10]
    return random.Random(3).sample(rows, min(most, len(rows)))


def by_turns(
    plain: Callable[[Row], None], assessed: Callable[[Row], None], rows: Sequence[Row]
) -> tuple[list[float], list[float]]:
    """Seconds that each recording took one way and the other: the median of its turns."""
    taken: tuple[list[float], list[float]] = ([], [])
    for row in rows:
        own: tuple[list[float], list[float]] = ([], [])
        for turn in range(TURNS):
            for side in (0, 1) if turn % 2 else (1, 0):
                begun = time.perf_counter()
                (plain, assessed)[side](row)
                own[side].append(time.perf_counter() - begun)
        for side in (0, 1):
            taken[side].append(float(np.median(own[side])))
    return taken


def table(name: str, plain: Sequence[float], assessed: Sequence[float]) -> str:
    """A row: milliseconds of both at the median and the 95th percentile, and their ratios."""
    cells = []
    for rank in (50, 95):
        one, two = np.percentile(plain, rank), np.percentile(assessed, rank)
        cells.append(f"{1000 * one:.0f} | {1000 * two:.0f} | {two / one:.2f}")
    each = np.median(np.divide(assessed, plain))
    return f"| {name} | {len(plain)} | {' | '.join(cells)} | {each:.2f} |"


def header(text: str) -> str:
    """The header that asks for all that there is."""
    asked = {
        "ReferenceText": text,
        "GradingSystem": "HundredMark",
        "Granularity": "Phoneme",
        "Dimension": "Comprehensive",
        "EnableMiscue": True,
        "EnableProsodyAssessment": True,
    }
    return base64.b64encode(json.dumps(asked).encode()).decode()


def report(data: Path, part: str, models: Path, most: int) -> None:
    """Print the table."""
    rows = recordings(data, part, most)
    print(
        "| | recordings | median: recognised, ms | and assessed, ms | ratio "
        "| 95th percentile: recognised, ms | and assessed, ms | ratio "
        "| median of each recording's ratio |\n|---|---|---|---|---|---|---|---|---|"
    )
    print(table("library", *_library(rows, models)), flush=True)
    print(table("short audio", *_service(rows)), flush=True)


def _library(rows: Sequence[Row], models: Path) -> tuple[list[float], list[float]]:
    reader = Reader.of(models)
    audio = {row.id: load(row.path) for row in rows}

    def plain(row: Row) -> None:
        reader.recognizer.recognize(audio[row.id], language="en-US", words=False)

    def assessed(row: Row) -> None:
        reader.assess(audio[row.id], reader.heard(audio[row.id]), row.text or "")

    try:
        plain(rows[0])
        assessed(rows[0])
        return by_turns(plain, assessed, rows)
    finally:
        reader.recognizer.close()


def _service(rows: Sequence[Row]) -> tuple[list[float], list[float]]:
    bodies = {row.id: wav(load(row.path)) for row in rows}
    with Service() as service, requests.Session() as session:

        def post(row: Row, **headers: str) -> str:
            answer = session.post(
                service.address + _URL,
                params={"language": "en-US", "format": "detailed"},
                headers={"Ocp-Apim-Subscription-Key": service.key, **headers},
                data=bodies[row.id],
                timeout=120,
            )
            answer.raise_for_status()
            return answer.text

        def assessed(row: Row) -> None:
            told = post(row, **{HEADER: header(row.text or "")})
            # A service that does not know the header would be fast.
            if "PronScore" not in told and '"Success"' in told:
                raise RuntimeError(f"{row.id} was not assessed: {told[:500]}")

        def plain(row: Row) -> None:
            post(row)

        plain(rows[0])
        assessed(rows[0])
        return by_turns(plain, assessed, rows)
