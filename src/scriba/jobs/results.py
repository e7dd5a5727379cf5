"""Result files as published: the phrases of a recording, and the report of a transcription.

Source: the JSON schemas of transcription results, v3.0 to 2024-11-15, and the documentation of
batch transcription ("Get batch transcription results").
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from scriba.resources.durations import iso_duration
from scriba.resources.versions import Version
from scriba.speech.language import locale
from scriba.speech.results import Hypothesis, Phrase, Word

_TICKS_PER_SECOND = 10_000_000
_FORMS = ("lexical", "itn", "maskedITN", "display")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a result shows: asked for by the transcription, allowed by the version of the API."""

    words: bool = False
    display_words: bool = False
    locales: bool = False
    milliseconds: bool = False


def shape(version: Version, *, words: bool, display_words: bool, locales: bool) -> Shape:
    """The shape of the results of a transcription that was made in `version`."""
    return Shape(
        words=words,
        display_words=display_words and version > Version.V3_0,
        locales=locales and version > Version.V3_0,
        milliseconds=version >= Version.V2024_11,
    )


class ResultWriter:
    """Writes the result of one recording, phrase by phrase, so that memory stays flat.

    `body` is a file of its own that is gone in the end; `finish` writes the whole result.
    """

    def __init__(self, body: Path, shape: Shape, locale: str, channels: Iterable[int]) -> None:
        self._shape = shape
        self._locale = locale
        self._path = body
        self._body = body.open("w+", encoding="utf-8")
        self._first = True
        self._texts: dict[int, dict[str, list[str]]] = {
            channel: {form: [] for form in _FORMS} for channel in channels
        }

    def __enter__(self) -> "ResultWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._body.close()
        self._path.unlink(missing_ok=True)

    def add(self, channel: int, phrase: Phrase) -> None:
        """Append a phrase; phrases come in the order of time."""
        self._body.write("" if self._first else ",")
        self._first = False
        self._body.write(_json(self._phrase(channel, phrase)))
        spaced = locale(phrase.language or self._locale).spaced
        for form, text in _forms(phrase.best).items():
            if text:
                texts = self._texts[channel][form]
                texts.append(f" {text}" if texts and spaced else text)

    def finish(self, target: Path, source: str, seconds: float, now: datetime | None = None) -> int:
        """Write the file `target` and return its size in bytes."""
        head: dict[str, Any] = {
            "source": source,
            "timestamp": f"{now or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "durationInTicks": _ticks(seconds),
            "duration": iso_duration(seconds),
        }
        if self._shape.milliseconds:
            head["durationMilliseconds"] = _milliseconds(seconds)
        head["combinedRecognizedPhrases"] = [
            {"channel": channel} | {form: "".join(parts) for form, parts in texts.items()}
            for channel, texts in self._texts.items()
        ]
        self._body.seek(0)
        with target.open("w", encoding="utf-8") as file:
            file.write(_json(head)[:-1] + ',"recognizedPhrases":[')
            shutil.copyfileobj(self._body, file)
            file.write("]}")
        return target.stat().st_size

    def _phrase(self, channel: int, phrase: Phrase) -> dict[str, Any]:
        about: dict[str, Any] = {"recognitionStatus": "Success", "channel": channel}
        if phrase.speaker is not None:
            about["speaker"] = phrase.speaker
        if self._shape.locales:
            about["locale"] = phrase.language or self._locale
        about |= self._span(phrase.start, phrase.end)
        about["nBest"] = [self._hypothesis(each) for each in phrase.nbest]
        return about

    def _hypothesis(self, hypothesis: Hypothesis) -> dict[str, Any]:
        about: dict[str, Any] = {"confidence": _share(hypothesis.confidence)}
        about |= _forms(hypothesis)
        if self._shape.words and hypothesis.lexical_words:
            about["words"] = [self._word(word) for word in hypothesis.lexical_words]
        if self._shape.display_words and hypothesis.words:
            about["displayWords"] = [
                {"displayText": word.text} | self._span(word.start, word.end)
                for word in hypothesis.words
            ]
        return about

    def _word(self, word: Word) -> dict[str, Any]:
        span = self._span(word.start, word.end)
        return {"word": word.text} | span | {"confidence": _share(word.confidence)}

    def _span(self, start: float, end: float) -> dict[str, Any]:
        length = max(0.0, end - start)
        span: dict[str, Any] = {
            "offset": iso_duration(start),
            "duration": iso_duration(length),
            "offsetInTicks": _ticks(start),
            "durationInTicks": _ticks(length),
        }
        if self._shape.milliseconds:
            span["offsetMilliseconds"] = _milliseconds(start)
            span["durationMilliseconds"] = _milliseconds(length)
        return span


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recording; without `kind` it succeeded, with `message` as a remark."""

    source: str
    kind: str | None = None
    message: str | None = None


def report(version: Version, outcomes: Iterable[Outcome]) -> bytes:
    """The bytes of report.json."""
    name = "sourceUrl" if version == Version.V3_0 else "source"
    details: list[dict[str, str]] = []
    failed = 0
    for outcome in outcomes:
        about = {name: outcome.source, "status": "Failed" if outcome.kind else "Succeeded"}
        if outcome.kind:
            failed += 1
            about |= {"errorMessage": outcome.message or "", "errorKind": outcome.kind}
        elif outcome.message:
            about["errorMessage"] = outcome.message
        details.append(about)
    document = {
        "successfulTranscriptionsCount": len(details) - failed,
        "failedTranscriptionsCount": failed,
        "details": details,
    }
    return _json(document).encode()


def _forms(hypothesis: Hypothesis) -> dict[str, str]:
    forms = hypothesis.forms
    texts = (forms.lexical, forms.itn, forms.masked_itn, forms.display)
    return dict(zip(_FORMS, texts, strict=True))


def _ticks(seconds: float) -> int:
    return max(0, round(seconds * _TICKS_PER_SECOND))


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 7)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
