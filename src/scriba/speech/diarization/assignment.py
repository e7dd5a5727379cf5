"""Who said what: phrases and turns put together."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from scriba.speech.diarization.turns import Turn
from scriba.speech.forms import Forms, Group
from scriba.speech.results import Hypothesis, Phrase, Word

_CHANGE = 0.6
"""What a change of speaker between two words costs, in seconds of speech of the wrong speaker."""

_BREAK = 0.2
"""The same where a sentence ends or there is a pause."""

_PAUSE = 0.3
"""Seconds without a word that make a pause."""


def assign(phrases: Iterable[Phrase], turns: Sequence[Turn]) -> Iterator[Phrase]:
    """The phrases with their speakers, split between words where the speaker changes.

    `turns` are sorted by start. A phrase is split only if it has words; of a split one the best
    hypothesis is kept, as the others have no times. Each word goes to one speaker also where two
    speak at once. Speakers count from 1 in the order in which they first say something, so numbers
    differ from those of the turns if one of these has no words.
    """
    numbers: dict[int, int] = {}
    for part in split(phrases, turns):
        number = numbers.setdefault(part.speaker or 0, len(numbers) + 1)
        yield replace(part, speaker=number)


def split(phrases: Iterable[Phrase], turns: Sequence[Turn]) -> Iterator[Phrase]:
    """As `assign`, but with the numbers that the turns have."""
    index = _Index(turns)
    for phrase in phrases:
        for part, speaker in _parts(phrase, index):
            yield replace(part, speaker=speaker)


class _Index:
    """Turns by time."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = turns
        # The latest end so far rises with the index, so it can be searched.
        self._ends: list[float] = []
        for turn in turns:
            self._ends.append(max(turn.end, self._ends[-1] if self._ends else turn.end))

    def overlaps(self, start: float, end: float) -> dict[int, float]:
        """Seconds that each speaker speaks between `start` and `end`; the nearest if none does."""
        found: dict[int, float] = {}
        for turn in self._from(start):
            if turn.start >= end:
                break
            shared = min(turn.end, end) - max(turn.start, start)
            if shared > 0:
                found[turn.speaker] = found.get(turn.speaker, 0.0) + shared
        return found or self._nearest(start, end)

    def _from(self, start: float) -> Iterator[Turn]:
        for i in range(bisect_left(self._ends, start), len(self._turns)):
            yield self._turns[i]

    def _nearest(self, start: float, end: float) -> dict[int, float]:
        if not self._turns:
            return {1: 0.0}
        after = bisect_left(self._ends, start)
        near = self._turns[max(0, after - 8) : after + 1]
        turn = min(near, key=lambda turn: max(turn.start - end, start - turn.end))
        return {turn.speaker: 1e-3}


@dataclass(frozen=True, slots=True)
class _Unit:
    """A group of the text with its words; what cannot be split."""

    group: Group
    masked: tuple[str, ...]
    words: tuple[Word, ...]
    lexical: tuple[Word, ...]

    @property
    def start(self) -> float:
        return min(word.start for word in self.words + self.lexical)

    @property
    def end(self) -> float:
        return max(word.end for word in self.words + self.lexical)


def _parts(phrase: Phrase, index: _Index) -> list[tuple[Phrase, int]]:
    """The phrase in parts of one speaker each."""
    units = _units(phrase.best)
    timed = [i for i, unit in enumerate(units) if unit.words or unit.lexical]
    if not timed:
        return [(phrase, _most(index.overlaps(phrase.start, phrase.end)))]
    chosen = _speakers([units[i] for i in timed], index)
    if len(set(chosen)) == 1:
        return [(phrase, chosen[0])]
    # Groups without any word (removed profanity) stay with what comes before them.
    changes = [k for k in range(1, len(timed)) if chosen[k] != chosen[k - 1]]
    made = []
    for k, following in zip([0, *changes], [*changes, len(timed)], strict=True):
        first = timed[k] if k else 0
        last = timed[following] if following < len(timed) else len(units)
        start = units[timed[k]].start if k else phrase.start
        end = units[timed[following - 1]].end if following < len(timed) else phrase.end
        hypothesis = _hypothesis(units[first:last], phrase.best.confidence)
        part = replace(phrase, start=start, end=max(start, end), nbest=(hypothesis,))
        made.append((part, chosen[k]))
    return made


