"""Which of several languages is spoken: once for a recording, or phrase by phrase.

The engine gives each segment's probability of every language and decodes it in the likeliest
candidate. What is decided here, from several segments together, may differ; then, and only then,
the segment is decoded again.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Protocol

from scriba.errors import UnsupportedLocale
from scriba.speech.language import Locale, locale, locales, usual
from scriba.speech.phrases import Heard
from scriba.speech.segments import SegmentOptions

_FLOOR = 1e-3
"""Least share of a candidate: no segment alone may rule a language out."""

_SURE = 4.0
"""Lead of the best language, in nats, at which a recording's is decided."""

_ENOUGH = 30.0
"""Seconds of speech after which a recording's language is decided in any case."""

_FULL_WEIGHT = 3.0
"""Seconds of speech from which a segment counts fully; shorter ones are less reliable."""

_TEXT = 4.0
"""How much the text's mean log probability says, against the language's log probability."""

_CHANGE = 1.2
"""Nats that a change of language between two phrases costs."""

_LAG = 2
"""Phrases after it that have a say in a phrase's language, at least."""

_MOST_LAG = 6
"""Phrases that are waited for at most, ..."""

_AHEAD = 6.0
"""... for so many seconds of speech to have a say."""

_STRANGE = 0.5
"""How much less likely a language is that the recording has not been in.

In nats, for each of the logarithm of the number of languages to choose from: with a hundred, one of
them that nobody spoke before seems likely by chance far more often than with four.
"""

_KNOWN = 2.0
"""Seconds of speech in a language after which little of that is left."""

_LONG_WEIGHT = 0.5
"""What of it counts for a phrase of `_FULL_WEIGHT`: such a phrase can tell on its own."""

_REMEMBERED = 60.0
"""Seconds of speech by which the languages of a recording are remembered."""

_FALLBACK = 0.05
"""How much less likely than a candidate the language is that is only named for the rest."""


class Model(Protocol):
    """What the choice of languages asks of an engine."""

    name: str

    def supports(self, language: str) -> bool: ...


class Choice:
    """Languages to choose from (Whisper's codes), each with the locale it stands for.

    `fallback` is the code of one that is no candidate, taken where none of them fits.
    """

    def __init__(self, named: Mapping[str, Locale], fallback: str | None = None) -> None:
        self.locales = dict(named)
        self.codes = tuple(named)
        self._fallback = fallback

    def evidence(self, heard: Heard) -> dict[str, float]:
        """The log probability of each language, from this segment alone."""
        found = heard.transcript.languages
        total = sum(found.get(code, 0.0) for code in self.codes) + _FLOOR
        weight = min(1.0, heard.seconds / _FULL_WEIGHT)
        logs = {}
        for code in self.codes:
            share = found.get(code, 0.0) / total
            if code == self._fallback:
                share *= _FALLBACK
            logs[code] = weight * log(max(share, _FLOOR))
        if heard.transcript.contender is not None:
            code, guess = heard.transcript.contender
            gain = guess.logprob - heard.transcript.guesses[0].logprob
            logs[code] += weight * _TEXT * gain
        return logs


def choice(engine: Model, candidates: Sequence[str], fallback: str | None = None) -> Choice:
    """The choice among locales, or among all that `engine` knows where there are none.

    Where two candidates are of one language (en-US, en-GB) the first stands for it. Raises
    UnsupportedLocale.
    """
    if not candidates and fallback is None:
        known = {one.whisper for one in locales() if engine.supports(one.whisper)}
        named = {code: one for code in sorted(known) if (one := usual(code)) is not None}
        return Choice(named)
    named = {}
    for tag in candidates:
        spoken = supported(engine, tag)
        named.setdefault(spoken.whisper, spoken)
    if fallback is None:
        return Choice(named)
    rest = supported(engine, fallback)
    if rest.whisper in named:
        return Choice(named)
    return Choice({**named, rest.whisper: rest}, rest.whisper if named else None)


def supported(engine: Model, tag: str) -> Locale:
    """The locale named `tag`; raises UnsupportedLocale for one unknown, to us or to the model."""
    spoken = locale(tag)
    if not engine.supports(spoken.whisper):
        raise UnsupportedLocale(f"the model {engine.name} does not know {spoken.tag}")
    return spoken


class Identifier(Protocol):
    """Decides the language of segments, in their order. `segments` says how they are to be cut."""

    segments: SegmentOptions

    @property
    def candidates(self) -> tuple[str, ...]:
        """The languages that the next segment may be in."""
        ...

    def feed(self, heard: Heard) -> list[tuple[Heard, str]]:
        """Take the next segment; returns those that are decided now, with their languages."""
        ...

    def finish(self) -> list[tuple[Heard, str]]:
        """The segments that only the end of the recording decides."""
        ...


class Given:
    """One language for all."""

    segments = SegmentOptions()

    def __init__(self, code: str) -> None:
        self.candidates = (code,)

    def feed(self, heard: Heard) -> list[tuple[Heard, str]]:
        return [(heard, self.candidates[0])]

    def finish(self) -> list[tuple[Heard, str]]:
        return []


