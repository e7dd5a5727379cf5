"""How often the language is found, by the length of what is said and the number of candidates.

    python -m bench.identification --data ../shared/data --part report

Data: the rows of `data/speech` with a locale that the model knows, at most `--most` of each set and
locale. Three tables, each among 4, 10 and all languages that the model knows:

- clips: the first seconds of speech of a row, so a row of 4 s counts at 1, 2 and 3 s; among 2
  candidates as well;
- files of one language: ten utterances, half of them the shortest that there are (words, digits,
  prompts of a second), with pauses of 0.6 s; by phrase, `continuous`;
- files of three languages in turn, parted by 0.6 s: turns of one or two utterances, and of three to
  six; by the seconds of their phrases, `continuous`.

Other candidates are drawn from the languages of the rows, the same for each run. Intervals: 95 %,
bootstrap over clips or files. What the model heard is kept in `bench/out` (`bench/listener.py`).
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from bench.baseline import OUT, spoken
from bench.data import Row, load, parser, speech_rows, split
from bench.listener import listening
from scriba.settings import load_settings
from scriba.speech import Options, Phrase, Recognizer, locale
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.segments import Segmenter

LENGTHS = (1.0, 2.0, 3.0, 5.0, 10.0)
SIZES = (2, 4, 10, 0)
PAUSE = 0.6
UTTERANCES = 10
Counts = list[tuple[float, float]]
"""(right, all) of each clip or file."""


def chosen(rows: list[Row], most: int) -> list[Row]:
    """The rows that are measured: with a language, and not too many of a kind."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for row in rows:
        if "-" not in row.locale or "+" in row.locale or spoken(row) is None:
            continue
        seen[row.set, row.locale] += 1
        if seen[row.set, row.locale] <= most:
            kept.append(row)
    return kept


def tag_of(row: Row) -> str:
    """The locale to ask for."""
    each = spoken(row)
    assert each is not None
    return each.tag


def code_of(row: Row) -> str:
    """Whisper's code of the language."""
    return locale(tag_of(row)).whisper


def start_of(audio: Samples) -> float | None:
    """The second at which speech begins; None where there is none."""
    segmenter = Segmenter()
    found = segmenter.feed(audio) + segmenter.finish()
    return found[0].speech[0] if found else None


def candidates(tags: Sequence[str], among: list[str], size: int, seed: str) -> tuple[str, ...]:
    """`size` locales, `tags` with them; none (all languages) for 0."""
    if not size:
        return ()
    known = {locale(tag).whisper for tag in tags}
    others = [tag for tag in among if locale(tag).whisper not in known]
    missing = min(max(0, size - len(tags)), len(others))
    return tuple(sorted([*tags, *random.Random(seed).sample(others, missing)]))


def named(size: int) -> str:
    return f"{size} candidates" if size else "all"


def right_seconds(phrases: list[Phrase], whisper: str) -> tuple[float, float]:
    """Seconds of phrases that are in a language, and of all."""
    total = right = 0.0
    for each in phrases:
        total += each.end - each.start
        if each.language and locale(each.language).whisper == whisper:
            right += each.end - each.start
    return right, total


def percent(counts: Counts) -> str:
    """The share with its interval."""
    if not counts:
        return "-"
    rng = random.Random(0)
    drawn = sorted(_share(rng.choices(counts, k=len(counts))) for _ in range(2000))
    return f"{100 * _share(counts):.1f} ({100 * drawn[50]:.1f}-{100 * drawn[1949]:.1f})"


def _share(counts: Sequence[tuple[float, float]]) -> float:
    return sum(right for right, _ in counts) / max(1e-9, sum(total for _, total in counts))


def by_length(recognizer: Recognizer, rows: list[Row], among: list[str]) -> None:
    def one(row: Row) -> list[tuple[float, int, bool]]:
        audio = load(row.path)
        begin = start_of(audio)
        found: list[tuple[float, int, bool]] = []
        if begin is None:
            return found
        audio = audio[max(0, int((begin - 0.2) * SAMPLE_RATE)) :]
        for length in LENGTHS:
            # A fifth of a second of it is before the speech.
            clip = audio[: int((length + 0.2) * SAMPLE_RATE)]
            if len(clip) < int((length + 0.2) * SAMPLE_RATE):
                break
            for size in SIZES:
                asked = candidates([tag_of(row)], among, size, row.id)
                heard = list(recognizer.transcribe([clip], Options(candidates=asked, words=False)))
                right, total = right_seconds(heard, code_of(row))
                found.append((length, size, right > 0.5 * total))
        return found

    counts: dict[tuple[float, int], Counts] = defaultdict(list)
    missed: dict[str, Counts] = defaultdict(list)
    with ThreadPoolExecutor(3) as pool:
        for row, found in zip(rows, pool.map(one, rows), strict=True):
            for length, size, hit in found:
                counts[length, size].append((hit, 1))
                if size == 4:
                    missed[code_of(row)].append((not hit, 1))
    print(f"| seconds | clips | {' | '.join(map(named, SIZES))} |\n|{'---|' * (len(SIZES) + 2)}")
    for length in LENGTHS:
        cells = [percent(counts[length, size]) for size in SIZES]
        print(f"| {length:g} | {len(counts[length, 0])} | {' | '.join(cells)} |")
    print("\nMissed among four candidates, by language (missed of clips):")
    print(", ".join(f"{k} {sum(m for m, _ in v):g} of {len(v)}" for k, v in sorted(missed.items())))


