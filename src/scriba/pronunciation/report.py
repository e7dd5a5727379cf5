"""From an alignment and its scores to the words of the text that was read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from scriba.pronunciation.acoustics import Sound
from scriba.pronunciation.alignment import FRAMES_PER_SECOND, AlignedPhone
from scriba.pronunciation.assessment import (
    AssessedWord,
    Assessment,
    AssessmentOptions,
    Miscue,
    Phone,
    Syllable,
)
from scriba.pronunciation.miscues import Plan
from scriba.pronunciation.phones import PHONES
from scriba.pronunciation.prosody import TimedWord, assess_prosody
from scriba.pronunciation.reference import ReferenceWord
from scriba.pronunciation.scorer import TOP, TOP_PHONE, Scores
from scriba.pronunciation.snr import snr
from scriba.pronunciation.syllables import graphemes, syllables
from scriba.speech.resample import SAMPLE_RATE, Samples

BAD = 60.0
"""Words that score less are mispronounced: the API's figure."""

_SWAPPED = 40.0
"""The most that a word gets that was said as another one."""

_DOUBTFUL, _SAID = 70.0, 85.0
"""From the second score on a word was said, whatever the recogniser heard: of learners it hears
another word as often as they say one. From the first on that counts less and less."""


@dataclass(frozen=True, slots=True)
class Read:
    """A reading: its `sound`, the words it should have and what became of them.

    `owners` says which word of the reference each aligned word belongs to, and which of what is
    said for it it is ("$5": 0 "five", 1 "dollars"). `scripted`: the reference was given.
    """

    audio: Samples
    sound: Sound
    reference: Sequence[ReferenceWord]
    plan: Plan
    owners: Sequence[tuple[int, int]]
    scripted: bool = True


@dataclass(frozen=True, slots=True)
class _Said:
    """A spoken word, number `place` of what is said for the word `owner` of the reference: its
    phones, scored, and its own score, 0 to 100."""

    owner: int
    place: int
    phones: tuple[Phone, ...]
    score: float


def assessment(
    read: Read, phones: Sequence[AlignedPhone], scores: Scores, options: AssessmentOptions
) -> Assessment:
    """The assessment of a reading whose words were aligned and scored."""
    said = list(_said(read, phones, scores, options.nbest_phonemes))
    words = _words(read, said, options.miscue)
    spans = [(word.start, word.end) for word in words if word.end > word.start]
    if options.prosody:
        words = _with_prosody(read, words)
    unsaid = set(range(len(read.reference))) - {each.owner for each in said}
    count = len(read.reference)
    percent = 100.0 / TOP
    worth = percent * _worth(words, said)
    return Assessment(
        accuracy=scores.accuracy * worth,
        fluency=scores.fluency * percent,
        completeness=100.0 * (1.0 - len(unsaid | read.plan.omitted) / count),
        prosody=scores.prosody * percent if options.prosody else None,
        # What was left out but counts as read has lowered the score of the sounds already.
        total=scores.total * worth * (1.0 - len(unsaid) / count),
        words=tuple(words),
        snr=snr(read.audio, spans),
    )


def _worth(words: Sequence[AssessedWord], said: Sequence[_Said]) -> float:
    """What is left, 0 to 1, of the scores of sounds: words said as others count less, and where
    more was added than read, it is hardly a reading."""
    read = [word for word in words if word.phones]
    added = sum(word.miscue is Miscue.INSERTION for word in words)
    owners = {each.owner for each in said}
    raw = sum(_score([each for each in said if each.owner == owner]) for owner in owners)
    kept = sum(word.score for word in read) / raw if raw else 1.0
    return kept * min(1.0, len(read) / added if added else 1.0)


def _score(own: Sequence[_Said]) -> float:
    """The score of a word of the reference by those of what was said for it."""
    return float(
        np.average([each.score for each in own], weights=[len(each.phones) for each in own])
    )


def _said(
    read: Read, phones: Sequence[AlignedPhone], scores: Scores, rivals: int
) -> Iterator[_Said]:
    """The spoken words that were aligned, in order."""
    order = list(dict.fromkeys(phone.word for phone in phones))
    # The last frame may be longer than what is left of the recording.
    last = len(read.audio) / SAMPLE_RATE
    for place, word in enumerate(order):
        own = tuple(
            Phone(
                each.symbol,
                min(each.start / FRAMES_PER_SECOND, last),
                min(each.end / FRAMES_PER_SECOND, last),
                float(score) * 100.0 / TOP_PHONE,
                _rivals(read.sound, each, rivals),
            )
            for each, score in zip(phones, scores.phones, strict=True)
            if each.word == word
        )
        yield _Said(*read.owners[word], own, float(scores.words[place]) * 100.0 / TOP)


