"""An assessment on the wire: flat in short audio, nested for the Speech SDKs. Times are ticks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scriba.pronunciation.assessment import AssessedWord, Assessment, Phone, Prosody, Syllable
from scriba.pronunciation.phones import ipa, sapi
from scriba.pronunciation.prosody import LIMIT
from scriba.server.schemas.pronunciation import (
    Alphabet,
    AssessmentRequest,
    Dimension,
    Grading,
    Granularity,
)
from scriba.server.schemas.recognition import ticks, times
from scriba.speech.forms import Forms
from scriba.speech.results import Hypothesis, Phrase

FIVE = 20.0
"""Of a hundred marks are one of five points."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment, what was asked for, and where in the audio its second 0 is."""

    assessment: Assessment
    request: AssessmentRequest
    start: float = 0.0

    def around(self, phrase: Phrase) -> Phrase:
        """The phrase, as long as it must be to hold its words: they are timed by their sounds, and
        the recogniser is less exact."""
        words = self.assessment.words
        if not words:
            return phrase
        start = min(phrase.start, self.start + words[0].start)
        end = max(phrase.end, self.start + max(word.end for word in words))
        return replace(phrase, start=start, end=end)


def signal(assessed: Assessed) -> dict[str, Any]:
    """What stands beside `NBest`."""
    return {"SNR": round(float(assessed.assessment.snr), 5)}


def flat(assessed: Assessed) -> dict[str, Any]:
    """What joins the best entry of `NBest` in short audio."""
    return _Writer(assessed, nested=False).best()


def nested(assessed: Assessed) -> dict[str, Any]:
    """The same for the Speech SDKs."""
    return _Writer(assessed, nested=True).best()


def as_read(assessment: Assessment, origin: float = 0.0) -> Phrase:
    """The words of the reference that were read, where the recogniser heard none.

    `origin`: where in the audio, in seconds, the assessment's second 0 is.
    """
    words = [word for word in assessment.words if word.end > word.start]
    text = " ".join(word.text for word in words)
    lexical = text.lower()
    forms = Forms(lexical=lexical, itn=lexical, masked_itn=lexical, display=text)
    start = min((word.start for word in words), default=0.0)
    end = max((word.end for word in words), default=0.0)
    return Phrase(origin + start, origin + end, (Hypothesis(0.0, forms),))


class _Writer:
    """Writes one assessment."""

    def __init__(self, assessed: Assessed, *, nested: bool) -> None:
        self._assessment = assessed.assessment
        self._request = assessed.request
        self._start = assessed.start
        self._nested = nested

    def best(self) -> dict[str, Any]:
        found = self._scores(self._overall())
        if self._request.granularity is not Granularity.FULL_TEXT:
            found["Words"] = [self._word(each) for each in self._assessment.words]
        return found

    def _overall(self) -> dict[str, Any]:
        assessment = self._assessment
        scores = {"AccuracyScore": assessment.accuracy}
        full = self._request.dimension is Dimension.COMPREHENSIVE
        if full:
            scores["FluencyScore"] = assessment.fluency
        if assessment.prosody is not None and self._request.options.prosody:
            scores["ProsodyScore"] = assessment.prosody
        if full:
            scores["CompletenessScore"] = assessment.completeness
            scores["PronScore"] = assessment.total
        return {name: self._mark(score) for name, score in scores.items()}

    def _word(self, word: AssessedWord) -> dict[str, Any]:
        scores: dict[str, Any] = {"AccuracyScore": self._mark(word.score)}
        request = self._request
        if request.dimension is Dimension.COMPREHENSIVE or request.options.miscue:
            scores["ErrorType"] = str(word.miscue)
        if word.prosody is not None and request.options.prosody:
            scores["Feedback"] = {"Prosody": feedback(word.prosody)}
        found = {"Word": word.text, **self._times(word.start, word.end), **self._scores(scores)}
        if request.granularity is Granularity.PHONEME:
            found["Syllables"] = [self._syllable(each) for each in word.syllables]
            found["Phonemes"] = [self._phone(each) for each in word.phones]
        return found

    def _syllable(self, syllable: Syllable) -> dict[str, Any]:
        return {
            "Syllable": "".join(map(self._symbol, (each.symbol for each in syllable.phones))),
            **({"Grapheme": syllable.grapheme} if syllable.grapheme else {}),
            **self._times(syllable.start, syllable.end),
            **self._scores({"AccuracyScore": self._mark(syllable.score)}),
        }

    def _phone(self, phone: Phone) -> dict[str, Any]:
        scores: dict[str, Any] = {"AccuracyScore": self._mark(phone.score)}
        rivals = phone.rivals[: self._request.options.nbest_phonemes]
        if rivals:
            scores["NBestPhonemes"] = list(self._rivals(rivals))
        return {
            "Phoneme": self._symbol(phone.symbol),
            **self._times(phone.start, phone.end),
            **self._scores(scores),
        }

    def _rivals(self, rivals: Sequence[tuple[str, float]]) -> Iterator[dict[str, Any]]:
        for symbol, score in rivals:
            yield {"Phoneme": self._symbol(symbol), "Score": self._mark(score)}

    def _symbol(self, symbol: str) -> str:
        return ipa(symbol) if self._request.alphabet is Alphabet.IPA else sapi(symbol)

    def _times(self, start: float, end: float) -> dict[str, int]:
        return times(self._start + start, self._start + end)

    def _scores(self, scores: dict[str, Any]) -> dict[str, Any]:
        return {"PronunciationAssessment": scores} if self._nested else scores

    def _mark(self, score: float) -> float:
        score = min(100.0, max(0.0, float(score)))
        if self._request.grading is Grading.HUNDRED_MARK:
            return round(score, 1)
        return round(score / FIVE, 2)


def feedback(prosody: Prosody) -> dict[str, Any]:
    """`Feedback.Prosody` of a word."""
    breaks = [
        name
        for name, sure in (
            ("UnexpectedBreak", prosody.unexpected_break),
            ("MissingBreak", prosody.missing_break),
        )
        if sure >= LIMIT
    ]
    monotone = _confidence(prosody.monotone)
    return {
        "Break": {
            "ErrorTypes": breaks or ["None"],
            "UnexpectedBreak": {"Confidence": _confidence(prosody.unexpected_break)},
            "MissingBreak": {"Confidence": _confidence(prosody.missing_break)},
            "BreakLength": ticks(prosody.pause),
        },
        "Intonation": {
            "ErrorTypes": ["Monotone"] if monotone >= LIMIT else [],
            "Monotone": {
                "Confidence": monotone,
                "SyllablePitchDeltaConfidence": round(1 - monotone, 7),
            },
        },
    }


def _confidence(value: float) -> float:
    return round(min(1.0, max(0.0, float(value))), 7)
