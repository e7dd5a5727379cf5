"""How what is written is said: pronunciations that were learnt, and figures as words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from scriba.speech.domain import words
from scriba.speech.forms.pipeline import tn


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """How something written ("3CPO") is said ("three c p o").

    With `always` that is written wherever it is heard; else, as what is heard is an ordinary word,
    only where the domain's texts speak for it.
    """

    written: str
    spoken: str
    always: bool = True


class Said:
    """Pronunciations, to be found in texts. `written` are the written forms of `phrases`."""

    def __init__(self, listed: Sequence[Pronunciation], voice: Callable[[str], str]) -> None:
        self.voice = voice
        self.written: dict[str, str] = {}
        self._exactly: dict[tuple[str, ...], str] = {}
        for each in listed:
            for form in (each.spoken, each.written):
                self.written.setdefault(" ".join(form.split()), each.written)
            self._exactly.setdefault(_plain(each.spoken), each.written)
        self.phrases = tuple(self.written)
        self._longest = max((len(form) for form in self._exactly), default=0)

    def replaced(self, text: str) -> str:
        """The text with what is said word for word in its written form."""
        found = words(text)
        at = len(found)
        while at > 0:
            for count in range(min(self._longest, at), 0, -1):
                form = tuple(word.plain for word in found[at - count : at])
                if form in self._exactly:
                    start, end = found[at - count].start, found[at - 1].end
                    text = text[:start] + self._exactly[form] + text[end:]
                    at -= count - 1
                    break
            at -= 1
        return text


def _plain(text: str) -> tuple[str, ...]:
    return tuple(word.plain for word in words(text))


def spoken_in(locale: str) -> Callable[[str], str]:
    """A function from a word to how it is said in a locale: figures become words."""

    @lru_cache(maxsize=4096)
    def spoken(word: str) -> str:
        if not word.isdecimal() or len(word) > 4:
            return word
        return tn(word, locale) or word

    return spoken
