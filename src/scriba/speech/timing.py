"""Word times from the decoder's alignment, and carried on to the words of the other forms."""

from collections.abc import Iterator, Sequence
from math import exp, log

from tokenizers import Tokenizer

from scriba.speech.engine import TimedWord
from scriba.speech.forms import Group

_STATE = 0.02
"""Seconds an encoder state covers."""

_LONGEST = (0.5, 0.3)
"""Seconds, and seconds a letter: an aligned word that seems longer holds a pause."""


def timed_words(
    tokenizer: Tokenizer,
    tokens: Sequence[int],
    alignment: Sequence[tuple[int, int]],
    probabilities: Sequence[float],
    seconds: float,
    *,
    parts: bool = False,
) -> tuple[TimedWord, ...]:
    """The space-separated words of `tokens` with times within a clip of `seconds`.

    With `parts` they are whatever tokens make up whole letters, for languages without spaces.

    `alignment` holds (token, state) pairs along the warping path of the cross-attention, where one
    token more than `tokens` has stands for the end; `probabilities` are those of the tokens.
    """
    starts = [seconds] * (len(tokens) + 1)
    seen = -1
    for token, state in alignment:
        if token > seen:
            for skipped in range(seen + 1, min(token, len(tokens)) + 1):
                starts[skipped] = min(state * _STATE, seconds)
            seen = token
    words = []
    for first, last in (_letters if parts else _spans)(tokenizer, tokens):
        texts = tokenizer.decode(list(tokens[first:last])).split()
        start, end = starts[first], max(starts[first], starts[last])
        chances = [max(float(p), 1e-9) for p in probabilities[first:last]]
        chance = exp(sum(map(log, chances)) / len(chances)) if chances else 0.0
        words += [TimedWord(*part, chance) for part in _shares(texts, start, end)]
    return tuple(_without_pauses(words))


def longest_gap(words: Sequence[TimedWord], seconds: float) -> float:
    """The longest time in a clip of `seconds` that no word covers."""
    ends = [0.0, *(word.end for word in words)]
    starts = [*(word.start for word in words), seconds]
    return max(start - end for start, end in zip(starts, ends, strict=True))


def _spans(tokenizer: Tokenizer, tokens: Sequence[int]) -> list[tuple[int, int]]:
    """Half-open ranges of tokens that make up a word each."""
    # "Ġ" is how byte-level vocabularies write the space that a word begins with.
    marks = [
        i
        for i, t in enumerate(tokens)
        if i == 0 or (tokenizer.id_to_token(t) or "").startswith("Ġ")
    ]
    return list(zip(marks, [*marks[1:], len(tokens)], strict=True))


def _letters(tokenizer: Tokenizer, tokens: Sequence[int]) -> list[tuple[int, int]]:
    """Half-open ranges of the fewest tokens that make up whole letters each."""
    spans = []
    first = 0
    for last in range(1, len(tokens) + 1):
        # Half a letter is shown as the replacement character.
        if "\ufffd" not in tokenizer.decode(list(tokens[first:last])) or last == len(tokens):
            spans.append((first, last))
            first = last
    return spans


def _without_pauses(words: list[TimedWord]) -> list[TimedWord]:
    """Words that swallowed a pause give it back: the part next to their neighbour is kept."""
    kept = []
    for i, word in enumerate(words):
        start, end = word.start, word.end
        limit = _LONGEST[0] + _LONGEST[1] * len(word.text)
        if end - start > limit:
            # The first word is late and the others early: that is where the sound is.
            start, end = (end - limit, end) if i == 0 else (start, start + limit)
        kept.append(TimedWord(word.text, start, end, word.probability))
    return kept


def _shares(texts: Sequence[str], start: float, end: float) -> Iterator[tuple[str, float, float]]:
    """The time from start to end divided among texts, by their lengths."""
    total = sum(map(len, texts))
    done = 0
    for text in texts:
        at, done = done, done + len(text)
        # The end is taken as it is: rounding may not push a word past it.
        until = end if done == total else start + (end - start) * done / total
        yield text, start + (end - start) * at / total, until


def display_words(
    groups: Sequence[Group], words: Sequence[TimedWord], offset: float
) -> list[tuple[str, float, float, float]]:
    """(text, start, end, probability) of every display word, in seconds of the recording.

    A group's words share the time of the source words it came from, by their lengths. `offset` is
    where the clip begins. Groups without a source word of their own take the time between their
    neighbours, so every word has one and none overlaps.
    """
    return _carried([(g.source, g.display) for g in groups], words, offset)


def lexical_words(
    groups: Sequence[Group], words: Sequence[TimedWord], offset: float
) -> list[tuple[str, float, float, float]]:
    """The same of every lexical word; one that stands for one source word has that word's time."""
    parts: list[tuple[tuple[int, int], tuple[str, ...]]] = []
    for group in groups:
        first, last = group.source
        if len(group.lexical) == last - first:
            parts += [((first + i, first + i + 1), (word,)) for i, word in enumerate(group.lexical)]
        else:
            parts.append((group.source, group.lexical))
    return _carried(parts, words, offset)


def _carried(
    parts: Sequence[tuple[tuple[int, int], tuple[str, ...]]],
    words: Sequence[TimedWord],
    offset: float,
) -> list[tuple[str, float, float, float]]:
    """(text, start, end, probability) of texts that come from spans of words."""
    timed = []
    now = words[0].start if words else 0.0
    for span, texts in parts:
        source = words[slice(*span)]
        start = max(now, source[0].start) if source else now
        end = max(start, source[-1].end) if source else start
        chance = min((w.probability for w in source), default=0.0)
        now = end
        timed += [
            (text, offset + first, offset + last, chance)
            for text, first, last in _shares(texts, start, end)
        ]
    return timed
