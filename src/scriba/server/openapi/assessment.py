"""Pronunciation assessment in short audio: its header and what it adds to an answer."""

from typing import Any

from scriba.server.openapi.parts import object_, ref
from scriba.server.schemas.pronunciation import (
    HEADER,
    LONGEST_TEXT,
    MAX_SECONDS,
    MOST_RIVALS,
    Alphabet,
    Dimension,
    Grading,
    Granularity,
)

_SCORES = ("AccuracyScore", "FluencyScore", "ProsodyScore", "CompletenessScore", "PronScore")
_MARK = {"type": "number", "minimum": 0, "maximum": 100}
_TEXT = {"type": "string"}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}


def header() -> dict[str, Any]:
    """The header."""
    return {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": f"Base64 of the JSON that `AssessmentParameters` describes. The language "
        f"must be en-US then, the audio has at most {MAX_SECONDS:g} seconds, and the answer is "
        "detailed whatever `format` says.",
        "schema": {"type": "string", "format": "byte"},
        "x-content": ref("AssessmentParameters"),
    }


def best() -> dict[str, Any]:
    """What `NBest` has besides: scores in its first entry."""
    return {"prefixItems": [ref("AssessedBest")]}


def schemas(times: dict[str, Any]) -> dict[str, Any]:
    """The schemas that these name; `times` are those of a stretch of audio."""
    score = {"AccuracyScore": _MARK}
    rival = object_({"Phoneme": _TEXT, "Score": _MARK})
    phone = {"Phoneme": _TEXT, **times, **score, "NBestPhonemes": _list(rival)}
    syllable = {"Syllable": _TEXT, "Grapheme": _TEXT, **times, **score}
    word = {
        "Word": _TEXT,
        **times,
        **score,
        "ErrorType": {"enum": ["None", "Omission", "Insertion", "Mispronunciation"]},
        "Feedback": object_({"Prosody": ref("ProsodyFeedback")}),
        "Syllables": _list(object_(syllable, optional=("Grapheme",))),
        "Phonemes": _list(object_(phone, optional=("NBestPhonemes",))),
    }
    inner = ("ErrorType", "Feedback", "Syllables", "Phonemes")
    found = {**dict.fromkeys(_SCORES, _MARK), "Words": _list(object_(word, optional=inner))}
    return {
        "AssessmentParameters": _parameters(),
        "AssessedBest": object_(found, optional=(*_SCORES[1:], "Words")),
        "ProsodyFeedback": _feedback(times),
    }


def _parameters() -> dict[str, Any]:
    flag = {"oneOf": [{"type": "boolean"}, _TEXT], "default": False}
    parameters = {
        "ReferenceText": {"type": "string", "maxLength": LONGEST_TEXT, "default": ""},
        "GradingSystem": {"enum": list(Grading), "default": Grading.FIVE_POINT},
        "Granularity": {"enum": list(Granularity), "default": Granularity.PHONEME},
        "Dimension": {"enum": list(Dimension), "default": Dimension.BASIC},
        "EnableMiscue": flag,
        "EnableProsodyAssessment": flag,
        "PhonemeAlphabet": {"enum": list(Alphabet), "default": Alphabet.SAPI},
        "NBestPhonemeCount": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_RIVALS,
            "default": 0,
        },
        "ScenarioId": {"type": "string", "format": "uuid"},
    }
    return object_(parameters, optional=tuple(parameters))


def _feedback(times: dict[str, Any]) -> dict[str, Any]:
    sure = object_({"Confidence": _SHARE})
    return object_(
        {
            "Break": object_(
                {
                    "ErrorTypes": _list({"enum": ["None", "UnexpectedBreak", "MissingBreak"]}),
                    "UnexpectedBreak": sure,
                    "MissingBreak": sure,
                    "BreakLength": times["Duration"],
                }
            ),
            "Intonation": object_(
                {
                    "ErrorTypes": _list({"enum": ["Monotone"]}),
                    "Monotone": object_(
                        {"Confidence": _SHARE, "SyllablePitchDeltaConfidence": _SHARE}
                    ),
                }
            ),
        }
    )


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}
