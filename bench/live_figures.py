"""What the events of live recognition say of it: how soon, how steady, how right."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import Match, SequenceMatcher

from scriba.speech import Draft, Event, Final, Phrase
from scriba.speech.language import Locale


@dataclass
class Figures:
    """Of many streams; times in seconds, in lists of one for each phrase or word.

    `first` is from the onset of a phrase's first word to its first draft, `words` from the end of a
    word to the first draft with it (word times are those of the final), `finals` from the end of
    speech to the final. `shown` counts words that drafts showed, `changed` those of them that a
    later draft did not have, `corrected` those that only the final did not have; `late` words that
    no draft had.
    """

    first: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)
    finals: list[float] = field(default_factory=list)
    shown: int = 0
    changed: int = 0
    corrected: int = 0
    late: int = 0

    def add(self, events: Sequence[tuple[float, Event]], spoken: Locale) -> None:
        """Take the events of a stream, each with its time after the first sample."""
        drafts: list[tuple[float, list[str]]] = []
        for time, event in events:
            if isinstance(event, Draft):
                drafts.append((time, plain(event.text, spoken)))
            elif isinstance(event, Final):
                if event.phrase is not None:
                    self._add_phrase(time, event.phrase, drafts, spoken)
                drafts = []

    def _add_phrase(
        self, time: float, phrase: Phrase, drafts: list[tuple[float, list[str]]], spoken: Locale
    ) -> None:
        timed = phrase.best.lexical_words
        final = plain(phrase.best.forms.lexical, spoken)
        self.finals.append(time - phrase.end)
        self.first.append(min([time, *(t for t, _ in drafts)]) - timed[0].start)
        before: list[str] = []
        for _, words in drafts:
            kept = common(before, words)
            self.shown += len(words) - kept
            self.changed += len(before) - kept
            before = words
        self.corrected += len(before) - common(before, final)
        if len(final) != len(timed):
            # Without spaces there are no words whose times could be compared.
            return
        seen: dict[int, float] = {}
        for at, words in drafts:
            for block in _blocks(final, words):
                for i in range(block.a, block.a + block.size):
                    seen.setdefault(i, at)
        self.late += sum(1 for i in range(len(final)) if seen.get(i, time) >= time)
        self.words += [seen.get(i, time) - word.end for i, word in enumerate(timed)]

    def told(self) -> str:
        """All of it in some lines."""
        every = max(1, self.shown)
        return "\n".join(
            [
                f"  first draft after the onset of the first word: {spread(self.first)}",
                f"  a word's first draft after its end: {spread(self.words)}; "
                f"{100 * self.late / max(1, len(self.words)):.1f} % only in the final",
                f"  of {self.shown} words shown {100 * self.changed / every:.1f} % changed in a "
                f"later draft, {100 * self.corrected / every:.1f} % in the final",
                f"  final after the end of speech: {spread(self.finals)}",
            ]
        )


def plain(text: str, spoken: Locale) -> list[str]:
    """The words of a text without case and marks; its letters in a language without spaces."""
    parts = text.lower().split() if spoken.spaced else list(text.lower())
    return ["".join(char for char in part if char.isalnum()) for part in parts]


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words two texts have in common, in order."""
    return sum(block.size for block in _blocks(one, other))


def _blocks(one: Sequence[str], other: Sequence[str]) -> list[Match]:
    return SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of them is; not a number where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def spread(values: Sequence[float]) -> str:
    """Median and 95th percentile."""
    low, high = percentile(values, 0.5), percentile(values, 0.95)
    return f"median {low:.2f} s, 95 % within {high:.2f} s (n={len(values)})"
