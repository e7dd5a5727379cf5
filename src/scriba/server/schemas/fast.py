"""The result of a fast transcription on the wire; times are whole milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scriba.speech.language import locale
from scriba.speech.results import Phrase


@dataclass(frozen=True, slots=True)
class TimeNames:
    """What a version of the API calls the times, all in milliseconds."""

    offset: str = "offsetMilliseconds"
    duration: str = "durationMilliseconds"


def result(
    channels: Sequence[tuple[int | None, Sequence[Phrase]]],
    seconds: float,
    names: TimeNames,
) -> dict[str, Any]:
    """The JSON body: the phrases of each channel (None: of all, mixed) of `seconds` of audio.

    A channel in which nothing was said has an empty text and no phrases.
    """
    phrases = [(channel, phrase) for channel, said in channels for phrase in said]
    phrases.sort(key=lambda each: each[1].start)
    return {
        names.duration: _milliseconds(seconds),
        "combinedPhrases": [
            {**_channel(channel), "text": _text(said)} for channel, said in channels
        ],
        "phrases": [_phrase(channel, phrase, names) for channel, phrase in phrases],
    }


def _phrase(channel: int | None, phrase: Phrase, names: TimeNames) -> dict[str, Any]:
    best = phrase.best
    shown: dict[str, Any] = {
        **_channel(channel),
        **({} if phrase.speaker is None else {"speaker": phrase.speaker}),
        **_times(phrase.start, phrase.end, names),
        "text": best.forms.display,
        "words": [
            {"text": word.text, **_times(word.start, word.end, names)} for word in best.words
        ],
    }
    if phrase.language is not None:
        shown["locale"] = phrase.language
    shown["confidence"] = round(min(1.0, max(0.0, float(best.confidence))), 7)
    return shown


def _channel(channel: int | None) -> dict[str, int]:
    return {} if channel is None else {"channel": channel}


def _times(start: float, end: float, names: TimeNames) -> dict[str, int]:
    offset = _milliseconds(start)
    return {names.offset: offset, names.duration: max(0, _milliseconds(end) - offset)}


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _text(phrases: Sequence[Phrase]) -> str:
    """The phrases one after the other, with a space between two that are both written with it."""
    text = ""
    spaced = True
    for phrase in phrases:
        between = phrase.language is None or locale(phrase.language).spaced
        if text and (spaced or between):
            text += " "
        text += phrase.best.forms.display
        spaced = between
    return text
