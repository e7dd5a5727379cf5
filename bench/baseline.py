"""What faster-whisper 1.2.1 makes of the recordings: same weights, int8, beam 5, same threads.

    python -m bench.baseline --data ../shared/data --part report

It runs as its own process so that neither side warms up or slows down the other. Its texts are kept
in `bench/out`, for they do not change.
"""

import json
import time
from pathlib import Path

from bench.data import Row, load, parser, speech_rows, split
from scriba.errors import UnsupportedLocale
from scriba.settings import load_settings
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch
from scriba.speech.language import Locale, locale, locales

OUT = Path(__file__).with_name("out")


def spoken(row: Row) -> Locale | None:
    """The locale to ask for: the row's, or the first of its language; None if there is none."""
    tag = row.locale or "en-US"
    try:
        return locale(tag)
    except UnsupportedLocale:
        language = tag.split("-")[0]
        return next((each for each in locales() if each.language == language), None)


def transcribe(rows: list[Row], threads: int) -> dict[str, dict[str, object]]:
    """Text and seconds of each row by `WhisperModel.transcribe`."""
    from faster_whisper import WhisperModel

    folder = fetch(find("base"), load_settings().model_dir)
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)
    found: dict[str, dict[str, object]] = {}
    for i, row in enumerate(rows):
        each = spoken(row)
        if each is None:
            continue
        audio = load(row.path)
        begun = time.perf_counter()
        segments, _ = model.transcribe(audio, language=each.whisper, beam_size=5)
        text = " ".join(segment.text.strip() for segment in segments)
        found[row.id] = {
            "text": text,
            "seconds": time.perf_counter() - begun,
            "audio": len(audio) / 16_000,
        }
        if i % 50 == 49:
            print(f"{i + 1} of {len(rows)}", flush=True)
    return found


def texts(rows: list[Row], threads: int = 2) -> dict[str, str]:
    """The baseline's texts, from `bench/out` or computed now."""
    kept = OUT / "baseline.json"
    known = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    missing = [row for row in rows if row.id not in known and spoken(row) is not None]
    if missing:
        known.update({name: each["text"] for name, each in transcribe(missing, threads).items()})
        OUT.mkdir(exist_ok=True)
        kept.write_text(json.dumps(known, ensure_ascii=False, indent=0), "utf-8")
    return known


def main() -> None:
    asked = parser(__doc__)
    asked.add_argument("--threads", type=int, default=2)
    arguments = asked.parse_args()
    rows = [r for r in split(speech_rows(arguments.data), arguments.part) if r.text]
    print(len(texts(rows, arguments.threads)), "texts")


if __name__ == "__main__":
    main()
