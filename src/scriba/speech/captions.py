"""Subtitles, SubRip and WebVTT, from phrases with word times."""

import html
import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scriba.speech.results import Phrase, Word

LINE = 42
LINES = 2
LONGEST = 7.0
SHORTEST = 1.0
_PAUSE = 1.5
_SENTENCE_ENDS = ".?!…。？！؟।"
_CLAUSE_ENDS = _SENTENCE_ENDS + ",;:、，；：،"


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle: shown from `start` to `end` (seconds), at most two lines of 42 columns."""

    start: float
    end: float
    lines: tuple[str, ...]


def cues(phrases: Iterable[Phrase], *, spaced: bool = True) -> Iterator[Cue]:
    """The subtitles of phrases, in order and without overlap.

    `spaced` False joins words without spaces, as in Chinese. A cue ends where its two lines or
    seven seconds are full (then at the last clause, if it can), at a long pause, or at the end of
    a sentence that fills half a line.
    """
    waiting: Cue | None = None
    for words in _groups(phrases, " " if spaced else ""):
        start = max(words[0].start, waiting.end if waiting else 0.0)
        end = min(max(words[-1].end, start + 0.05), start + LONGEST)
        if waiting is not None:
            yield _lengthened(waiting, start)
        lines = _lines([word.text for word in words], " " if spaced else "")
        waiting = Cue(start, end, tuple(lines))
    if waiting is not None:
        yield _lengthened(waiting, math.inf)


def srt(cues: Iterable[Cue]) -> Iterator[str]:
    """The blocks of a SubRip file."""
    for number, cue in enumerate(cues, 1):
        text = "\n".join(cue.lines)
        yield f"{number}\n{_stamp(cue.start, ',')} --> {_stamp(cue.end, ',')}\n{text}\n\n"


def vtt(cues: Iterable[Cue]) -> Iterator[str]:
    """The blocks of a WebVTT file, its header first."""
    yield "WEBVTT\n\n"
    for cue in cues:
        text = "\n".join(html.escape(line, quote=False) for line in cue.lines)
        yield f"{_stamp(cue.start, '.')} --> {_stamp(cue.end, '.')}\n{text}\n\n"


def columns(text: str) -> int:
    """The width of a text in columns; Chinese, Japanese and Korean characters take two."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide


def _groups(phrases: Iterable[Phrase], space: str) -> Iterator[list[Word]]:
    for phrase in phrases:
        group: list[Word] = []
        for word in _words(phrase, space):
            if group and (
                word.start - group[-1].end > _PAUSE or _ends_with(group, _SENTENCE_ENDS, space)
            ):
                yield group
                group = []
            while group and _full([*group, word], space):
                cut = _last_clause(group, space)
                yield group[:cut]
                group = group[cut:]
            group.append(word)
        if group:
            yield group


def _full(group: list[Word], space: str) -> bool:
    texts = [word.text for word in group]
    too_long = group[-1].end - group[0].start > LONGEST
    return too_long or len(_wrap(texts, space, LINE)) > LINES


def _last_clause(group: list[Word], space: str) -> int:
    """Where to cut a full group: behind its last clause that fills half a line, else at its end."""
    for cut in range(len(group) - 1, 0, -1):
        if _ends_with(group[:cut], _CLAUSE_ENDS, space):
            return cut
    return len(group)


def _words(phrase: Phrase, space: str) -> Iterator[Word]:
    words = phrase.best.words
    if not words:
        text = phrase.best.forms.display
        words = _spread(text.split() if space else list(text), phrase)
    for word in words:
        # A word wider than a line could never be shown.
        pieces = _pieces(word.text)
        step = (word.end - word.start) / max(len(pieces), 1)
        for position, piece in enumerate(pieces):
            start = word.start + position * step
            yield Word(piece, start, start + step, word.confidence)


def _spread(texts: list[str], phrase: Phrase) -> tuple[Word, ...]:
    step = (phrase.end - phrase.start) / max(len(texts), 1)
    return tuple(
        Word(text, phrase.start + n * step, phrase.start + (n + 1) * step, phrase.best.confidence)
        for n, text in enumerate(texts)
    )


def _pieces(text: str) -> list[str]:
    pieces = [""]
    for character in text:
        if columns(pieces[-1] + character) > LINE:
            pieces.append("")
        pieces[-1] += character
    return [piece for piece in pieces if piece]


def _ends_with(group: list[Word], marks: str, space: str) -> bool:
    text = space.join(word.text for word in group)
    last = text.rstrip("\"'”’)»」』")[-1:]
    return last != "" and last in marks and columns(text) > LINE / 2


def _wrap(texts: list[str], space: str, width: int) -> list[str]:
    lines = [texts[0]]
    for text in texts[1:]:
        longer = f"{lines[-1]}{space}{text}"
        if columns(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(text)
    return lines


def _lines(texts: list[str], space: str) -> list[str]:
    """The texts on one line, or on two of about the same width."""
    wrapped = _wrap(texts, space, LINE)
    if len(wrapped) < 2:
        return wrapped
    halves = [(space.join(texts[:cut]), space.join(texts[cut:])) for cut in range(1, len(texts))]
    fitting = [pair for pair in halves if max(map(columns, pair)) <= LINE]
    return list(min(fitting, key=lambda pair: max(map(columns, pair)))) if fitting else wrapped


def _lengthened(cue: Cue, before: float) -> Cue:
    """The cue shown long enough to be read, if the next one, at `before`, leaves the time."""
    end = max(cue.end, min(cue.start + SHORTEST, before))
    return Cue(cue.start, end, cue.lines)


def _stamp(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    whole, milliseconds = divmod(milliseconds, 1000)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{milliseconds:03}"
