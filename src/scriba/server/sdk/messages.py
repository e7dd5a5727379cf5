"""What the service says in a turn: the JSON of each message. Times are integers of 100 ns."""

import uuid
from collections.abc import Iterable
from math import ceil
from typing import Any

from scriba.server.schemas.assessed import Assessed, nested, signal
from scriba.server.schemas.recognition import (
    MOST_HYPOTHESES,
    TICKS_PER_SECOND,
    confidence,
    hypothesis_json,
    shown,
    ticks,
    times,
)
from scriba.server.sdk.asked import Asked
from scriba.speech.live_events import Draft, Final
from scriba.speech.results import Hypothesis, Phrase, Status, Word

END_OF_DICTATION = "EndOfDictation"
_TICKS_PER_MS = TICKS_PER_SECOND // 1000


def turn_start() -> dict[str, Any]:
    """`turn.start`: a tag of the turn that no other has."""
    return {"context": {"serviceTag": uuid.uuid4().hex}}


def detected(offset: float) -> dict[str, Any]:
    """`speech.startDetected` and `speech.endDetected` at so many seconds."""
    return {"Offset": ticks(offset)}


def hypothesis(draft: Draft, asked: Asked) -> dict[str, Any]:
    """`speech.hypothesis`: what was heard so far of a phrase."""
    return {
        "Id": uuid.uuid4().hex,
        "Text": draft.text,
        **times(draft.start, draft.end),
        "Channel": 0,
        **_language(draft.language, asked),
        **_speaker(draft.speaker, asked),
    }


def phrase(final: Final, asked: Asked, assessed: Assessed | None = None) -> dict[str, Any]:
    """`speech.phrase`: what became of a stretch of audio, and how well it was said.

    Speech of which nothing is left to show, because profanity was removed, is a NoMatch.
    """
    found = final.phrase
    status = final.status
    if status is Status.SUCCESS and (found is None or not shown(found.best)):
        status = Status.NO_MATCH
    body: dict[str, Any] = {
        "Id": uuid.uuid4().hex,
        "RecognitionStatus": str(status),
        **times(final.start, final.end),
        "Channel": 0,
        "DisplayText": "",
    }
    if status is not Status.SUCCESS or found is None:
        return body
    return {
        **body,
        **times(found.start, found.end),
        "DisplayText": found.best.forms.display,
        **({} if assessed is None else signal(assessed)),
        **({"NBest": _nbest(found, asked, assessed)} if asked.format == "detailed" else {}),
        **_language(found.language, asked),
        **_speaker(found.speaker, asked),
    }


def acknowledgement(seconds: float) -> dict[str, Any]:
    """`speech.phrase` that says that nothing is left of so many seconds of audio.

    The native client keeps audio in whole milliseconds and sends what is not acknowledged again.
    """
    # A rounding error must not make another millisecond of it.
    milliseconds = ceil(round(seconds * 1000, 6))
    return {
        "RecognitionStatus": END_OF_DICTATION,
        "Offset": milliseconds * _TICKS_PER_MS,
        "Duration": 0,
    }


def failure(status: str, offset: float, text: str) -> dict[str, Any]:
    """`speech.phrase` that ends a turn that cannot go on; the native client shows all of it."""
    return {
        "RecognitionStatus": status,
        "Offset": ticks(offset),
        "Duration": 0,
        "DisplayText": "",
        "Message": text,
    }


def _nbest(found: Phrase, asked: Asked, assessed: Assessed | None) -> list[dict[str, Any]]:
    kept = [each for each in found.nbest if shown(each)][:MOST_HYPOTHESES]
    entries = [hypothesis_json(each) for each in kept]
    if asked.words:
        entries[0].update(_words(kept[0], asked))
    if assessed is not None:
        entries[0].update(nested(assessed))
    return entries


def _words(best: Hypothesis, asked: Asked) -> dict[str, Any]:
    def entries(name: str, words: Iterable[Word], *, sure: bool) -> list[dict[str, Any]]:
        return [
            {
                name: word.text,
                **times(word.start, word.end),
                **({"Confidence": confidence(word.confidence)} if sure else {}),
            }
            for word in words
        ]

    return {
        "Words": entries("Word", best.lexical_words, sure=asked.word_confidence),
        "DisplayWords": entries("DisplayText", best.words, sure=False),
    }


def _language(language: str | None, asked: Asked) -> dict[str, Any]:
    if not asked.identifies or language is None:
        return {}
    return {"PrimaryLanguage": {"Language": language, "Confidence": "High"}}


def _speaker(speaker: int | None, asked: Asked) -> dict[str, Any]:
    if not asked.speakers:
        return {}
    return {"SpeakerId": "Unknown" if speaker is None else f"Guest-{speaker}"}
