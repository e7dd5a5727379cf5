"""A stored result in other forms: subtitles, plain text, and who spoke when."""

import heapq
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from scriba.speech.captions import Cue, cues, srt, vtt
from scriba.speech.forms.groups import Forms
from scriba.speech.language import locale
from scriba.speech.results import Hypothesis, Phrase, Word

_TICKS = 10_000_000
# Phrases of one voice may touch by this many seconds, for which the later one can wait.
_TOUCHING = 0.25


def captions(result: bytes, form: str) -> str:
    """The text of a result file's JSON as srt, vtt, txt or rttm; KeyError for another form."""
    return "".join(_FORMS[form](json.loads(result)))


def _srt(document: dict[str, Any]) -> Iterator[str]:
    return srt(_cues(document))


def _vtt(document: dict[str, Any]) -> Iterator[str]:
    return vtt(_cues(document))


def _cues(document: dict[str, Any]) -> Iterator[Cue]:
    """Subtitles by time; what is said at the same time is shown at the same time.

    Phrases that overlap, of the parties of a call above all, come into different lanes, each of
    which has cues without overlap: one after the other, they would be shown ever later.
    """
    lanes: list[list[Phrase]] = []
    for phrase in sorted(_phrases(document), key=lambda phrase: (phrase.start, phrase.end)):
        lane = next((lane for lane in lanes if lane[-1].end <= phrase.start + _TOUCHING), None)
        if lane is None:
            lanes.append(lane := [])
        lane.append(phrase)
    spaced = _spaced(document)
    made = [cues(lane, spaced=spaced) for lane in lanes]
    return heapq.merge(*made, key=lambda cue: (cue.start, cue.end))


def _txt(document: dict[str, Any]) -> Iterator[str]:
    """A phrase a line, and who says it where that is known."""
    several = len(document["combinedRecognizedPhrases"]) > 1
    for phrase in document["recognizedPhrases"]:
        who = ""
        if "speaker" in phrase:
            who = f"Speaker {phrase['speaker']}: "
        elif several:
            who = f"Channel {phrase['channel']}: "
        yield f"{who}{phrase['nBest'][0]['display']}\n"


def _rttm(document: dict[str, Any]) -> Iterator[str]:
    """Rich Transcription Time Marked: a line for each stretch of one speaker (or channel)."""
    path = unquote(urlsplit(document["source"]).path).rstrip("/")
    name = "_".join(path.rpartition("/")[2].split()) or "recording"
    for phrase in document["recognizedPhrases"]:
        start, length = (phrase[key] / _TICKS for key in ("offsetInTicks", "durationInTicks"))
        who = (
            f"speaker{phrase['speaker']}" if "speaker" in phrase else f"channel{phrase['channel']}"
        )
        channel = phrase["channel"] + 1
        yield f"SPEAKER {name} {channel} {start:.3f} {length:.3f} <NA> <NA> {who} <NA> <NA>\n"


_FORMS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "srt": _srt,
    "vtt": _vtt,
    "txt": _txt,
    "rttm": _rttm,
}


def _phrases(document: dict[str, Any]) -> Iterator[Phrase]:
    for phrase in document["recognizedPhrases"]:
        best = phrase["nBest"][0]
        forms = Forms(best["lexical"], best["itn"], best["maskedITN"], best["display"])
        words = tuple(
            Word(word["displayText"], *_span(word), best["confidence"])
            for word in best.get("displayWords", ())
        )
        yield Phrase(*_span(phrase), (Hypothesis(best["confidence"], forms, words),))


def _span(item: dict[str, Any]) -> tuple[float, float]:
    start = item["offsetInTicks"] / _TICKS
    return start, start + item["durationInTicks"] / _TICKS


def _spaced(document: dict[str, Any]) -> bool:
    """Whether words have spaces between them, by the locale or else by the text."""
    tags = {phrase["locale"] for phrase in document["recognizedPhrases"] if "locale" in phrase}
    if tags:
        return any(locale(tag).spaced for tag in tags)
    texts = [each["display"] for each in document["combinedRecognizedPhrases"]]
    letters = sum(map(len, texts))
    return letters < 40 or sum(text.count(" ") for text in texts) * 20 > letters
