"""Output formatting data: rules for the display, read and tried out."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from scriba.customization.imported import Findings
from scriba.customization.kinds import MAX_BYTES, DatasetKind
from scriba.customization.texts import Line, lines
from scriba.speech.forms import render
from scriba.speech.forms.rules import (
    MAX_LINES,
    MAX_PROBLEMS,
    FormattingRules,
    RuleProblem,
    RuleTest,
)

_LONGEST_LINE = 4_096
_MARKS = ".。।?!"
_FIELDS = {"itn": "itn", "rewrite": "rewrites", "profanity": "profanity", "test": "tests"}
"""Sections and what `FormattingRules` calls them."""
_NO_MORE = frozenset(("TooManyLines", "TooManyProblems"))


def accept(
    source: Path, target: Path, locale: str, findings: Findings, check: Callable[[], None]
) -> None:
    """Writes the rules of `source` that can be used to `target`.

    A test that fails is rejected and says what came out; the rules are taken all the same.
    """
    rules, problems = read(source, locale, check)
    for problem in problems:
        findings.reject("", problem.line, problem.code, problem.reason)
    failed = sum(problem.code == "TestFailed" for problem in problems)
    kept = len(rules.itn) + len(rules.rewrites) + len(rules.profanity) + len(rules.tests)
    findings.accepted += kept - failed
    target.write_text(str(rules), "utf-8")


def read(
    source: Path, locale: str, check: Callable[[], None] = lambda: None
) -> tuple[FormattingRules, list[RuleProblem]]:
    """The rules of a file, and its lines that are wrong or tests that fail, in order.

    Raises DatasetError for a file that is too large or no text.
    """
    undecoded: list[RuleProblem] = []
    found = lines(
        source,
        name="the file",
        max_bytes=MAX_BYTES[DatasetKind.OUTPUT_FORMATTING],
        longest=_LONGEST_LINE,
        check=check,
    )
    rules, problems = FormattingRules.parse_lines(_texts(found, undecoded))
    problems += undecoded + failures(rules, locale, check)
    return rules, sorted(problems, key=lambda item: item.line)


def joined(texts: Sequence[str]) -> tuple[FormattingRules, list[str]]:
    """The rules of several datasets as one, and which of them are left out and why, in sentences.

    Where two of them contradict each other the first counts; the same rule again is no loss.
    """
    parts = [FormattingRules.parse(text)[0] for text in texts]
    kept: dict[str, Any] = {}
    left_out: list[str] = []
    for section, name in _FIELDS.items():
        rules = dict.fromkeys(rule for part in parts for rule in getattr(part, name))
        these: dict[str, Any] = {name: tuple(rules)}
        one, problems = FormattingRules.parse(str(FormattingRules(**these)))
        kept[name] = getattr(one, name)
        reasons = Counter(each.reason for each in problems if each.code not in _NO_MORE)
        beyond = len(rules) - len(kept[name]) - reasons.total()
        if beyond:
            reasons[f"#{section} has at most {MAX_LINES[section]:,} lines"] = beyond
        left_out += [
            f"of #{section} {count:,} left out: {reason}" for reason, count in reasons.items()
        ]
    return FormattingRules.parse(str(FormattingRules(**kept)))[0], left_out


def failures(
    rules: FormattingRules, locale: str, check: Callable[[], None] = lambda: None
) -> list[RuleProblem]:
    """The tests of the rules that fail, with what came out.

    The first letter's case and a mark at the end are not compared: a display has both, what is
    said has neither.
    """
    return [problem for test in rules.tests if (problem := _failure(rules, test, locale, check))]


def _failure(
    rules: FormattingRules, test: RuleTest, locale: str, check: Callable[[], None]
) -> RuleProblem | None:
    check()
    shown = render(test.lexical, locale, "masked", rules=rules).display
    if shown == test.display or _plain(shown) == _plain(test.display):
        return None
    reason = f"{test.lexical!r} is displayed {shown!r}, not {test.display!r}"
    return RuleProblem(test.line, "TestFailed", reason)


def _plain(display: str) -> str:
    text = display.rstrip(_MARKS + " ")
    return text[:1].lower() + text[1:]


def _texts(found: Iterator[Line], undecoded: list[RuleProblem]) -> Iterator[tuple[int, str]]:
    for line in found:
        if len(undecoded) >= MAX_PROBLEMS:
            return
        if line.problem:
            undecoded.append(RuleProblem(line.number, line.problem.code, line.problem.reason))
        else:
            yield line.number, line.text