class Single:
    """One language for the recording, found from its first speech.

    With `waits` false that is the first segment, however little it says.
    """

    segments = SegmentOptions()

    def __init__(self, choice: Choice, *, waits: bool = True) -> None:
        self.candidates = choice.codes
        self._choice = choice
        self._waits = waits
        self._totals = dict.fromkeys(choice.codes, 0.0)
        self._waiting: list[Heard] = []
        self._seconds = 0.0

    def feed(self, heard: Heard) -> list[tuple[Heard, str]]:
        if len(self.candidates) == 1:
            return [(heard, self.candidates[0])]
        self._waiting.append(heard)
        self._seconds += heard.seconds
        for code, value in self._choice.evidence(heard).items():
            self._totals[code] += value
        first, second = sorted(self._totals.values(), reverse=True)[:2]
        if not self._waits or first - second >= _SURE or self._seconds >= _ENOUGH:
            return self.finish()
        return []

    def finish(self) -> list[tuple[Heard, str]]:
        if not self._waiting:
            return []
        best = max(self._totals, key=lambda code: self._totals[code])
        self.candidates = (best,)
        decided, self._waiting = self._waiting, []
        return [(heard, best) for heard in decided]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A phrase, the log probability of each language from it alone, and how much that counts."""

    heard: Heard
    logs: dict[str, float]
    weight: float

    def shares(self) -> dict[str, float]:
        """How its seconds divide among the languages, as far as they count."""
        top = max(self.logs.values())
        odds = {code: exp(value - top) for code, value in self.logs.items()}
        each = self.weight * self.heard.seconds / sum(odds.values())
        return {code: each * value for code, value in odds.items()}


class Continuous:
    """A language for each phrase, in which its neighbours and the recording have a say.

    The likeliest sequence of languages in which a change has its price (Viterbi 1967), and so has a
    language that neither what was decided nor what waits is in. A phrase is decided when the next
    `_LAG` are there and hold `_AHEAD` seconds of speech, or `_MOST_LAG` are; with `waits` false at
    once, from those before it alone.
    """

    # Another language often follows after less of a pause than ends a phrase otherwise.
    segments = SegmentOptions(pauses=((0.0, 0.4), (18.0, 0.3), (22.0, 0.2)))

    def __init__(self, choice: Choice, *, waits: bool = True) -> None:
        self.candidates = choice.codes
        self._choice = choice
        self._waits = waits
        self._before = dict.fromkeys(choice.codes, 0.0)
        self._spoken = dict.fromkeys(choice.codes, 0.0)
        """Seconds of speech in each language."""
        self._waiting: deque[_Evidence] = deque()

    def feed(self, heard: Heard) -> list[tuple[Heard, str]]:
        weight = min(1.0, heard.seconds / _FULL_WEIGHT)
        self._waiting.append(_Evidence(heard, self._choice.evidence(heard), weight))
        decided = []
        while self._is_ready():
            decided.append(self._decide())
        return decided

    def finish(self) -> list[tuple[Heard, str]]:
        return [self._decide() for _ in range(len(self._waiting))]

    def _is_ready(self) -> bool:
        if not self._waits:
            return bool(self._waiting)
        after = list(self._waiting)[1:]
        if len(after) < _LAG:
            return False
        return len(after) >= _MOST_LAG or sum(each.heard.seconds for each in after) >= _AHEAD

    def _decide(self) -> tuple[Heard, str]:
        strange = self._strangeness()

        def scored(scores: Mapping[str, float], each: _Evidence) -> dict[str, float]:
            share = 1.0 - (1.0 - _LONG_WEIGHT) * each.weight
            return {
                code: scores[code] + each.logs[code] - share * strange[code]
                for code in self.candidates
            }

        after = dict.fromkeys(self.candidates, 0.0)
        for each in list(self._waiting)[:0:-1]:
            after = _step(scored(after, each))
        own = self._waiting.popleft()
        here = scored(self._before, own)
        self._before = _step(here)
        best = max(self.candidates, key=lambda code: here[code] + after[code])
        self._remember(best, own.weight * own.heard.seconds)
        return own.heard, best

    def _strangeness(self) -> dict[str, float]:
        """What each language has against it, from the whole of the recording, in nats."""
        spoken = dict(self._spoken)
        for each in self._waiting:
            for code, seconds in each.shares().items():
                spoken[code] += seconds
        most = _STRANGE * log(len(self.candidates))
        return {code: most * exp(-seconds / _KNOWN) for code, seconds in spoken.items()}

    def _remember(self, code: str, seconds: float) -> None:
        self._spoken[code] += seconds
        rest = _REMEMBERED / max(_REMEMBERED, sum(self._spoken.values()))
        # What was heard by mistake is forgotten, and so is a language of an hour ago.
        self._spoken = {each: rest * value for each, value in self._spoken.items()}


def _step(scores: Mapping[str, float]) -> dict[str, float]:
    """The best scores that lead to each language one phrase further, or back."""
    top = max(scores.values())
    # Taken from the best, or they would grow without bound in a long recording.
    return {code: max(score - top, -_CHANGE) for code, score in scores.items()}
