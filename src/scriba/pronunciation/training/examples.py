"""What the scores are learnt from: readings as the experts heard them, and some made worse.

The experts hardly ever heard another word than the one that should be read, and never a native
speaker. So some readings get a wrong word, some the sentence of another, and readings by native
speakers count as without fault. Features are taken with phones learnt from other speakers: of those
it was learnt from a net is surer than it will ever be of anyone else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scriba.pronunciation.alignment import TooShort
from scriba.pronunciation.corpus import Utterance, folds
from scriba.pronunciation.features import Features, features
from scriba.pronunciation.training.cuts import Cut, aligned
from scriba.pronunciation.training.phones import Borders, Corpus, PhoneNet, learn, sound
from scriba.pronunciation.training.scorer import Example

INNER = 3
"""Parts that the phones are learnt from two of, to hear the third."""

INNER_ROUNDS = 2


@dataclass(frozen=True)
class Worse:
    """How many examples with a wrong word are tried for each reading, and with another sentence."""

    swapped: float
    others: float


LEARNERS = Worse(0.2, 0.05)

NATIVES = Worse(4.0, 1.0)
"""There are few of them, and without these they would only teach that such voices are right."""

_WRONG_PHONE = 0.2
_WRONG_WORD = 1.5
_WRONG_SENTENCE = 0.5
_NAN = float("nan")


def hearers(
    corpus: Corpus, numbers: Sequence[int], borders: Mapping[int, Borders], seed: int
) -> list[tuple[PhoneNet, list[int]]]:
    """Nets, each with the readings it is to hear, which are of speakers that it was not taught."""
    inner = folds([corpus.readings[each] for each in numbers], INNER, seed + 1)
    found = []
    for part in range(INNER):
        taught = [each for each, own in zip(numbers, inner, strict=True) if own != part]
        net, _ = learn(corpus, taught, 10 * seed + part, borders, INNER_ROUNDS)
        heard = [each for each, own in zip(numbers, inner, strict=True) if own == part]
        found.append((net, heard))
    return found


def cross_fitted(
    corpus: Corpus, hearing: Sequence[tuple[PhoneNet, list[int]]], seed: int, cut: Cut = aligned
) -> list[Example]:
    """Examples of readings as `hearers` hear them."""
    words = vocabulary(corpus.readings[each] for _, heard in hearing for each in heard)
    found: list[Example] = []
    for net, heard in hearing:
        found += examples(net, corpus, heard, words, LEARNERS, seed, cut)
    return found


def examples(
    net: PhoneNet,
    corpus: Corpus,
    numbers: Sequence[int],
    words: Sequence[tuple[str, ...]],
    worse: Worse,
    seed: int,
    cut: Cut = aligned,
) -> Iterator[Example]:
    """Examples of the readings `numbers`, as they are and made worse.

    `words`: the phones of those that may stand for another.
    """
    chance = np.random.default_rng(seed)
    return _Teacher(net, corpus, numbers, words, worse, chance, cut).examples()


def featured(
    net: PhoneNet, corpus: Corpus, number: int, reading: Utterance, cut: Cut = aligned
) -> Features | None:
    """The features of a recording as a reading of some phones; None where it is too short."""
    heard = sound(net, corpus.encoded, number)
    try:
        return features(heard, cut(heard, [[word] for word in reading.phones]))
    except TooShort:
        return None


@dataclass(frozen=True)
class _Teacher:
    """What `examples` is given."""

    net: PhoneNet
    corpus: Corpus
    numbers: Sequence[int]
    words: Sequence[tuple[str, ...]]
    worse: Worse
    chance: np.random.Generator
    cut: Cut

    def examples(self) -> Iterator[Example]:
        for each in self.numbers:
            reading = self.corpus.readings[each]
            some = self._featured(each, reading)
            if some is None or reading.phone_scores is None:
                continue
            right = _example(some, reading)
            yield right
            for _ in range(self._times(self.worse.swapped)):
                yield from self._swapped(each, right)
            for _ in range(self._times(self.worse.others)):
                yield from self._other(each)

    def _times(self, mean: float) -> int:
        """A whole number, `mean` on average."""
        return int(mean + self.chance.random())

    def _featured(self, number: int, reading: Utterance) -> Features | None:
        return featured(self.net, self.corpus, number, reading, self.cut)

    def _swapped(self, number: int, right: Example) -> Iterator[Example]:
        """The reading as one of a sentence with another word at one place."""
        reading = self.corpus.readings[number]
        at = int(self.chance.integers(len(reading.words)))
        own = reading.phones[at]
        other = self.words[int(self.chance.integers(len(self.words)))]
        if abs(len(own) - len(other)) > 2 or len(set(own) & set(other)) * 2 > len(own):
            return
        phones = (*reading.phones[:at], other, *reading.phones[at + 1 :])
        some = self._featured(number, replace(reading, phones=phones))
        if some is None:
            return
        assert reading.phone_scores is not None
        scores = [list(each) for each in reading.phone_scores]
        scores[at] = [_WRONG_PHONE] * len(other)
        each = right.words.copy()
        each[at] = _WRONG_WORD
        yield Example(
            some,
            np.array([score for word in scores for score in word], np.float32),
            each,
            np.full(4, _NAN, np.float32),
        )

    def _other(self, number: int) -> Iterator[Example]:
        """The reading as one of another's sentence, of about as many words."""
        reading = self.corpus.readings[number]
        other = self.corpus.readings[self.numbers[int(self.chance.integers(len(self.numbers)))]]
        if other.text == reading.text or abs(len(other.words) - len(reading.words)) > 2:
            return
        some = self._featured(number, other)
        if some is None:
            return
        yield Example(
            some,
            np.full(sum(map(len, other.phones)), _WRONG_PHONE, np.float32),
            np.full(len(other.words), _WRONG_WORD, np.float32),
            # Fluency and melody do not depend on what is said.
            np.array([_WRONG_SENTENCE, _NAN, _NAN, _WRONG_SENTENCE], np.float32),
        )


def _example(some: Features, reading: Utterance) -> Example:
    assert reading.phone_scores is not None
    return Example(
        some,
        np.array([score for word in reading.phone_scores for score in word], np.float32),
        np.array(reading.word_means or reading.word_scores, np.float32),
        np.array(reading.sentence_means or reading.sentence, np.float32),
    )


def vocabulary(readings: Iterable[Utterance]) -> list[tuple[str, ...]]:
    """The phones of all their words."""
    return sorted({phones for reading in readings for phones in reading.phones})
