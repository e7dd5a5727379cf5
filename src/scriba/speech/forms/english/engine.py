"""English behind the pipeline's seam."""

from collections.abc import Sequence

from scriba.speech.forms.engine import Replacement, Spoken
from scriba.speech.forms.english.spoken import spoken
from scriba.speech.forms.english.written import write
from scriba.speech.forms.tokens import Token, pieces, token


class English:
    """English text normalisation and its inverse. Holds no state: safe between threads."""

    def tn(self, span: str) -> list[str] | None:
        """The spoken words of a written span, None when it is said as written."""
        tokens = [token(raw) for raw in span.split()]
        words: list[str] = []
        at, changed = 0, False
        while at < len(tokens):
            found = spoken(tokens, at)
            if found:
                words, at, changed = words + found.words, at + found.count, True
            else:
                words += [text.lower() for text, _ in pieces(tokens[at].core)]
                at += 1
        return words if changed else None

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        """The written forms in spoken lower-case words."""
        return write(words)

    def spoken(self, tokens: Sequence[Token], at: int) -> Spoken | None:
        """The written span that begins at token `at`."""
        return spoken(tokens, at)

    def written(
        self, words: Sequence[str], breaks: Sequence[str], capitals: Sequence[bool] | None = None
    ) -> list[Replacement]:
        """The written forms in spoken words with punctuation between them."""
        return write(words, breaks, capitals)


ENGLISH = English()
