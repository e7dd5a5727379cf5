"""How exact the text forms are: four-forms sentences, and NeMo's cases by class.

    python -m bench.forms --data DATA [-v]

DATA holds `text-forms/`. English is counted on the eight classes and cases on which NeMo's style
and this project's agree (see `excluded`); other languages on all of their ITN cases.
"""

import argparse
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from scriba.speech.forms import itn, render, tn

CLASSES = (
    "cardinal",
    "decimal",
    "money",
    "date",
    "time",
    "telephone",
    "electronic",
    "fraction",
)
LOCALES = {"de": "de-DE", "es": "es-ES", "fr": "fr-FR", "pt": "pt-BR", "it": "it-IT"}
_DAY_OF_MONTH = re.compile(r"(\d)(?:st|nd|rd|th)\b")
_HUNDRED_AND = re.compile(r"\b(hundred|thousand) and\b")
_CLOCK = re.compile(r"\b0?(\d{1,2}):(\d\d)\b")


def rows(path: Path) -> Iterator[list[str]]:
    """The tab-separated rows of a file without its comments."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def bare(text: str) -> str:
    """A text aside from case, spaces and punctuation, compatible characters (3ᵉ, 3e) as one."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).lower())


def excluded(direction: str, kind: str, spoken: str, written: str) -> str:
    """Why a case is outside the comparison: a rule of style that NeMo does not share, else ""."""
    spoken, written = spoken.lower(), written.lower()
    if kind not in CLASSES:
        return "class"
    if direction == "itn":
        if re.search(r"\bo'?clock\b", spoken):
            return "o'clock"
        if re.fullmatch(r"\w+", spoken) and written == spoken:
            return "lone number kept as a word"
        if kind == "date" and re.search(r"\b(the|of)\b", spoken):
            return "the Nth of a month, a quarter of a year"
        return ""
    if re.fullmatch(r"\d+-\d+", written):
        return "a range read with a hyphen"
    return ""


def normal(text: str, direction: str, kind: str) -> str:
    """A form with the differences of style taken out that the comparison is aside from."""
    if direction == "tn":
        return bare(_HUNDRED_AND.sub(r"\1", text.lower()))
    if kind == "date":
        text = _DAY_OF_MONTH.sub(r"\1", text)
    if kind == "time":
        text = _CLOCK.sub(lambda m: m[1] if m[2] == "00" else f"{m[1]}:{m[2]}", text)
    return bare(text)


def four_forms(data: Path, verbose: bool) -> None:
    """Exact counts of each form, and the median time of one rendering."""
    for path in sorted(data.glob("text-forms/four-forms-*.tsv")):
        exact: Counter[str] = Counter()
        total = 0
        times = []
        for sentence, *expected in rows(path):
            began = time.perf_counter()
            forms = render(sentence, "en-US")
            times.append(time.perf_counter() - began)
            found = [forms.lexical, forms.itn, forms.display]
            total += 1
            exact["all three"] += found == expected
            for name, one, other in zip(
                ("lexical", "itn", "display"), found, expected, strict=True
            ):
                exact[name] += one == other
                if verbose and one != other:
                    print(f"  {name}: {one!r}, expected {other!r}")
        counts = ", ".join(f"{name} {count}/{total}" for name, count in exact.items())
        median = sorted(times)[len(times) // 2] * 1000
        print(f"{path.name}: {counts}; {median:.2f} ms a sentence (median)")


def nemo(path: Path, locale: str, verbose: bool) -> None:
    """Exact counts by class of one of NeMo's files."""
    exact: Counter[str] = Counter()
    total: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    english = locale == "en-US"
    style = [0, 0]
    for row in rows(path):
        _, direction, kind, source, expected = [*row, "", ""][:5]
        kind = kind.removesuffix("_cased")
        if english:
            pair = (source, expected) if direction == "itn" else (expected, source)
            reason = excluded(direction, kind, *pair)
            if reason:
                left_out[reason] += 1
                if kind in CLASSES:
                    plain = (
                        itn(source.split(), locale) if direction == "itn" else tn(source, locale)
                    )
                    style[0] += bare(plain) == bare(expected)
                    style[1] += 1
                continue
        total[kind] += 1
        found = itn(source.split(), locale) if direction == "itn" else tn(source, locale)
        same = normal(found, direction, kind) == normal(expected, direction, kind)
        exact[kind] += same
        if verbose and not same:
            print(f"  {kind}: {source!r} gives {found!r}, expected {expected!r}")
    right, all_ = sum(exact.values()), sum(total.values())
    print(f"{path.name} ({locale}): {right}/{all_} = {right / max(all_, 1):.1%}")
    print("  " + ", ".join(f"{kind} {exact[kind]}/{total[kind]}" for kind in sorted(total)))
    if left_out:
        print("  left out: " + ", ".join(f"{why} {count}" for why, count in left_out.items()))
        whole = (right + style[0]) / max(all_ + style[1], 1)
        print(f"  with the cases left out for style counted in: {whole:.1%}")


def main() -> int:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds text-forms/")
    parser.add_argument("-v", "--verbose", action="store_true", help="list what is not exact")
    parser.add_argument("--locale", action="append", help="only these languages (en, de ...)")
    options = parser.parse_args()
    folder = options.data / "text-forms"
    if not folder.is_dir():
        print(f"{folder} is not a folder: give --data the folder that holds it", file=sys.stderr)
        return 2
    chosen = options.locale or ["en", *LOCALES]
    if "en" in chosen:
        render("Warm up.", "en-US")
        four_forms(options.data, options.verbose)
        for direction in ("itn", "tn"):
            nemo(folder / f"en_{direction}.tsv", "en-US", options.verbose)
    for language in chosen:
        if language not in LOCALES:
            continue
        path = folder / f"{language}_itn.tsv"
        # There are no Italian cases of ITN: its TN stands in.
        path = path if path.exists() else folder / f"{language}_tn.tsv"
        nemo(path, LOCALES[language], options.verbose)
    return 0


if __name__ == "__main__":
    sys.exit(main())
