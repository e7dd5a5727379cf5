"""Pronunciation data: `written form<TAB>spoken form`, a line each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scriba.customization.imported import Findings
from scriba.customization.kinds import MAX_BYTES, DatasetKind
from scriba.customization.texts import Line, Problem, has_words, lines

_LONGEST_LINE = 4_096
_LONGEST_WRITTEN = 200
_LONGEST_SPOKEN = 1_000


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """How something written ("3CPO") is said ("three c p o")."""

    written: str
    spoken: str


def read(path: Path) -> Iterator[Pronunciation]:
    """The pronunciations of a file that `accept` wrote."""
    with open(path, encoding="utf-8-sig") as file:
        for line in file:
            written, tab, spoken = line.rstrip("\n").partition("\t")
            if tab:
                yield Pronunciation(written, spoken)


def accept(
    source: Path, target: Path, locale: str, findings: Findings, check: Callable[[], None]
) -> None:
    """Writes the lines of `source` that can be used to `target`."""
    seen: dict[Pronunciation, int] = {}
    ansi = locale.lower().startswith("en")
    found = lines(
        source,
        name="the file",
        max_bytes=MAX_BYTES[DatasetKind.PRONUNCIATION],
        longest=_LONGEST_LINE,
        check=check,
        ansi=ansi,
    )
    with open(target, "w", encoding="utf-8", newline="\n") as out:
        for line in found:
            item = _parse(line)
            if isinstance(item, Problem):
                findings.reject("", line.number, item.code, item.reason)
            elif item in seen:
                reason = f"the same as line {seen[item]}"
                findings.reject("", line.number, "Duplicate", reason)
            else:
                seen[item] = line.number
                findings.accepted += 1
                out.write(f"{item.written}\t{item.spoken}\n")


def _parse(line: Line) -> Pronunciation | Problem:
    if line.problem:
        return line.problem
    parts = [part.strip() for part in line.text.split("\t")]
    if len(parts) == 1:
        return Problem("MissingTab", "no tab between the written and the spoken form")
    if len(parts) > 2:
        return Problem("TooManyTabs", "more than one tab")
    written, spoken = parts
    if not has_words(written):
        return Problem("NoWords", "the written form before the tab holds no letter or digit")
    if not has_words(spoken):
        return Problem("NoWords", "the spoken form behind the tab holds no letter")
    if any(map(str.isdigit, spoken)):
        return Problem("InvalidSpokenForm", "the spoken form has figures; write them as words")
    if len(written) > _LONGEST_WRITTEN or len(spoken) > _LONGEST_SPOKEN:
        return Problem("TooLong", "a written form has at most 200 characters, a spoken one 1,000")
    return Pronunciation(written, spoken)
