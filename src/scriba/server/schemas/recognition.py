"""The answers of the short-audio endpoint, simple and detailed. Times are in 100-ns ticks."""

from typing import Any, Literal

from scriba.speech.results import Hypothesis, Phrase, Recognition, Status

Format = Literal["simple", "detailed"]

TICKS_PER_SECOND = 10_000_000
MOST_HYPOTHESES = 5
"""That `NBest` may have."""


def ticks(seconds: float) -> int:
    """Seconds in units of 100 ns, never below zero."""
    return max(0, round(seconds * TICKS_PER_SECOND))


def answer(recognition: Recognition, phrase: Phrase | None, form: Format) -> dict[str, Any]:
    """The JSON body for a recognition whose phrases were combined into `phrase`.

    Speech of which nothing is left to show, because profanity was removed, is a NoMatch.
    """
    if recognition.status is not Status.SUCCESS or phrase is None or not shown(phrase.best):
        status = recognition.status
        return {
            "RecognitionStatus": str(Status.NO_MATCH if status is Status.SUCCESS else status),
            **_unmatched_times(recognition),
        }
    display = phrase.best.forms.display
    span = times(phrase.start, phrase.end)
    if form == "simple":
        return {"RecognitionStatus": str(Status.SUCCESS), "DisplayText": display, **span}
    hypotheses = [each for each in phrase.nbest if shown(each)][:MOST_HYPOTHESES]
    return {
        "RecognitionStatus": str(Status.SUCCESS),
        **span,
        "DisplayText": display,
        "NBest": [hypothesis_json(each) for each in hypotheses],
    }


def shown(hypothesis: Hypothesis) -> bool:
    """Whether anything of a hypothesis is left to show."""
    # Marks alone ("...") are no words.
    return any(character.isalnum() or character == "*" for character in hypothesis.forms.display)


def hypothesis_json(hypothesis: Hypothesis) -> dict[str, Any]:
    """An entry of `NBest`."""
    forms = hypothesis.forms
    return {
        "Confidence": confidence(hypothesis.confidence),
        "Lexical": forms.lexical,
        "ITN": forms.itn,
        "MaskedITN": forms.masked_itn,
        "Display": forms.display,
    }


def confidence(value: float) -> float:
    """A confidence as JSON has it, 0 to 1."""
    return round(min(1.0, max(0.0, float(value))), 7)


def times(start: float, end: float) -> dict[str, int]:
    """`Offset` and `Duration` of a stretch of seconds."""
    offset = ticks(start)
    return {"Offset": offset, "Duration": max(0, ticks(end) - offset)}


def _unmatched_times(recognition: Recognition) -> dict[str, int]:
    # Without speech the service listened to the end, so that is where its waiting is said to stop.
    start, end = recognition.speech or (recognition.duration, recognition.duration)
    return times(start, end)
