"""Text in scripts without spaces between words: punctuation cuts it, engines see whole clauses."""

from collections.abc import Sequence

from scriba.speech.forms.engine import ContextEngine
from scriba.speech.forms.groups import Group
from scriba.speech.forms.tokens import APOSTROPHES, Token, lowered, pieces, token


def _clauses(raw: str) -> list[tuple[str, str]]:
    """The runs of letters and figures in a word, each with the punctuation before it."""
    found: list[tuple[str, str]] = []
    item = token(raw)
    gap = item.lead
    for text, glue in _cut(item.core):
        found.append((gap, text))
        gap = glue
    found.append((gap + item.trail, ""))
    return found


def _cut(core: str) -> list[tuple[str, str]]:
    # Figures keep their own punctuation: 1,234 and 3.5 and 12:30 are one clause.
    parts: list[tuple[str, str]] = []
    for text, glue in pieces(core):
        before, mark = parts[-1] if parts else ("", "")
        inside = before[-1:].isdigit() and mark in (".", ",", ":", "/") and text[:1].isdigit()
        if inside or mark == "%":
            parts[-1] = (before + mark + text, glue)
            continue
        parts.append((text, glue))
    if parts and core.endswith("%"):
        parts[-1] = (parts[-1][0] + "%", "")
    return parts


def unspaced_groups(words: Sequence[str], engine: ContextEngine) -> list[Group]:
    """One group a source word; its lexical and ITN forms are single words without punctuation."""
    groups: list[Group] = []
    for index, raw in enumerate(words):
        lexical = itn = display = ""
        for gap, text in _clauses(raw):
            display += gap
            if not text:
                continue
            bare = Token("", text, "")
            found = engine.spoken([bare], 0)
            said = "".join(found.words) if found else lowered(text.translate(APOSTROPHES))
            written = text
            if not any(char.isdigit() for char in text):
                changes = engine.written([said], ["", ""])
                written = changes[0].text if changes else text
            lexical += "".join(said.split())
            itn += "".join(written.split()).lower()
            display += "".join(written.split())
        groups.append(
            Group(
                (index, index + 1),
                (lexical,) if lexical else (),
                (itn,) if itn else (),
                (display,) if display else (),
            )
        )
    return groups
