"""How often the language is found, by the length of what is said and the number of candidates.

    python -m bench.identification --data ../shared/data --part report

Data: the rows of `data/speech` with a locale that the model knows. Clips are the first seconds of
speech of a row, so a row of 4 s counts at 1, 2 and 3 s; at most `--most` rows of each set and
locale. Other candidates are drawn from the languages of the rows, the same for each run; "all" is
every language that the model knows. Mixed files hold utterances of three languages in turn, parted
by 0.6 s, each language twice in a row or once; the share is of the seconds of their phrases.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from bench.baseline import spoken
from bench.data import Row, load, parser, speech_rows, split
from scriba.settings import load_settings
from scriba.speech import Options, Phrase, Recognizer, locale
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.segments import Segmenter

LENGTHS = (1.0, 2.0, 3.0, 5.0, 10.0, float("inf"))
SIZES = (2, 4, 10, 0)
PAUSE = 0.6


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


def start_of(audio: Samples) -> float | None:
    """The second at which speech begins; None where there is none."""
    segmenter = Segmenter()
    found = segmenter.feed(audio) + segmenter.finish()
    return found[0].speech[0] if found else None


def candidates(language: str, among: list[str], size: int, seed: str) -> tuple[str, ...]:
    """`size` locales, the one of `language` with them; none (all languages) for 0."""
    if not size:
        return ()
    others = [tag for tag in among if locale(tag).whisper != locale(language).whisper]
    drawn = [language, *random.Random(seed).sample(others, min(size - 1, len(others)))]
    return tuple(sorted(drawn))


def share(phrases: list[Phrase], whisper: str) -> float:
    """The share of the seconds of phrases that are in a language."""
    total = sum(p.end - p.start for p in phrases)
    right = sum(
        p.end - p.start for p in phrases if p.language and locale(p.language).whisper == whisper
    )
    return right / total if total else 0.0


def by_length(recognizer: Recognizer, rows: list[Row], among: list[str]) -> None:
    tasks = []
    for row in rows:
        audio = load(row.path)
        begin = start_of(audio)
        if begin is None:
            continue
        first = max(0, int((begin - 0.2) * SAMPLE_RATE))
        for length in LENGTHS:
            clip = audio[first:] if length == float("inf") else audio[first:][: cut(length)]
            if length == float("inf") or len(clip) >= cut(length):
                tasks += [(row, length, size, clip) for size in SIZES]

    def one(task: tuple[Row, float, int, Samples]) -> bool:
        row, _, size, clip = task
        each = spoken(row)
        assert each is not None
        options = Options(candidates=candidates(each.tag, among, size, row.id), words=False)
        phrases = list(recognizer.transcribe([clip], options))
        return share(phrases, each.whisper) > 0.5

    with ThreadPoolExecutor(8) as pool:
        right = list(pool.map(one, tasks))
    counts: dict[tuple[float, int], list[tuple[str, bool]]] = defaultdict(list)
    for (row, length, size, _), hit in zip(tasks, right, strict=True):
        counts[length, size].append((row.locale.split("-")[0], hit))
    names = [f"{size} candidates" if size else "all" for size in SIZES]
    print(f"| seconds | clips | {' | '.join(names)} |\n|{'---|' * (len(names) + 2)}")
    for length in LENGTHS:
        cells = [f"{100 * accuracy(counts[length, size]):.1f}" for size in SIZES]
        shown = "whole" if length == float("inf") else f"{length:g}"
        print(f"| {shown} | {len(counts[length, 0])} | {' | '.join(cells)} |")
    print("\nMissed among four candidates, by language (clips, missed):")
    missed: dict[str, list[bool]] = defaultdict(list)
    for (_, size), found in counts.items():
        for language, hit in found if size == 4 else ():
            missed[language].append(not hit)
    print(", ".join(f"{k} {len(v)} {sum(v)}" for k, v in sorted(missed.items())))


def cut(seconds: float) -> int:
    """Samples of a clip of `seconds`, with the fifth of a second before the speech."""
    return int((seconds + 0.2) * SAMPLE_RATE)


def accuracy(found: list[tuple[str, bool]]) -> float:
    return sum(hit for _, hit in found) / max(1, len(found))


def mixtures(rows: list[Row], count: int) -> Iterator[list[Row]]:
    """Utterances of three languages each, in turns of one or two."""
    pool: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        each = spoken(row)
        if each is not None and 2.0 <= row.seconds <= 20.0 and row.set != "yesno_he":
            pool[each.whisper].append(row)
    for number in range(count):
        draw = random.Random(number)
        languages = draw.sample(sorted(k for k, v in pool.items() if len(v) > 1), 3)
        turns = [draw.choice((1, 2)) for _ in range(6)]
        yield [
            row for i, turn in enumerate(turns) for row in draw.sample(pool[languages[i % 3]], turn)
        ]


def mixed(recognizer: Recognizer, rows: list[Row], among: list[str], count: int) -> None:
    print("\n| mixed files | continuous, % of seconds | changes found | changes |")
    print("|---|---|---|---|")
    for size in SIZES[1:]:
        right = total = 0.0
        changes = found_changes = 0
        for number, parts in enumerate(mixtures(rows, count)):
            audio, turns = joined(parts)
            tags = sorted({tag for _, _, tag in turns})
            asked: tuple[str, ...] = ()
            if size:
                known = {locale(tag).whisper for tag in tags}
                rest = [tag for tag in among if locale(tag).whisper not in known]
                extra = random.Random(number).sample(rest, min(len(rest), max(0, size - len(tags))))
                asked = (*tags, *extra)
            options = Options(candidates=asked, identification="continuous", words=False)
            phrases = list(recognizer.transcribe([audio], options))
            for phrase in phrases:
                for start, end, tag in turns:
                    shared = min(end, phrase.end) - max(start, phrase.start)
                    if shared > 0:
                        total += shared
                        right += shared * (share([phrase], locale(tag).whisper) > 0.5)
            spoken_in = [locale(tag).whisper for _, _, tag in turns]
            heard_in = [locale(p.language).whisper for p in phrases if p.language]
            changes += sum(a != b for a, b in pairwise(spoken_in))
            found_changes += sum(a != b for a, b in pairwise(heard_in))
        name = f"{size} candidates" if size else "all"
        print(f"| {name} | {100 * right / total:.1f} | {found_changes} | {changes} |")


def joined(parts: list[Row]) -> tuple[Samples, list[tuple[float, float, str]]]:
    """Recordings in a row with pauses, and (start, end, locale) of each."""
    audio = []
    turns = []
    at = 0.0
    for row in parts:
        each = spoken(row)
        assert each is not None
        samples = load(row.path)
        seconds = len(samples) / SAMPLE_RATE
        turns.append((at, at + seconds, each.tag))
        audio += [samples, np.zeros(int(PAUSE * SAMPLE_RATE), np.float32)]
        at += seconds + int(PAUSE * SAMPLE_RATE) / SAMPLE_RATE
    return np.concatenate(audio), turns


def main() -> None:
    asked = parser(__doc__)
    asked.add_argument("--most", type=int, default=12)
    asked.add_argument("--mixtures", type=int, default=10)
    arguments = asked.parse_args()
    rows = chosen(split(speech_rows(arguments.data), arguments.part), arguments.most)
    # One locale for each language, of all the data: the candidates are the same for each part.
    tags: dict[str, str] = {}
    for row in chosen(speech_rows(arguments.data), 1):
        each = spoken(row)
        assert each is not None
        tags.setdefault(each.whisper, each.tag)
    among = sorted(tags.values())
    recognizer = Recognizer(fetch(find("base"), load_settings().model_dir))
    by_length(recognizer, rows, among)
    mixed(recognizer, rows, among, arguments.mixtures)
    recognizer.close()


if __name__ == "__main__":
    main()
