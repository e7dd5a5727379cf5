"""Any language's engine as the pipeline calls it: guarded, and one clause at a time."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from scriba.speech.forms.engine import FormsEngine, PhraseEngine, Replacement, Spoken
from scriba.speech.forms.tokens import Token, lowered, pieces

_LONGEST_SPAN = 6
# Symbols, and numbers of one sign such as ½.
_SAID_SIGNS = frozenset(("Sc", "Sk", "Sm", "So", "No"))
_LONGEST_TOKEN = 64


def _is_written(core: str) -> bool:
    """Whether a core holds a figure or a symbol that is said otherwise than it is written."""
    return any(
        char.isdigit() or char in "%&@#" or unicodedata.category(char) in _SAID_SIGNS
        for char in core
    )


def check(replacements: Sequence[Replacement], size: int) -> list[Replacement]:
    """The replacements that are in order, inside `size` words and apart from each other."""
    done: list[Replacement] = []
    last = 0
    for item in replacements:
        if last <= item.start < item.end <= size and item.text.strip():
            done.append(item)
            last = item.end
    return done


def _plain(words: Sequence[str]) -> list[str]:
    """Spoken words apart: "vingt-trois" is two of the lexical form."""
    parts = (part for word in words for part in word.split())
    return [lowered(text) for part in parts for text, _ in pieces(part)]


class Guarded:
    """A language's engine whose failures mean "unchanged"."""

    def __init__(self, engine: FormsEngine | None) -> None:
        self._engine = engine

    def tn(self, span: str) -> list[str] | None:
        """The spoken words of a written span; None when the engine has none or fails."""
        if self._engine is None:
            return None
        try:
            words = self._engine.tn(span)
        except Exception:  # a third-party engine may raise anything on odd input
            return None
        return _plain(words or ()) or None

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        """The written forms in spoken words; none when the engine fails."""
        if self._engine is None or not words:
            return []
        try:
            return check(self._engine.itn(words), len(words))
        except Exception:  # a third-party engine may raise anything on odd input
            return []

    def spoken(self, tokens: Sequence[Token], at: int) -> Spoken | None:
        """The run of figures and symbols that begins at token `at`, in words."""
        item = tokens[at]
        if self._engine is None or len(item.core) > _LONGEST_TOKEN:
            return None
        contextual = self._engine if isinstance(self._engine, PhraseEngine) else None
        if not _is_written(item.core):
            if contextual and (found := self._phrase(contextual, tokens, at, 0)):
                return found
            letters = item.core.replace(".", "")
            if letters.isalpha() and len(item.core) < 6 and item.trail == ".":
                words = self.tn(item.core + ".")
                if words and " ".join(words).lower().rstrip(".") != item.core.lower():
                    return Spoken(1, words, dotted=True)
            return None
        count = 1
        while (
            count < _LONGEST_SPAN
            and at + count < len(tokens)
            and not tokens[at + count - 1].trail
            and not tokens[at + count].lead
            and len(tokens[at + count].core) <= _LONGEST_TOKEN
            and _is_written(tokens[at + count].core)
            and tokens[at + count].core != "&"
            and item.core != "&"
        ):
            count += 1
        if contextual and (found := self._phrase(contextual, tokens, at, count)):
            return found
        words = self.tn(" ".join(token.core for token in tokens[at : at + count]))
        return Spoken(count, words) if words else None

    def _phrase(
        self, engine: PhraseEngine, tokens: Sequence[Token], at: int, count: int
    ) -> Spoken | None:
        try:
            found = engine.phrase(tokens, at, count)
        except Exception:  # a third-party engine may raise anything on odd input
            return None
        return replace(found, words=_plain(found.words)) if found else None

    def written(
        self, words: Sequence[str], breaks: Sequence[str], capitals: Sequence[bool] | None = None
    ) -> list[Replacement]:
        """The written forms of each clause."""
        done: list[Replacement] = []
        start = 0
        for index in range(1, len(words) + 1):
            if index == len(words) or breaks[index]:
                done += [
                    Replacement(start + item.start, start + item.end, item.text)
                    for item in self.itn(words[start:index])
                ]
                start = index
        return done