def _rivals(sound: Sound, phone: AlignedPhone, count: int) -> tuple[tuple[str, float], ...]:
    """The likeliest phones of a stretch, with their mean posterior in percent."""
    if not count:
        return ()
    shares = np.exp(sound.log_posteriors[phone.start : phone.end, : len(PHONES)]).mean(axis=0)
    best = np.argsort(-shares)[:count]
    return tuple((PHONES[each], float(100.0 * shares[each])) for each in best)


def _words(read: Read, said: Sequence[_Said], miscue: bool) -> list[AssessedWord]:
    """The words of the reference, and between them those that were added."""
    words: list[AssessedWord] = []
    extras = list(read.plan.extras) if miscue else []
    time = min((each.phones[0].start for each in said), default=0.0)
    for number, word in enumerate(read.reference):
        words += [
            AssessedWord(each.text, each.start, each.end, 0.0, Miscue.INSERTION)
            for each in extras
            if each.before == number
        ]
        own = [each for each in said if each.owner == number]
        if own:
            # Without miscues only the sounds are judged.
            words.append(_word(word, own, read.plan.swapped if miscue else frozenset()))
            time = words[-1].end
        else:
            # Without miscues the text is taken as spoken: it was not said well.
            kind = Miscue.OMISSION if miscue else Miscue.MISPRONUNCIATION
            words.append(AssessedWord(word.text, time, time, 0.0, kind))
    return words + [
        AssessedWord(each.text, each.start, each.end, 0.0, Miscue.INSERTION)
        for each in extras
        if each.before >= len(read.reference)
    ]


def _word(
    word: ReferenceWord, own: Sequence[_Said], swapped: frozenset[tuple[int, int]]
) -> AssessedWord:
    # Of "$5" one wrong word is enough.
    others = [_capped(each.score) for each in own if (each.owner, each.place) in swapped]
    score = min([_score(own), *others])
    return AssessedWord(
        word.text,
        own[0].phones[0].start,
        own[-1].phones[-1].end,
        score,
        Miscue.MISPRONUNCIATION if score < BAD else Miscue.NONE,
        tuple(part for each in own for part in _syllables(word, each)),
    )


def _capped(score: float) -> float:
    """The score of a word that seems to have been said as another one."""
    if score >= _SAID:
        return score
    share = max(0.0, (score - _DOUBTFUL) / (_SAID - _DOUBTFUL))
    return min(score, _SWAPPED + share * (_SAID - _SWAPPED))


def _syllables(word: ReferenceWord, said: _Said) -> Iterator[Syllable]:
    symbols = [phone.symbol for phone in said.phones]
    parts = syllables(symbols)
    # Of "$5" the letters are those of "five" and "dollars".
    written = len(word.spoken) == 1 and word.text.replace("'", "").isalpha()
    letters = word.text if written else word.spoken[said.place].word
    for part, grapheme in zip(parts, graphemes(letters, symbols, parts), strict=True):
        phones = said.phones[part.start : part.stop]
        yield Syllable(phones, grapheme, float(np.mean([phone.score for phone in phones])))


def _with_prosody(read: Read, words: Sequence[AssessedWord]) -> list[AssessedWord]:
    """The words that were said with their breaks and melody."""
    flags = {id(word): (False, False) for word in words}
    reference = (word for word in words if word.miscue is not Miscue.INSERTION)
    last = -1
    for word, told in zip(reference, read.reference, strict=True):
        # The pause after what was left out comes after the word before it.
        last = id(word) if word.end > word.start else last
        weak, strong = flags.get(last, (False, False))
        flags[last] = (weak or told.break_after, strong or told.strong_break_after)
    said = [word for word in words if word.end > word.start]
    for word, following in pairwise(said):
        if following.miscue is Miscue.INSERTION:
            # What was added before a pause stands between the text and its pause.
            flags[id(following)] = flags.pop(id(word))
            flags[id(word)] = (False, False)
    timed = [TimedWord(word.text, word.start, word.end, *flags[id(word)]) for word in said]
    found = assess_prosody(read.audio, timed, punctuated=read.scripted)
    known = {id(word): prosody for word, prosody in zip(said, found, strict=True)}
    return [replace(word, prosody=known.get(id(word))) for word in words]
