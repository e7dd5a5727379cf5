"""What a model is trained to write: transcripts with the capitals and marks that it writes itself.

Transcripts are often in capitals or without punctuation. A model that is trained on them as they
are forgets both. So where a corpus lacks them, they are taken from what the base model wrote for
the same recording, word by word where the two agree.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"^([^\w]*)(.*?)([^\w]*)$", re.DOTALL)
_ENDS = ".?!…。？！"
_CLOSING = _ENDS + ",;:、，"
_MARKED = re.compile(rf"[{re.escape(_CLOSING)}]\W*(\s|$)")


@dataclass(frozen=True)
class Style:
    """What the transcripts of a corpus have of their own: letters of both cases, punctuation."""

    cased: bool
    punctuated: bool

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Style":
        """By the share of transcripts that show it."""
        both = sum(text != text.upper() and text != text.lower() for text in texts)
        caseless = sum(text.upper() == text.lower() for text in texts)
        marked = sum(bool(_MARKED.search(text)) for text in texts)
        enough = max(1, len(texts))
        return cls(both + caseless >= 0.5 * enough, marked >= 0.3 * enough)


def targets(texts: Sequence[str], guesses: Sequence[str], *, spaced: bool = True) -> list[str]:
    """The transcripts as the model would write them; `guesses` are what it wrote for each.

    `spaced` says whether the language puts spaces between words; without them only what the
    transcripts have themselves is kept.
    """
    style = Style.of(texts)
    if (style.cased and style.punctuated) or not spaced:
        return [" ".join(text.split()) for text in texts]
    usual = _usual(guesses)
    return [_target(text, guess, style, usual) for text, guess in zip(texts, guesses, strict=True)]


def _usual(guesses: Sequence[str]) -> dict[str, str]:
    """How each word is mostly written within a sentence."""
    seen: dict[str, Counter[str]] = {}
    for guess in guesses:
        previous = "."
        for word in guess.split():
            core = _parts(word)[1]
            if core and previous[-1] not in _ENDS:
                seen.setdefault(core.lower(), Counter())[core] += 1
            previous = word
    return {word: max(forms.items(), key=lambda each: each[1])[0] for word, forms in seen.items()}


def _target(text: str, guess: str, style: Style, usual: dict[str, str]) -> str:
    ours = [_parts(word) for word in text.split()]
    theirs = [_parts(word) for word in guess.split()]
    partner = _partners([core.lower() for _, core, _ in ours], [w.lower() for _, w, _ in theirs])
    words = []
    starts = True
    for i, (opening, core, closing) in enumerate(ours):
        written = theirs[partner[i]] if i in partner else None
        if not style.cased:
            same = written is not None and written[1].lower() == core.lower()
            core = written[1] if same and written else usual.get(core.lower(), core.lower())
            core = core[:1].upper() + core[1:] if starts else core
        if not style.punctuated:
            marks = written[2] if written else ""
            closing = "".join(mark for mark in marks if mark in _CLOSING)
            if i == len(ours) - 1:
                closing = closing if closing and closing[-1] in _ENDS else "."
        starts = bool(closing) and closing[-1] in _ENDS
        words.append(opening + core + closing)
    return " ".join(words)


def _partners(ours: list[str], theirs: list[str]) -> dict[int, int]:
    """Which word of theirs stands where each of ours does: equal ones, and one for one."""
    found: dict[int, int] = {}
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and b - a == d - c):
            found.update(zip(range(a, b), range(c, d), strict=True))
    return found


def _parts(word: str) -> tuple[str, str, str]:
    """A word's opening marks, itself, and closing marks."""
    match = _WORD.match(word)
    assert match is not None
    return match[1], match[2], match[3]
