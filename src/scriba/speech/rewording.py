"""Texts that a hypothesis may stand for: what sounds like it and what a domain says more often.

A search over the words of a hypothesis, each of which stays or is replaced, alone or with its
neighbours, by words of the domain that sound alike. What is found is only proposed: the engine
scores it on the audio.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from scriba.speech.domain import EDGE, Domain, Word, words
from scriba.speech.engine import TimedWord
from scriba.speech.scripts import UNSPACED
from scriba.speech.soundalikes import Soundalikes
from scriba.speech.sounds import sounds

LONGEST = 3
"""Words of a hypothesis that are replaced together."""

MOST_WORDS = 80
"""Words of a hypothesis beyond which it is left alone."""

_SURE = 5.0
"""Nats that replacing a word costs at least, from which it is not tried."""

_SOUND = 5.0
"""Nats that a sound costs that is another one."""

_CHANGE = 1.0
"""Nats that each replacement costs."""

_MORE = 1.5
"""Nats that each additional word costs."""

_MOST_ALIKE = 64
"""Phrases of one sound that are tried: a text may be made of nothing else."""

_REPLACED = 4
_KEPT = 10
_BREAK = re.compile(r"[.?!;:…]")


@dataclass(frozen=True)
class Vocabulary:
    """What a domain's words and phrases sound like, and how they are written.

    `phrases` are numbers of words; those of key i are `of_key[i]` to `of_key[i + 1]`.
    """

    domain: Domain
    surfaces: Sequence[str]
    alike: Soundalikes
    phrases: Sequence[tuple[int, ...]]
    of_key: Sequence[int]
    spoken: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Reworded:
    """A text that may have been meant, and how many nats it promises to be better."""

    text: str
    promise: float


@dataclass(frozen=True, slots=True)
class _Step:
    end: int
    phrase: tuple[int, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class _Path:
    score: float
    before: tuple[int, int]
    steps: tuple[tuple[int, _Step], ...] = ()


def reworded(
    text: str, timed: Sequence[TimedWord], vocabulary: Vocabulary, most: int
) -> list[Reworded]:
    """Up to `most` texts, the most promising first; `timed` are the words of `text`."""
    found = words(text)
    if not found or len(found) > MOST_WORDS:
        return []
    steps = _steps(text, found, _costs(text, found, timed), vocabulary)
    if not steps:
        return []
    paths = _search(found, steps, vocabulary.domain)
    kept = next(path for path in paths if not path.steps)
    proposed: list[Reworded] = []
    seen = {tuple(word.plain for word in found)}
    for path in paths:
        other = _written(text, found, path, vocabulary)
        plain = tuple(word.plain for word in words(other))
        if plain not in seen:
            seen.add(plain)
            proposed.append(Reworded(other, path.score - kept.score))
    return proposed[:most]


def _costs(text: str, found: Sequence[Word], timed: Sequence[TimedWord]) -> list[float]:
    """Nats that are lost at least where each word is replaced: all others share the rest."""
    costs = [0.0] * len(found)
    at = 0
    for each in timed:
        start = text.find(each.text, at)
        if start < 0:
            continue
        at = start + len(each.text)
        cost = -log(max(1.0 - each.probability, 1e-4))
        for i, word in enumerate(found):
            if word.start < at and word.end > start:
                costs[i] = max(costs[i], cost)
    return costs


def _steps(
    text: str, found: Sequence[Word], costs: Sequence[float], vocabulary: Vocabulary
) -> dict[int, list[_Step]]:
    spans = []
    keys = []
    said = [vocabulary.spoken(word.plain) for word in found]
    for first in range(len(found)):
        for last in range(first + 1, min(len(found), first + LONGEST) + 1):
            if _BREAK.search(text[found[first].start : found[last - 1].end]):
                break
            if max(costs[first:last]) < _SURE:
                spans.append((first, last))
                keys.append(sounds("".join(said[first:last])))
    steps: dict[int, list[_Step]] = {}
    number = vocabulary.domain.number
    for (first, last), key, alike in zip(spans, keys, vocabulary.alike.find(keys), strict=True):
        own = tuple(number(word.plain) for word in found[first:last])
        for entry, share in alike:
            apart = share * max(len(key), len(vocabulary.alike.keys[entry]))
            first_one, beyond = vocabulary.of_key[entry : entry + 2]
            for phrase in vocabulary.phrases[first_one : min(beyond, first_one + _MOST_ALIKE)]:
                if phrase == own:
                    continue
                more = max(0, len(phrase) - len(own))
                cost = _CHANGE + _MORE * more + _SOUND * apart + max(costs[first:last])
                steps.setdefault(first, []).append(_Step(last, phrase, cost))
    return steps


def _search(
    found: Sequence[Word], steps: Mapping[int, Sequence[_Step]], domain: Domain
) -> list[_Path]:
    """The best ways through a hypothesis, best first; the one that changes nothing is there."""
    beams: list[dict[tuple[object, ...], _Path]] = [{} for _ in range(len(found) + 1)]
    beams[0][()] = _Path(0.0, (EDGE, EDGE))
    for i, word in enumerate(found):
        paths = sorted(beams[i].values(), key=lambda path: -path.score)
        # The unchanged text stays in any case: all others are compared with it.
        paths = paths[:_KEPT] + [path for path in paths[_KEPT:] if not path.steps]
        stay = _Step(i + 1, (domain.number(word.plain),), 0.0)
        for path in paths:
            _extend(beams, path, i, stay, domain, changed=False)
            if len(path.steps) < _REPLACED:
                for step in steps.get(i, ()):
                    _extend(beams, path, i, step, domain, changed=True)
    ended = [
        _Path(path.score + min(domain.gain(path.before, EDGE), 2.0), path.before, path.steps)
        for path in beams[-1].values()
    ]
    return sorted(ended, key=lambda path: -path.score)


def _extend(
    beams: list[dict[tuple[object, ...], _Path]],
    path: _Path,
    at: int,
    step: _Step,
    domain: Domain,
    *,
    changed: bool,
) -> None:
    score, before = path.score - step.cost, path.before
    for number in step.phrase:
        score += domain.gain(before, number)
        before = (before[1], number)
    steps = (*path.steps, (at, step)) if changed else path.steps
    known = beams[step.end].get((before, steps))
    if known is None or known.score < score:
        beams[step.end][before, steps] = _Path(score, before, steps)


def _written(text: str, found: Sequence[Word], path: _Path, vocabulary: Vocabulary) -> str:
    for at, step in reversed(path.steps):
        start, end = found[at].start, found[step.end - 1].end
        put = _joined([vocabulary.surfaces[number - 2] for number in step.phrase])
        if text[start].isupper():
            put = put[:1].upper() + put[1:]
        text = text[:start] + put + text[end:]
    return text


def _joined(parts: Sequence[str]) -> str:
    """Words with spaces between them, but for letters of scripts that have none."""
    joined = ""
    for part in parts:
        joined += " " + part if joined and not UNSPACED.match(part) else part
    return joined