def monolingual(rows: list[Row], count: int) -> list[list[Row]]:
    """Utterances of one language each, half of them short."""
    pool: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        # A recording of over 20 s has phrases of its own; these are to be as short as can be.
        if row.seconds <= 20.0 and row.set not in ("yesno_he", "diarization"):
            pool[code_of(row)].append(row)
    able = sorted(code for code, own in pool.items() if len(own) >= 1.5 * UTTERANCES)
    made = []
    for number in range(count):
        draw = random.Random(f"one {number}")
        own = sorted(pool[able[number % len(able)]], key=lambda row: (row.seconds, row.id))
        short, long = own[: len(own) // 3], own[len(own) // 3 :]
        half = min(UTTERANCES // 2, len(short))
        parts = draw.sample(short, half) + draw.sample(long, UTTERANCES - half)
        draw.shuffle(parts)
        made.append(parts)
    return made


def mixtures(rows: list[Row], count: int, turn: tuple[int, int]) -> list[list[Row]]:
    """Utterances of three languages each, in six turns of `turn` (least, most)."""
    pool: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if 2.0 <= row.seconds <= 20.0 and row.set != "yesno_he":
            pool[code_of(row)].append(row)
    made = []
    for number in range(count):
        draw = random.Random(number)
        able = sorted(code for code, own in pool.items() if len(own) >= turn[1])
        languages = draw.sample(able, 3)
        turns = [draw.randint(*turn) for _ in range(6)]
        made.append(
            [row for i, n in enumerate(turns) for row in draw.sample(pool[languages[i % 3]], n)]
        )
    return made


def files(recognizer: Recognizer, recordings: list[list[Row]], among: list[str]) -> None:
    """The lines of a table of recordings put together from rows."""
    joint = [joined(parts) for parts in recordings]
    for size in SIZES[1:]:
        seconds: Counts = []
        phrases: Counts = []
        changes = heard_changes = 0

        def one(number: int, size: int = size) -> list[Phrase]:
            audio, turns = joint[number]
            tags = sorted({tag for _, _, tag in turns})
            options = Options(
                candidates=candidates(tags, among, size, str(number)),
                identification="continuous",
                words=False,
            )
            return list(recognizer.transcribe([audio], options))

        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(one, range(len(joint))))
        for (_, turns), heard in zip(joint, found, strict=True):
            right = total = hits = 0.0
            for phrase in heard:
                of_phrase = [
                    (min(end, phrase.end) - max(start, phrase.start), tag)
                    for start, end, tag in turns
                ]
                same = sum(s for s, tag in of_phrase if s > 0 and _same(phrase, tag))
                whole = sum(s for s, _ in of_phrase if s > 0)
                right, total, hits = right + same, total + whole, hits + (same > 0.5 * whole)
            seconds.append((right, total))
            phrases.append((hits, len(heard)))
            changes += sum(a != b for a, b in pairwise(locale(t).whisper for _, _, t in turns))
            codes = [locale(tag).whisper for p in heard if (tag := p.language)]
            heard_changes += sum(a != b for a, b in pairwise(codes))
        print(
            f"| {named(size)} | {len(joint)} | {sum(n for _, n in phrases):g} "
            f"| {percent(phrases)} | {percent(seconds)} | {heard_changes} | {changes} |"
        )


def _same(phrase: Phrase, tag: str) -> bool:
    own = phrase.language
    return own is not None and locale(own).whisper == locale(tag).whisper


def joined(parts: list[Row]) -> tuple[Samples, list[tuple[float, float, str]]]:
    """Recordings in a row with pauses, and (start, end, locale) of each."""
    audio: list[Samples] = []
    turns = []
    at = 0.0
    for row in parts:
        samples = load(row.path)
        seconds = len(samples) / SAMPLE_RATE
        turns.append((at, at + seconds, tag_of(row)))
        audio += [samples, np.zeros(int(PAUSE * SAMPLE_RATE), np.float32)]
        at += seconds + int(PAUSE * SAMPLE_RATE) / SAMPLE_RATE
    return np.concatenate(audio), turns


_HEAD = "| {} | files | phrases | % of phrases | % of seconds | changes heard | changes |\n|{}"


def arguments() -> argparse.Namespace:
    asked = parser(__doc__)
    asked.add_argument("--most", type=int, default=12, help="rows of each set and locale")
    asked.add_argument("--files", type=int, default=12, help="joined files of each kind")
    asked.add_argument("--only", choices=["clips", "files"], help="one of the parts")
    return asked.parse_args()


def main() -> None:
    asked = arguments()
    rows = chosen(split(speech_rows(asked.data), asked.part), asked.most)
    everything = chosen(split(speech_rows(asked.data), asked.part), 1000)
    # One locale for each language, of all the data: the candidates are the same for each part.
    tags: dict[str, str] = {}
    for row in chosen(speech_rows(asked.data), 1):
        tags.setdefault(code_of(row), tag_of(row))
    among = sorted(tags.values())
    recognizer, listener = listening(
        fetch(find("base"), load_settings().model_dir), OUT / "heard.db"
    )
    try:
        if asked.only != "files":
            by_length(recognizer, rows, among)
        if asked.only != "clips":
            kinds = {
                "one language": monolingual(everything, asked.files),
                "three languages, turns of 1 or 2": mixtures(everything, asked.files, (1, 2)),
                "three languages, turns of 3 to 6": mixtures(everything, asked.files // 2, (3, 6)),
            }
            for name, recordings in kinds.items():
                print(f"\n{_HEAD.format(name, '---|' * 7)}")
                files(recognizer, recordings, among)
    finally:
        recognizer.close()
        listener.close()


if __name__ == "__main__":
    main()
