"""`scriba transcribe`: recordings in, text out, without a server."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from scriba.cli.models import ready_model
from scriba.cli.parser import settings_of
from scriba.errors import ScribaError
from scriba.speech import cpu
from scriba.speech.audio import SAMPLE_RATE, decode_file, duration_of
from scriba.speech.captions import cues, srt, vtt
from scriba.speech.language import Locale, locale
from scriba.speech.options import Options
from scriba.speech.progress import bar
from scriba.speech.resample import Samples
from scriba.speech.results import Hypothesis, Phrase

_EXTENSIONS = {"text": "txt", "json": "json", "detailed": "json", "srt": "srt", "vtt": "vtt"}
_BAR = "{l_bar}{bar}| [{elapsed}<{remaining}]"


class Transcriber(Protocol):
    """The part of the recogniser that is used here."""

    def transcribe(self, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]: ...


def transcribe(arguments: argparse.Namespace) -> int:
    """Transcribe each file; one that fails is told on standard error and makes the exit code 1."""
    spoken = locale(arguments.language)
    if arguments.format in ("srt", "vtt") and len(arguments.files) > 1 and not arguments.output_dir:
        message = "one file of subtitles holds one recording: give one FILE, or --output-dir DIR"
        print(f"scriba transcribe: {message}", file=sys.stderr)
        return 2
    targets = [_target(path, arguments) for path in arguments.files if arguments.output_dir]
    if len(set(targets)) < len(targets):
        message = "two recordings have the same name and would be written to the same file"
        print(f"scriba transcribe: {message}", file=sys.stderr)
        return 2
    readable = [path for path in arguments.files if _can_read(path)]
    if not readable:
        return 1
    settings = settings_of(arguments)
    folder = ready_model(settings)

    from scriba.speech.recognizer import Recognizer

    layout = cpu.detect(settings.threads, settings.workers, settings.device)
    recognizer = Recognizer(folder, layout=layout)
    try:
        done = sum(_one(recognizer, path, spoken, arguments) for path in readable)
    finally:
        recognizer.close()
    return 0 if done == len(arguments.files) else 1


def _can_read(path: Path) -> bool:
    """Whether the file opens: told before the model is loaded."""
    try:
        path.open("rb").close()
    except OSError as error:
        print(f"scriba: {path}: {error.strerror or error}", file=sys.stderr)
        return False
    return True


def _one(
    recognizer: Transcriber, path: Path, spoken: Locale, arguments: argparse.Namespace
) -> bool:
    try:
        with _output(path, arguments) as output, _bar(path) as advance:
            heard = Heard(path, advance)
            options = Options(language=spoken.tag, profanity=arguments.profanity)
            phrases = recognizer.transcribe(heard.blocks(), options)
            many = len(arguments.files) > 1 and arguments.output_dir is None
            for text in written(arguments.format, heard, phrases, spoken, titled=many):
                output.write(text)
                output.flush()
    except BrokenPipeError:
        raise
    except (ScribaError, OSError) as error:
        print(f"scriba: {path}: {error}", file=sys.stderr)
        return False
    return True


class Heard:
    """A recording that is read block by block; `seconds` is how much of it was read."""

    def __init__(self, path: Path, advance: Callable[[float], None]) -> None:
        self.path = path
        self.seconds = 0.0
        self._advance = advance

    def blocks(self) -> Iterator[Samples]:
        for block in decode_file(self.path):
            yield block
            self.seconds += block.size / SAMPLE_RATE
            self._advance(block.size / SAMPLE_RATE)


def written(
    form: str, heard: Heard, phrases: Iterable[Phrase], spoken: Locale, *, titled: bool = False
) -> Iterator[str]:
    """The output in pieces, as the phrases come; JSON is one object on one line."""
    if form == "srt":
        yield from srt(cues(phrases, spaced=spoken.spaced))
    elif form == "vtt":
        yield from vtt(cues(phrases, spaced=spoken.spaced))
    elif form == "text":
        if titled:
            yield f"{heard.path}:\n"
        for phrase in phrases:
            if phrase.best.forms.display:
                yield f"{phrase.best.forms.display}\n"
        if titled:
            yield "\n"
    else:
        listed = [_phrase(phrase, detailed=form == "detailed") for phrase in phrases]
        texts = [phrase["text"] for phrase in listed if phrase["text"]]
        document = {
            "file": str(heard.path),
            "language": spoken.tag,
            "duration": round(heard.seconds, 3),
            "text": (" " if spoken.spaced else "").join(texts),
            "phrases": listed,
        }
        yield json.dumps(document, ensure_ascii=False) + "\n"


def _phrase(phrase: Phrase, *, detailed: bool) -> dict[str, Any]:
    about: dict[str, Any] = {
        "start": round(phrase.start, 3),
        "end": round(phrase.end, 3),
        "text": phrase.best.forms.display,
        "confidence": round(phrase.best.confidence, 4),
    }
    if detailed:
        about["nbest"] = [_hypothesis(hypothesis) for hypothesis in phrase.nbest]
    return about


def _hypothesis(hypothesis: Hypothesis) -> dict[str, Any]:
    about: dict[str, Any] = {
        "confidence": round(hypothesis.confidence, 4),
        "lexical": hypothesis.forms.lexical,
        "itn": hypothesis.forms.itn,
        "maskedItn": hypothesis.forms.masked_itn,
        "display": hypothesis.forms.display,
    }
    if hypothesis.words:
        about["words"] = [
            {
                "text": word.text,
                "start": round(word.start, 3),
                "end": round(word.end, 3),
                "confidence": round(word.confidence, 4),
            }
            for word in hypothesis.words
        ]
    return about


def _target(path: Path, arguments: argparse.Namespace) -> Path:
    return Path(arguments.output_dir / f"{path.stem}.{_EXTENSIONS[arguments.format]}")


@contextmanager
def _output(path: Path, arguments: argparse.Namespace) -> Iterator[IO[str]]:
    if arguments.output_dir is None:
        # Whatever the terminal's encoding: speech may be in any script.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")
        yield sys.stdout
        return
    arguments.output_dir.mkdir(parents=True, exist_ok=True)
    target = _target(path, arguments)
    draft = target.with_name(f".{target.name}.part")
    try:
        with draft.open("w", encoding="utf-8") as file:
            yield file
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _bar(path: Path) -> Iterator[Callable[[float], None]]:
    if not sys.stderr.isatty():
        yield lambda seconds: None
        return
    with bar(duration_of(path), path.name, unit="s", bar_format=_BAR, leave=False) as shown:

        def advance(seconds: float) -> None:
            shown.update(round(seconds, 1))

        yield advance
