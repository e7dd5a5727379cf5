"""What is heard of a segment while it is open: a text that grows and seldom changes."""

from collections import deque
from dataclasses import dataclass, replace

from scriba.speech.agreement import agreed
from scriba.speech.engine import TimedWord, Transcript
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.segments import Segment


@dataclass(frozen=True)
class GrowthOptions:
    """When an open segment is decoded, and what is shown. Seconds; chosen on `dev`.

    It is decoded when `first` of speech is there, and again after `every` of new audio, or `soon`
    of it while there is nothing to show. A last word that ends within `held` of the end of what was
    heard may be half a word, and is not shown. Nor is a word less likely than `doubt`, or than
    `first_doubt` while nothing is shown, and what follows it, until two decodings agree on it or it
    is `old`. Audio longer than `longest` is cut after the last word that two decodings agreed on
    and that ends `kept` before its end.
    """

    first: float = 0.3
    every: float = 0.3
    soon: float = 0.1
    held: float = 0.15
    doubt: float = 0.5
    first_doubt: float = 0.2
    old: float = 1.5
    longest: float = 6.0
    kept: float = 2.0
    noise: float = 0.7
    unlikely: float = -1.0
    """No-speech probability and mean log probability beyond which nothing is shown."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Audio to be decoded, from `begin` to `end` seconds; its text begins with `prefix`."""

    audio: Samples
    begin: float
    end: float
    prefix: str
    whole: bool
    """Whether a pause follows the last word."""


class Growing:
    """The text of one open segment. `joint` is what stands between words in its language."""

    def __init__(self, stable: int = 1, options: GrowthOptions | None = None) -> None:
        self._options = options or GrowthOptions()
        self._earlier: deque[tuple[TimedWord, ...]] = deque(maxlen=max(1, stable - 1))
        self._stable = stable
        self._settled: tuple[TimedWord, ...] = ()
        """Words whose audio is not decoded any more."""
        self._begin = 0.0
        self._end = 0.0
        """Until when the last decoding heard."""
        self._known = 0
        """Words of the last decoding that the one before had as well."""
        self.words: tuple[TimedWord, ...] = ()
        """The words that are shown, with times in the recording."""

    def next(self, segment: Segment, joint: str) -> Excerpt | None:
        """What is to be decoded of the segment as it is now, if it is time to."""
        options = self._options
        end = segment.offset + len(segment.audio) / SAMPLE_RATE
        spoken = segment.speech[1] - max(segment.speech[0], self._begin)
        every = options.every if self.words else options.soon
        if spoken < options.first or end - self._end < every:
            return None
        begin = max(self._begin, segment.offset)
        audio = segment.audio[round((begin - segment.offset) * SAMPLE_RATE) :]
        known = self._earlier[-1][: self._known] if self._earlier else ()
        prefix = joint.join(word.text for word in known)
        return Excerpt(audio, begin, end, prefix, end - segment.speech[1] >= options.held)

    def hear(self, excerpt: Excerpt, transcript: Transcript) -> bool:
        """Take the transcript of an excerpt; returns whether the shown words changed."""
        options = self._options
        self._end = excerpt.end
        best = transcript.guesses[0]
        doubtful = transcript.no_speech > options.noise and best.logprob < options.unlikely
        if transcript.looped or doubtful:
            # What it was made to begin with may be to blame.
            self._known = 0
            return False
        words = tuple(
            replace(word, start=excerpt.begin + word.start, end=excerpt.begin + word.end)
            for word in transcript.words
        )
        known = agreed(self._earlier[-1], words) if self._earlier else 0
        sure = self._sure(words, known, excerpt)
        self._known = min(known, len(sure))
        self._earlier.append(words)
        shown = (*self._settled, *sure)
        self._settle(words, excerpt)
        if len(shown) <= len(self.words) and agreed(self.words, shown) == len(shown):
            return False
        self.words = shown
        return True

    def _sure(
        self, words: tuple[TimedWord, ...], known: int, excerpt: Excerpt
    ) -> tuple[TimedWord, ...]:
        """The first words, as far as they may be shown; the decoding before had `known` of them."""
        options = self._options
        count = len(words)
        while not excerpt.whole and count and words[count - 1].end > excerpt.end - options.held:
            count -= 1
        doubt = options.doubt if self.words else options.first_doubt
        for i in range(known, count):
            if words[i].probability < doubt and words[i].end > excerpt.end - options.old:
                count = i
                break
        if self._stable > 1:
            earlier = list(self._earlier)[-(self._stable - 1) :]
            enough = len(earlier) == self._stable - 1
            count = min([count, *(agreed(each, words) for each in earlier)]) if enough else 0
        return words[:count]

    def trust(self, segment: Segment, transcript: Transcript) -> bool:
        """Take the final transcript of the segment, after which there is a pause for now.

        What was heard before the pause stays as it is. Returns whether the shown words changed.
        """
        words = tuple(
            replace(word, start=segment.offset + word.start, end=segment.offset + word.end)
            for word in transcript.words
        )
        if not words:
            parts = transcript.guesses[0].text.split()
            words = tuple(TimedWord(part, *segment.speech, 1.0) for part in parts)
        end = segment.offset + len(segment.audio) / SAMPLE_RATE
        self._settled, self._known = words, 0
        self._begin, self._end = (segment.speech[1] + end) / 2, end
        self._earlier.clear()
        before, self.words = self.words, words
        return not len(before) == len(words) == agreed(before, words)

    def _settle(self, words: tuple[TimedWord, ...], excerpt: Excerpt) -> None:
        """Leave out of what is decoded next what is long enough ago and agreed on."""
        length = excerpt.end - excerpt.begin
        if length <= self._options.longest:
            return
        limit = excerpt.end - self._options.kept
        # Where nothing is ever agreed on, what was heard last has to do.
        agreed_on = len(words) if length > 2 * self._options.longest else self._known
        count = sum(1 for word in words[:agreed_on] if word.end <= limit)
        if count:
            self._settled = (*self._settled, *words[:count])
            after = words[count].start if count < len(words) else words[count - 1].end
            self._begin = (words[count - 1].end + after) / 2
            self._known = max(0, self._known - count)
            self._earlier = deque(
                (each[count:] for each in self._earlier), maxlen=self._earlier.maxlen
            )
