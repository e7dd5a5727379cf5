"""Audio and a reference text in, scores out: the library's main door."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scriba.errors import NothingToRead
from scriba.pronunciation.acoustics import DATA, Acoustics, Sound
from scriba.pronunciation.alignment import (
    FRAMES_PER_SECOND,
    SILENCE,
    AlignedPhone,
    Pronunciation,
    TooShort,
    align,
)
from scriba.pronunciation.assessment import Assessment, AssessmentOptions
from scriba.pronunciation.features import features, goodness
from scriba.pronunciation.miscues import Extra, Plan, find
from scriba.pronunciation.reference import ReferenceWord, apart, read, recognised
from scriba.pronunciation.report import Read, assessment
from scriba.pronunciation.scorer import Scorer, Scores
from scriba.pronunciation.settling import settled
from scriba.speech.resample import Samples
from scriba.speech.results import Word

_FILLER = 1.0
"""What a frame of speech beside the text costs over its likeliest phone."""

_FITS = -3.0
"""Goodness from which a recording that the recogniser made nothing of is a reading: between that
of learners' readings and that of the same with other sentences, and of noise."""

_ADDED = 20.0
"""What it costs to take a frame of a word that was added for one of the text: more than words
could gain, less than would leave a text without any place."""

_SKIP = 30.0
"""What it costs to leave out a word of a text that does not fit into the recording."""


@dataclass(frozen=True, slots=True)
class Scored:
    """An alignment of words with a sound, and the scores on the experts' scale of those aligned."""

    phones: tuple[AlignedPhone, ...]
    scores: Scores


class Assessor:
    """Scores how a text was read, in American English. Safe to use from any number of threads.

    `folder` has the models, by default those that come with Scriba; `threads` is how many threads
    each call uses.
    """

    def __init__(self, folder: Path = DATA, threads: int = 1) -> None:
        self._acoustics = Acoustics(folder, threads)
        self._scorer = Scorer(folder)

    def assess(
        self, audio: Samples, heard: Sequence[Word], options: AssessmentOptions
    ) -> Assessment | None:
        """Assess up to 30 s of mono float32 audio (samples,) at 16 kHz.

        `heard` are the lexical words that were recognised; () where there was speech that the
        recogniser made nothing of, as often of children: if it fits the reference it is assessed.
        None where there is no speech. Raises NothingToRead where the reference has no words,
        ReferenceTooLong.
        """
        scripted = bool(options.reference.strip())
        lexical = [each.text for each in heard]
        reference = read(options.reference) if scripted else recognised(lexical)
        if scripted and not reference:
            raise NothingToRead
        if not reference:
            return None
        sound = self._acoustics.hear(audio)
        if not heard and not _fits(sound, reference):
            return None
        reference = settled(sound.likelihoods, reference)
        if not scripted:
            reference = apart(reference)
        plan = find(sound, reference, heard) if scripted and heard else Plan()
        omitted = plan.omitted if options.miscue else frozenset()
        spoken = [
            ((number, place), said.pronunciations)
            for number, word in enumerate(reference)
            if number not in omitted
            for place, said in enumerate(word.spoken)
        ]
        extras = plan.extras if options.miscue else ()
        scored = self.score(
            _without(sound, extras), [each for _, each in spoken], filler=bool(extras)
        )
        if scored is None:
            scored = Scored((), Scores.nothing())
        return assessment(
            Read(audio, sound, reference, plan, [owner for owner, _ in spoken], scripted),
            scored.phones,
            scored.scores,
            options,
        )

    def hear(self, audio: Samples) -> Sound:
        """The sound of a recording, for `score`."""
        return self._acoustics.hear(audio)

    def score(
        self, sound: Sound, words: Sequence[Sequence[Pronunciation]], *, filler: bool = False
    ) -> Scored | None:
        """Align words, each with its pronunciations, and score them; None of no words.

        `filler`: other speech may stand between them. Words for which there is no time are left
        out.
        """
        if not words:
            return None
        cost = _FILLER if filler else None
        try:
            found = align(sound.likelihoods, words, filler=cost)
        except TooShort:
            found = align(sound.likelihoods, words, filler=cost, skip=_SKIP)
        if not found.phones:
            return None
        return Scored(found.phones, self._scorer.score(features(sound, found.phones)))


def _without(sound: Sound, extras: Sequence[Extra]) -> Sound:
    """The sound for aligning a text beside which something else was said: that is silence to it."""
    if not extras:
        return sound
    likelihoods = sound.likelihoods.copy()
    for each in extras:
        start, end = (round(time * FRAMES_PER_SECOND) for time in (each.start, each.end))
        likelihoods[start:end, :SILENCE] -= _ADDED
        likelihoods[start:end, SILENCE] = 0.0
    return replace(sound, likelihoods=likelihoods)


def _fits(sound: Sound, reference: Sequence[ReferenceWord]) -> bool:
    """Whether a recording may be a reading of a text, by its sound alone."""
    words = [said.pronunciations for word in reference for said in word.spoken]
    try:
        phones = align(sound.likelihoods, words).phones
    except TooShort:
        return False
    return goodness(features(sound, phones)) > _FITS
