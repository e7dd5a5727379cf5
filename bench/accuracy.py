"""Word error rates, ours beside faster-whisper's with the same weights.

    python -m bench.accuracy --data ../shared/data --part report

Data: the rows of `data/speech` that have a reference. Both sides get the same samples and are told
the locale. Ours is what `Recognizer.recognize` shows (Display, nothing masked), so statuses that
withhold words count as deletions. Intervals: bootstrap over recordings, 95 %.

Display writes numbers in digits, references often do not, and only Whisper's English normaliser
takes "23" and "twenty-three" for the same. So the last column compares once more with the numbers
of all three texts, in other languages, written out by `scriba.speech.forms` (Lexical).
"""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.baseline import OUT, spoken, texts
from bench.data import Row, load, parser, speech_rows, split
from bench.scoring import Edits, difference_interval, edits, interval, rate
from scriba.settings import load_settings
from scriba.speech import Recognizer, combine
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch
from scriba.speech.forms import render


def recognise(recognizer: Recognizer, row: Row) -> dict[str, object]:
    """Status, display and lexical text of one row."""
    each = spoken(row)
    assert each is not None
    heard = recognizer.recognize(load(row.path), language=each.tag, profanity="raw", words=False)
    best = combine(heard).best if heard.phrases else None
    return {
        "status": heard.status.value,
        "display": best.forms.display if best else "",
        "lexical": best.forms.lexical if best else "",
        "confidence": best.confidence if best else None,
    }


def written_out(text: str, row: Row) -> str:
    """A text with its numbers in words; English as it is, for its normaliser knows numbers."""
    each = spoken(row)
    if each is None or each.language == "en" or not text:
        return text
    return render(text, each.tag, "raw").lexical


def more_errors(ours: list[Edits], theirs: list[Edits]) -> str:
    return f"{sum(e.errors for e in ours) - sum(e.errors for e in theirs):+d}"


def line(name: str, ours: list[Edits], theirs: list[Edits]) -> str:
    a, b = interval(ours)
    low, high = difference_interval(ours, theirs)
    words = sum(e.words for e in ours)
    return (
        f"| {name} | {len(ours)} | {words} | {100 * rate(ours):.1f} ({100 * a:.1f}-{100 * b:.1f}) "
        f"| {100 * rate(theirs):.1f} | {100 * (rate(ours) - rate(theirs)):+.2f} "
        f"({100 * low:+.2f} to {100 * high:+.2f}) "
        f"| {more_errors(ours, theirs)} |"
    )


def forms_alone(data: Path) -> list[str]:
    """How many words of sentences that nobody recognised the text forms change, by locale."""
    lines = []
    for path in sorted((data / "domain-text").glob("telephone-prompts.*.txt")):
        tag = path.suffixes[0][1:]
        sentences = path.read_text("utf-8").splitlines()
        counts = [edits(each, render(each, tag, "raw").display, tag) for each in sentences]
        changed, words = sum(c.errors for c in counts), sum(c.words for c in counts)
        lines.append(f"{tag}: {changed} of {words} words of {len(sentences)} sentences")
    return lines


def main() -> None:
    arguments = parser(__doc__).parse_args()
    part = split(speech_rows(arguments.data), arguments.part)
    rows = [row for row in part if row.text and spoken(row)]
    # One row is in two languages at once; no single locale is right for it.
    rows = [row for row in rows if row.locale != "multi"]
    theirs = texts(rows)
    recognizer = Recognizer(fetch(find("base"), load_settings().model_dir))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda row: recognise(recognizer, row), rows))
    recognizer.close()
    OUT.mkdir(exist_ok=True)
    kept = {row.id: each for row, each in zip(rows, found, strict=True)}
    (OUT / f"ours-{arguments.part}.json").write_text(json.dumps(kept, ensure_ascii=False, indent=0))
    shown: dict[str, tuple[list[Edits], list[Edits]]] = {}
    spelled: dict[str, tuple[list[Edits], list[Edits]]] = {}
    for row, each in zip(rows, found, strict=True):
        assert row.text is not None
        three = (row.text, str(each["display"]), theirs[row.id])
        everything = "all English" if row.locale.startswith("en") else "all other languages"
        for tables, texts_of in ((shown, three), (spelled, [written_out(t, row) for t in three])):
            reference, *both = texts_of
            counts = [edits(reference, text, row.locale) for text in both]
            for name in (f"{row.set} {row.locale}", everything):
                for kept_of, count in zip(tables.setdefault(name, ([], [])), counts, strict=True):
                    kept_of.append(count)
    print("| set | n | words | ours, % WER | faster-whisper | difference | words | written out |")
    print("|---|---|---|---|---|---|---|---|")
    for name in sorted(shown, key=lambda n: (n.startswith("all"), n)):
        print(f"{line(name, *shown[name])} {more_errors(*spelled[name])} |")
    print("\nchanged by the text forms alone:", *forms_alone(arguments.data), sep="\n  ")
    silent = [row.id for row, each in zip(rows, found, strict=True) if each["status"] != "Success"]
    print(f"\nnot Success: {len(silent)} of {len(rows)}: {', '.join(silent)}")


if __name__ == "__main__":
    main()
