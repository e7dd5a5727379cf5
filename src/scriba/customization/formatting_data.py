"""Output formatting data: rules for the display, read and tried out."""

from collections.abc import Callable, Iterator
from pathlib import Path

from scriba.customization.imported import Findings
from scriba.customization.kinds import MAX_BYTES, DatasetKind
from scriba.customization.texts import Line, lines
from scriba.speech.forms import render
from scriba.speech.forms.rules import FormattingRules, RuleProblem, RuleTest

_LONGEST_LINE = 4_096
_MARKS = ".。।?!"


def accept(
    source: Path, target: Path, locale: str, findings: Findings, check: Callable[[], None]
) -> None:
    """Writes the rules of `source` that can be used to `target`.

    A test that fails is rejected and says what came out; the rules are taken all the same.
    """
    found = lines(
        source,
        name="the file",
        max_bytes=MAX_BYTES[DatasetKind.OUTPUT_FORMATTING],
        longest=_LONGEST_LINE,
        check=check,
    )
    rules, problems = FormattingRules.parse_lines(_texts(found, findings))
    problems += failures(rules, locale, check)
    for problem in sorted(problems, key=lambda item: item.line):
        findings.reject("", problem.line, problem.code, problem.reason)
    failed = {problem.line for problem in problems if problem.code == "TestFailed"}
    kept = len(rules.itn) + len(rules.rewrites) + len(rules.profanity) + len(rules.tests)
    findings.accepted += kept - len(failed)
    target.write_text(str(rules), "utf-8")


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


def _texts(found: Iterator[Line], findings: Findings) -> Iterator[tuple[int, str]]:
    for line in found:
        if line.problem:
            findings.reject("", line.number, line.problem.code, line.problem.reason)
        else:
            yield line.number, line.text
