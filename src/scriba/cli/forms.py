"""`scriba forms`: the four forms of sentences."""

import argparse
import json
import sys
from pathlib import Path

from scriba.speech.forms.rules import FormattingRules


def forms(arguments: argparse.Namespace) -> int:
    """Read standard input to its end; each line is answered before the next is read."""
    from scriba.speech.forms import render
    from scriba.speech.language import locale

    tag = locale(arguments.language).tag
    rules = _rules(arguments.rules, tag) if arguments.rules else None
    # Bytes, since a line that is not UTF-8 must not end the command.
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").strip()
        made = render(text, tag, arguments.profanity, rules=rules)
        answer = {
            "lexical": made.lexical,
            "itn": made.itn,
            "maskedItn": made.masked_itn,
            "display": made.display,
        }
        sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        sys.stdout.buffer.flush()
    return 0


def _rules(path: Path, tag: str) -> FormattingRules:
    """The rules of a file; its problems and the tests that fail go to standard error."""
    from scriba.customization.formatting_data import read

    rules, problems = read(path, tag)
    for problem in problems:
        print(f"{path}, line {problem.line}: {problem.reason}", file=sys.stderr)
    return rules