def _units(best: Hypothesis) -> list[_Unit]:
    """The groups of a hypothesis with their words; none if words and groups do not match."""
    groups = best.forms.groups
    shown = sum(len(group.display) for group in groups)
    said = sum(len(group.lexical) for group in groups)
    words = best.words if len(best.words) == shown else ()
    lexical = best.lexical_words if len(best.lexical_words) == said else ()
    masked = _masked(groups, best.forms.masked_itn.split())
    units = []
    at = spoken = 0
    for group, hidden in zip(groups, masked, strict=True):
        own = words[at : at + len(group.display)]
        heard = lexical[spoken : spoken + len(group.lexical)]
        units.append(_Unit(group, hidden, tuple(own), tuple(heard)))
        at += len(group.display)
        spoken += len(group.lexical)
    return units


def _masked(groups: Sequence[Group], words: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of the masked ITN, shared out among the groups."""
    plain = [word for group in groups for word in group.itn]
    found: list[tuple[str, ...]] = []
    at = 0
    for group in groups:
        own = []
        for word in group.itn:
            # Where profanity is removed, words are missing or are a part of what they were.
            if at < len(words) and (len(words) == len(plain) or words[at] in word):
                own.append(words[at])
                at += 1
        found.append(tuple(own))
    return found


def _speakers(units: Sequence[_Unit], index: _Index) -> list[int]:
    """The likeliest speaker of each unit, where every change of speaker has a price."""
    shares = [index.overlaps(unit.start, unit.end) for unit in units]
    speakers = sorted({speaker for share in shares for speaker in share})
    costs = [{s: max(share.values()) - share.get(s, 0.0) for s in speakers} for share in shares]
    best = dict(costs[0])
    back: list[dict[int, int]] = []
    for i in range(1, len(units)):
        price = _BREAK if _breaks(units[i - 1], units[i]) else _CHANGE
        cheapest = min(best, key=lambda s: best[s])
        before = {s: s if best[s] <= best[cheapest] + price else cheapest for s in speakers}
        best = {s: costs[i][s] + min(best[s], best[cheapest] + price) for s in speakers}
        back.append(before)
    speaker = min(best, key=lambda s: best[s])
    chosen = [speaker]
    for before in reversed(back):
        speaker = before[speaker]
        chosen.append(speaker)
    return chosen[::-1]


def _breaks(before: _Unit, after: _Unit) -> bool:
    ended = before.group.display[-1:] and before.group.display[-1].rstrip("\"'”’)").endswith(
        (".", "?", "!", "。", "？", "！", "…", "।")
    )
    return bool(ended) or after.start - before.end >= _PAUSE


def _hypothesis(units: Sequence[_Unit], confidence: float) -> Hypothesis:
    words = tuple(word for unit in units for word in unit.words)
    lexical = tuple(word for unit in units for word in unit.lexical)
    known = lexical or words
    if known:
        confidence = sum(word.confidence for word in known) / len(known)
    first = units[0].group.source[0]
    groups = tuple(
        replace(u.group, source=(u.group.source[0] - first, u.group.source[1] - first))
        for u in units
    )
    forms = Forms(
        lexical=" ".join(word for group in groups for word in group.lexical),
        itn=" ".join(word for group in groups for word in group.itn),
        masked_itn=" ".join(word for unit in units for word in unit.masked),
        display=" ".join(word for g in groups for word in g.display).replace("\n ", "\n").strip(),
        groups=groups,
    )
    return Hypothesis(confidence, forms, words, lexical)


def _most(shares: dict[int, float]) -> int:
    return max(shares, key=lambda speaker: shares[speaker])
